"""A worker: a process of one thread that works, woken by Dramatiq, and two that look after it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from threading import Event

import dramatiq
import msgspec
import structlog
from dramatiq.broker import Broker
from redis.exceptions import RedisError

from jobs import calls
from jobs.broker import Waker, add_actor
from jobs.calls import Release
from jobs.chunks import Chunks
from jobs.hands import Hands
from jobs.hooks import Hooks, Notify
from jobs.ledger import Ledger
from jobs.reconciler import Keeper, Reconciler, every
from jobs.stores import ResultStore
from jobs.tuning import Tuning
from jobs.work import MakeWork, Workbench
from runtime.children import EX_RECYCLED

POLL_MS = 100
"""The longest pause between two looks into an idle queue: 41 ms to the start of a chunk in the middle, 97 at most."""

_log = structlog.get_logger(__name__)


class WorkerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a worker lives.

    Args:
        name: what the records call it; different for each that lives, on any host.
        chunks: after how many it makes room for a fresh process.
        memory_bytes: of the process, from which on it does so too.
        stop_seconds: within which it finishes its chunk when it has to end.
        watch_seconds: between two looks at what was given up; 0 for never, which loses work.
    """

    name: str
    tuning: Tuning = msgspec.field(default_factory=Tuning)
    chunks: int = 10_000
    memory_bytes: int = 300_000_000
    stop_seconds: float = 10.0
    watch_seconds: float = 1.0


class Worker:
    """Works at chunks until it is told to end, or is used up.

    Args:
        make_work: makes what turns births into lines.
        notify: tells who wants to know that an operation has ended.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        ledger: Ledger,
        store: ResultStore,
        broker: Broker,
        make_work: MakeWork,
        notify: Notify | None = None,
    ) -> None:
        tuning = settings.tuning
        self._settings = settings
        self._ledger = ledger
        self._broker = broker
        self._hands = Hands()
        self._ending, self._hurry = Event(), Event()
        self._code = 0
        self._chunks = Chunks(ledger, store, Workbench(ledger, make_work), tuning, self._hurry)
        self._reconciler = Reconciler(settings.name, ledger, store, Waker(broker), self._hands, tuning)
        self._hooks = Hooks(ledger, notify) if notify else None
        self._keeper = Keeper(ledger, self._hands, tuning, lambda: os._exit(EX_RECYCLED))

    def run(self) -> int:
        """Work until SIGTERM, SIGINT or the worker is used up; answers the exit code. From the main thread, once."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: self._ending.set())
        add_actor(self._broker, self._wake_up)
        watched = Event()
        self._watch(watched)
        woken = dramatiq.Worker(self._broker, worker_threads=1, worker_timeout=POLL_MS)
        woken.start()
        _log.info("worker.started", worker=self._settings.name)
        self._ending.wait()
        self._stop(woken)
        watched.set()
        _log.info("worker.ended", worker=self._settings.name, chunks=self._hands.chunks)
        return self._code

    def _watch(self, watched: Event) -> None:
        every(1.0, self._keeper.look, watched, "keeper")
        if self._settings.watch_seconds:
            every(self._settings.watch_seconds, self._reconciler.look, watched, "reconciler")
        if self._hooks:
            every(1.0, self._hooks.look, watched, "hooks")

    def _wake_up(self, token: str) -> None:
        """Work at one chunk, whichever is next; the token only says that there may be one."""
        try:
            taken = self._ledger.do(calls.take(token, self._settings.tuning))
            if taken is None:
                return
            with self._hands.holding(taken):
                self._chunks.run(taken)
            self._reconciler.wake()
        except RedisError as error:
            _log.warning("chunk.interrupted", error=type(error).__name__)
        if self._hands.chunks >= self._settings.chunks or memory_bytes() >= self._settings.memory_bytes:
            self._code = EX_RECYCLED
            self._ending.set()

    def _stop(self, woken: dramatiq.Worker) -> None:
        """Let the chunk in hand be finished, or give it back."""
        milliseconds = int(self._settings.stop_seconds * 1000)
        for thread in woken.workers:
            thread.stop()
        for thread in woken.workers:
            thread.join(self._settings.stop_seconds)
        self._hurry.set()
        held = self._hands.held()
        if held is None:
            woken.stop(timeout=milliseconds)
            return
        try:
            self._ledger.do(calls.release(held[0], Release.UNRUN, self._settings.tuning))
        except RedisError as error:
            _log.warning("chunk.not_given_back", error=type(error).__name__)


def memory_bytes() -> int:
    """The memory that this process has in use; 0 where the system does not say.

    >>> memory_bytes() < 10**12
    True
    """
    if sys.platform != "linux":
        return 0
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
