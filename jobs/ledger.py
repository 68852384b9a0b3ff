"""The records in Redis, for a worker's threads and for an event loop: the same calls, and plain reads of the same keys."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, cast

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import RedisError

from jobs.calls import Brief, Call
from jobs.record import FIELDS, Record, Stored, Taken, record_of, stored_of
from jobs.refusals import RecordsDownError
from jobs.scripts import NAMES, script

ROOT = "grahaql:{bulk}"
"""What all names begin with; the braces put them into one slot of a cluster. No birth stands in a name."""

EVENTS = f"{ROOT}:events"
WORKERS = f"{ROOT}:workers"
HOOKS = f"{ROOT}:hooks"

ALIVE_MS = 5_000
"""How long ago a worker that is alive said so."""

_BRIEF = Brief._fields
_T = TypeVar("_T")


async def had(answer: Awaitable[_T]) -> _T:
    """What Redis answers. Raises: RecordsDownError: it cannot be had now."""
    try:
        return await answer
    except (RedisError, OSError) as error:
        raise RecordsDownError.of(error) from error


class Event(NamedTuple):
    """A change of an operation: the event's own id, the operation's, and what can change."""

    event: str
    id: str
    fields: Mapping[bytes, bytes]


class Server(NamedTuple):
    """The server of the records. Args: epoch: a word that is lost with the records, and then is another."""

    durable: bool
    keeps_all: bool
    epoch: str
    workers: int
    unfinished: int


def _uploads_of(client: str) -> str:
    return f"{ROOT}:client:{client}:uploads"


def key_of(id: str) -> str:
    """The name of an operation's record."""
    return f"{ROOT}:op:{id}"


class Ledger:
    """The records, synchronous: for workers. Safe to use from several threads.

    Every method raises redis.exceptions.RedisError where Redis cannot be had.
    """

    def __init__(self, client: Redis) -> None:
        self.client = client
        self._scripts = {name: client.register_script(script(name)) for name in NAMES}

    def do(self, call: Call[_T]) -> _T:
        """The answer to a call."""
        return call.read(self._scripts[call.script](keys=[ROOT], args=call.arguments))

    def renew(self, taken: Taken, lease_ms: int) -> bool:
        """Whether the chunk is still this worker's to finish, and from now on for *lease_ms* more."""
        seconds, microseconds = self.client.time()
        deadline = seconds * 1000 + microseconds // 1000 + lease_ms
        name, item = f"{key_of(taken.id)}:lease", str(taken.item)
        self.client.zadd(name, {item: deadline}, xx=True)
        return self.client.zscore(name, item) is not None

    def brief(self, id: str) -> Brief | None:
        """What the operation does; None where there is no record."""
        return _brief(cast("Sequence[bytes | None]", self.client.hmget(key_of(id), _BRIEF)))

    def find(self, id: str) -> Record | None:
        """The record."""
        pipeline: Any = self.client.pipeline(transaction=False)
        values, now = pipeline.hmget(key_of(id), FIELDS).time().execute()
        return record_of(id, values, _ms(now))

    def known(self, names: Sequence[str]) -> list[str]:
        """Which of these are operations, or where an operation has its births."""
        pipeline: Any = self.client.pipeline(transaction=False)
        for name in names:
            pipeline.exists(key_of(name)).hexists(f"{ROOT}:sources", name)
        found = pipeline.execute()
        return [name for name, pair in zip(names, zip(found[::2], found[1::2], strict=True), strict=True) if any(pair)]

    def turn(self, task: str, seconds: float) -> bool:
        """Whether it is this worker's turn at a task that one of all does once in so many seconds."""
        return bool(self.client.set(f"{ROOT}:turn:{task}", "", nx=True, px=int(seconds * 1000)))

    def due_hooks(self) -> list[str]:
        """The operations about whose end somebody is to be called now."""
        rows: Any = self.client.zrangebyscore(HOOKS, "-inf", _ms(self.client.time()), start=0, num=16)
        return [id.decode() for id in rows]

    def calls_of(self, id: str) -> int:
        """How many calls about the operation's end failed."""
        return int(cast("bytes | None", self.client.hget(key_of(id), "calls")) or 0)

    def called(self, id: str, again_seconds: float | None) -> None:
        """Somebody was called. Args: again_seconds: after which it has to be done again; None for never."""
        pipeline: Any = self.client.pipeline()
        if again_seconds is None:
            pipeline.zrem(HOOKS, id)
        else:
            pipeline.zadd(HOOKS, {id: _ms(self.client.time()) + int(again_seconds * 1000)}, xx=True)
            pipeline.hincrby(key_of(id), "calls", 1)
        pipeline.delete(f"{ROOT}:turn:hook:{id}").execute()

    def emptied(self, id: str) -> None:
        """What was stored for the operation is gone: it leaves the trash."""
        self.client.zrem(f"{ROOT}:trash", id)


class AsyncLedger:
    """The records, for an event loop."""

    def __init__(self, client: AsyncRedis) -> None:
        self.client = client
        self._scripts = {name: client.register_script(script(name)) for name in NAMES}

    async def do(self, call: Call[_T]) -> _T:
        """The answer to a call."""
        return call.read(await self._scripts[call.script](keys=[ROOT], args=call.arguments))

    async def find(self, ids: Sequence[str]) -> list[Record | None]:
        """The records of several operations, in their order."""
        pipeline: Any = self.client.pipeline(transaction=False)
        pipeline.time()
        for id in ids:
            pipeline.hmget(key_of(id), FIELDS)
        now, *found = await pipeline.execute()
        return [record_of(id, values, _ms(now)) for id, values in zip(ids, found, strict=True)]

    async def brief(self, id: str) -> Brief | None:
        """What the operation does; None where there is no record."""
        values: Any = await self.client.hmget(key_of(id), _BRIEF)
        return _brief(values)

    async def deleted(self, id: str) -> bool:
        """Whether the operation was removed before its time."""
        return bool(await self.client.exists(f"{ROOT}:gone:{id}"))

    async def stored(self, id: str, start: int, most: int) -> list[Stored]:
        """The chunks of results that are there, in order, from the one on that has birth *start*."""
        name = f"{key_of(id)}:parts"
        covering: Any = await self.client.zrevrangebyscore(name, start, "-inf", start=0, num=1)
        first = stored_of(covering[0]).chunk.start if covering else start
        following: Any = await self.client.zrangebyscore(name, first, "+inf", start=0, num=most)
        return [stored_of(text) for text in following]

    async def upload_waits(self, client: str, id: str, now: int, expires: int) -> int:
        """Note that an upload waits to be submitted, from *now* until it expires. Answers how many of the client do."""
        name = _uploads_of(client)
        pipeline: Any = self.client.pipeline()
        pipeline.zadd(name, {id: expires}).zremrangebyscore(name, "-inf", now)
        *_, waiting, _ = await pipeline.zcard(name).expireat(name, expires).execute()
        return int(waiting)

    async def upload_taken(self, client: str, id: str) -> None:
        """The upload waits no more."""
        await self.client.zrem(_uploads_of(client), id)

    async def oldest_event(self) -> str:
        """The first event that is kept; 0-0 where there never was one."""
        rows: Any = await self.client.xrange(EVENTS, count=1)
        return rows[0][0].decode() if rows else "0-0"

    async def newest_event(self) -> str:
        """The last event; 0-0 where there is none."""
        rows: Any = await self.client.xrevrange(EVENTS, count=1)
        return rows[0][0].decode() if rows else "0-0"

    async def events(self, client: AsyncRedis, after: str, block_ms: int) -> list[Event]:
        """The events after one, or none within so many milliseconds. Args: client: one that waits that long."""
        answer: Any = await client.xread({EVENTS: after}, count=1000, block=block_ms)
        rows = answer[0][1] if answer else []
        return [Event(event.decode(), fields[b"id"].decode(), fields) for event, fields in rows]

    async def server(self) -> Server:
        """How the server is set up, which records it has, and who works."""
        pipeline: Any = self.client.pipeline(transaction=False)
        pipeline.info("persistence").info("memory").time()
        persistence, memory, now = await pipeline.execute()
        pipeline.set(f"{ROOT}:epoch", secrets.token_hex(8), nx=True).get(f"{ROOT}:epoch")
        pipeline.zcount(WORKERS, _ms(now) - ALIVE_MS, "+inf").zcard(f"{ROOT}:open")
        _, epoch, workers, unfinished = await pipeline.execute()
        durable, policy = bool(persistence["aof_enabled"]), str(memory["maxmemory_policy"])
        return Server(durable, policy == "noeviction" or not memory["maxmemory"], epoch.decode(), workers, unfinished)

    async def of_client(self, client: str, before: str, count: int) -> list[tuple[str, int]]:
        """A client's operations, newest first: ids, and when each was made.

        Args:
            before: Unix microseconds, not included; "+inf" for the newest.
        """
        name = f"{ROOT}:client:{client}:all"
        rows: Any = await self.client.zrevrangebyscore(name, f"({before}", "-inf", start=0, num=count, withscores=True)
        return [(id.decode(), int(made)) for id, made in rows]


def _brief(values: Sequence[bytes | None]) -> Brief | None:
    selection, settings, webhook, trace = values
    return None if selection is None else Brief(selection, settings or b"", webhook or b"", (trace or b"").decode())


def _ms(now: tuple[int, int]) -> int:
    return now[0] * 1000 + now[1] // 1000
