"""The two-tier cache's door: many questions in, as many answers out, by one read, one computation and one write."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import msgspec
from cachebox import LRUCache

from ephemeris.errors import ChartError
from resolvers.keys import Keys
from resolvers.kinds import KINDS, Asked, Kind, Value
from resolvers.shared import SharedTier

_SLICE_SECONDS = 0.005
"""How long the event loop is held at a time while charts are computed."""

_Answers = dict[bytes, Any]


class TierCounts(msgspec.Struct):
    """What a kind's questions met since the start of the process."""

    l1_hits: int = 0
    l2_hits: int = 0
    computed: int = 0
    joined: int = 0
    undecodable: int = 0
    batches: int = 0


class ChartCache:
    """Answers batches of questions from memory, from Redis, from a computation under way, or by computing.

    Args:
        keys: makes names of values outside the process.
        shared: the second tier.
        entries: how many values of each kind memory holds.
        ttl_seconds: how long Redis keeps a value, give or take a tenth.
    """

    def __init__(self, keys: Keys, shared: SharedTier, entries: int, ttl_seconds: int) -> None:
        self._keys = keys
        self.shared = shared
        self._ttl = ttl_seconds
        self._memory: dict[str, LRUCache[bytes, Any]] = {kind.name: LRUCache(entries) for kind in KINDS}
        self._flights: dict[bytes, asyncio.Future[Any]] = {}
        self.counts = {kind.name: TierCounts() for kind in KINDS}

    async def fetch(self, kind: Kind[Asked, Value], asked: Sequence[Asked]) -> list[Value | ChartError]:
        """Answers in the order of the questions; an error stands in the place of the answer it prevented."""
        memory, counts = self._memory[kind.name], self.counts[kind.name]
        counts.batches += 1
        answers = [memory.get(question.token) for question in asked]
        missing = {question.token: question for question, answer in zip(asked, answers, strict=True) if answer is None}
        counts.l1_hits += len(answers) - len(missing)
        if not missing:
            return answers
        found = await self._missing(kind, missing)
        return [found[q.token] if answer is None else answer for q, answer in zip(asked, answers, strict=True)]

    def clear_memory(self) -> None:
        """Forget what this process holds in memory."""
        for memory in self._memory.values():
            memory.clear()

    async def close(self) -> None:
        """End the writes under way and let Redis go."""
        await self.shared.close()

    async def _missing(self, kind: Kind[Asked, Value], missing: dict[bytes, Asked]) -> _Answers:
        """Join the computations under way and start one for the rest."""
        joined = {token: self._flights[token] for token in missing if token in self._flights}
        own = {token: question for token, question in missing.items() if token not in joined}
        self.counts[kind.name].joined += len(joined)
        found = await self._flown(kind, own) if own else {}
        for token, flight in joined.items():
            await asyncio.wait([flight])
            if flight.cancelled():  # whoever computed it went away: ask again
                found |= await self._missing(kind, {token: missing[token]})
            else:
                found[token] = flight.result()
        return found

    async def _flown(self, kind: Kind[Asked, Value], own: dict[bytes, Asked]) -> _Answers:
        """Answer *own* and tell everybody who joined meanwhile."""
        loop = asyncio.get_running_loop()
        flights = {token: loop.create_future() for token in own}
        self._flights |= flights
        try:
            found = await self._read_or_computed(kind, own)
            for token, flight in flights.items():
                flight.set_result(found[token])
        finally:
            for token, flight in flights.items():
                del self._flights[token]
                flight.cancel()
        return found

    async def _read_or_computed(self, kind: Kind[Asked, Value], own: dict[bytes, Asked]) -> _Answers:
        memory, names = self._memory[kind.name], {token: self._keys.redis_key(kind.name, token) for token in own}
        values = await self.shared.read(list(names.values()))
        found: _Answers = {}
        for (token, question), value in zip(own.items(), values, strict=True):
            if value is not None and (kept := self._decoded(kind, value, question)) is not None:
                found[token] = memory[token] = kept
        rest = [question for token, question in own.items() if token not in found]
        fresh: dict[str, bytes] = {}
        for question, answer, written in await self._computed(kind, rest):
            found[question.token] = answer
            if written is not None:
                fresh[names[question.token]] = written
                memory[question.token] = answer
        self.shared.write(fresh, self._ttl)
        return found

    def _decoded(self, kind: Kind[Asked, Value], value: bytes, question: Asked) -> Value | None:
        counts = self.counts[kind.name]
        try:
            answer = kind.decode(value)
        except msgspec.DecodeError:  # not ours, or torn: compute and overwrite
            counts.undecodable += 1
            return None
        counts.l2_hits += 1
        return kind.join(answer, question, self._keys)

    async def _computed(
        self, kind: Kind[Asked, Value], asked: Sequence[Asked]
    ) -> list[tuple[Asked, Value | ChartError, bytes | None]]:
        """Each answer with its bytes (None for an error), in the order of computation, the loop let go between slices."""
        self.counts[kind.name].computed += len(asked)
        answers: list[tuple[Asked, Value | ChartError, bytes | None]] = []
        since = perf_counter()
        for question in sorted(asked, key=kind.order):
            answers.append((question, *self._answered(kind, question)))
            if perf_counter() - since > _SLICE_SECONDS:
                await asyncio.sleep(0)
                since = perf_counter()
        return answers

    def _answered(self, kind: Kind[Asked, Value], question: Asked) -> tuple[Value | ChartError, bytes | None]:
        try:
            value = kind.compute(question)
        except ChartError as error:
            return error, None
        written = kind.encode(value)
        return kind.join(value, question, self._keys), written
