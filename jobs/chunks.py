"""One chunk from its births to its lines: read, run, store, count."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from threading import Event
from typing import TypeVar

import structlog
from redis.exceptions import RedisError
from structlog.contextvars import bind_contextvars, bound_contextvars

from jobs import calls
from jobs.births import Row, get_births
from jobs.calls import Call, Completion, Release
from jobs.errors import BulkError
from jobs.isolation import failed_line, lines_of
from jobs.ledger import Ledger
from jobs.lines import Line, pack, unpack
from jobs.record import Problem, Taken
from jobs.stores import ResultStore
from jobs.tuning import Tuning
from jobs.work import Ready, Work, Workbench

_T = TypeVar("_T")

_log = structlog.get_logger(__name__)


class UnpreparedError(BulkError):
    """Raised when an operation's selection cannot be made ready."""

    def __init__(self, error: Exception) -> None:
        message = f"The selection could not be prepared: {type(error).__name__}."
        super().__init__("WORKER_FAILED", message, "Submit it again; report it where that does not help.")


class Chunks:
    """Runs chunks for one worker.

    Args:
        hurry: set when the worker has to end: then nothing is tried again.
    """

    def __init__(
        self, ledger: Ledger, store: ResultStore, workbench: Workbench, tuning: Tuning, hurry: Event | None = None
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._workbench = workbench
        self._tuning = tuning
        self._hurry = hurry or Event()

    def run(self, taken: Taken) -> None:
        """Store the lines of a chunk and count it; or give it back, saying why.

        What is logged meanwhile names the operation and the trace that it belongs to.

        Raises:
            RedisError: Redis could not be had, and the worker has to end.
        """
        with bound_contextvars(operation=taken.id, traceparent=""):
            self._run(taken)

    def _run(self, taken: Taken) -> None:
        began = time.monotonic()
        try:
            lines = self._lines(taken)
            if lines is None or not self._again(lambda: self._ledger.renew(taken, self._tuning.lease_ms)):
                return
            self._store.put(taken.id, taken.item.chunk.name, pack(lines))
        except BulkError as error:
            self._give_back(taken, error)
            return
        failed = sum(line.code is not None for line in lines)
        took_ms = round((time.monotonic() - began) * 1000)
        if self._do(calls.complete(taken, failed, took_ms, self._tuning)) is Completion.GONE:
            self._store.delete(taken.id)

    def _lines(self, taken: Taken) -> list[Line] | None:
        """None where the operation is gone."""
        start, length, attempt = taken.item
        if taken.tries > self._tuning.tries:
            reason = f"Working at this birth ended the worker, {self._tuning.tries} times."
            return [failed_line(index, reason) for index in range(start, start + length)]
        record, ready = self._again(lambda: self._ledger.find(taken.id)), self._ready(taken.id)
        if record is None or ready is None:
            return None
        bind_contextvars(traceparent=ready.trace)
        births = get_births(self._store, record.source, start, length)
        if attempt == 0:
            return lines_of(ready.work, births, start, self._tuning.tries)
        return self._mended(ready.work, births, unpack(self._store.get(taken.id, taken.item.chunk.name)))

    def _mended(self, work: Work, births: Sequence[Row], lines: list[Line]) -> list[Line]:
        """The lines, those that failed made anew."""
        first = lines[0].index
        for start, stop in _runs_of_failures(lines):
            lines[start:stop] = lines_of(work, births[start:stop], first + start, self._tuning.tries)
        return lines

    def _ready(self, id: str) -> Ready | None:
        try:
            return self._again(lambda: self._workbench.ready(id))
        except (RedisError, BulkError):
            raise
        except Exception as error:
            _log.exception("work.not_made")
            raise UnpreparedError(error) from error

    def _give_back(self, taken: Taken, error: BulkError) -> None:
        _log.error("chunk.given_back", code=error.code, reason=error.message)
        problem = Problem(error.code, error.message, error.remedy)
        self._do(calls.release(taken, Release.FAULT, self._tuning, problem))

    def _do(self, call: Call[_T]) -> _T:
        return self._again(lambda: self._ledger.do(call))

    def _again(self, ask: Callable[[], _T]) -> _T:
        """The answer, however long Redis is away: what was computed is not thrown away for that."""
        for pause in _pauses():
            try:
                return ask()
            except RedisError as error:
                _log.warning("redis.away", error=type(error).__name__)
                if self._hurry.wait(pause):
                    raise
        raise AssertionError("pauses never end")


def _runs_of_failures(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """From where to where lines failed, as places in the list.

    >>> _runs_of_failures([Line(5, b""), Line(6, b"", "X"), Line(7, b"", "X"), Line(8, b"")])
    [(1, 3)]
    """
    runs, place = [], 0
    for failed, group in groupby(lines, lambda line: line.code is not None):
        stop = place + len(list(group))
        if failed:
            runs.append((place, stop))
        place = stop
    return runs


def _pauses() -> Iterator[float]:
    pause = 0.05
    while True:
        yield pause
        pause = min(1.0, pause * 2)
