"""`grahaql persist`: trusted documents, checked on this schema and published to every process of a service."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from rich.console import Console

from graph.manifests import read_manifests, validator
from graph.schema import schema
from resolvers.documents import DocumentError, DocumentStore
from resolvers.shared import SharedTier
from runtime.clients import cache_client
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
    url = durable_url(settings)
    try:
        fresh = asyncio.run(_published(url, documents))
    except DocumentError as error:
        Console(stderr=True).print(f"grahaql: {error}", markup=False, highlight=False, soft_wrap=True)
        return _FAILED
    told = f"{fresh} of {len(documents)} documents were new; every process of the service answers them now."
    Console().print(told, markup=False, highlight=False, soft_wrap=True)
    return 0


def durable_url(settings: ServerSettings) -> str:
    """The server of what must not be forgotten: the one of jobs, or the private one that runs in the state folder.

    Raises:
        ConfigurationError: there is neither.
    """
    if settings.jobs_url is not None:
        return settings.jobs_url
    path = settings.state_dir / "jobs.sock"
    if path.is_socket():
        return f"unix://{quote(str(path))}"
    remedy = "Set it, or REDIS_URL, to the server of the service; or start `grahaql serve` first, "
    raise ConfigurationError("JOBS_URL", None, f"{remedy}whose private server would listen at {path}.")


async def _published(url: str, documents: Mapping[str, str]) -> int:
    tier = SharedTier(cache_client(url, timeout_seconds=_PATIENCE_SECONDS))
    try:
        return await DocumentStore(tier).publish(documents)
    finally:
        await tier.close()
