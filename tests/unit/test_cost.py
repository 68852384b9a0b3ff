"""Costs worked out by hand, on small schemas and on our own."""

from collections.abc import Mapping
from time import perf_counter
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse, validate

from graph.cost import (
    INTROSPECTION,
    LIMIT,
    UNSTATED,
    CostPlan,
    CostReport,
    CostTable,
    check_cost,
    cost_plan,
    cost_table,
    wants_cost,
)
from graph.requests import RequestError
from graph.schema import schema, sdl

OURS = cost_table(sdl())
SHELF = cost_table("""
directive @cost(weight: String!) on FIELD_DEFINITION | OBJECT | SCALAR
directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!]) on FIELD_DEFINITION

type Query {
  book: Book
  dear: Book @cost(weight: "5")
  books(max: Int = 3): [Book!]! @listSize(slicingArguments: ["max"])
  some: [Book] @listSize(assumedSize: 7)
  any: [Book]
  page(first: Int, last: Int): Page @listSize(slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"])
  by(of: Choice = {ids: [1, 2]}, last: Int): [Book] @listSize(assumedSize: 9, slicingArguments: ["of.ids", "of.names", "last"])
  all(ids: [Int!]!): [Book] @listSize(slicingArguments: ["ids"])
  thing: Thing
}
input Choice { ids: [Int!] names: [String!] }
type Page { edges: [Edge] nodes: [Book] total: Int }
type Edge { node: Book }
type Book { title: String author: Author reviews: [Review] @listSize(assumedSize: 4) scan: Image }
type Author @cost(weight: "2") { name: String books(max: Int): [Book] @listSize(slicingArguments: ["max"]) }
type Review { text: String }
union Thing = Book | Author
scalar Image @cost(weight: "3")
""")


def plan(text: str, table: CostTable = SHELF) -> CostPlan:
    document = parse(text)
    (operation,) = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return cost_plan(document, operation, table)


def cost(text: str, variables: Mapping[str, Any] | None = None, table: CostTable = SHELF) -> float:
    return plan(text, table).cost(variables or {})


# ── by hand ──


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("{ book { title } }", 1),
        ("{ book { author { name } } }", 1 + 2),  # the weight of the type Author
        ("{ dear { title } }", 5),  # the weight of the field before that of its type
        ("{ book { scan } }", 1 + 3),  # a leaf whose type has a weight
        ("{ book { title } a: book { title } }", 2),
        ("{ some { title } }", 7),
        ("{ any { title } }", UNSTATED),
        ("{ books { title } }", 3),  # the argument's default
        ("{ books(max: 5) { title } }", 5),
        ("{ books(max: 5) { author { name } } }", 5 * (1 + 2)),
        ("{ books(max: 5) { author { books(max: 4) { reviews { text } } } } }", 5 * (1 + 2 + 4 * (1 + 4))),
        ("{ books(max: 0) { author { name } } }", 0),
        ("{ books(max: -5) { title } }", 0),
        ("{ books(max: null) { title } }", UNSTATED),
        ("{ all(ids: [1, 2, 3, 4]) { title } }", 4),
        ("{ all(ids: 1) { title } }", 1),  # a single value is a list of one
        ("{ all(ids: []) { title } }", 0),
        ("{ page(first: 10) { total } }", 1),
        ("{ page(first: 10) { nodes { title } } }", 1 + 10),
        ("{ page(first: 10) { edges { node { title } } } }", 1 + 10 * (1 + 1)),
        ("{ page(first: 10, last: 20) { nodes { title } total } }", 1 + 20),
        ("{ page(first: 10) { ...P } } fragment P on Page { nodes { title } }", 1 + 10),
        ("{ by { title } }", 2),  # the default's ids
        ("{ by(of: {ids: [1, 2, 3]}) { title } }", 3),
        ("{ by(of: {ids: [1], names: [A, B]}, last: 1) { title } }", 2),
        ("{ by(of: {}) { title } }", 9),
        ("{ by(of: null) { title } }", 9),
        (
            "{ thing { __typename ... on Book { author { name } } ... on Author { books(max: 2) { title } } } }",
            1 + 2 + 2,
        ),
        (
            "{ ...F book { ...B } } fragment F on Query { some { ...B } } fragment B on Book { author { name } }",
            7 * 3 + 3,
        ),
        ("{ ... { book @skip(if: true) { title } } }", 1),
        ("{ __typename }", 0),
        ("{ __schema { types { name } } }", INTROSPECTION),
    ],
)
def test_a_document_without_variables_is_added_up_once(text: str, points: float) -> None:
    found = plan(text)
    assert found.steps == ()
    assert found.cost({}) == points


@pytest.mark.parametrize(
    ("arguments", "variables", "points"),
    [
        ("books(max: $n)", {"n": 8}, 8),
        ("books(max: $n)", {"n": -8}, 0),
        ("books(max: $n)", {"n": None}, UNSTATED),
        ("books(max: $n)", {}, 3),
        ("all(ids: $n)", {"n": [1] * 6}, 6),
        ("all(ids: [$n, 1])", {"n": 9}, 2),
        ("by(of: $n)", {"n": {"ids": [1, 2, 3], "names": None}}, 3),
        ("by(of: $n)", {"n": {"names": ["a"] * 5}}, 5),
        ("by(of: $n)", {"n": None}, 9),
        ("by(of: $n)", {}, 2),
        ("by(of: {ids: $n})", {"n": [1, 2, 3, 4]}, 4),
        ("by(of: {ids: $n})", {}, 2),
        ("by(of: {ids: [1]}, last: $n)", {"n": 6}, 6),
    ],
)
def test_sizes_come_from_variables(arguments: str, variables: Mapping[str, Any], points: float) -> None:
    assert cost(f"query ($n: Any) {{ {arguments} {{ title }} }}", variables) == points


def test_sizes_multiply_down_the_tree() -> None:
    text = "query ($n: Int, $m: Int) { books(max: $n) { title author { books(max: $m) { ...R } ...A } } book { ...R } }"
    text += " fragment R on Book { reviews { text } } fragment A on Author { books(max: $m) { title } }"
    assert cost(text, {"n": 10, "m": 3}) == 10 * (1 + 2 + 3 * (1 + 4) + 3) + (1 + 4)


def test_fields_below_a_connection_take_their_size_from_a_variable() -> None:
    text = "query ($n: Int) { page(first: $n) { nodes { author { name } } } }"
    assert cost(text, {"n": 50}) == 1 + 50 * (1 + 2)


def test_a_mutation_and_a_subscription_start_at_their_own_type() -> None:
    table = cost_table(
        'type Mutation { go: Done @cost(weight: "8") } type Done { at: Int } type Subscription { sky: Done }'
    )
    assert cost("mutation { go { at } }", table=table) == 8
    assert cost("subscription { sky { at } }", table=table) == 1


def test_doubling_fragments_are_planned_and_counted_once_each() -> None:
    text = "query ($n: Int) { ...f0 }" + "".join(
        f" fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(17)
    )
    found = plan(text + " fragment f17 on Query { books(max: $n) { title } }")
    assert len(found.steps) == 19
    assert found.cost({"n": 2}) == 2**18


def test_costs_end_somewhere() -> None:
    text = "{ ...f0 }" + "".join(f" fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(100))
    assert cost(text + " fragment f100 on Query { book { title } }") == 1e15


# ── our own schema ──


CHARTS = (
    "query ($births: [BirthInput!]!) {{ charts(births: $births) {{ index ref chart {{ id {} }} problem {{ code }} }} }}"
)
GRAHAS = "grahas { graha rashi text bhava dignity pada speed retrograde }"


def ours(text: str, births: int = 1000) -> float:
    assert validate(schema()._schema, parse(text)) == []
    return cost(text, {"births": [{}] * births}, OURS)


def test_a_thousand_natal_charts_pass() -> None:
    assert ours(CHARTS.format(GRAHAS)) == 1000 * (1 + 1 + 12 + 1)
    assert ours(CHARTS.format(GRAHAS + " bhavas { number occupants }")) == 1000 * (1 + 1 + 12 + 12 + 1) <= LIMIT


def test_a_thousand_times_sixteen_vargas_do_not() -> None:
    points = ours(CHARTS.format("vargas { " + GRAHAS.replace("pada speed ", "") + " }"))
    assert points == 1000 * (1 + 1 + 16 * (1 + 12) + 1)
    with pytest.raises(RequestError, match="costs 211,000 points, more than 30,000") as caught:
        check_cost(points)
    (told,) = caught.value.errors
    assert caught.value.status == 422
    assert told["extensions"]["code"] == "COST_TOO_HIGH"
    assert "bulk operation" in told["extensions"]["remedy"]


def test_the_vargas_that_are_named_are_counted() -> None:
    text = """query ($births: [BirthInput!]!, $of: VargaSelection!, $d: [Int!]) {
      charts(births: $births) { chart { a: vargas(of: $of) { id } b: vargas(of: {divisions: $d}) { id } c: vargas { id } } }
    }"""
    variables = {"births": [{}] * 2, "of": {"charts": [{}, {}, {}]}, "d": [1, 9]}
    assert cost(text, variables, OURS) == 2 * (1 + 1 + 3 + 2 + 16)


def test_weights_stand_in_the_schema() -> None:
    text = "query ($b: BirthInput!) { chart(birth: $b) { sensitivity { lagna } varga(division: 9) { lagnaSpan { until } } } }"
    assert cost(text, {"b": {}}, OURS) == 10 + 20 + 1 + 5


def test_the_table_has_every_field_of_the_schema() -> None:
    fields = {
        (name, field)
        for name, type_ in schema()._schema.type_map.items()
        if not name.startswith("__")
        for field in getattr(type_, "fields", ())
        if hasattr(type_, "interfaces")
    }
    assert set(OURS) == fields


def test_a_request_costs_microseconds() -> None:
    found = plan(CHARTS.format("vargas { grahas { id } }"), OURS)
    births = {"births": [{}] * 1000}
    started = perf_counter()
    for _ in range(1000):
        found.cost(births)
    assert perf_counter() - started < 0.1  # 100 µs each, where 4 are usual: a busy machine passes


# ── the request ──


def test_what_passes_is_reported_beside_its_limit() -> None:
    assert check_cost(LIMIT) == CostReport(LIMIT, LIMIT)
    assert check_cost(7, 8)._asdict() == {"cost": 7, "limit": 8}


@pytest.mark.parametrize(
    ("extensions", "wanted"), [(None, False), ({}, False), ({"cost": True}, True), ({"cost": "yes"}, False)]
)
def test_the_cost_is_told_when_it_is_asked_for(extensions: Mapping[str, Any] | None, wanted: bool) -> None:
    assert wants_cost(extensions) is wanted
