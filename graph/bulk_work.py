"""What a worker does with births: it runs the client's own selection over each, as an answer would have it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import orjson

from graph.compiled.together import Together
from graph.context import Context
from graph.engine_facts import EngineFacts
from graph.operations import Begun, Operations, Outcome
from jobs.births import BirthRow, FailedRow, Row
from jobs.lines import Line
from resolvers.engine import Engine


class Selection(msgspec.Struct, frozen=True):
    """A query with one variable `$birth: BirthInput!`, and its other variables.

    Args:
        root: the field whose value is a line; "" where a line is all data.
    """

    document: str
    variables: Mapping[str, Any] = {}
    root: str = ""


Result = dict[str, Any]
"""A response: data, errors, or both."""

packed = msgspec.msgpack.Encoder().encode
"""A selection as the record keeps it."""


class SelectionWork:
    """Runs a selection over births, all of a chunk at once, so that loaders meet them together.

    Args:
        loop: of the worker's one thread.
    """

    def __init__(
        self,
        selection: Selection,
        operations: Operations,
        engine: Engine,
        facts: EngineFacts,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._selection = selection
        self._operations = operations
        self._engine = engine
        self._facts = facts
        self._loop = loop
        self._way: tuple[Together | None] | None = None  # None until it was looked for

    @property
    def together(self) -> Together | None:
        """How births are executed together; None where each is by itself, and before the first of them."""
        return None if self._way is None else self._way[0]

    def run(self, births: Sequence[Row], first: int) -> list[Line]:
        """One line for each birth."""
        return self._loop.run_until_complete(self._lines(births, first))

    async def _lines(self, births: Sequence[Row], first: int) -> list[Line]:
        context = Context(self._engine, self._facts)
        rows = [row for row in births if isinstance(row, BirthRow)]
        results = iter(await self._results(rows, context))
        return [
            _failed(row, index) if isinstance(row, FailedRow) else _line_of(index, next(results), self._selection.root)
            for index, row in enumerate(births, first)
        ]

    async def _results(self, rows: Sequence[BirthRow], context: Context) -> list[Result]:
        """The response for each birth: by one call over all of them, and for those that prevent it each by itself."""
        if not rows:
            return []
        way = self._found_way(rows[0], context)
        if way is None:
            return list(await asyncio.gather(*[self._result(row, context) for row in rows]))
        try:
            found = await way.data(rows, context)
        except Exception:  # noqa: BLE001  some birth prevents it: it is narrowed down, and by itself told what is wrong
            if len(rows) == 1:
                return [await self._result(rows[0], context)]
            half = len(rows) // 2
            return [*await self._results(rows[:half], context), *await self._results(rows[half:], context)]
        return [
            await self._result(row, context) if data is None else {"data": data}
            for row, data in zip(rows, found, strict=True)
        ]

    def _found_way(self, row: BirthRow, context: Context) -> Together | None:
        """The operation over many births, found out with the first one that can be asked."""
        if self._way is None:
            begun = self._begun(row, context)
            self._way = None if isinstance(begun, Outcome) else (self._operations.together(begun, "birth"),)
        return self.together

    def _begun(self, row: BirthRow, context: Context) -> Begun | Outcome:
        variables = {**self._selection.variables, "birth": birth_input(row)}
        prepared = self._operations.prepare(self._selection.document)
        return self._operations.begin(prepared, variables, None, context)

    async def _result(self, row: BirthRow, context: Context) -> Result:
        begun = self._begun(row, context)
        found = begun if isinstance(begun, Outcome) else await self._operations.finish(begun)
        return found.body


def _failed(row: FailedRow, index: int) -> Line:
    problem = {"code": row.code, "message": row.message, "remedy": row.remedy, "path": row.path}
    return Line(index, orjson.dumps({"problem": problem}), row.code)


def _line_of(index: int, result: Result, root: str) -> Line:
    errors = result.get("errors")
    if not errors:
        data = result["data"]
        return Line(index, orjson.dumps(data[root] if root else data))
    extensions = errors[0].get("extensions") or {}
    told = {name: extensions.get(name) for name in ("code", "remedy", "path")}
    problem = {"message": errors[0]["message"], **told}
    return Line(index, orjson.dumps({"problem": problem}), str(extensions.get("code", "INTERNAL")))


def birth_input(row: BirthRow) -> dict[str, Any]:
    """The birth as a variable of GraphQL."""
    given = {
        "date": row.date,
        "time": row.time,
        "latitude": row.latitude,
        "longitude": row.longitude,
        "altitude": row.altitude,
        "zone": _zone_input(row),
        "disambiguation": row.disambiguation.name,
        "ref": row.ref,
    }
    return {name: value for name, value in given.items() if value is not None}


def _zone_input(row: BirthRow) -> dict[str, Any] | None:
    if row.zone is None:
        return None
    zone = row.zone
    given = {
        "name": zone.name,
        "offset": zone.offset,
        "offsetHours": zone.offset_hours,
        "solar": zone.solar and zone.solar.name,
    }
    return {name: value for name, value in given.items() if value is not None}
