"""What keeps an operation going when anything was killed, stopped or cut off; every worker has one."""

from __future__ import annotations

import random
from collections.abc import Callable
from threading import Event, Thread

import structlog
from redis.exceptions import RedisError

from jobs import calls
from jobs.broker import Waker
from jobs.errors import BulkError
from jobs.hands import Hands
from jobs.ledger import Ledger
from jobs.retention import sweep
from jobs.stores import ResultStore
from jobs.tuning import Tuning

SWEEP_SECONDS = 3600.0
"""Between two looks for parts that no record knows of."""

_JITTER = 0.2
_IDLE_SECONDS = 0.5

_log = structlog.get_logger(__name__)


class Reconciler:
    """Hands out again what was given up, sends wake-ups that were lost, and removes what expired.

    Args:
        worker: the name by which this worker is alive.
    """

    def __init__(
        self, worker: str, ledger: Ledger, store: ResultStore, waker: Waker, hands: Hands, tuning: Tuning
    ) -> None:
        self._worker = worker
        self._ledger = ledger
        self._store = store
        self._waker = waker
        self._hands = hands
        self._tuning = tuning

    def look(self) -> None:
        """Look after everything once. Raises: RedisError, StoreError."""
        found = self._ledger.do(calls.reap(self._tuning))
        if found.recovered:
            _log.warning("chunks.recovered", count=found.recovered)
        self.wake()
        for id in found.expired:
            self._ledger.do(calls.delete(id, self._tuning))
            _log.info("operation.expired", operation=id)
            self._store.delete(id)
        for id in found.trash:
            self._store.delete(id)
            self._ledger.emptied(id)
        if self._ledger.turn("sweep", SWEEP_SECONDS):
            sweep(self._store, self._ledger.known)

    def wake(self) -> None:
        """Send the wake-ups that are wanted. Raises: RedisError."""
        idle = self._hands.idle_seconds() > _IDLE_SECONDS
        tokens = self._ledger.do(calls.wake(self._tuning, self._worker, idle=idle))
        self._waker.send(tokens)


class Keeper:
    """Keeps the lease of the chunk in hand, and ends the process when it takes too long.

    Args:
        give_up: ends the process at once, for a computation in C listens to nobody.
    """

    def __init__(self, ledger: Ledger, hands: Hands, tuning: Tuning, give_up: Callable[[], None]) -> None:
        self._ledger = ledger
        self._hands = hands
        self._tuning = tuning
        self._give_up = give_up

    def look(self) -> None:
        """Look once. Raises: RedisError."""
        held = self._hands.held()
        if held is None:
            return
        taken, seconds = held
        if seconds <= self._tuning.chunk_seconds:
            self._ledger.renew(taken, self._tuning.lease_ms)
            return
        _log.error("chunk.too_long", operation=taken.id, seconds=round(seconds))
        try:
            self._ledger.do(calls.release(taken, calls.Release.DIED, self._tuning))
        finally:
            self._give_up()


def every(seconds: float, look: Callable[[], None], ending: Event, name: str) -> Thread:
    """A started thread that looks once in so many seconds, more or less, until *ending* is set."""

    def watch() -> None:
        while not ending.wait(seconds * random.uniform(1 - _JITTER, 1 + _JITTER)):  # noqa: S311  spreads load, no secret
            try:
                look()
            except (RedisError, BulkError) as error:
                _log.warning("watch.failed", watch=name, error=type(error).__name__)

    thread = Thread(target=watch, name=name, daemon=True)
    thread.start()
    return thread
