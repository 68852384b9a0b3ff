"""Births as an operation keeps them: slices of a fixed number of rows, each a birth or why it is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from ephemeris.words import Disambiguation
from jobs.errors import DamagedPart
from jobs.frames import packed, unpacked
from jobs.parts import input_name
from jobs.stores import ResultStore
from resolvers.births import BirthRequest, ZoneRequest

SLICE_ROWS = 1000
"""Rows of every slice but the last, so that a birth's slice is known by its index."""


class BirthRow(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="b"):
    """A birth as it was sent, its shape and its ranges checked, and the client's own reference."""

    ref: str | None
    date: str
    time: str
    latitude: float
    longitude: float
    altitude: float = 0.0
    zone: ZoneRequest | None = None
    disambiguation: Disambiguation = Disambiguation.REJECT

    def request(self) -> BirthRequest:
        """As the engine asks it."""
        return BirthRequest(
            self.date, self.time, self.latitude, self.longitude, self.altitude, self.zone, self.disambiguation
        )


class FailedRow(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="f"):
    """What was sent in place of a birth and was let through to become a failed line."""

    ref: str | None
    code: str
    message: str
    remedy: str
    path: tuple[str, ...] = ()


Row = BirthRow | FailedRow


class Births(NamedTuple):
    """Rows that follow one another, and the index of the first."""

    start: int
    rows: Sequence[Row]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Row]).decode


def pack_rows(rows: Sequence[Row]) -> bytes:
    """Rows as a slice keeps them.

    >>> unpack_rows(pack_rows([BirthRow("a", "1990-03-15", "05:45", 19.07, 72.88)]))[0].ref
    'a'
    """
    return packed(_encode(rows))


def unpack_rows(data: bytes) -> list[Row]:
    """The rows of a slice.

    Raises:
        DamagedPart: these are not the bytes that `pack_rows` wrote.
    """
    try:
        return _decode(unpacked(data))
    except msgspec.DecodeError:
        raise DamagedPart("A slice of the births has no rows.") from None


def put_births(store: ResultStore, operation: str, rows: Sequence[Row]) -> None:
    """Keep the births of an operation that has them all at hand, in slices.

    Raises:
        StoreError: a slice could not be kept.
    """
    for number, first in enumerate(range(0, len(rows), SLICE_ROWS)):
        store.put(operation, input_name(number), pack_rows(rows[first : first + SLICE_ROWS]))


def get_births(store: ResultStore, operation: str, start: int, count: int) -> list[Row]:
    """The births from index *start* on, *count* of them or as many as there are, out of one slice or several.

    Raises:
        MissingPart: a slice is not there.
        DamagedPart: a slice cannot be trusted.
    """
    first, last = start // SLICE_ROWS, (start + count - 1) // SLICE_ROWS
    rows = [row for number in range(first, last + 1) for row in unpack_rows(store.get(operation, input_name(number)))]
    return rows[start - first * SLICE_ROWS :][:count]


def births_at(store: ResultStore, operation: str, indexes: Sequence[int]) -> list[Row]:
    """The births of these indexes, in their order; each slice is read once.

    Raises:
        MissingPart: a slice is not there.
        DamagedPart: a slice cannot be trusted.
    """
    numbers = sorted({index // SLICE_ROWS for index in indexes})
    slices = {number: unpack_rows(store.get(operation, input_name(number))) for number in numbers}
    return [slices[index // SLICE_ROWS][index % SLICE_ROWS] for index in indexes]
