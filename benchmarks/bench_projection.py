"""Operations at our own door (a document and variables in, bytes out) beside Strawberry with its caches on the same engine.

Births stand in variables and are in memory: what is measured is what GraphQL costs. In the second column, charts that were
written before stand in the answer as they are; in the first, every one is written anew.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

import orjson
from strawberry import Schema
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from benchmarks.births import FOLDER
from benchmarks.ratios import Aim, Measured, compare_async, report
from graph.compiled.plans import Compile
from graph.compiled.reuse import WrittenCharts
from graph.context import Context
from graph.engine_facts import engine_facts
from graph.operations import Operations
from graph.query import Query
from graph.scalars import SCALARS
from graph.schema import schema
from resolvers.engine import open_engine

EIGHT = "graha longitude degreeInRashi rashi nakshatra pada bhava retrograde"
EIGHT_IN_VARGA = "graha rashi degreeInRashi rashiNumber bhava dignity sameAsNatal retrograde"
NATAL = f"query One($birth: BirthInput!) {{ chart(birth: $birth) {{ grahas {{ {EIGHT} }} }} }}"
SIXTEEN = (
    "query Sixteen($birth: BirthInput!) { chart(birth: $birth) { vargas { code "
    f"lagna {{ id rashi degreeInRashi rashiNumber rashiLord sameAsNatal text rashiName }} grahas {{ {EIGHT_IN_VARGA} }} }} }} }}"
)
MANY = f"query Many($births: [BirthInput!]!) {{ charts(births: $births) {{ chart {{ grahas {{ {EIGHT} }} }} }} }}"

Ask = Callable[[str, dict[str, Any]], Awaitable[bytes]]


class Work(NamedTuple):
    """One document, asked with each of the variables."""

    document: str
    variables: Sequence[dict[str, Any]]


class Doors(NamedTuple):
    """Ways to the same engine: ours, with and without charts that were written before, and plain Strawberry."""

    ours: Ask
    reusing: Ask
    strawberry: Ask


def birth(number: int) -> dict[str, Any]:
    """One of many births."""
    date = f"{1900 + number % 150}-{number % 12 + 1:02}-{number % 28 + 1:02}"
    place = {"latitude": 19.07 + number % 40, "longitude": 72.88, "zone": {"name": "Asia/Kolkata"}}
    return {"date": date, "time": f"{number % 24:02}:{number % 60:02}", **place}


def doors() -> Doors:
    """All of them, opened."""
    engine = open_engine(FOLDER, bytes(32), None)
    facts = engine_facts(engine, "")
    plain = Schema(Query, config=StrawberryConfig(scalar_map=SCALARS), extensions=[ParserCache, ValidationCache])

    def ours(written: WrittenCharts | None) -> Ask:
        operations = Operations(schema(), compiled=Compile.ALWAYS, written=written)

        async def ask(document: str, variables: dict[str, Any]) -> bytes:
            outcome = await operations.execute(document, variables, None, Context(engine, facts))
            return orjson.dumps(outcome.body)

        return ask

    async def strawberry(document: str, variables: dict[str, Any]) -> bytes:
        result = await plain.execute(document, variables, Context(engine, facts))
        assert not result.errors, result.errors
        return orjson.dumps({"data": result.data})

    return Doors(ours(None), ours(WrittenCharts(64 << 20)), strawberry)


def asking(ask: Ask, work: Work, times: int) -> Callable[[], Awaitable[None]]:
    """The work, so many times."""

    async def run() -> None:
        for _ in range(times):
            for variables in work.variables:
                await ask(work.document, variables)

    return run


WORKS = (
    ("natal, 9 grahas × 8 fields", Work(NATAL, [{"birth": birth(k)} for k in range(50)]), 6.0, 4),
    ("16 vargas × 10 × 8 fields", Work(SIXTEEN, [{"birth": birth(k)} for k in range(10)]), 30.0, 2),
    ("100 natal charts", Work(MANY, [{"births": [birth(k) for k in range(100)]}]), 25.0, 3),
)
"""What is asked, how many times faster than Strawberry it should be, and how often a repetition asks it."""


async def measured(found: Doors) -> list[Measured]:
    """All comparisons."""
    rows = []
    for name, work, aim, times in WORKS:
        answers = {ask(work.document, work.variables[0]): ask for ask in found}
        first, *others = await asyncio.gather(*answers)
        assert all(other == first for other in others), name
        units = times * len(work.variables)
        reference = asking(found.strawberry, work, times)
        rows += [
            await compare_async(Aim(name, "Strawberry with its caches", at_least=aim), asking(found.ours, work, times), reference, units),
            await compare_async(Aim(f"{name}, written before", "Strawberry with its caches", at_least=aim), asking(found.reusing, work, times), reference, units),
        ]  # fmt: skip
    return [*rows, await _beside_orjson(found)]


async def _beside_orjson(found: Doors) -> Measured:
    """A list of charts beside the writing of its bytes alone."""
    name, work, _, times = WORKS[-1]
    result = orjson.loads(await found.ours(work.document, work.variables[0]))

    async def written() -> None:
        for _ in range(times):
            orjson.dumps(result)

    return await compare_async(
        Aim(name, "orjson.dumps of the result", at_most=8), asking(found.ours, work, times), written, times
    )


async def main() -> None:
    """Measure and report."""
    found = doors()
    gc.collect()
    gc.freeze()  # as the server does once it has started
    report("GraphQL, µs an operation", await measured(found))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
