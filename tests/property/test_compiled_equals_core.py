"""A compiled operation answers what graphql-core answers: the same bytes, the same errors, in the same order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import ExecutionResult
from graphql.execution import execute_root_selection_set
from hypothesis import HealthCheck, given, settings, strategies as st
from xingpan_ephemeris import get_ephe_path

from graph.compiled.operation import CompiledOperation, compiled
from graph.compiled.reuse import WrittenCharts
from graph.context import Context
from graph.engine_facts import engine_facts
from graph.errors import in_order
from graph.operations import Begun, Operations, Outcome
from graph.schema import schema
from resolvers.engine import open_engine
from tests.documents import Writing
from tests.served import MUMBAI
from tests.spoilt import spoil, spoilt_in_turn

EXAMPLES = 700
LONG_EXAMPLES = 20_000
PLENTY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


class Both:
    """One engine, and two ways to execute on it."""

    def __init__(self) -> None:
        self.engine = open_engine(Path(get_ephe_path()), bytes(32), None)
        self.compared = self.failed = self.reused = 0
        self._runner = asyncio.Runner()
        self._facts = engine_facts(self.engine, "/source")
        self._operations = Operations(schema())

    def compare(self, chance: random.Random, bad: int) -> None:
        """Execute a document both ways, on values that were put out of order before."""
        self.engine.cache.clear_memory()
        writing = Writing(schema()._schema, chance)
        document, variables = writing.document(), writing.variables
        seed = chance.randint(0, 1 << 32)  # what is in memory then may be more or less: nothing more is drawn
        self._runner.run(self._compare(document, variables, random.Random(seed), bad))

    async def _compare(self, document: str, variables: dict[str, Any], chance: random.Random, bad: int) -> None:
        if (begun := self._begun(document, variables)) is None:
            return
        plan = compiled(begun.executor(), schema())
        assert plan is not None, document
        await self._by_core(begun)
        spoilt = spoil(self.engine, chance, bad)
        core = await self._by_core(self._begun(document, variables))
        self.compared += 1
        self.failed += bool(core.errors)
        self._check(core, await self._by_plan(plan, self._begun(document, variables)), (document, variables, spoilt))
        written = WrittenCharts(1 << 22)
        for _ in range(2):
            found = await self._by_plan(plan, self._begun(document, variables), written)
            self._check(core, found, (document, variables, spoilt, "written before"))
        self.reused += written.hits

    def compare_each(self, document: str, variables: dict[str, Any]) -> int:
        """As `compare`, with each attribute of a graha, a lagna and a varga in turn put to each bad value; how often."""
        self.engine.cache.clear_memory()
        return self._runner.run(self._compare_each(document, variables))

    async def _compare_each(self, document: str, variables: dict[str, Any]) -> int:
        begun = self._begun(document, variables)
        assert begun is not None
        plan = compiled(begun.executor(), schema())
        assert plan is not None
        await self._by_core(begun)
        count = 0
        for story in spoilt_in_turn(self.engine):
            core = await self._by_core(self._begun(document, variables))
            self._check(core, await self._by_plan(plan, self._begun(document, variables)), story)
            count += 1
        return count

    def _check(self, core: ExecutionResult, got: ExecutionResult, story: object) -> None:
        assert told(got) == told(core), story
        assert shown(got) == shown(core), story

    def _begun(self, document: str, variables: dict[str, Any]) -> Begun | None:
        context = Context(self.engine, self._facts)
        begun = self._operations.begin(self._operations.prepare(document), variables, None, context)
        return None if isinstance(begun, Outcome) else begun

    async def _by_core(self, begun: Begun | None) -> ExecutionResult:
        assert begun is not None
        found = execute_root_selection_set(begun.executor())
        result = found if isinstance(found, ExecutionResult) else await found
        left = asyncio.all_tasks() - {
            asyncio.current_task()
        }  # what a null left behind: it ends here, not between two runs
        await asyncio.gather(*left, return_exceptions=True)
        return result

    async def _by_plan(
        self, plan: CompiledOperation, begun: Begun | None, written: WrittenCharts | None = None
    ) -> ExecutionResult:
        assert begun is not None
        return await plan.execute(begun.asking.context, begun.asking.variables, begun.executor, written)

    def close(self) -> None:
        self._runner.run(self.engine.close())
        self._runner.close()


def shown(result: ExecutionResult) -> object:
    """The data's bytes, their order with them; what orjson does not write by its looks."""
    try:
        return orjson.dumps(result.data)
    except (TypeError, ValueError):
        return repr(result.data)


def told(result: ExecutionResult) -> list[tuple[Any, ...]]:
    """Errors as a client sees them, where each came from with them."""
    return [
        (error.message, error.path, error.locations, error.extensions, type(error.original_error))
        for error in in_order(result.errors or [])
    ]


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    opened = Both()
    yield opened
    print(f"compared {opened.compared}, with errors {opened.failed}, charts written before {opened.reused}")
    opened.close()


EVERYTHING = """query ($birth: BirthInput!) { chart(birth: $birth) {
  lagna { id longitude rashi rashiNumber rashiName degreeInRashi text rashiLord nakshatra pada nakshatraLord degreesPerSecond }
  grahas { id graha name longitude eclipticLatitude distance speed declination rightAscension rashi rashiNumber rashiName
    degreeInRashi text rashiLord nakshatra nakshatraNumber pada nakshatraLord abhijit bhava chalitBhava lordOf motion
    retrograde combustion { combust distance orb } dignity exaltationDistance vargottama relations { to natural }
    aspectedBy nearestBoundary { kind seconds } }
  vargas(of: {divisions: [9]}) { id division code name variant lagna { rashi degreeInRashi sameAsNatal text }
    grahas { id graha rashi rashiName degreeInRashi text rashiLord bhava dignity sameAsNatal retrograde part deity } } } }"""


def test_each_attribute_with_each_wrong_value_is_told_of_as_graphql_core_does(both: Both) -> None:
    assert both.compare_each(EVERYTHING, {"birth": MUMBAI}) > 900


CHANCES = st.randoms(use_true_random=False)


@given(chance=CHANCES)
@PLENTY
def test_what_is_right_is_written_as_graphql_core_writes_it(both: Both, chance: random.Random) -> None:
    both.compare(chance, bad=0)


@given(chance=CHANCES, bad=st.integers(1, 3))
@PLENTY
def test_a_little_that_went_wrong_is_told_of_as_graphql_core_does(both: Both, chance: random.Random, bad: int) -> None:
    both.compare(chance, bad)


@given(chance=CHANCES, bad=st.integers(4, 30))
@PLENTY
def test_much_that_went_wrong_is_told_of_as_graphql_core_does(both: Both, chance: random.Random, bad: int) -> None:
    both.compare(chance, bad)


@pytest.mark.long
@given(chance=CHANCES, bad=st.integers(0, 12))
@settings(PLENTY, max_examples=LONG_EXAMPLES)
def test_many_more_are_answered_as_graphql_core_does(both: Both, chance: random.Random, bad: int) -> None:
    both.compare(chance, bad)
