"""Parts in the jobs server: for operations small enough for its memory, read by every host that reaches it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from redis import Redis
from redis.exceptions import OutOfMemoryError, RedisError

from jobs.errors import MissingPart, StoreError, StoreFullError
from jobs.parts import Kept, Part, check_operation, check_part

KEEP_SECONDS = 32 * 86_400
"""After the last part: longer than any operation may be kept, so that nothing stays where no sweep ever comes."""

_NAME = "grahaql:bulk:parts:"
_BYTES, _SINCE = b".bytes", b".since"
"""Fields beside the parts, whose names have a slash: how many bytes these have, and when the first came."""

_PUT = """
local replaced = redis.call('HSTRLEN', KEYS[1], ARGV[1])
local bytes = tonumber(redis.call('HGET', KEYS[1], '.bytes') or '0') - replaced + #ARGV[2]
if bytes > tonumber(ARGV[3]) then return bytes end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2], '.bytes', bytes)
redis.call('HSETNX', KEYS[1], '.since', redis.call('TIME')[1])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 0
"""
"""One hash holds an operation, so that it goes at once; the sum of its bytes is checked before a part is taken."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


def _told(call: Callable[_P, _T]) -> Callable[_P, _T]:
    @wraps(call)
    def told(*args: _P.args, **named: _P.kwargs) -> _T:
        try:
            return call(*args, **named)
        except OutOfMemoryError as error:
            remedy = "Raise its maxmemory, or name another GRAHAQL_BULK_STORE."
            raise StoreFullError("The jobs server has no memory left.", remedy) from error
        except (RedisError, OSError) as error:
            remedy = "Look after the server that JOBS_URL or GRAHAQL_BULK_STORE names."
            raise StoreError(f"The jobs server does not answer: {type(error).__name__}.", remedy) from error

    return told


class RedisStore:
    """Parts in a Redis-compatible server, each operation with so many bytes at most.

    Args:
        client: with bytes as answers (runtime.clients.parts_client); closed with the store.
        bytes_max: of all parts of one operation.
    """

    def __init__(self, client: Redis, bytes_max: int) -> None:
        self._client = client
        self._bytes_max = bytes_max
        self._put = client.register_script(_PUT)

    @_told
    def put(self, operation: str, name: str, data: bytes) -> None:
        """Keep a part. Raises: StoreError, StoreFullError where the operation would have too many bytes."""
        check_part(operation, name)
        excess = self._put(keys=[_key(operation)], args=[name, data, self._bytes_max, KEEP_SECONDS])
        if excess:
            raise StoreFullError(
                f"The operation would have {excess} bytes, more than the {self._bytes_max} that Redis may keep of one.",
                "Send fewer births or a smaller selection, or set GRAHAQL_BULK_STORE to a folder or to S3.",
            )

    @_told
    def get(self, operation: str, name: str) -> bytes:
        """A part. Raises: MissingPart, StoreError."""
        check_part(operation, name)
        data = cast("bytes | None", self._client.hget(_key(operation), name))
        if data is None:
            raise MissingPart(f"There is no part {name}.")
        return data

    def get_range(self, operation: str, name: str, start: int, count: int) -> bytes:
        """Up to *count* bytes from *start* on; the whole part travels. Raises: MissingPart, StoreError."""
        return self.get(operation, name)[start : start + count]

    @_told
    def parts(self, operation: str, prefix: str = "") -> list[Part]:
        """The parts whose names begin with *prefix*. Raises: StoreError."""
        key = _key(operation)
        names = [name for name in cast("list[bytes]", self._client.hkeys(key)) if _is_part(name, prefix)]
        pipeline = self._client.pipeline(transaction=False)
        for name in names:
            _ = pipeline.hstrlen(key, name.decode())
        return [Part(name.decode(), size) for name, size in zip(names, pipeline.execute(), strict=True)]

    @_told
    def delete(self, operation: str) -> None:
        """Remove everything of the operation. Raises: StoreError."""
        self._client.unlink(_key(operation))

    @_told
    def kept(self) -> list[Kept]:
        """Every operation of which something is kept. Raises: StoreError."""
        now = self._client.time()[0]
        return list(self._kept(now))

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def _kept(self, now: int) -> Iterator[Kept]:
        for key in self._client.scan_iter(f"{_NAME}*", count=1000):
            since = cast("bytes | None", self._client.hget(key, _SINCE.decode()))
            if since is not None:
                yield Kept(key.decode().removeprefix(_NAME), now - int(since))


def _key(operation: str) -> str:
    return _NAME + check_operation(operation)


def _is_part(name: bytes, prefix: str) -> bool:
    return name not in {_BYTES, _SINCE} and name.startswith(prefix.encode())
