"""Downloads of an operation as its record allows them: what is counted, and where a later one goes on."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import NamedTuple

from jobs.cursors import RESULTS, Cursors
from jobs.exports.export import Export
from jobs.exports.forms import Format, Only
from jobs.ledger import AsyncLedger, had
from jobs.record import Record
from jobs.states import State
from jobs.stores import ResultStore


class Download(NamedTuple):
    """What is to be sent, and the cursor of what comes later; None where nothing does."""

    export: Export
    later: str | None


class Downloads:
    """Opens downloads. One for each event loop."""

    def __init__(self, ledger: AsyncLedger, store: ResultStore, cursors: Cursors) -> None:
        self._ledger = ledger
        self._store = store
        self._cursors = cursors

    async def open(self, record: Record, format: Format, only: Only = Only.ALL, after: str | None = None) -> Download:
        """The lines that can be read now, from the first one after a cursor on.

        Raises:
            CursorError: the cursor is one of something else.
            StoreError, ParquetError: it cannot be read or written here.
            RecordsDownError: the records cannot be had now.
        """
        start = 0 if after is None else int(self._cursors.read(RESULTS, record.id, after)) + 1
        stored = await had(self._ledger.stored(record.id, 0, max(1, record.total)))
        made = partial(
            Export,
            self._store,
            record.id,
            format,
            only,
            total=record.total,
            version=record.version if record.state is State.COMPLETED else None,
            start=start,
            counted=[part.chunk for part in stored],
        )
        export = await asyncio.to_thread(made)
        return Download(export, self._later(record, export))

    def _later(self, record: Record, export: Export) -> str | None:
        if record.state.finished or export.next_index is None:
            return None
        return self._cursors.make(RESULTS, record.id, str(export.next_index - 1))
