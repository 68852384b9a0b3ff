"""`grahaql persist` and `grahaql withdraw`: trusted documents, published to every process of a service and taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from urllib.parse import quote

from rich.console import Console

from graph.manifests import read_manifests, validator
from graph.schema import schema
from resolvers.shared import SharedTier
from resolvers.trusted import WATCH_SECONDS, DocumentError, TrustedDocuments
from runtime.clients import cache_client
from runtime.embedded import JOBS, socket_path
from runtime.errors import ConfigurationError
from runtime.settings import ServerSettings

_PATIENCE_SECONDS = 5.0
"""A command may wait longer than a request."""

_FAILED = 1


def run_persist(settings: ServerSettings, files: Sequence[Path]) -> int:
    """Publish the documents of manifests; answers the exit code, 1 where they could not be published.

    Raises:
        ManifestError: a file is wrong; nothing is published then.
        ConfigurationError: no server is named, and none of this state folder runs.
    """
    documents = read_manifests(files, validator(schema()._schema))  # noqa: SLF001  strawberry's only name for graphql-core's

    def told(fresh: int) -> str:
        return f"{fresh} of {len(documents)} documents were new; every process of the service answers them now."

    return _run(settings, lambda published: published.publish(documents), told)


def run_withdraw(settings: ServerSettings, document_ids: Sequence[str]) -> int:
    """Take published documents back, each under all of its ids; answers the exit code, 1 where nothing was withdrawn.

    Raises:
        ConfigurationError: as of `run_persist`.
    """

    def told(gone: int) -> str:
        documents = "1 document is" if gone == 1 else f"{gone} documents are"
        return (
            f"{documents} withdrawn; no process of the service answers by them in {WATCH_SECONDS:g} seconds any more."
        )

    return _run(settings, lambda published: published.withdraw(document_ids), told)


def _run(
    settings: ServerSettings, change: Callable[[TrustedDocuments], Awaitable[int]], told: Callable[[int], str]
) -> int:
    """Change what is published and say what came of it; answers the exit code."""
    url = durable_url(settings)
    try:
        count = asyncio.run(_changed(url, change))
    except DocumentError as error:
        Console(stderr=True).print(f"grahaql: {error}", markup=False, highlight=False, soft_wrap=True)
        return _FAILED
    Console().print(told(count), markup=False, highlight=False, soft_wrap=True)
    return 0


def durable_url(settings: ServerSettings) -> str:
    """The server of what must not be forgotten: the one of jobs, or the private one that runs in the state folder.

    Raises:
        ConfigurationError: there is neither.
    """
    if settings.jobs_url is not None:
        return settings.jobs_url
    path = socket_path(JOBS, settings.state_dir)
    if path.is_socket():
        return f"unix://{quote(str(path))}"
    remedy = "Set it, or REDIS_URL, to the server of the service; or start `grahaql serve` first, "
    raise ConfigurationError("JOBS_URL", None, f"{remedy}whose private server would listen at {path}.")


async def _changed(url: str, change: Callable[[TrustedDocuments], Awaitable[int]]) -> int:
    tier = SharedTier(cache_client(url, timeout_seconds=_PATIENCE_SECONDS))
    try:
        return await change(TrustedDocuments(tier))
    finally:
        await tier.close()
