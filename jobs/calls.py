"""What may be asked of the records: each call names its script, its arguments, and how the answer is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from jobs.record import Problem, Taken, item_of
from jobs.refusals import ConflictError, LimitError
from jobs.states import State
from jobs.tuning import Limits, Tuning

_T = TypeVar("_T")


class Call(NamedTuple, Generic[_T]):
    """A script, its arguments, and how its answer is read."""

    script: str
    arguments: tuple[str | int | bytes, ...]
    read: Callable[[Any], _T]


class Completion(StrEnum):
    """What became of a chunk that a worker says is done: counted; counted before; not wanted any more; of no operation."""

    DONE = "DONE"
    DUPLICATE = "DUPLICATE"
    CLOSED = "CLOSED"
    GONE = "GONE"


class Release(StrEnum):
    """Why a chunk is given back: not begun; it ended its worker; what it needs cannot be had now."""

    UNRUN = "unrun"
    DIED = "died"
    FAULT = "fault"


class Brief(NamedTuple):
    """What an operation does with each birth, as bytes that only its work understands, and whom to tell at the end."""

    selection: bytes
    settings: bytes
    webhook: bytes = b""
    trace: str = ""


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """An operation that is to be. Args: idempotency: the client's key, or ''; payload: digest of all that it shall do."""

    id: str
    client: str
    total: int
    expires: int
    idempotency: str
    payload: str
    source: str
    brief: Brief


class Created(NamedTuple):
    """The operation that a submission became: a new one, or the older one of the same key."""

    id: str
    reused: bool


class Found(NamedTuple):
    """What a reconciler found: operations that expired, ids whose stored parts can go, how many chunks were recovered."""

    expired: tuple[str, ...]
    trash: tuple[str, ...]
    recovered: int


def create(asked: Submission, limits: Limits, tuning: Tuning) -> Call[Created]:
    """Write the record. Reading raises: ConflictError, LimitError."""
    fields: dict[str, str | int | bytes] = {
        "size": tuning.first_chunk, "source": asked.source, "payload": asked.payload, **asked.brief._asdict(),
    }  # fmt: skip
    bounds = (limits.client_operations, limits.client_births, limits.all_operations, limits.all_births)
    named = (asked.id, asked.client, asked.idempotency, asked.payload, asked.total, asked.expires)
    return Call("create", (*named, *bounds, *(part for pair in fields.items() for part in pair)), _created)


def _created(answer: Sequence[Any]) -> Created:
    kind, *rest = answer
    if kind == b"CONFLICT":
        raise ConflictError(rest[0].decode())
    if kind == b"REFUSED":
        raise LimitError(rest[0].decode(), rest[1], rest[2] / 1000)
    return Created(rest[0].decode(), reused=kind == b"SAME")


def begin(id: str) -> Call[bool]:
    """All births are there. Answers whether the operation is under way."""
    return Call("begin", (id,), bool)


def take(token: str, tuning: Tuning) -> Call[Taken | None]:
    """The next chunk, leased; None where there is no work."""
    return Call("take", (token, tuning.lease_ms, tuning.least, tuning.chunk_ms), _taken)


def _taken(answer: Any) -> Taken | None:
    return Taken(answer[0].decode(), item_of(answer[1]), answer[2]) if answer else None


def complete(taken: Taken, failed: int, took_ms: int, tuning: Tuning) -> Call[Completion]:
    """The chunk's lines are stored."""
    pace = (tuning.chunk_ms, tuning.least, tuning.most)
    return Call("complete", (taken.id, str(taken.item), failed, took_ms, *pace), _word(Completion))


def release(taken: Taken, kind: Release, tuning: Tuning, problem: Problem | None = None) -> Call[bool]:
    """The chunk is given back."""
    told = msgspec.json.encode(problem) if problem else b""
    return Call("release", (taken.id, str(taken.item), kind, tuning.faults, told), bool)


def cancel(id: str) -> Call[State | None]:
    """Stop. Answers the state; None where there is no record."""
    return Call("cancel", (id,), lambda answer: State(answer.decode()) if answer else None)


def retry(id: str) -> Call[int]:
    """Run the failed births again. Answers how many; -1 where the operation is not completed."""
    return Call("retry", (id,), int)


def delete(id: str, tuning: Tuning) -> Call[str | None]:
    """Forget. Answers whose births can go: an upload's when it was the last of its operations; None where there is no record."""
    return Call("delete", (id, tuning.last_write_ms), lambda answer: answer.decode() or None)


def wake(tuning: Tuning, worker: str = "", *, idle: bool = False) -> Call[tuple[str, ...]]:
    """The wake-ups to send. Args: worker: who asks and is alive by that; idle: whether it has nothing to do."""
    arguments = (worker, tuning.wakes, tuning.lost_ms, tuning.least, int(idle))
    return Call("wake", arguments, lambda answer: tuple(token.decode() for token in answer))


_TOO_LONG = Problem("TIME_LIMIT", "The operation took longer than operations may.", "Submit fewer births at a time.")
_INTERRUPTED = Problem("INTERRUPTED", "Its births were never received wholly.", "Submit it again, with the same key.")


def reap(tuning: Tuning) -> Call[Found]:
    """Recover what was given up, end what took too long."""
    bounds = (tuning.tries, int(tuning.operation_seconds * 1000), int(tuning.receiving_seconds * 1000))
    return Call("reap", (*bounds, msgspec.json.encode(_TOO_LONG), msgspec.json.encode(_INTERRUPTED)), _found)


def _found(answer: Sequence[Any]) -> Found:
    expired, trash, recovered = answer
    return Found(tuple(id.decode() for id in expired), tuple(id.decode() for id in trash), recovered)


def _word(kind: type[Completion]) -> Callable[[bytes], Completion]:
    return lambda answer: kind(answer.decode())
