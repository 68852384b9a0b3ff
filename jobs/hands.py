"""What a worker has in hand, seen by the threads that look after it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from jobs.record import Taken


class Hands:
    """The chunk that is being worked at, since when, and how many there were."""

    def __init__(self) -> None:
        self._held: tuple[Taken, float] | None = None
        self._emptied = time.monotonic()
        self.chunks = 0

    @contextmanager
    def holding(self, taken: Taken) -> Iterator[None]:
        """Within it, the chunk is held."""
        self._held = (taken, time.monotonic())
        try:
            yield
        finally:
            self._held, self._emptied = None, time.monotonic()
            self.chunks += 1

    def held(self) -> tuple[Taken, float] | None:
        """The chunk that is held, and for how many seconds."""
        held = self._held
        return None if held is None else (held[0], time.monotonic() - held[1])

    def idle_seconds(self) -> float:
        """For how long nothing has been held."""
        return 0.0 if self._held is not None else time.monotonic() - self._emptied
