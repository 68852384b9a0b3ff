"""Bulk operations, wired for an API process from its settings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from jobs.broker import Waker, make_broker
from jobs.ids import Ids
from jobs.operations import Operations
from jobs.refusals import RecordsDownError
from jobs.stores import make_store
from jobs.tuning import limits_from, tuning_from
from jobs.uploads.receive import UploadLimits
from runtime.clients import events_client, operations_client, wakes_client
from runtime.settings import ServerSettings


def open_bulk(settings: ServerSettings, secret: bytes) -> Operations | None:
    """Bulk operations; None where no jobs server is set up. Call it inside the running event loop.

    Args:
        secret: at least 32 bytes, the same in every process of the service.

    Raises:
        ConfigurationError: the store or the broker that the settings name cannot be used.
    """
    if settings.jobs_url is None:
        return None
    return Operations(
        operations_client(settings.jobs_url),
        events_client(settings.jobs_url),
        make_store(settings),
        Waker(make_broker(settings.broker_url, wakes_client(settings.jobs_url))),
        Ids(secret),
        limits=limits_from(settings),
        tuning=tuning_from(settings),
        upload_limits=UploadLimits(settings.upload_rows, settings.upload_bytes),
    )


class BulkDoor:
    """The bulk operations of an application: there while it runs, where a jobs server is set up.

    Args:
        open: opens them, inside the running event loop.
    """

    def __init__(self, open: Callable[[], Operations | None] = lambda: None) -> None:
        self._open = open
        self._operations: Operations | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Have them within the block."""
        self._operations = self._open()
        try:
            yield
        finally:
            if self._operations is not None:
                await self._operations.close()

    @property
    def operations(self) -> Operations:
        """Bulk operations. Raises: RecordsDownError: there are none here."""
        if self._operations is None:
            raise RecordsDownError("no jobs server is set up")
        return self._operations
