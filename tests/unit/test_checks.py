"""Arguments that are wrong by themselves are refused before execution, wherever in the document they stand."""

from __future__ import annotations

from typing import Any

import pytest

from graph.checks import CHECKS, checked_fields
from tests.served import MUMBAI, asked, context, data, operations

CHART = "query ($birth: BirthInput!) {{ chart(birth: $birth) {{ {} }} }}"

REFUSED = [
    ("varga(division: 0) { code }", "DIVISION_UNSUPPORTED", ["division"]),
    ("varga(division: 301) { code }", "DIVISION_UNSUPPORTED", ["division"]),
    ("varga(division: 999) { code }", "DIVISION_UNSUPPORTED", ["division"]),
    ("varga(division: -9) { code }", "DIVISION_UNSUPPORTED", ["division"]),
    ("varga(division: 9, variant: UMA_SHAMBHU) { code }", "VARIANT_UNSUPPORTED", ["variant"]),
    ("vargas(of: { divisions: [] }) { code }", "LIST_EMPTY", ["of"]),
    ("vargas(of: { charts: [] }) { code }", "LIST_EMPTY", ["of"]),
    ("vargas(of: { divisions: [9, 0] }) { code }", "DIVISION_UNSUPPORTED", ["of", "divisions", "1", "division"]),
    (
        "vargas(of: { charts: [{ division: 9, variant: UMA_SHAMBHU }] }) { code }",
        "VARIANT_UNSUPPORTED",
        ["of", "charts", "0", "variant"],
    ),
    ("sensitivity(withinSeconds: 0) { lagna }", "ARGUMENT_INVALID", ["withinSeconds"]),
    ("sensitivity(withinSeconds: 3601) { lagna }", "ARGUMENT_INVALID", ["withinSeconds"]),
    ("graha(name: SUN) { inVarga(division: 301) { part } }", "DIVISION_UNSUPPORTED", ["division"]),
]


async def test_more_divisions_than_there_are_is_refused_where_a_variable_brings_them() -> None:
    document = """query ($birth: BirthInput!, $divisions: [Int!]) {
      chart(birth: $birth) { vargas(of: { divisions: $divisions }) { code } }
    }"""
    outcome = await operations().execute(document, {"birth": MUMBAI, "divisions": [9] * 301}, None, context())
    (error,) = outcome.body["errors"]
    assert (error["extensions"]["code"], error["extensions"]["path"]) == ("LIST_TOO_LONG", ["of"])


@pytest.mark.parametrize(("selection", "code", "path"), REFUSED, ids=[row[0][:48] for row in REFUSED])
async def test_a_bad_argument_inside_a_chart_is_refused_before_the_chart(
    selection: str, code: str, path: list[str]
) -> None:
    outcome = await operations().execute(CHART.format(selection), {"birth": MUMBAI}, None, context())
    assert not outcome.executed
    (error,) = outcome.body["errors"]
    assert (error["extensions"]["code"], error["extensions"]["path"]) == (code, path)
    assert error["locations"]
    assert error["extensions"]["remedy"]


@pytest.mark.parametrize(
    ("document", "code", "path"),
    [
        ("{ charts(births: []) { index } }", "LIST_EMPTY", ["births"]),
        ("{ vargaRules(division: 301) { rule } }", "DIVISION_UNSUPPORTED", ["division"]),
        ('{ settingOptions(name: "colour") { name } }', "ARGUMENT_INVALID", ["name"]),
        ('{ ayanamshas(at: "1500-01-01T00:00:00Z") { value } }', "DATE_OUT_OF_RANGE", ["at"]),
        ('{ ayanamshas(at: "0001-01-01T00:00:00+14:00") { value } }', "DATE_OUT_OF_RANGE", ["at"]),
        ('{ ayanamshas(at: "9999-12-31T23:59:59-14:00") { value } }', "DATE_OUT_OF_RANGE", ["at"]),
    ],
)
async def test_a_bad_argument_of_a_question_is_refused(document: str, code: str, path: list[str]) -> None:
    body = await asked(document)
    assert "data" not in body
    assert [(error["extensions"]["code"], error["extensions"]["path"]) for error in body["errors"]] == [(code, path)]


async def test_a_bad_setting_is_told_with_its_path() -> None:
    document = (
        "query ($birth: BirthInput!, $settings: SettingsInput) { chart(birth: $birth, settings: $settings) { id } }"
    )
    twice = {"vargaVariants": [{"division": 9, "variant": "PARASHARA"}, {"division": 9, "variant": "KALACHAKRA"}]}
    body = await asked(document, {"birth": MUMBAI, "settings": twice})
    (error,) = body["errors"]
    assert error["extensions"]["path"] == ["settings", "vargaVariants", "1", "division"]
    assert "D9 twice" in error["message"]


async def test_all_bad_arguments_are_told_at_once() -> None:
    selection = (
        "a: varga(division: 0) { code } b: varga(division: 301) { code } sensitivity(withinSeconds: 0) { lagna }"
    )
    body = await asked(CHART.format(selection), {"birth": MUMBAI})
    codes = [error["extensions"]["code"] for error in body["errors"]]
    assert codes == ["DIVISION_UNSUPPORTED", "DIVISION_UNSUPPORTED", "ARGUMENT_INVALID"]


async def test_an_argument_by_a_variable_is_checked_with_its_value() -> None:
    document = "query ($birth: BirthInput!, $n: Int!) { chart(birth: $birth) { varga(division: $n) { code } } }"
    assert (await data(document, {"birth": MUMBAI, "n": 300}))["chart"]["varga"]["code"] == "D300"
    body = await asked(document, {"birth": MUMBAI, "n": 301})
    assert body["errors"][0]["extensions"]["code"] == "DIVISION_UNSUPPORTED"


async def test_null_for_a_variable_that_has_a_default_is_refused_not_lost() -> None:
    document = "query ($birth: BirthInput!, $n: Int = 9) { chart(birth: $birth) { varga(division: $n) { code } } }"
    assert (await data(document, {"birth": MUMBAI}))["chart"]["varga"]["code"] == "D9"
    body = await asked(document, {"birth": MUMBAI, "n": None})
    assert "data" not in body
    assert body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("choice", [{"set": None}, {}, {"set": "SHADVARGA", "divisions": [9]}])
async def test_exactly_one_way_to_choose_vargas_is_taken(choice: dict[str, Any]) -> None:
    document = "query ($birth: BirthInput!, $of: VargaSelection!) { chart(birth: $birth) { vargas(of: $of) { code } } }"
    body = await asked(document, {"birth": MUMBAI, "of": choice})
    assert "data" not in body
    assert body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_bad_argument_is_found_inside_fragments_of_fragments() -> None:
    document = """
    query ($birth: BirthInput!) { chart(birth: $birth) { ...Outside } }
    fragment Inside on Chart { varga(division: 301) { code } }
    fragment Outside on Chart { ...Inside ... on Chart { ...Inside } }
    """
    body = await asked(document, {"birth": MUMBAI})
    assert [error["extensions"]["code"] for error in body["errors"]] == ["DIVISION_UNSUPPORTED"]


async def test_every_classical_set_and_the_first_of_enums_is_no_empty_choice() -> None:
    for name, count in (("SHADVARGA", 6), ("SAPTAVARGA", 7), ("DASHAVARGA", 10), ("SHODASHAVARGA", 16)):
        found = await data(CHART.format(f"vargas(of: {{ set: {name} }}) {{ code }}"), {"birth": MUMBAI})
        assert len(found["chart"]["vargas"]) == count


def test_every_row_names_a_field_that_exists() -> None:
    core = operations().schema._schema
    assert [row for row in CHECKS if row[1] not in core.type_map[row[0]].fields] == []  # type: ignore[attr-defined]


def test_a_document_without_such_fields_costs_no_check() -> None:
    document = operations().prepare("{ engine { version } }").document
    assert document is not None
    assert checked_fields(document, operations().schema._schema) == {"": ()}
