"""Lists: which values are one, and what their items may be."""

from __future__ import annotations

from typing import Any

import pytest

from tests.both_ways import Answer, Way, Wrong, answer, written
from tests.toys import Promise, toy

TWO = [toy("a"), toy("b")]
LISTS = {
    "of texts": ("words", toy(words=["a", "b"]), '"words":["a","b"]'),
    "a tuple": ("words", toy(words=("a",)), '"words":["a"]'),
    "empty": ("words marks grid", toy(words=[], marks=(), grid=[[], ()]), '"words":[],"marks":[],"grid":[[],[]]'),
    "of numbers or nothing": ("marks", toy(marks=[1, None, 2]), '"marks":[1,null,2]'),
    "of lists of numbers": ("grid", toy(grid=[[1, 2], (3,)]), '"grid":[[1,2],[3]]'),
    "of objects": ("twins { name }", toy(twins=TWO), '"twins":[{"name":"a"},{"name":"b"}]'),
    "of lists of objects": (
        "rows { name }",
        toy(rows=[TWO, None, (None, toy("c"))]),
        '"rows":[[{"name":"a"},{"name":"b"}],null,[null,{"name":"c"}]]',
    ),
    "three lists deep": ("cubes { name }", toy(cubes=[[TWO, []], []]), '"cubes":[[[{"name":"a"},{"name":"b"}],[]],[]]'),
    "inside the objects of lists": (
        "twins { twins { marks } }",
        toy(twins=[toy(twins=[toy(marks=[1])]), toy(twins=())]),
        '"twins":[{"twins":[{"marks":[1]}]},{"twins":[]}]',
    ),
}


@pytest.mark.parametrize(("selected", "value", "data"), LISTS.values(), ids=LISTS)
async def test_a_list_is_written(selected: str, value: Any, data: str) -> None:
    assert await written(f"{{ toy {{ {selected} }} }}", value) == f'{{"toy":{{{data}}}}}'


OTHERS = {
    "a set is a list to graphql-core": ("words", toy(words={"a"}), '{"toy":{"words":["a"]}}', []),
    "its items are awaited": ("words", toy(words=["a", Promise("b")]), '{"toy":{"words":["a","b"]}}', []),
    "it is awaited itself": ("twins { name }", toy(twins=Promise(TWO)), '{"toy":{"twins":[{"name":"a"},{"name":"b"}]}}', []),
    "of an item that may not be null": (
        "words",
        toy(words=["a", None]),
        '{"toy":null}',
        [Wrong("Cannot return null for non-nullable field Toy.words.", "toy.words.1", (9,))],
    ),
    "of an item of the wrong kind": (
        "marks",
        toy(marks=[1, "x", 2]),
        '{"toy":{"marks":[1,null,2]}}',
        [Wrong("Int cannot represent non-integer value: 'x'", "toy.marks.1", (9,))],
    ),
    "of an error among items": (
        "friends { name }",
        toy(friends=[toy("a"), ValueError("no"), toy("c")]),
        '{"toy":{"friends":[{"name":"a"},null,{"name":"c"}]}}',
        [Wrong("no", "toy.friends.1", (9,))],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("selected", "value", "data", "errors"), OTHERS.values(), ids=OTHERS)
async def test_a_list_that_is_left_to_graphql_core(selected: str, value: Any, data: str, errors: list[Wrong]) -> None:
    assert await answer(f"{{ toy {{ {selected} }} }}", value) == Answer(data, errors, Way.BOTH, [], [])


@pytest.mark.parametrize("value", ["text", 5, {"a": 1}, toy(), b"bytes"])
async def test_what_is_no_list_is_an_error(value: Any) -> None:
    for selected in ("friends { name }", "friends { __typename }", "friends { constant }"):
        found = await answer(f"{{ toy {{ nick {selected} }} }}", toy(friends=value))
        assert (found.data, found.way) == ('{"toy":{"nick":null,"friends":null}}', Way.BOTH)
        assert [(error.path, error.columns) for error in found.errors] == [("toy.friends", (14,))]
        assert found.errors[0].message.startswith("Expected Iterable, but did not find one for field 'Toy.friends'")


@pytest.mark.parametrize("value", [5, "text", toy()])
async def test_a_root_that_is_no_list_is_an_error(value: Any) -> None:
    found = await answer("{ toys { __typename } }", value)
    assert (found.data, [error.path for error in found.errors]) == ('{"toys":null}', ["toys"])


async def test_an_object_where_a_list_was_not_expected_is_an_error() -> None:
    found = await answer("{ toy { friend { name } } }", toy(friend=[toy()]))
    assert found.data == '{"toy":{"friend":null}}'
    assert [error.path for error in found.errors] == ["toy.friend.name"]


async def test_a_root_list_is_written_in_order_however_long_it_is() -> None:
    """Slices of it are written one after the other."""
    names = [f"n{k}" for k in range(100)]
    data = ",".join(f'{{"name":"{name}"}}' for name in names)
    for field in ("toys", "strictToys", "laterToys"):
        assert await written(f"{{ {field} {{ name }} }}", [toy(name) for name in names]) == f'{{"{field}":[{data}]}}'


async def test_a_root_list_without_items_is_empty() -> None:
    assert await written("{ toys { name } strictToys { name } }", ()) == '{"toys":[],"strictToys":[]}'


async def test_a_root_list_with_nothing_in_it_is_left_to_graphql_core() -> None:
    found = await answer("{ toys { __typename } }", [toy(), None])
    assert found == Answer('{"toys":[{"__typename":"Toy"},null]}', [], Way.BOTH, [], [])


@pytest.mark.parametrize(("selected", "data"), [("__typename", '"Toy"'), ("constant", "7"), ("name", '"a"')])
async def test_a_root_list_of_lists_is_left_to_graphql_core(selected: str, data: str) -> None:
    found = await answer(f"{{ rows {{ {selected} }} }}", [[toy("a")], []])
    assert found == Answer(f'{{"rows":[[{{"{selected}":{data}}}],[]]}}', [], Way.BOTH, [], [])


async def test_only_the_items_that_cannot_be_written_are_looked_at_by_graphql_core() -> None:
    """The others are taken as they are: nobody sees that the answer is a patchwork."""
    items = [toy(f"n{k}", size=k) for k in range(40)]
    items[17].size = 1 << 31
    items[3].size = "3"
    found = await answer("{ toys { s: size n: name } }", items)
    shown = [f'{{"s":{k},"n":"n{k}"}}' for k in range(40)]
    shown[17] = "null"
    assert found.data == f'{{"toys":[{",".join(shown)}]}}'
    assert [(error.path, error.columns) for error in found.errors] == [("toys.17.s", (10,))]
    assert found.way is Way.BOTH
