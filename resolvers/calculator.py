"""Who computes: this process, in slices of its event loop, or for longer work the pool."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import Protocol

from ephemeris.errors import ChartError
from ephemeris.words import Ayanamsha
from resolvers.keys import Keys
from resolvers.kinds import Asked, Kind, Value
from resolvers.pool import Pool
from resolvers.turns import Turn
from resolvers.wire import TRAVELS, Refusal, Reply
from runtime.metrics.spread import FROM_100_US, Spreads

POOL_FROM_US = 5000.0
"""Work from here on leaves the event loop, in microseconds."""

SLICE_US = 10_000.0
"""Of a worker's time at once: long beside the 0.1 ms that a frame costs, short for the next request that waits."""

_LEARNING = 0.2
"""By how much what is measured moves the mean."""

Computed = tuple[Asked, Value | ChartError, bytes | None]
"""A question, its answer joined, and the answer's bytes as they are kept; None for an error, which is not kept."""


class Times:
    """Seconds of computing one value, by its kind and ayanamsha."""

    def __init__(self) -> None:
        self.by_kind = Spreads[tuple[str, Ayanamsha]](FROM_100_US)

    def add(self, kind: Kind[Asked, Value], asked: Asked, seconds: float) -> None:
        """Count one value."""
        self.by_kind[kind.name, kind.ayanamsha(asked)].add(seconds)


class Calculator(Protocol):
    """Computes what no cache has."""

    times: Times

    @property
    def workers(self) -> int:
        """How many children compute for it."""

    async def compute(self, kind: Kind[Asked, Value], asked: Sequence[Asked]) -> list[Computed[Asked, Value]]:
        """Each answer once, in any order."""

    async def close(self) -> None:
        """Let go of what it holds."""


class WorkerFaultError(Exception):
    """Raised when a worker met a bug; its message is the worker's traceback."""


class Inline:
    """Computes in this process, and lets the event loop go between slices.

    Args:
        keys: names the charts in ids.
    """

    workers = 0

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self.times = Times()

    async def compute(self, kind: Kind[Asked, Value], asked: Sequence[Asked]) -> list[Computed[Asked, Value]]:
        """Each answer, in the order of computation."""
        answers: list[Computed[Asked, Value]] = []
        turn = Turn()
        for question in sorted(asked, key=kind.order):
            answers.append((question, *self._answered(kind, question)))
            await turn.yield_when_long()
        return answers

    async def close(self) -> None:
        """Nothing is held."""

    def _answered(self, kind: Kind[Asked, Value], question: Asked) -> tuple[Value | ChartError, bytes | None]:
        started = perf_counter()
        try:
            value = kind.compute(question)
        except ChartError as error:
            return error, None
        self.times.add(kind, question, perf_counter() - started)
        written = kind.encode(value)
        return kind.join(value, question, self._keys), written


class Pace:
    """How many microseconds a unit of work takes, as a running mean.

    >>> pace = Pace(100.0)
    >>> pace.learn(10, 0.002)
    >>> pace.us
    120.0
    """

    def __init__(self, us: float) -> None:
        self.us = us

    def learn(self, units: int, seconds: float) -> None:
        """Take in that so many units took so long."""
        if units:
            self.us += _LEARNING * (seconds * 1e6 / units - self.us)


class Pooled:
    """Short work in this process, longer work in the pool, once it has started.

    Args:
        keys: names the charts in ids.
        pool: where longer work goes.
    """

    def __init__(self, keys: Keys, pool: Pool) -> None:
        self._keys = keys
        self._inline = Inline(keys)
        self.times = self._inline.times
        self._pool = pool
        self._paces = {name: Pace(travel.unit_us) for name, travel in TRAVELS.items()}

    @property
    def workers(self) -> int:
        """How many children compute now."""
        return len(self._pool.workers)

    async def compute(self, kind: Kind[Asked, Value], asked: Sequence[Asked]) -> list[Computed[Asked, Value]]:
        """Each answer, in the order of computation."""
        pace = self._paces[kind.name]
        units = sum(map(TRAVELS[kind.name].weight, asked))
        if units * pace.us > POOL_FROM_US:
            computer = self._elsewhere if self._pool.awake() else self._inline.compute
            return await computer(kind, asked)
        started = perf_counter()
        answers = await self._inline.compute(kind, asked)
        pace.learn(units, perf_counter() - started)
        return answers

    async def close(self) -> None:
        """End the workers."""
        await self._pool.close()

    async def _elsewhere(self, kind: Kind[Asked, Value], asked: Sequence[Asked]) -> list[Computed[Asked, Value]]:
        """By the pool: replies are read as they come; slices of one who went away are dropped."""
        pace, (pack, weight, _) = self._paces[kind.name], TRAVELS[kind.name]
        portions = list(_portions(sorted(asked, key=kind.order), weight, SLICE_US / pace.us))
        replies = self._pool.submit([[pack(question) for question in portion] for portion in portions])
        answers: list[Computed[Asked, Value]] = []
        try:
            for portion, coming in zip(portions, replies, strict=True):
                reply = await coming
                found = await self._read(kind, portion, reply)
                answers += found
                pace.learn(sum(map(weight, portion)), reply.seconds)
        finally:
            for coming in replies:
                coming.cancel()
        return answers

    async def _read(self, kind: Kind[Asked, Value], portion: list[Asked], reply: Reply) -> list[Computed[Asked, Value]]:
        if reply.fault is not None:
            raise WorkerFaultError(reply.fault)
        answers: list[Computed[Asked, Value]] = []
        turn = Turn()
        for question, answer in zip(portion, reply.answers, strict=True):
            if isinstance(answer, Refusal):
                answers.append((question, answer.error(), None))
            else:
                self.times.add(kind, question, reply.seconds / len(portion))
                answers.append((question, kind.join(kind.decode(answer), question, self._keys), answer))
            await turn.yield_when_long()
        return answers


def _portions(asked: Sequence[Asked], weight: Callable[[Asked], int], units: float) -> Iterator[list[Asked]]:
    """*asked* cut where so many units are full; a question that is more alone is a portion of its own."""
    portion: list[Asked] = []
    full = 0
    for question in asked:
        portion.append(question)
        full += weight(question)
        if full >= units:
            yield portion
            portion, full = [], 0
    if portion:
        yield portion
