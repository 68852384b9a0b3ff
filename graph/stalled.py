"""Clients that take nothing: their connections are cut, because closing one waits until everything was taken."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from fcntl import ioctl
from termios import TIOCOUTQ
from time import monotonic
from typing import Any, NamedTuple

import structlog

_log = structlog.get_logger(__name__)


class _Waiting(NamedTuple):
    """How many bytes a client had not taken, and since when they have not become fewer."""

    size: int
    since: float


class StalledConnections:
    """Cuts connections of uvicorn whose client has taken nothing for long.

    Only those are looked at that nothing is written to meanwhile, so that what is not taken can only become less: an
    application waits while such a connection's buffer is full, and a closing one is done with.

    Args:
        seconds: after which one is cut, at the first look.
        clock: seconds that only grow.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._waiting: dict[Any, _Waiting] = {}

    def look(self, connections: Iterable[Any]) -> None:
        """Cut what has stalled. Args: connections: uvicorn's protocols; those of HTTP and of WebSockets share no type."""
        before, self._waiting = self._waiting, {}
        for connection in [found for found in connections if _is_waiting(found)]:
            size = _untaken(connection.transport)
            seen = before.get(connection)
            since = self._clock() if seen is None or size < seen.size else seen.since
            if self._clock() - since >= self._seconds:
                _log.info("connection.stalled", waiting_bytes=size)
                connection.transport.abort()
            else:
                self._waiting[connection] = _Waiting(size, since)


def _untaken(transport: Any) -> int:
    """Bytes that the other side has not confirmed: in our buffer and in the kernel's, which alone shows slow progress."""
    try:
        queued = ioctl(transport.get_extra_info("socket").fileno(), TIOCOUTQ, bytes(_C_INT))
    except OSError:  # a kernel that does not tell
        queued = b""
    return int(transport.get_write_buffer_size()) + int.from_bytes(queued, sys.byteorder)


_C_INT = 4


def _is_waiting(connection: Any) -> bool:
    """Whether a client is waited for: the buffer is full, or nothing but what is in it keeps the connection open."""
    transport = connection.transport
    if transport is None or not transport.get_write_buffer_size():
        return False
    return bool(transport.is_closing() or _is_paused(connection))


def _is_paused(connection: Any) -> bool:
    flow = getattr(connection, "flow", None)
    return bool(flow.write_paused) if flow is not None else not connection.writable.is_set()
