"""What a worker writes: births executed together have the lines that each by itself would have, whatever is wrong with some."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import pytest

from graph.bulk_work import Selection, SelectionWork, birth_input
from graph.compiled.plans import Compile
from graph.operations import Operations
from graph.schema import schema
from jobs.births import BirthRow, FailedRow, Row
from jobs.lines import Line
from resolvers.births import ZoneRequest
from tests.served import context, engine, operations

INDIA = ZoneRequest(name="Asia/Kolkata")
GOOD = [BirthRow(str(n), "1990-03-15", f"{n % 24:02}:30", 19.076, 72.878 - n, 0.0, INDIA) for n in range(40)]
NOWHERE = BirthRow("x", "1990-03-15", "10:30", 19.076, 72.878, 0.0, ZoneRequest(name="No/Where"))
POLAR = BirthRow("p", "1990-03-15", "10:30", 78.2, 15.6, 0.0, ZoneRequest(offset="+01:00"))
LINE = FailedRow("f", "LINE_INVALID", "Line 3 is no birth.", "Mend it.")

QUERY = "query ($birth: BirthInput!, $settings: SettingsInput) "
CHART = "chart(birth: $birth, settings: $settings)"
TOGETHER = (
    Selection(f"query ($birth: BirthInput!, $settings: SettingsInput, $n: Int!) {{ {CHART} {{ id lagna {{ text }} varga(division: $n) {{ grahas {{ rashi }} }} }} }}", {"n": 24}, "chart"),
    Selection(f"{QUERY} {{ __typename a: {CHART} {{ id }} b: chart(birth: $birth) {{ chalit(system: PLACIDUS) {{ system }} }} }}"),
    Selection(f"{QUERY} {{ {CHART} {{ settings {{ preset }} token }} }}", {"settings": {"preset": "KP"}}, "chart"),
    Selection("query ($birth: BirthInput!) { checkBirth(birth: $birth) { moment { utc } problem { code } } }"),
)  # fmt: skip
APART = (
    Selection("query ($birth: BirthInput!) { charts(births: [$birth]) { ref chart { id } problem { code } } }"),
    Selection(f"{QUERY} {{ engine {{ release }} presets {{ preset }} {CHART} {{ id }} }}"),
)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


def work(selection: Selection, loop: asyncio.AbstractEventLoop) -> SelectionWork:
    return SelectionWork(selection, Operations(schema(), compiled=Compile.ALWAYS), engine(), context().facts, loop)


def test_every_selection_is_a_valid_document() -> None:
    assert [one for one in (*TOGETHER, *APART) if operations().prepare(one.document).refusal is not None] == []


async def _by_itself(selection: Selection, row: BirthRow) -> dict[str, Any]:
    variables = {**selection.variables, "birth": birth_input(row)}
    return (await operations().execute(selection.document, variables, None, context())).body


def expected(
    selection: Selection, rows: Sequence[Row], loop: asyncio.AbstractEventLoop
) -> list[tuple[Any, str | None]]:
    """What a query answers for each: the data, or the code of its first error."""
    found: list[tuple[Any, str | None]] = []
    for row in rows:
        if isinstance(row, FailedRow):
            found.append((None, row.code))
            continue
        body = loop.run_until_complete(_by_itself(selection, row))
        if "errors" in body:
            found.append((None, body["errors"][0]["extensions"]["code"]))
        else:
            found.append((body["data"][selection.root] if selection.root else body["data"], None))
    return found


def told(lines: Sequence[Line]) -> list[tuple[Any, str | None]]:
    return [(None, line.code) if line.code else (orjson.loads(line.body), None) for line in lines]


@pytest.mark.parametrize("selection", [*TOGETHER, *APART], ids=range(len(TOGETHER) + len(APART)))
@pytest.mark.parametrize(
    "rows",
    [GOOD, [NOWHERE, *GOOD[:5], LINE, *GOOD[5:9], POLAR], [NOWHERE], [POLAR], [LINE], [LINE, NOWHERE, LINE]],
    ids=["good", "mixed", "wrong", "polar", "line", "no birth"],
)  # fmt: skip
def test_lines_are_what_a_query_answers_for_each_birth(
    selection: Selection, rows: list[Row], loop: asyncio.AbstractEventLoop
) -> None:
    lines = work(selection, loop).run(rows, 7)
    assert [line.index for line in lines] == list(range(7, 7 + len(rows)))
    assert told(lines) == expected(selection, rows, loop)


def test_what_is_usual_is_executed_together_and_the_rest_is_not(loop: asyncio.AbstractEventLoop) -> None:
    def ways(selections: Sequence[Selection]) -> list[bool]:
        done = [work(selection, loop) for selection in selections]
        for one in done:
            one.run(GOOD[:2], 0)
        return [one.together is not None for one in done]

    assert (ways(TOGETHER), ways(APART)) == ([True] * len(TOGETHER), [False] * len(APART))


def test_a_chunk_asks_the_cache_once_for_each_kind(loop: asyncio.AbstractEventLoop) -> None:
    rows = [BirthRow(None, "1991-03-15", f"{n % 24:02}:{n:02}", 19.076, 72.878, 0.0, INDIA) for n in range(50)]
    counts = engine().cache.counts
    before = {kind: count.batches for kind, count in counts.items()}
    work(TOGETHER[0], loop).run(rows, 0)
    assert {kind: counts[kind].batches - before[kind] for kind in ("natal", "vargas")} == {"natal": 1, "vargas": 1}
