"""Ending without cutting anybody off: live answers are completed, running ones finished, then the connections go."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
import uvicorn

from graph.requests import unavailable
from graph.stalled import StalledConnections

_log = structlog.get_logger(__name__)

LISTENER_PAUSE_SECONDS = 0.05
"""Between closing the listener and ending idle connections: what was being sent meanwhile still arrives."""

MOST_STREAMS = 1_000
TOO_MANY_STREAMS = "Too many streams and sockets are open at once."

Stop = Callable[[], None]
"""Asks one stream or socket to complete and end; it may take its time."""


class OpenStreams:
    """What is open in this process, and how each is asked to end.

    Args:
        most: how many may be open at a time.
    """

    def __init__(self, most: int = MOST_STREAMS) -> None:
        self.draining = False
        self._most = most
        self._stops: dict[object, Stop] = {}
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def count(self) -> int:
        """How many are open."""
        return len(self._stops)

    @property
    def full(self) -> bool:
        """Whether no more may be opened."""
        return self.count >= self._most

    @contextmanager
    def keep(self, stop: Stop) -> Iterator[None]:
        """Count a stream as open within the block; one that opens while others end is asked to end at once.

        Raises:
            RequestError: 503 where no more may be opened.
        """
        if self.full:
            raise unavailable(TOO_MANY_STREAMS)
        key = object()
        self._stops[key] = stop
        self._empty.clear()
        if self.draining:
            stop()
        try:
            yield
        finally:
            del self._stops[key]
            if not self._stops:
                self._empty.set()

    async def drain(self, seconds: float) -> bool:
        """Ask everything to complete and wait for it; answers whether all did in time."""
        self.draining = True
        for stop in list(self._stops.values()):
            stop()
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            _log.warning("drain.incomplete", open=self.count)
            return False
        return True


_TICKS = 5
"""Between two looks for stalled clients."""


class DrainingServer(uvicorn.Server):
    """uvicorn, which would close WebSockets with 1012 and wait for streams for ever, made to drain first.

    Args:
        streams: what is open.
        seconds: until the process has ended, whatever is still open.
        stalled_seconds: after which a client that takes nothing is cut off.
    """

    def __init__(
        self, config: uvicorn.Config, streams: OpenStreams, seconds: float = 4.0, stalled_seconds: float = 60.0
    ) -> None:
        super().__init__(config)
        self._streams = streams
        self._seconds = seconds
        self._stalled = StalledConnections(stalled_seconds)

    async def on_tick(self, counter: int) -> bool:
        """Look for stalled clients; uvicorn comes here ten times a second."""
        if counter % _TICKS == 0:
            self._stalled.look(self.server_state.connections)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, drain, let running requests finish, end."""
        until = asyncio.get_running_loop().time() + self._seconds
        self._streams.draining = True
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        await asyncio.sleep(LISTENER_PAUSE_SECONDS)
        await self._streams.drain(self._seconds / 2)
        rest = max(0.1, until - asyncio.get_running_loop().time())
        self.config.timeout_graceful_shutdown = rest  # type: ignore[assignment]  # it is waited for, so it may be a float
        await super().shutdown(sockets)
        self._captured_signals.clear()  # uvicorn would raise them again, and the process end by the signal instead of 0
