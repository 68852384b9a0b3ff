"""Arguments and variables: what a resolver is given, and what is said of what it cannot be given."""

from __future__ import annotations

import json
from typing import Any

import pytest
from graphql import GraphQLError, parse

from graph.compiled.variables import coercion
from tests.both_ways import Answer, Way, Wrong, answer, written
from tests.toy_schema import toy_schema
from tests.toys import toy

ARGUMENTS = {
    "none": ("", "{ toy { f: said } }", {}, "Bear says hello None"),
    "a literal": ("", '{ toy { f: said(times: 2, word: "x") } }', {}, "Bear says x 2"),
    "null": ("", "{ toy { f: said(times: null) } }", {}, "Bear says hello None"),
    "a variable": ("($w: String!)", "{ toy { f: said(word: $w) } }", {"w": "x"}, "Bear says x None"),
    "only variables": ("($w: String!, $t: Int)", "{ toy { f: said(word: $w, times: $t) } }", {"w": "x", "t": 2}, "Bear says x 2"),
    "only variables, one absent": ("($w: String!, $t: Int)", "{ toy { f: said(word: $w, times: $t) } }", {"w": "x"}, "Bear says x None"),
    "only variables, one null": ("($w: String!, $t: Int)", "{ toy { f: said(word: $w, times: $t) } }", {"w": "x", "t": None}, "Bear says x None"),
    "an absent variable leaves the default": ('($w: String = "y")', "{ toy { f: said(word: $w) } }", {}, "Bear says y None"),
    "a sent one wins over a default": ('($w: String = "y")', "{ toy { f: said(word: $w) } }", {"w": "z"}, "Bear says z None"),
    "an int for a float": ("($n: Float!)", "{ toy { f: twice(number: $n) } }", {"n": 2}, "4.0"),
    "an int literal for a float": ("", "{ toy { f: twice(number: 2) } }", {}, "4.0"),
    "an Int variable where a list is expected": ("($c: Colour!)", "{ toy { f: coloured(colours: [$c]) } }", {"c": "RED"}, "(<Colour.GREEN: 'green'>, [<Colour.RED: 'red'>])"),
    "a list of one": ("($c: [Colour!])", "{ toy { f: coloured(colours: $c) } }", {"c": "RED"}, "(<Colour.GREEN: 'green'>, [<Colour.RED: 'red'>])"),
    "a literal list of one": ("", "{ toy { f: coloured(colours: RED) } }", {}, "(<Colour.GREEN: 'green'>, [<Colour.RED: 'red'>])"),
    "an enum, and null for one that has a default": ("($c: Colour)", "{ toy { f: coloured(colour: $c) } }", {"c": None}, "(None, UNSET)"),
    "an enum that is not sent": ("($c: Colour)", "{ toy { f: coloured(colour: $c) } }", {}, "(<Colour.GREEN: 'green'>, UNSET)"),
    "one of": ("($e: Either!)", "{ toy { f: chosen(of: $e) } }", {"e": {"number": 3}}, "(UNSET, 3)"),
    "one of, in a literal": ("($n: String!)", "{ toy { f: chosen(of: {name: $n}) } }", {"n": "x"}, "('x', UNSET)"),
    "a scalar of one's own": ("($m: Moment!)", "{ toy { f: at(moment: $m) } }", {"m": "2000-01-01T00:00:00"}, "2000-01-01T00:00:00"),
    "an input": ("($s: Size)", "{ toy { f: sized(size: $s) } }", {"s": {"width": 1}}, "Size(width=1.0, depth=UNSET, colours=UNSET, unit='cm', inner=UNSET)"),
    "an input with nulls, a list of one and itself inside": (
        "($s: Size)", "{ toy { f: sized(size: $s) } }", {"s": {"inner": {"width": 2, "unit": "m"}, "colours": "RED", "depth": None, "width": 1}},
        "Size(width=1.0, depth=None, colours=[<Colour.RED: 'red'>], unit='cm', inner=Size(width=2.0, depth=UNSET, colours=UNSET, unit='m', inner=UNSET))",
    ),
    "a literal with variables inside, one of them absent": (
        "($w: Float!, $d: Float, $u: String)", "{ toy { f: sized(size: {width: $w, depth: $d, inner: {width: $w, depth: 1}}) g: said(word: $u) } }", {"w": 1.5},
        "Size(width=1.5, depth=UNSET, colours=UNSET, unit='cm', inner=Size(width=1.5, depth=1.0, colours=UNSET, unit='cm', inner=UNSET))",
    ),
    "an absent variable of a nullable argument": ("($s: Size)", "{ toy { f: sized(size: $s) } }", {}, "UNSET"),
    "a null among inputs": ("($s: Size)", "{ toy { f: sizes(sizes: [$s, {width: 1}]) } }", {"s": None}, "[None, Size(width=1.0, depth=UNSET, colours=UNSET, unit='cm', inner=UNSET)]"),
    "a null among literal inputs": ("", "{ toy { f: sizes(sizes: [null]) } }", {}, "[None]"),
    "an attribute, where no argument is given": ("", "{ toy { f: short } }", {}, "nick"),
    "its resolver, where one is": ("($n: Int)", "{ toy { f: short(letters: $n) } }", {"n": 2}, "Be"),
    "its resolver, where one is absent": ("($n: Int)", "{ toy { f: short(letters: $n) } }", {}, "nick"),
}  # fmt: skip


@pytest.mark.parametrize(("head", "document", "sent", "told"), ARGUMENTS.values(), ids=ARGUMENTS)
async def test_a_resolver_is_given(head: str, document: str, sent: dict[str, Any], told: str) -> None:
    found = json.loads(await written(f"query {head} {document}", toy(nick="nick"), **sent))
    assert found["toy"]["f"] == told


async def test_equal_literals_are_not_the_same() -> None:
    """Zeros have a sign, and equal instants may be written in two zones."""
    numbers = "{ toy { a: twice(number: 0.0) b: twice(number: -0.0) c: twice(number: 0) } }"
    assert await written(numbers, toy()) == '{"toy":{"a":"0.0","b":"-0.0","c":"0.0"}}'
    moments = '{ toy { a: at(moment: "2000-01-01T00:00:00+00:00") b: at(moment: "2000-01-01T01:00:00+01:00") } }'
    assert await written(moments, toy()) == '{"toy":{"a":"2000-01-01T00:00:00+00:00","b":"2000-01-01T01:00:00+01:00"}}'


async def test_equal_defaults_are_not_the_same() -> None:
    document = "query ($a: Float! = 0.0, $b: Float! = -0.0) { toy { a: twice(number: $a) b: twice(number: $b) } }"
    assert await written(document, toy()) == '{"toy":{"a":"0.0","b":"-0.0"}}'


async def test_one_document_is_executed_with_other_variables() -> None:
    document = "query ($n: Float!, $w: String!) { toys { twice(number: $n) said(word: $w) } }"
    for number, word in ((1.5, "a"), (2, "b")):
        data = f'{{"toys":[{{"twice":"{2.0 * number}","said":"Bear says {word} None"}}]}}'
        assert await written(document, [toy()], n=number, w=word) == data


NULLED = 'query ($w: String = "x", $n: Int) { toy { name said(word: $w) short(letters: $n) } other: toy { nick } }'


async def test_a_variable_that_is_null_where_it_may_not_be_fails_its_field() -> None:
    found = await answer(NULLED, toy(), w=None)
    assert (found.data, found.way) == ('{"toy":null,"other":{"nick":null}}', Way.BOTH)
    assert [(error.path, error.columns) for error in found.errors] == [("toy.said", (59,))]


@pytest.mark.parametrize(
    ("head", "number", "sent", "way"), [("", "0", {}, Way.CORE), ("query ($n: Int!)", "$n", {"n": 0}, Way.BOTH)]
)
async def test_an_input_that_refuses_itself_fails_its_field(
    head: str, number: str, sent: dict[str, Any], way: Way
) -> None:
    document = f"{head} {{ toy {{ name positive(of: {{number: {number}}}) }} }}"
    wrong = Wrong("Not positive.", "toy.positive", (document.index("positive") + 1,), {"code": "NOT_POSITIVE"})
    assert await answer(document, toy(), **sent) == Answer(
        '{"toy":{"name":"Bear","positive":null}}', [wrong], way, [], []
    )


# ── variables that are refused ──

REFUSED = {
    "absent": ("$n: Float!", {}, "Variable '$n' has invalid value: Expected a value of non-null type 'Float!' to be provided."),
    "null": ("$n: Float!", {"n": None}, "Variable '$n' has invalid value: Expected value of non-null type 'Float!' not to be None."),
    "a text": ("$n: Float!", {"n": "1"}, "Variable '$n' has invalid value: Float cannot represent non numeric value: '1'"),
    "infinite": ("$n: Float!", {"n": float("inf")}, "Variable '$n' has invalid value: Float cannot represent non numeric value: inf"),
    "a bool": ("$n: Int", {"n": True}, "Variable '$n' has invalid value: Int cannot represent non-integer value: True"),
    "too large": ("$n: Int", {"n": 2**31}, "Variable '$n' has invalid value: Int cannot represent non 32-bit signed integer value: 2147483648"),
    "no member": ("$n: Colour", {"n": "BLUE"}, "Variable '$n' has invalid value: Value 'BLUE' does not exist in 'Colour' enum."),
    "no name of a member": ("$n: Colour", {"n": 5}, "Variable '$n' has invalid value: Enum 'Colour' cannot represent non-string value: 5."),
    "unhashable": ("$n: Colour", {"n": []}, "Variable '$n' has invalid value: Enum 'Colour' cannot represent non-string value: []."),
    "a field too many": ("$n: Either!", {"n": {"name": "x", "more": 1}}, "Variable '$n' has invalid value: Expected value of type 'Either' not to include unknown field 'more', found: {'name': 'x', 'more': 1}."),
    "two of one": ("$n: Either!", {"n": {"name": "x", "number": 1}}, "Variable '$n' has invalid value: Within OneOf Input Object type 'Either', exactly one field must be specified, and the value for that field must be non-null."),
    "none of one": ("$n: Either!", {"n": {}}, "Variable '$n' has invalid value: Within OneOf Input Object type 'Either', exactly one field must be specified, and the value for that field must be non-null."),
    "null of one": ("$n: Either!", {"n": {"name": None}}, "Variable '$n' has invalid value at .name: Within OneOf Input Object type 'Either', exactly one field must be specified, and the value for that field must be non-null."),
    "no scalar of one's own": ("$n: Moment!", {"n": "never"}, "Variable '$n' has invalid value: Expected value of type 'Moment', but encountered error 'Invalid isoformat string: 'never''; found: 'never'."),
    "no object": ("$n: Size", {"n": 5}, "Variable '$n' has invalid value: Expected value of type 'Size' to be an object, found: 5."),
    "wrong inside": ("$n: [Size]", {"n": [None, {"width": 1, "inner": {"width": "x"}}]}, "Variable '$n' has invalid value at [1].inner.width: Float cannot represent non numeric value: 'x'"),
    "missing inside": ("$n: Size", {"n": {}}, "Variable '$n' has invalid value: Expected value of type 'Size' to include required field 'width', found: {}."),
    "too deep": ("$n: Size", {"n": None}, "Variable values are nested too deeply."),
}  # fmt: skip


def _deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"width": 1.0}
    for _ in range(levels):
        value = {"width": 1.0, "inner": value}
    return value


@pytest.mark.parametrize(("declared", "sent", "message"), REFUSED.values(), ids=REFUSED)
def test_a_variable_is_refused(declared: str, sent: dict[str, Any], message: str) -> None:
    if message == "Variable values are nested too deeply.":
        sent = {"n": _deep(300)}
    operation: Any = parse(f"query ({declared}) {{ __typename }}").definitions[0]
    found = coercion(toy_schema()._schema, operation).coerced(sent, hide_suggestions=False)
    assert isinstance(found, list)
    assert all(isinstance(error, GraphQLError) for error in found)
    assert [error.message for error in found] == [message]


def test_an_input_may_stand_inside_itself_as_deep_as_graphql_core_allows() -> None:
    operation: Any = parse("query ($n: Size) { __typename }").definitions[0]
    found: Any = coercion(toy_schema()._schema, operation).coerced({"n": _deep(100)}, hide_suggestions=False)
    inner = found.coerced["n"]
    for _ in range(100):
        inner = inner["inner"]
    assert inner == {"width": 1.0, "unit": "cm"}
