"""Pages: of the lines of an operation in input order, and of a client's operations, newest first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from jobs.cursors import RESULTS, Cursors
from jobs.ledger import AsyncLedger
from jobs.lines import Line, unpack
from jobs.record import Record, Stored
from jobs.stores import ResultStore

LINES_MAX = 500
"""Lines of a page."""

_PARTS_AT_ONCE = 256


class Kind(StrEnum):
    """Which lines: the words are those of the schema."""

    ALL = "ALL"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class LinePage(NamedTuple):
    """Lines, a cursor for each, whether there are or will be more, and how many of the kind there are so far."""

    lines: tuple[Line, ...]
    cursors: tuple[str, ...]
    has_next: bool
    total: int


class RecordPage(NamedTuple):
    """Operations, a cursor for each, and whether there are more."""

    records: tuple[Record, ...]
    cursors: tuple[str, ...]
    has_next: bool


class LinePages:
    """Reads pages of lines."""

    def __init__(self, ledger: AsyncLedger, store: ResultStore, cursors: Cursors) -> None:
        self._ledger = ledger
        self._store = store
        self._cursors = cursors

    async def page(self, record: Record, first: int, after: str | None, only: Kind) -> LinePage:
        """Up to *first* lines of a kind after a cursor, as far as there is no gap.

        Raises:
            CursorError: the cursor is one of something else.
            StoreError, DamagedPart: lines that are there cannot be read now.
        """
        start = 0 if after is None else int(self._cursors.read(RESULTS, record.id, after)) + 1
        found = [line async for line in self._some(record, start, only, min(first, LINES_MAX) + 1)]
        lines = tuple(found[: min(first, LINES_MAX)])
        cursors = tuple(self._cursors.make(RESULTS, record.id, str(line.index)) for line in lines)
        return LinePage(lines, cursors, len(found) > len(lines) or not record.state.finished, _count(record, only))

    async def _some(self, record: Record, start: int, only: Kind, most: int) -> AsyncIterator[Line]:
        wanted = most
        async for stored in self._parts(record, start):
            if not _may_have(stored, only):
                continue
            lines = await asyncio.to_thread(self._lines, record.id, stored)
            for line in islice(_of_kind(lines, start, only), wanted):
                yield line
                wanted -= 1
            if not wanted:
                return

    async def _parts(self, record: Record, start: int) -> AsyncIterator[Stored]:
        """The parts from the one with birth *start* on, up to the first gap."""
        place = start
        while place < record.readable:
            parts = await self._ledger.stored(record.id, place, _PARTS_AT_ONCE)
            for stored in parts:
                if stored.chunk.start > place:
                    return
                yield stored
                place = stored.chunk.stop
            if not parts:
                return

    def _lines(self, id: str, stored: Stored) -> list[Line]:
        return unpack(self._store.get(id, stored.chunk.name))


def _may_have(stored: Stored, only: Kind) -> bool:
    if only is Kind.FAILED:
        return stored.failed > 0
    return only is Kind.ALL or stored.failed < stored.chunk.length


def _of_kind(lines: Sequence[Line], start: int, only: Kind) -> list[Line]:
    later = [line for line in lines if line.index >= start]
    if only is Kind.ALL:
        return later
    return [line for line in later if (line.code is not None) == (only is Kind.FAILED)]


def _count(record: Record, only: Kind) -> int:
    return {Kind.ALL: record.done, Kind.FAILED: record.failed, Kind.SUCCEEDED: record.done - record.failed}[only]
