"""The second tier: values in Redis, shared by all processes, never needed for an answer."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from redis.exceptions import RedisError

from resolvers.breaker import Breaker, Circuit
from runtime.clients import Connections, connections

if TYPE_CHECKING:
    from redis.asyncio import Redis

_JITTER = 0.1
_WRITES_AT_ONCE = 32
_T = TypeVar("_T")


class SharedTier:
    """Reads many keys by one MGET and writes many by one pipeline, behind a circuit breaker.

    Args:
        client: with a short time-out (runtime.clients.cache_client); None where there is no Redis.
    """

    def __init__(self, client: Redis | None, breaker: Breaker | None = None) -> None:
        self._client = client
        self.breaker = breaker or Breaker()
        self.errors = 0
        self.skipped_writes = 0
        self.round_trips = 0
        self._writes: set[asyncio.Task[None]] = set()

    @property
    def state(self) -> Circuit | None:
        """The circuit's state; None where there is no Redis."""
        return None if self._client is None else self.breaker.state

    @property
    def connections(self) -> Connections | None:
        """The connections to Redis; None where there are none to be counted."""
        return None if self._client is None else connections(self._client)

    async def read(self, keys: Sequence[str]) -> Sequence[bytes | None]:
        """The values of *keys*, None for each that is absent or cannot be had now."""
        if self._client is not None and keys:
            found = await self._tried(partial(self._client.mget, keys))
            if found is not None:
                return cast("Sequence[bytes | None]", found)
        return [None] * len(keys)

    def write(self, values: Mapping[str, bytes], seconds: int) -> None:
        """Store values in the background, each for about *seconds*; nobody waits for it and nobody fails by it."""
        if self._client is None or not values:
            return
        if len(self._writes) >= _WRITES_AT_ONCE:
            self.skipped_writes += 1
            return
        task = asyncio.create_task(self._store(self._client, dict(values), seconds))
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    async def read_aging(self, key: str) -> tuple[bytes | None, int]:
        """The value of *key* and for how many seconds Redis still keeps it; (None, 0) where it cannot be had now."""
        if self._client is None:
            return None, 0
        pipeline = self._client.pipeline(transaction=False)
        _ = pipeline.get(key)
        _ = pipeline.ttl(key)
        value, seconds = await self._tried(pipeline.execute) or (None, 0)
        return value, max(0, seconds)

    async def keep(self, key: str, value: bytes, seconds: int) -> None:
        """Store one value before going on, so that every process has it when the answer is sent; nobody fails by it."""
        if self._client is not None:
            await self._tried(partial(self._client.set, key, value, ex=seconds))

    async def read_fields(self, name: str, fields: Sequence[str]) -> Sequence[bytes | None] | None:
        """The values of some fields of the hash *name*, in their order; None where they cannot be had now."""
        if self._client is None:
            return None
        return cast("Sequence[bytes | None] | None", await self._tried(partial(self._client.hmget, name, list(fields))))

    async def read_hash(self, name: str) -> Mapping[bytes, bytes] | None:
        """All fields of the hash *name*; None where they cannot be had now."""
        if self._client is None:
            return None
        return cast("Mapping[bytes, bytes] | None", await self._tried(partial(self._client.hgetall, name)))

    async def write_fields(self, name: str, fields: Mapping[str, bytes]) -> bool:
        """Store fields of the hash *name*, all or none and without expiry; answers whether they are stored."""
        if self._client is None:
            return False
        written: dict[Any, Any] = dict(fields)  # redis-py's own type of it is invariant
        return await self._tried(partial(self._client.hset, name, mapping=written)) is not None

    async def drop_fields(self, name: str, fields: Sequence[str], counted: str, count: str) -> bool:
        """Delete fields of the hash *name* and add one to field *count* of *counted*, both or none; whether that is done."""
        if self._client is None:
            return False
        pipeline = self._client.pipeline(transaction=True)
        _ = pipeline.hdel(name, *fields)
        _ = pipeline.hincrby(counted, count, 1)
        return await self._tried(pipeline.execute) is not None

    async def ping(self) -> bool:
        """Whether Redis answers now."""
        return self._client is not None and await self._tried(self._client.ping) is not None

    async def settle(self) -> None:
        """Wait until the writes under way have ended."""
        while self._writes:
            await asyncio.gather(*self._writes)

    async def close(self) -> None:
        """Finish the writes and let the connections go."""
        await self.settle()
        if self._client is not None:
            await self._client.aclose()

    async def _store(self, client: Redis, values: dict[str, bytes], seconds: int) -> None:
        pipeline = client.pipeline(transaction=False)
        for key, value in values.items():
            _ = pipeline.set(key, value, ex=max(1, round(seconds * random.uniform(1 - _JITTER, 1 + _JITTER))))  # noqa: S311 spreads expiry, no secret
        await self._tried(pipeline.execute)

    async def _tried(self, call: Callable[[], Awaitable[_T]]) -> _T | None:
        """The answer of one round trip, or None when the circuit is open or Redis does not answer."""
        if not self.breaker.allows():
            return None
        self.round_trips += 1
        try:
            answer = await call()
        except (TimeoutError, RedisError, OSError):
            self.errors += 1
            self.breaker.failed()
            return None
        self.breaker.succeeded()
        return answer
