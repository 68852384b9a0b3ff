"""Lines of results as they are kept: many in one part, compressed, with a head that says what is inside.

A part is its head and one zstd frame of msgpack. The digest covers all that follows it, the head's counts included, so
that these can be read without the rest.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from jobs.errors import DamagedPart
from jobs.frames import packed, unpacked

MAGIC = b"GQLL"
VERSION = 1
_DIGEST_BYTES = 16
_COUNTS = struct.Struct("<QIIQQ")
_FOLLOWING = len(MAGIC) + 1 + _DIGEST_BYTES
HEAD_BYTES = _FOLLOWING + _COUNTS.size + _DIGEST_BYTES


class Line(NamedTuple):
    """The result of one birth.

    Args:
        index: of the birth, from 0.
        body: a JSON object on one line, without its end.
        code: the error's code where the birth failed.
    """

    index: int  # type: ignore[assignment]  # hides a tuple's method of that name, which nobody misses
    body: bytes
    code: str | None = None


class Head(NamedTuple):
    """What a part holds: the first index, lines, failed ones, and the bytes of the bodies, each with a line's end."""

    start: int
    lines: int
    failed: int
    body_bytes: int
    failed_bytes: int


_decode = msgspec.msgpack.Decoder(list[Line]).decode


def pack(lines: Sequence[Line]) -> bytes:
    """The part that holds *lines*; the same lines give the same bytes.

    >>> unpack(pack([Line(0, b'{"lagna":1}'), Line(1, b'{"problem":{}}', "DATE_INVALID")]))[1].code
    'DATE_INVALID'
    """
    counts = _COUNTS.pack(*_head(lines))
    frame = packed(msgspec.msgpack.encode(lines))
    following = counts + _digest(counts) + frame
    return MAGIC + bytes([VERSION]) + _digest(following) + following


def unpack(data: bytes) -> list[Line]:
    """The lines of a part, in the order in which they were packed.

    Raises:
        DamagedPart: these are not the bytes that `pack` wrote.
    """
    head_of(data)
    following = memoryview(data)[_FOLLOWING:]
    if _digest(following) != data[_FOLLOWING - _DIGEST_BYTES : _FOLLOWING]:
        raise DamagedPart("A part of the results does not have the digest it was written with.")
    try:
        return _decode(unpacked(data[HEAD_BYTES:]))
    except msgspec.DecodeError:
        raise DamagedPart("A part of the results has no lines.") from None


def head_of(data: bytes) -> Head:
    """What a part holds, from its first HEAD_BYTES bytes or all of them.

    Raises:
        DamagedPart: it is no part of results, or one of a later version.

    >>> head_of(pack([Line(7, b"{}")])[:HEAD_BYTES])
    Head(start=7, lines=1, failed=0, body_bytes=3, failed_bytes=0)
    """
    if len(data) < HEAD_BYTES or not data.startswith(MAGIC):
        raise DamagedPart(f"A part of {len(data)} bytes is no part of results.")
    if data[len(MAGIC)] != VERSION:
        raise DamagedPart(f"A part has version {data[len(MAGIC)]}; this release reads {VERSION}.")
    counts = data[_FOLLOWING : _FOLLOWING + _COUNTS.size]
    if _digest(counts) != data[_FOLLOWING + _COUNTS.size : HEAD_BYTES]:
        raise DamagedPart("The head of a part does not have the digest it was written with.")
    return Head(*_COUNTS.unpack(counts))


def _head(lines: Sequence[Line]) -> Head:
    failed = [line for line in lines if line.code is not None]
    return Head(lines[0].index if lines else 0, len(lines), len(failed), _bytes(lines), _bytes(failed))


def _bytes(lines: Iterable[Line]) -> int:
    return sum(len(line.body) + 1 for line in lines)


def _digest(data: bytes | memoryview) -> bytes:
    return blake2b(data, digest_size=_DIGEST_BYTES).digest()
