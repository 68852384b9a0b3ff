"""Dataloaders, one per kind and made afresh for every operation: a loader states its key and its batch function."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from operator import attrgetter
from typing import Generic

from aiodataloader import DataLoader

from ephemeris.errors import ChartError
from resolvers.cache import ChartCache
from resolvers.kinds import NATAL, VARGAS, Asked, Kind, Value

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
    """The loaders of one operation. Make them inside the running event loop, and never share them between operations."""

    def __init__(self, cache: ChartCache) -> None:
        self.natal = CacheLoader(cache, NATAL)
        self.vargas = CacheLoader(cache, VARGAS)

    @property
    def failed(self) -> bool:
        """Whether the engine failed on any question: what was made of its answers may be another one soon."""
        return self.natal.failed or self.vargas.failed

    def cancel(self) -> None:
        """Stop what the operation, which was itself cancelled, had begun."""
        self.natal.cancel()
        self.vargas.cancel()
