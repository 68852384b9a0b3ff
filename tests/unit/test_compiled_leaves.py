"""Scalars and enums: what is written as it is, what is converted, and what is refused."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from graphql import Undefined

from tests.both_ways import Answer, Way, Wrong, answer, written
from tests.toys import Colour, Paint, Promise, toy


class Whole(int):
    """An int that is more than an int."""


RIGHT = {
    "a float": ("price", 1.5, "1.5"),
    "minus nothing": ("price", -0.0, "-0.0"),
    "an int where a float is expected": ("price", 2, "2.0"),
    "a bool where a float is expected": ("price", True, "1"),
    "a number in a text": ("price", "1.5", "1.5"),
    "a decimal": ("price", Decimal("1.25"), "1.25"),
    "an int": ("size", 7, "7"),
    "the largest": ("size", 2**31 - 1, "2147483647"),
    "the smallest": ("size", -(2**31), "-2147483648"),
    "a bool is an int": ("size", True, "1"),
    "a whole float is an int": ("size", 2.0, "2"),
    "an int in a text": ("size", "7", "7"),
    "an int of a class of its own": ("size", Whole(3), "3"),
    "true": ("whole", True, "true"),
    "one is true": ("whole", 1, "true"),
    "nothing is false": ("whole", 0.0, "false"),
    "a text": ("name", "é🧸\u2028\"'\\", '"é🧸\u2028\\"\'\\\\"'),
    "no text": ("name", "", '""'),
    "a number where a text is expected": ("name", 5, '"5"'),
    "a bool where a text is expected": ("name", True, '"true"'),
    "a float where a text is expected": ("name", 1.5, '"1.5"'),
    "an id": ("id", "a", '"a"'),
    "a number as an id": ("id", 5, '"5"'),
    "an enum's member": ("colour", Colour.GREEN, '"GREEN"'),
    "a scalar of one's own": ("loud", "shy", '"SHY"'),
}


@pytest.mark.parametrize(("field", "value", "data"), RIGHT.values(), ids=RIGHT)
async def test_a_value_is_written(field: str, value: Any, data: str) -> None:
    assert await written(f"{{ toy {{ {field} }} }}", toy(**{field: value})) == f'{{"toy":{{"{field}":{data}}}}}'


@pytest.mark.parametrize("field", ["nick", "weight", "count", "shade", "quiet"])
async def test_a_value_that_may_be_null_is_written_where_it_is_not(field: str) -> None:
    value, data = {
        "nick": ("n", '"n"'),
        "weight": (1.5, "1.5"),
        "count": (1, "1"),
        "shade": (Colour.RED, '"RED"'),
        "quiet": ("q", '"Q"'),
    }[field]
    assert await written(f"{{ toy {{ {field} }} }}", toy(**{field: value})) == f'{{"toy":{{"{field}":{data}}}}}'


WRONG = {
    "too large an int": ("count", 2**31, "Int cannot represent non 32-bit signed integer value: 2147483648"),
    "too small an int": ("count", -(2**31) - 1, "Int cannot represent non 32-bit signed integer value: -2147483649"),
    "a fraction": ("count", 2.5, "Int cannot represent non-integer value: 2.5"),
    "no number of an int": ("count", math.nan, "Int cannot represent non-integer value: nan"),
    "a text": ("count", "x", "Int cannot represent non-integer value: 'x'"),
    "no number": ("weight", math.nan, "Float cannot represent non numeric value: nan"),
    "infinity": ("weight", -math.inf, "Float cannot represent non numeric value: -inf"),
    "a text for a float": ("weight", "x", "Float cannot represent non numeric value: 'x'"),
    "a list": ("nick", ["x"], "String cannot represent value: ['x']"),
    "an object": ("nick", {"a": 1}, "String cannot represent value: {'a': 1}"),
    "an enum's name": ("shade", "RED", None),
    "a member of another enum": ("shade", Paint.RED, None),
    "an error": ("nick", ValueError("spoilt"), "spoilt"),
}


@pytest.mark.parametrize(("field", "value", "message"), WRONG.values(), ids=WRONG)
async def test_a_wrong_value_is_told(field: str, value: Any, message: str | None) -> None:
    found = await answer(f"{{ toy {{ name {field} }} }}", toy(**{field: value}))
    assert (found.data, found.way) == (f'{{"toy":{{"name":"Bear","{field}":null}}}}', Way.BOTH)
    assert [(error.path, error.columns) for error in found.errors] == [(f"toy.{field}", (14,))]
    assert message in {None, found.errors[0].message}


async def test_a_scalar_that_raises_is_told_with_its_extensions() -> None:
    found = await answer("{ toy { name quiet } }", toy(quiet=5))
    wrong = Wrong("Only texts are loud.", "toy.quiet", (14,), {"code": "NOT_LOUD"})
    assert found == Answer('{"toy":{"name":"Bear","quiet":null}}', [wrong], Way.BOTH, [], [])


@pytest.mark.parametrize("field", ["nick", "weight", "count", "shade", "quiet"])
async def test_what_is_undefined_is_null(field: str) -> None:
    found = await answer(f"{{ toy {{ {field} }} }}", toy(**{field: Undefined}))
    assert found == Answer(f'{{"toy":{{"{field}":null}}}}', [], Way.BOTH, [], [])


@pytest.mark.parametrize(
    ("field", "value", "data"), [("price", 2.5, "2.5"), ("colour", Colour.RED, '"RED"'), ("loud", "a", '"A"')]
)
async def test_what_is_still_to_be_awaited_is_awaited_by_graphql_core(field: str, value: Any, data: str) -> None:
    found = await answer(f"{{ toy {{ {field} }} }}", toy(**{field: Promise(value)}))
    assert found == Answer(f'{{"toy":{{"{field}":{data}}}}}', [], Way.BOTH, [], [])


async def test_each_field_is_converted_by_its_own_type() -> None:
    value = toy("n", loud="l", colour=Colour.RED, shade=Colour.GREEN, price=1, size=1.0, whole=1, id=1)
    document = "{ toy { loud name colour shade price size whole id } }"
    assert await written(document, value) == (
        '{"toy":{"loud":"L","name":"n","colour":"RED","shade":"GREEN","price":1.0,"size":1,"whole":true,"id":"1"}}'
    )
