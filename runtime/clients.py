"""The Redis clients, each with the time-outs of its purpose."""

from __future__ import annotations

from typing import Any, NamedTuple

from redis import Redis as BlockingRedis
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry as BlockingRetry

CACHE_CONNECTIONS = 32
PARTS_TIMEOUT_SECONDS = 5.0


class Connections(NamedTuple):
    """A pool's connections: how many there may be, are open, are in use, and how many wait for one."""

    limit: int
    open: int
    in_use: int
    waiting: int


class CountedPool(BlockingConnectionPool):
    """A pool that knows how many wait for a connection, be it for a free one or for a new one to be made."""

    waiting = 0

    async def get_connection(self, *arguments: Any, **named: Any) -> Any:
        """A connection. Raises: redis.exceptions.ConnectionError: none became free in time."""
        self.waiting += 1
        try:
            return await super().get_connection(*arguments, **named)  # type: ignore[no-untyped-call]  # its decorator has none
        finally:
            self.waiting -= 1


def connections(client: Redis) -> Connections | None:
    """The connections of a client now; None where it has no pool that counts."""
    pool = client.connection_pool
    if not isinstance(pool, CountedPool):
        return None
    (idle, _), (in_use, _) = pool.get_connection_count()
    return Connections(pool.max_connections, idle + in_use, in_use, pool.waiting)


def cache_client(url: str, *, timeout_seconds: float = 0.05, max_connections: int = CACHE_CONNECTIONS) -> Redis:
    """A client that gives up at once, for values that can be computed instead; it connects at its first command.

    Call it inside the running event loop, once per process, and `aclose()` it there.

    Args:
        url: redis://, rediss:// or unix://; options in its query win over those given here.
        timeout_seconds: for connecting, for each answer, and for a connection of the pool to become free.
        max_connections: the pool's size; further requests wait for a free connection.

    Commands raise redis.exceptions.TimeoutError (a stopped server: after one timeout) or ConnectionError (a server
    that is gone: at once). Answers are bytes.
    """
    pool = CountedPool.from_url(
        url,
        max_connections=max_connections,
        timeout=timeout_seconds,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        # redis-py's own default, ten retries of any error, hangs for over a minute on a stopped server. One retry on
        # a broken connection alone survives a server's restart without an error, and a time-out is not waited twice.
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        decode_responses=False,  # values are msgpack
        protocol=2,  # RESP3 would add a HELLO to every new connection, for nothing that the cache uses
        driver_info=None,  # nor is CLIENT SETINFO wanted: two more commands within the same 50 ms
    )
    return Redis.from_pool(pool)


def parts_client(url: str) -> BlockingRedis:
    """A blocking client for parts of bulk operations, used from threads; it connects at its first command.

    A part of half a megabyte takes a few milliseconds, and a server that restarts is waited for about a second.

    Args:
        url: redis://, rediss:// or unix://; options in its query win over those given here.
    """
    backoff = ExponentialWithJitterBackoff(base=0.1, cap=0.5)
    return BlockingRedis.from_url(
        url,
        socket_timeout=PARTS_TIMEOUT_SECONDS,
        socket_connect_timeout=PARTS_TIMEOUT_SECONDS,
        retry=BlockingRetry(backoff, 4, supported_errors=(RedisConnectionError,)),
        decode_responses=False,  # parts are bytes
        protocol=2,
        driver_info=None,
    )


RECORDS_TIMEOUT_SECONDS = 2.0


def records_client(url: str) -> BlockingRedis:
    """A blocking client for the records of bulk operations, used from a worker's threads.

    What it does not get within two seconds, whoever asks tries again.
    """
    return BlockingRedis.from_url(
        url,
        socket_timeout=RECORDS_TIMEOUT_SECONDS,
        socket_connect_timeout=RECORDS_TIMEOUT_SECONDS,
        retry=BlockingRetry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        decode_responses=False,  # selections are bytes
        protocol=2,
        driver_info=None,
    )


WAKES_TIMEOUT_SECONDS = 0.5


def wakes_client(url: str) -> BlockingRedis:
    """A blocking client for wake-ups, which may be lost: it gives up after half a second."""
    return BlockingRedis.from_url(
        url,
        socket_timeout=WAKES_TIMEOUT_SECONDS,
        socket_connect_timeout=WAKES_TIMEOUT_SECONDS,
        retry=BlockingRetry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        decode_responses=False,
        protocol=2,
        driver_info=None,
    )


def operations_client(url: str) -> Redis:
    """A client for the records of bulk operations, used from an event loop; a busy one waits for a free connection."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CACHE_CONNECTIONS,
        timeout=RECORDS_TIMEOUT_SECONDS,
        socket_timeout=RECORDS_TIMEOUT_SECONDS,
        socket_connect_timeout=RECORDS_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        decode_responses=False,
        protocol=2,
        driver_info=None,
    )
    return Redis.from_pool(pool)


EVENTS_BLOCK_SECONDS = 1.0


def events_client(url: str) -> Redis:
    """A client for one reader of events, which waits up to a second for the next; a connection that is cut off shows."""
    return Redis.from_url(
        url,
        socket_timeout=3 * EVENTS_BLOCK_SECONDS,
        socket_connect_timeout=RECORDS_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        decode_responses=False,
        protocol=2,
        driver_info=None,
    )
