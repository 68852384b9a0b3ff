"""What keeps the input and the results of bulk operations: parts, each written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from jobs.folder_store import FolderStore
from jobs.parts import Kept, Part
from jobs.redis_store import RedisStore
from runtime.clients import parts_client
from runtime.errors import ConfigurationError
from runtime.settings import ServerSettings
from runtime.store_urls import JOBS_SERVER, folder_of


class ResultStore(Protocol):
    """A place for parts, synchronous: an event loop calls it in a thread. Safe to use from several threads.

    An operation's id is 8 to 64 letters, digits, hyphens and underscores; names are those of `jobs.parts`. Every method
    raises StoreError for what it cannot do now.
    """

    def put(self, operation: str, name: str, data: bytes) -> None:
        """Keep a part: once this returns, it outlives a crash. The same name again replaces it, at once and whole.

        Raises:
            StoreFullError: there is no room for it.
        """

    def get(self, operation: str, name: str) -> bytes:
        """A part. Raises: MissingPart."""

    def get_range(self, operation: str, name: str, start: int, count: int) -> bytes:
        """Up to *count* bytes of a part from byte *start* on, fewer at its end. Raises: MissingPart."""

    def parts(self, operation: str, prefix: str = "") -> list[Part]:
        """The parts whose names begin with *prefix*, in no order; none where the operation is unknown."""

    def delete(self, operation: str) -> None:
        """Remove everything of the operation; nothing happens where there is nothing."""

    def kept(self) -> list[Kept]:
        """Every operation of which something is kept."""

    def close(self) -> None:
        """Let connections go."""


FOLDER = "bulk"
"""Of the state folder: where parts are kept when nothing else is said."""

_VARIABLE = "GRAHAQL_BULK_STORE"


def make_store(settings: ServerSettings) -> ResultStore:
    """The store that the settings name; nothing is connected or made yet.

    Raises:
        ConfigurationError: the jobs server is to keep them and there is none, or the packages of S3 are not installed.
    """
    url = settings.bulk_store
    if url is None:
        return FolderStore(settings.state_dir / FOLDER)
    if url == JOBS_SERVER:
        return _redis_store(settings, settings.jobs_url)
    scheme = urlsplit(url).scheme
    if scheme == "file":
        return FolderStore(Path(folder_of(url)))
    return _bucket_store(url) if scheme == "s3" else _redis_store(settings, url)


def _redis_store(settings: ServerSettings, url: str | None) -> ResultStore:
    if url is None:
        raise ConfigurationError(_VARIABLE, JOBS_SERVER, "Set JOBS_URL or REDIS_URL too: there is no jobs server.")
    return RedisStore(parts_client(url), settings.bulk_redis_bytes)


def _bucket_store(url: str) -> ResultStore:
    try:
        from jobs.s3_store import S3Store, open_bucket  # noqa: PLC0415  an extra, loaded where it is wanted
    except ImportError:
        raise ConfigurationError(_VARIABLE, url, "Install grahaql[s3]: the package obstore is missing.") from None
    return S3Store(open_bucket(url))
