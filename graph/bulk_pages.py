"""A page of lines with the births they are of, which are read once, when the first line asks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ephemeris.errors import ChartError
from graph.bulk_settings import decode
from graph.context import Context
from graph.errors import refusal
from jobs.births import BirthRow, Row
from jobs.operations import Operations
from jobs.pages import LinePage
from jobs.record import Record

if TYPE_CHECKING:
    from ephemeris.settings import Settings
    from graph.types.chart import Chart


class Page:
    """Lines of an operation that are shown together."""

    def __init__(self, operations: Operations, record: Record, indexes: tuple[int, ...]) -> None:
        self.record = record
        self._operations = operations
        self._indexes = indexes
        self._rows: asyncio.Future[dict[int, Row]] | None = None
        self._settings: asyncio.Future[Settings] | None = None

    async def row(self, index: int) -> Row:
        """The birth of a line. Raises: StoreError, DamagedPart."""
        if self._rows is None:
            self._rows = asyncio.ensure_future(self._read())
        return (await self._rows)[index]

    async def chart(self, row: BirthRow, context: Context) -> Chart:
        """The chart of a birth, by the conventions of the operation. Raises: GraphQLError, RecordsDownError."""
        from graph.births import read_chart  # noqa: PLC0415  charts are asked by few pages, and types import this

        if self._settings is None:
            self._settings = asyncio.ensure_future(self._conventions())
        chosen = await self._settings
        try:
            return await read_chart(row.request(), chosen, context)
        except ChartError as error:
            raise refusal(error) from error

    async def _read(self) -> dict[int, Row]:
        rows = await self._operations.births(self.record, self._indexes)
        return dict(zip(self._indexes, rows, strict=True))

    async def _conventions(self) -> Settings:
        return decode((await self._operations.brief(self.record.id)).settings)


def page_of(operations: Operations, record: Record, found: LinePage) -> Page:
    """What the lines of a page share."""
    return Page(operations, record, tuple(line.index for line in found.lines))
