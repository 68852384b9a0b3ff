"""Operations: read once, refused before anything is executed, executed by name."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import OperationType

from graph.operations import Operations
from graph.schema import schema
from tests.served import MUMBAI, asked, context, data, operations

VERSION = "{ engine { version } }"
LAGNA = "query ($birth: BirthInput!) { chart(birth: $birth) { lagna { rashi } } }"


async def test_a_document_is_read_once() -> None:
    fresh = Operations(schema())
    assert fresh.prepare(VERSION) is fresh.prepare(VERSION)


async def test_a_very_long_document_is_not_kept() -> None:
    fresh = Operations(schema())
    long = VERSION + "#" * 30_000
    assert fresh.prepare(long) is not fresh.prepare(long)


async def test_a_wrong_document_is_refused_again_from_memory() -> None:
    fresh = Operations(schema())
    first = await fresh.execute("{ nothing }", None, None, context())
    second = await fresh.execute("{ nothing }", None, None, context())
    assert first.body == second.body
    assert not first.executed


async def test_what_does_not_parse_is_told_from_what_does_not_fit_the_schema() -> None:
    broken = await operations().execute("{", None, None, context())
    unfit = await operations().execute("{ nothing }", None, None, context())
    assert (broken.executed, broken.syntax, unfit.executed, unfit.syntax) == (False, True, False, False)
    assert broken.body["errors"][0]["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"
    assert unfit.body["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_the_named_operation_runs_whatever_the_others_in_the_document_need() -> None:
    document = """
    query Divided($birth: BirthInput!, $division: Int!) {
      chart(birth: $birth) { varga(division: $division) { code } }
    }
    query Wrong { vargaRules(division: 301) { rule } }
    query Facts { engine { firstDate } }
    """
    assert await data(document, None, "Facts") == {"engine": {"firstDate": "1800-01-01"}}
    assert await data(document, {"birth": MUMBAI, "division": 9}, "Divided") == {"chart": {"varga": {"code": "D9"}}}
    assert (await asked(document, None, "Wrong"))["errors"][0]["extensions"]["code"] == "DIVISION_UNSUPPORTED"


@pytest.mark.parametrize("name", [None, "C"])
async def test_which_operation_is_meant_must_be_clear(name: str | None) -> None:
    outcome = await operations().execute("query A { __typename } query B { __typename }", None, name, context())
    assert not outcome.executed
    assert outcome.body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_the_kind_of_an_operation_is_known_before_it_runs() -> None:
    two = operations().prepare("query A { __typename } query B { __typename }")
    assert operations().prepare(VERSION).kind(None) is OperationType.QUERY
    assert (two.kind("B"), two.kind(None), two.kind("C")) == (OperationType.QUERY, None, None)


@pytest.mark.parametrize("variables", [None, {}, {"birth": None}, {"birth": 5}, {"birth": {"date": "1990-03-15"}}])
async def test_variables_that_do_not_fit_are_refused_before_anything_runs(variables: dict[str, Any] | None) -> None:
    outcome = await operations().execute(LAGNA, variables, None, context())
    assert not outcome.executed
    assert "data" not in outcome.body
    assert {error["extensions"]["code"] for error in outcome.body["errors"]} == {"BAD_USER_INPUT"}


async def test_a_variable_nobody_asked_for_is_passed_over() -> None:
    assert await data(LAGNA, {"birth": MUMBAI, "more": 1}) == {"chart": {"lagna": {"rashi": "TAURUS"}}}


async def test_one_bad_alias_does_not_null_its_neighbours() -> None:
    document = """
    query ($good: BirthInput!, $bad: BirthInput!) {
      good: chart(birth: $good) { lagna { rashi } }
      bad: chart(birth: $bad) { lagna { rashi } }
    }
    """
    body = await asked(document, {"good": MUMBAI, "bad": MUMBAI | {"date": "1990-02-30"}})
    assert body["data"] == {"good": {"lagna": {"rashi": "TAURUS"}}, "bad": None}
    assert [error["path"] for error in body["errors"]] == [["bad"]]


async def test_a_wrong_birth_of_a_list_spoils_only_its_own_item() -> None:
    document = (
        "query ($births: [BirthInput!]!) { charts(births: $births) { index ref chart { id } problem { code path } } }"
    )
    births = [MUMBAI | {"ref": "a"}, MUMBAI | {"ref": "b", "latitude": 91}, MUMBAI]
    items = (await data(document, {"births": births}))["charts"]
    assert [(item["index"], item["ref"]) for item in items] == [(0, "a"), (1, "b"), (2, None)]
    assert [item["chart"] is None for item in items] == [False, True, False]
    assert items[1]["problem"] == {"code": "LATITUDE_INVALID", "path": ["births", "1", "latitude"]}


async def test_a_thousand_births_are_answered_in_their_order_by_one_batch() -> None:
    document = "query ($births: [BirthInput!]!) { charts(births: $births) { index ref chart { moment { local } } } }"
    births = [MUMBAI | {"ref": str(k), "time": f"{k // 60 % 24:02}:{k % 60:02}"} for k in range(1000)]
    items = (await data(document, {"births": births}))["charts"]
    assert [int(item["ref"]) for item in items] == [item["index"] for item in items] == list(range(1000))
    assert [item["chart"]["moment"]["local"][11:16] for item in items] == [birth["time"] for birth in births]
