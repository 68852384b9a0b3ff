"""The two-tier cache's door: many questions in, as many answers out, by one read, one computation and one write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from cachebox import LRUCache

from ephemeris.errors import ChartError
from resolvers.calculator import Calculator, Computed, Inline
from resolvers.keys import Keys
from resolvers.kinds import KINDS, Asked, Kind, Value
from resolvers.shared import SharedTier
from resolvers.turns import Turn
from runtime.metrics.spread import UP_TO_1000, Spread

_Answers = dict[bytes, Any]


class TierCounts(msgspec.Struct):
    """What a kind's questions met since the start of the process."""

    l1_hits: int = 0
    l2_hits: int = 0
    computed: int = 0
    joined: int = 0
    undecodable: int = 0
    batches: int = 0


def _sized(kind: Kind[Any, Any]) -> Callable[[bytes, Any], int]:
    """How much of memory a value of a kind takes with its token."""
    return lambda token, value: len(token) + kind.size(value)


class ChartCache:
    """Answers batches of questions from memory, from Redis, from a computation under way, or by computing.

    Args:
        keys: makes names of values outside the process.
        shared: the second tier.
        memory_bytes: that values of all kinds may take in memory.
        ttl_seconds: how long Redis keeps a value, give or take a tenth.
        calculator: who computes; by default this process, in slices of its event loop.
    """

    def __init__(
        self, keys: Keys, shared: SharedTier, memory_bytes: int, ttl_seconds: int, calculator: Calculator | None = None
    ) -> None:
        self._keys = keys
        self.shared = shared
        self.calculator = calculator or Inline(keys)
        self.ttl_seconds = ttl_seconds
        share = memory_bytes // len(KINDS)
        self._memory: dict[str, LRUCache[bytes, Any]] = {
            kind.name: LRUCache(share, getsizeof=_sized(kind)) for kind in KINDS
        }
        self._flights: dict[bytes, asyncio.Future[Any]] = {}
        self.counts = {kind.name: TierCounts() for kind in KINDS}
        self.batch_sizes = {kind.name: Spread(UP_TO_1000) for kind in KINDS}

    async def fetch(self, kind: Kind[Asked, Value], asked: Sequence[Asked]) -> list[Value | ChartError]:
        """Answers in the order of the questions; an error stands in the place of the answer it prevented."""
        memory, counts = self._memory[kind.name], self.counts[kind.name]
        counts.batches += 1
        self.batch_sizes[kind.name].add(len(asked))
        answers = [memory.get(question.token) for question in asked]
        missing = {question.token: question for question, answer in zip(asked, answers, strict=True) if answer is None}
        if not missing:
            counts.l1_hits += len(answers)
            return answers
        absent = answers.count(None)
        counts.l1_hits += len(answers) - absent
        counts.joined += absent - len(missing)
        found = await self._missing(kind, missing)
        return [found[q.token] if answer is None else answer for q, answer in zip(asked, answers, strict=True)]

    def entries(self) -> dict[str, int]:
        """How many values of each kind are in memory."""
        return {name: len(memory) for name, memory in self._memory.items()}

    def held(self, kind: Kind[Asked, Value], asked: Asked) -> Value | None:
        """What memory has of one question, without waiting for anything; None where it has nothing."""
        answer: Value | None = self._memory[kind.name].get(asked.token)
        if answer is not None:
            self.counts[kind.name].l1_hits += 1
        return answer

    def clear_memory(self) -> None:
        """Forget what this process holds in memory."""
        for memory in self._memory.values():
            memory.clear()

    async def close(self) -> None:
        """End the computations and the writes under way, and let Redis go."""
        await self.calculator.close()
        await self.shared.close()

    async def _missing(self, kind: Kind[Asked, Value], missing: dict[bytes, Asked]) -> _Answers:
        """Join the computations under way and start one for the rest."""
        joined = {token: self._flights[token] for token in missing if token in self._flights}
        own = {token: question for token, question in missing.items() if token not in joined}
        self.counts[kind.name].joined += len(joined)
        found = await self._flown(kind, own) if own else {}
        if joined:
            await asyncio.wait(joined.values())
        found |= {token: flight.result() for token, flight in joined.items() if not flight.cancelled()}
        again = [missing[token] for token in joined if token not in found]
        if again:  # whoever computed them went away
            answers = await self.fetch(kind, again)
            found |= {question.token: answer for question, answer in zip(again, answers, strict=True)}
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
        except Exception as error:  # a bug: whoever joined hears of it, too, instead of running into it one by one
            for flight in flights.values():
                flight.set_exception(error)
                flight.exception()  # seen, if nobody joined
            raise
        finally:
            for token, flight in flights.items():
                del self._flights[token]
                flight.cancel()
        return found

    async def _read_or_computed(self, kind: Kind[Asked, Value], own: dict[bytes, Asked]) -> _Answers:
        names = {token: self._keys.redis_key(kind.name, token) for token in own}
        found = await self._read(kind, own, names)
        rest = [question for token, question in own.items() if token not in found]
        memory = self._memory[kind.name]
        fresh: dict[str, bytes] = {}
        for question, answer, written in await self._computed(kind, rest):
            found[question.token] = answer
            if written is not None:
                fresh[names[question.token]] = written
                memory[question.token] = answer
        self.shared.write(fresh, self.ttl_seconds)
        return found

    async def _read(self, kind: Kind[Asked, Value], own: dict[bytes, Asked], names: dict[bytes, str]) -> _Answers:
        """What Redis has of *own*, joined and kept in memory."""
        memory, found = self._memory[kind.name], dict[bytes, Any]()
        values = await self.shared.read(list(names.values()))
        turn = Turn()
        for (token, question), value in zip(own.items(), values, strict=True):
            if value is not None and (kept := self._decoded(kind, value, question)) is not None:
                found[token] = memory[token] = kept
                await turn.yield_when_long()
        return found

    def _decoded(self, kind: Kind[Asked, Value], value: bytes, question: Asked) -> Value | None:
        counts = self.counts[kind.name]
        try:
            answer = kind.decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError):  # not ours, or torn: compute and overwrite
            counts.undecodable += 1
            return None
        counts.l2_hits += 1
        return kind.join(answer, question, self._keys)

    async def _computed(self, kind: Kind[Asked, Value], asked: Sequence[Asked]) -> list[Computed[Asked, Value]]:
        self.counts[kind.name].computed += len(asked)
        return await self.calculator.compute(kind, asked) if asked else []
