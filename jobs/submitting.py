"""What a client wants done, and the record that it will be."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from jobs.births import Row
from jobs.calls import Brief, Submission
from jobs.ids import Ids
from jobs.record import Record
from jobs.refusals import InputError

KEEP_HOURS_MAX = 720


class Upload(NamedTuple):
    """Births that were stored before, in slices, under an id of their own. Args: digest: of their bytes."""

    id: str
    total: int
    digest: str


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a client wants done.

    Args:
        client: who: its API key or address; kept as a digest only.
        births: the births themselves, or an upload.
        brief: what to do with each.
        idempotency_key: the same key and payload are the same operation.
        keep_hours: until everything is removed, 1 to 720.
    """

    client: str
    births: Sequence[Row] | Upload
    brief: Brief
    idempotency_key: str | None = None
    keep_hours: int = 168


class Submitted(NamedTuple):
    """The operation, and whether it is an older one of the same key."""

    operation: Record
    reused: bool


def submission(request: Request, ids: Ids, now: int) -> Submission:
    """The record that a request will be. Args: now: Unix seconds. Raises: InputError: there are no births."""
    upload = request.births if isinstance(request.births, Upload) else None
    total = len(request.births) if upload is None else upload.total
    if total == 0:
        raise InputError
    births = msgspec.msgpack.encode(request.births) if upload is None else upload.digest.encode()
    expires = now + 3600 * request.keep_hours
    id, key, brief = ids.make(expires), request.idempotency_key, request.brief
    return Submission(
        id=id,
        client=ids.client(request.client),
        total=total,
        expires=expires * 1000,
        idempotency=_digest(key.encode()) if key else "",
        payload=_digest(births, brief.selection, brief.settings, brief.webhook),
        source=id if upload is None else upload.id,
        brief=brief,
    )


def _digest(*parts: bytes) -> str:
    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
