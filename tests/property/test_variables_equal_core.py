"""Generated code coerces variables as graphql-core does: the same values in the same order, or the same errors."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest
from graphql import GraphQLError, OperationDefinitionNode, get_variable_values, parse
from graphql.execution.values import VariableValues
from hypothesis import HealthCheck, given, settings, strategies as st

from graph.compiled.variables import MOST_ERRORS, Coercion, Unusual, coercion
from graph.schema import schema
from tests.variables import Sending

EXAMPLES = 600
LONG_EXAMPLES = 50_000
PLENTY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
CHANCES = st.randoms(use_true_random=False)

ZONE = {"name": "Asia/Kolkata"}
BIRTH = {"date": "1990-03-15", "time": "10:30", "latitude": 19.07, "longitude": 72.88, "zone": ZONE}


def _coercion(document: str) -> Coercion:
    (operation,) = parse(document).definitions
    assert isinstance(operation, OperationDefinitionNode)
    return coercion(schema()._schema, operation)


def _by_core(made: Coercion, sent: Mapping[str, Any], *, hidden: bool) -> Any:
    nodes = made.operation.variable_definitions or ()
    return get_variable_values(made.schema, nodes, dict(sent), MOST_ERRORS, hidden)


def _shown(found: VariableValues | list[GraphQLError]) -> object:
    """Values with the order of their keys and the sign of their zeros, or errors as a client sees them."""
    if isinstance(found, list):
        return [
            (error.message, error.path, error.locations, error.extensions, type(error.original_error))
            for error in found
        ]
    return repr(found.coerced), [
        (name, str(row.signature.type), repr(row.value)) for name, row in found.sources.items()
    ]


def _compare(chance: random.Random, wrong: int) -> bool:
    """Whether generated code alone was enough."""
    sending = Sending(schema()._schema, chance, wrong)
    document = sending.document()
    made = _coercion(document)
    sent = sending.values({name: row.type for name, row in made.signatures.items()})
    hidden = bool(chance.randint(0, 1))
    assert _shown(made.coerced(sent, hide_suggestions=hidden)) == _shown(_by_core(made, sent, hidden=hidden)), (
        document,
        sent,
    )
    return _is_quick(made, sent)


def _is_quick(made: Coercion, sent: Mapping[str, Any]) -> bool:
    try:
        made.quick(sent)
    except Unusual:
        return False
    return True


@given(chance=CHANCES)
@PLENTY
def test_right_values_are_coerced_as_graphql_core_does(chance: random.Random) -> None:
    _compare(chance, wrong=0)


@given(chance=CHANCES, wrong=st.integers(1, 25))
@PLENTY
def test_wrong_and_unusual_values_are_told_of_as_graphql_core_does(chance: random.Random, wrong: int) -> None:
    _compare(chance, wrong)


@pytest.mark.long
@given(chance=CHANCES, wrong=st.integers(0, 25))
@settings(PLENTY, max_examples=LONG_EXAMPLES)
def test_many_more_variables_are_coerced_as_graphql_core_does(chance: random.Random, wrong: int) -> None:
    _compare(chance, wrong)


def test_random_values_meet_both_ways() -> None:
    """Else the tests above would compare graphql-core with itself."""
    quick = [_compare(random.Random(seed), wrong) for seed in range(200) for wrong in (0, 10)]
    assert 100 < sum(quick) < 300


USUAL: Mapping[str, tuple[str, dict[str, Any]]] = {
    "a birth": ("$v: BirthInput!", {"v": BIRTH}),
    "births with settings": (
        "$v: [BirthInput!]!, $s: SettingsInput",
        {
            "v": [BIRTH, BIRTH | {"ref": "b"}],
            "s": {"preset": "KP", "vargaVariants": [{"division": 2, "variant": "RAMAN"}]},
        },
    ),
    "vargas": ("$v: VargaSelection", {"v": {"divisions": [1, 9]}}),
    "nulls": ("$v: BirthInput!, $s: SettingsInput", {"v": BIRTH | {"ref": None, "zone": None}, "s": None}),
    "defaults": ('$v: SettingsInput = {preset: KP}, $n: Int = 3, $t: [String] = "x"', {}),
    "what nobody declared": ("$n: Int", {"n": 1, "more": object}),
}


@pytest.mark.parametrize(("declared", "sent"), USUAL.values(), ids=USUAL)
def test_what_is_usual_is_coerced_by_generated_code_alone(declared: str, sent: dict[str, Any]) -> None:
    made = _coercion(f"query ({declared}) {{ __typename }}")
    assert _is_quick(made, sent)
    found = made.coerced(sent, hide_suggestions=False)
    assert isinstance(found, VariableValues)
    assert _shown(found) == _shown(_by_core(made, sent, hidden=False))


def test_the_order_of_fields_is_the_schemas_and_not_the_clients() -> None:
    made = _coercion("query ($v: BirthInput!) { __typename }")
    straight = made.coerced({"v": BIRTH}, hide_suggestions=False)
    turned = made.coerced({"v": dict(reversed(BIRTH.items()))}, hide_suggestions=False)
    assert isinstance(straight, VariableValues)
    assert isinstance(turned, VariableValues)
    assert repr(straight.coerced) == repr(turned.coerced)
    assert list(straight.coerced["v"])[:4] == ["date", "time", "latitude", "longitude"]


def test_no_more_errors_than_the_limit_are_told() -> None:
    made = _coercion("query ($v: [Int]) { __typename }")
    found = made.coerced({"v": ["x"] * 1000}, hide_suggestions=False)
    assert isinstance(found, list)
    assert len(found) == MOST_ERRORS + 1
    assert found[-1].message == "Too many errors processing variables, error limit reached. Execution aborted."
