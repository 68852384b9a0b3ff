"""Dataloaders, one per kind and made afresh for every operation: a loader states its key and its batch function."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Generic

from aiodataloader import DataLoader

from ephemeris.chart import NatalChart
from ephemeris.errors import ChartError
from ephemeris.vargas import Varga
from resolvers.cache import ChartCache
from resolvers.kinds import NATAL, VARGAS, Asked, Kind, Value
from resolvers.requests import NatalRequest, VargaRequest

_MOST_IN_A_BATCH = 1000


class CacheLoader(DataLoader[Asked, Value], Generic[Asked, Value]):
    """Gathers the questions of one turn of the event loop and asks the cache for all of them at once.

    An error stands in the place of the answer it prevented, so that one wrong question spoils no other.
    """

    get_cache_key = staticmethod(attrgetter("token"))
    max_batch_size = _MOST_IN_A_BATCH

    def __init__(self, cache: ChartCache, kind: Kind[Asked, Value]) -> None:
        super().__init__()
        self._charts = cache
        self._kind = kind
        self._batches: set[asyncio.Task[object]] = set()
        self.failed = False

    def load(self, key: Asked) -> asyncio.Future[Value]:
        """The answer to one question; whoever is cancelled while waiting for it takes it from nobody else."""
        return asyncio.shield(super().load(key))

    async def answers(self, keys: Sequence[Asked]) -> list[Value | BaseException]:
        """Answers in the order of *keys*, an error in the place of the answer it prevented."""
        load = super().load
        return await asyncio.shield(asyncio.gather(*[load(key) for key in keys], return_exceptions=True))

    async def batch_load_fn(self, keys: list[Asked]) -> list[Value | ChartError]:  # type: ignore[override]  # raises each
        """Answers in the order of *keys*."""
        batch = asyncio.current_task()
        if batch is not None:
            self._batches.add(batch)
            batch.add_done_callback(self._batches.discard)
        answers = await self._charts.fetch(self._kind, keys)
        self.failed = self.failed or any(isinstance(answer, ChartError) for answer in answers)
        return answers

    def cancel(self) -> None:
        """Stop the batches under way. Their futures stay open: only for an operation whose resolvers are cancelled too."""
        for batch in self._batches:
            batch.cancel()


class Loaders:
    """The loaders of one operation, each made when it is first needed: inside the running event loop, for no other operation."""

    def __init__(self, cache: ChartCache) -> None:
        self._cache = cache
        self._made: dict[str, CacheLoader[Any, Any]] = {}

    def of(self, kind: Kind[Asked, Value]) -> CacheLoader[Asked, Value]:
        """The loader of a kind."""
        found = self._made.get(kind.name)
        if found is None:
            found = self._made[kind.name] = CacheLoader(self._cache, kind)
        return found

    def held(self, kind: Kind[Asked, Value], asked: Asked) -> Value | None:
        """What memory has of a kind; None where it must be loaded."""
        return self._cache.held(kind, asked)

    async def answers(self, kind: Kind[Asked, Value], asked: Sequence[Asked]) -> list[Value | BaseException]:
        """Answers in the order of the questions, an error in the place of the answer it prevented; one batch for what
        memory has not."""
        found: list[Value | None] = [self.held(kind, question) for question in asked]
        missing = [question for question, answer in zip(asked, found, strict=True) if answer is None]
        loaded = iter(await self.of(kind).answers(missing) if missing else ())
        return [next(loaded) if answer is None else answer for answer in found]

    @property
    def natal(self) -> CacheLoader[NatalRequest, NatalChart]:
        """Of natal charts."""
        return self.of(NATAL)

    @property
    def vargas(self) -> CacheLoader[VargaRequest, tuple[Varga, ...]]:
        """Of sets of divisional charts."""
        return self.of(VARGAS)

    @property
    def failed(self) -> bool:
        """Whether the engine failed on any question: what was made of its answers may be another one soon."""
        return any(loader.failed for loader in self._made.values())

    def cancel(self) -> None:
        """Stop what the operation, which was itself cancelled, had begun."""
        for loader in self._made.values():
            loader.cancel()
