"""What a worker does with births: it runs the client's own selection over each, as an answer would have it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import orjson

from graph.context import Context
from graph.engine_facts import EngineFacts
from graph.operations import Operations, Outcome
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

    def run(self, births: Sequence[Row], first: int) -> list[Line]:
        """One line for each birth."""
        return self._loop.run_until_complete(self._lines(births, first))

    async def _lines(self, births: Sequence[Row], first: int) -> list[Line]:
        context = Context(self._engine, self._facts)
        lines = [self._line(row, first + place, context) for place, row in enumerate(births)]
        return list(await asyncio.gather(*lines))

    async def _line(self, row: Row, index: int, context: Context) -> Line:
        if isinstance(row, FailedRow):
            problem = {"code": row.code, "message": row.message, "remedy": row.remedy, "path": row.path}
            return Line(index, orjson.dumps({"problem": problem}), row.code)
        variables = {**self._selection.variables, "birth": birth_input(row)}
        outcome = await self._operations.execute(self._selection.document, variables, None, context)
        return _line_of(index, outcome, self._selection.root)


def _line_of(index: int, outcome: Outcome, root: str) -> Line:
    errors = outcome.body.get("errors")
    if not errors:
        data = outcome.body["data"]
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
