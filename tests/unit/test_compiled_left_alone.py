"""What generated code does not understand is left to graphql-core altogether, and answered all the same."""

from __future__ import annotations

from typing import Any

import pytest

from tests.both_ways import Answer, Way, Wrong, answer
from tests.toy_schema import Leaf, Stone
from tests.toys import toy

STONE, LEAF = Stone(name="s", hard=True), Leaf(name="l", green=False)

LEFT = {
    "an interface": ("{ thing { name } }", STONE, '{"thing":{"name":"s"}}'),
    "an interface that is nothing": ("{ thing { name } }", None, '{"thing":null}'),
    "fragments on what is behind an interface": (
        "{ thing { __typename ... on Stone { hard } ... on Leaf { green } ... on Thing { n: name } } }",
        LEAF,
        '{"thing":{"__typename":"Leaf","green":false,"n":"l"}}',
    ),
    "a union": (
        "{ things { __typename ... on Stone { hard name } ... on Leaf { green } ...T } } fragment T on Thing { name }",
        [STONE, LEAF],
        '{"things":[{"__typename":"Stone","hard":true,"name":"s"},{"__typename":"Leaf","green":false,"name":"l"}]}',
    ),
    "a resolver that is awaited": ("{ toy { name awaited } }", toy(), '{"toy":{"name":"Bear","awaited":"Bear awaited"}}'),
    "everything beside it": (
        "{ toys { awaited } t: toys { name } }",
        [toy("a"), toy("b")],
        '{"toys":[{"awaited":"a awaited"},{"awaited":"b awaited"}],"t":[{"name":"a"},{"name":"b"}]}',
    ),
    "the schema": (
        '{ __type(name: "Colour") { kind enumValues { name } } toy { name } }',
        toy(),
        '{"__type":{"kind":"ENUM","enumValues":[{"name":"RED"},{"name":"GREEN"}]},"toy":{"name":"Bear"}}',
    ),
    "the schema's own roots": (
        "{ __schema { queryType { name } mutationType { name } subscriptionType { name } } }",
        None,
        '{"__schema":{"queryType":{"name":"Query"},"mutationType":{"name":"Mutation"},"subscriptionType":null}}',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("document", "value", "data"), LEFT.values(), ids=LEFT)
async def test_graphql_core_answers(document: str, value: Any, data: str) -> None:
    assert await answer(document, value) == Answer(data, [], Way.CORE, [], [])


async def test_what_is_left_out_by_a_directive_prevents_nothing() -> None:
    found = await answer("query ($no: Boolean!) { toy { name awaited @include(if: $no) } }", toy(), no=False)
    assert found == Answer('{"toy":{"name":"Bear"}}', [], Way.CODE, [], [])


async def test_a_value_that_is_no_member_of_a_union_is_told() -> None:
    found = await answer("{ thing { name } }", 5)
    assert (found.data, found.way, [error.path for error in found.errors]) == ('{"thing":null}', Way.CORE, ["thing"])


async def test_mutations_are_left_to_graphql_core_and_done_one_after_the_other() -> None:
    """Each would be done sooner than the one before it, if they did not wait for each other."""
    found = await answer("mutation { a: step(number: 1) b: step(number: 2) c: step(number: 3) }")
    assert found == Answer('{"a":1,"b":2,"c":3}', [], Way.CORE, [], [1, 2, 3])


async def test_a_root_field_that_is_a_text_is_completed_by_graphql_core_beside_generated_code() -> None:
    assert await answer("{ greeting __typename }", "hello") == Answer(
        '{"greeting":"hello","__typename":"Query"}', [], Way.BOTH, [], []
    )


async def test_a_wrong_root_text_nulls_everything() -> None:
    found = await answer("{ __typename greeting }", {"a": 1})
    wrong = Wrong("String cannot represent value: {'a': 1}", "greeting", (14,))
    assert found == Answer("null", [wrong], Way.BOTH, [], [])


async def test_an_operation_without_error_propagation_is_left_to_graphql_core() -> None:
    from graphql.type.directives import GraphQLDisableErrorPropagationDirective

    from tests.toy_schema import toy_schema

    core = toy_schema()._schema
    before = core.directives
    core.directives = (*before, GraphQLDisableErrorPropagationDirective)
    try:
        found = await answer("query @experimental_disableErrorPropagation { toy { name nick } }", toy(None))
    finally:
        core.directives = before
    assert (found.data, found.way) == ('{"toy":{"name":null,"nick":null}}', Way.CORE)
