"""Byte ranges: which bytes a client asks for, and just these out of pieces of any size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from jobs.errors import BulkError

RANGE_UNSATISFIABLE = "RANGE_UNSATISFIABLE"

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class RangeError(BulkError):
    """Raised when a range begins behind the end: an answer of 416 names the size."""

    def __init__(self, size: int) -> None:
        super().__init__(
            RANGE_UNSATISFIABLE, "The range begins behind the end.", f"Ask for bytes 0 to {size - 1}: there are {size}."
        )
        self.size = size


class ByteRange(NamedTuple):
    """From byte *start* to before byte *stop*."""

    start: int
    stop: int


def asked_range(header: str, size: int) -> ByteRange | None:
    """The one range that a Range header asks for; None where the whole is to be sent, as for several ranges.

    Raises:
        RangeError: there is no such byte.

    >>> asked_range("bytes=100-", 500), asked_range("bytes=-1", 500), asked_range("bytes=0-1,5-6", 500)
    (ByteRange(start=100, stop=500), ByteRange(start=499, stop=500), None)
    """
    found = _RANGE.fullmatch(header.strip())
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:
        return _within(max(0, size - int(found[2])), size, size)
    start, last = int(found[1]), int(found[2] or size)
    return _within(start, min(last + 1, size), size) if last >= start else None


def _within(start: int, stop: int, size: int) -> ByteRange:
    if start >= stop:
        raise RangeError(size)
    return ByteRange(start, stop)


def cut(pieces: Iterable[bytes], wanted: ByteRange, at: int = 0) -> Iterator[bytes]:
    """The wanted bytes of *pieces*, the first of which begins at byte *at* of the whole; no piece after them is asked for.

    >>> list(cut([b"0123", b"4567", b"89"], ByteRange(3, 6)))
    [b'3', b'45']
    """
    for piece in pieces:
        part = piece[max(0, wanted.start - at) : wanted.stop - at]
        if part:
            yield part
        at += len(piece)
        if at >= wanted.stop:
            return
