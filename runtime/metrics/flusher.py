"""One process's metrics: whoever counts is asked once a second, and what it says goes into the files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

import structlog

from runtime.metrics.files import MetricFiles, page
from runtime.metrics.process import ProcessReadings
from runtime.metrics.rows import Reading

FLUSH_SECONDS = 1.0
_LAGS_A_FLUSH = 10

Source = Callable[[], Iterable[Reading]]
"""Says what was counted so far. It is asked once a second, in the thread that flushes."""

_log = structlog.get_logger(__name__)


class Metrics:
    """The metrics of one process, beginning with those of the process itself.

    A process with an event loop awaits `run`; any other calls `flush` once a second from a thread of its own.

    Args:
        folder: that all processes of the service share.
        slot: the process's number in it, that of no other.
        name: the process's name, as `api-0`.
    """

    def __init__(self, folder: Path, slot: int, name: str) -> None:
        self._folder = folder
        self._files = MetricFiles(folder, slot)
        self._process = ProcessReadings(name)
        self._sources: list[Source] = [self._process]
        self._off = False

    def add(self, source: Source) -> None:
        """Ask *source*, too, from now on."""
        self._sources.append(source)

    def flush(self) -> None:
        """Write what all sources say now. Where that fails, as on a full disk, it is warned of once and not tried again."""
        if self._off:
            return
        try:
            for source in self._sources:
                self._files.write(source())
        except OSError as error:
            self._off = True
            _log.warning("metrics.off", reason=error.strerror, remedy="Make room in the state folder and restart.")

    def close(self) -> None:
        """Flush a last time, and let the files go."""
        self.flush()
        self._off = True
        self._files.close()

    async def run(self) -> None:
        """Flush once a second until cancelled, and close then."""
        try:
            while True:
                await self._watch_lag()
                self.flush()
        finally:
            self.close()

    def page(self) -> bytes:
        """The metrics of all processes as each flushed them last, in the form of `runtime.metrics.files.CONTENT_TYPE`."""
        return page(self._folder)

    async def _watch_lag(self) -> None:
        """Let a second pass, and see how late each tenth of it is."""
        clock = asyncio.get_running_loop().time
        for _ in range(_LAGS_A_FLUSH):
            due = clock() + FLUSH_SECONDS / _LAGS_A_FLUSH
            await asyncio.sleep(FLUSH_SECONDS / _LAGS_A_FLUSH)
            self._process.lag.add(max(0.0, clock() - due))
