"""Where a null goes that may not stand where it arose, and what is told of it: the same as graphql-core's."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import Undefined

from tests.both_ways import Answer, Way, Wrong, answer, written
from tests.toys import Promise, toy

NULL = "Cannot return null for non-nullable field {}."
ITEMS = [toy("a"), toy(None), toy("c")]


def _null(field: str, path: str, *columns: int) -> Wrong:
    return Wrong(NULL.format(field), path, columns)


FALLS = {
    "to its object": ("{ toy { name } }", toy(None), '{"toy":null}', [_null("Toy.name", "toy.name", 9)]),
    "past objects that may not be null": (
        "{ toy { friend { twin { name } } nick } }",
        toy(friend=toy(twin=toy(None))),
        '{"toy":{"friend":null,"nick":null}}',
        [_null("Toy.name", "toy.friend.twin.name", 25)],
    ),
    "to the root": ("{ strict { name } }", toy(None), "null", [_null("Toy.name", "strict.name", 12)]),
    "to the root, past other root fields": (
        "{ a: toy { name } strict { twin { name } } }",
        toy(twin=toy(None)),
        "null",
        [_null("Toy.name", "strict.twin.name", 35)],
    ),
    "from a root field that is nothing": ("{ strict { name } }", None, "null", [_null("Query.strict", "strict", 3)]),
    "from a root field that is nothing and of which nothing is read": (
        "{ strict { __typename } }",
        None,
        "null",
        [_null("Query.strict", "strict", 3)],
    ),
    "to an item": (
        "{ toys { name } }",
        ITEMS,
        '{"toys":[{"name":"a"},null,{"name":"c"}]}',
        [_null("Toy.name", "toys.1.name", 10)],
    ),
    "to a list that takes no null": (
        "{ toy { strictFriends { name } nick } }",
        toy(strict_friends=ITEMS),
        '{"toy":{"strictFriends":null,"nick":null}}',
        [_null("Toy.name", "toy.strictFriends.1.name", 25)],
    ),
    "from an object that may not be null and of which nothing is read": (
        "{ toy { friend { twin { constant } } } }",
        toy(friend=toy(twin=None)),
        '{"toy":{"friend":null}}',
        [_null("Toy.twin", "toy.friend.twin", 18)],
    ),
    "from a list that may not be null": (
        "{ toy { friend { twins { __typename } } } }",
        toy(friend=toy(twins=None)),
        '{"toy":{"friend":null}}',
        [_null("Toy.twins", "toy.friend.twins", 18)],
    ),
    "past a list that may not be null": (
        "{ toy { twins { name } } nick: toy { nick } }",
        toy(twins=ITEMS),
        '{"toy":null,"nick":{"nick":null}}',
        [_null("Toy.name", "toy.twins.1.name", 17)],
    ),
    "past a root list that may not be null": (
        "{ strictToys { name } }",
        ITEMS,
        "null",
        [_null("Toy.name", "strictToys.1.name", 16)],
    ),
    "to an item of a list in a list": (
        "{ toy { rows { name } } }",
        toy(rows=[ITEMS, None, [None]]),
        '{"toy":{"rows":[[{"name":"a"},null,{"name":"c"}],null,[null]]}}',
        [_null("Toy.name", "toy.rows.0.1.name", 16)],
    ),
    "under an alias": (
        "{ t: toy { f: friends { n: name } } }",
        toy(friends=[toy(None)]),
        '{"t":{"f":[null]}}',
        [_null("Toy.name", "t.f.0.n", 25)],
    ),
    "at every place where the field is asked for": (
        "{ toy { name nick name ...F } } fragment F on Toy { name }",
        toy(None),
        '{"toy":null}',
        [_null("Toy.name", "toy.name", 9, 19, 53)],
    ),
    "once for each item, told in their order": (
        "{ toys { friend { name } nick name } }",
        [toy(friend=toy(None)), toy(None, friend=toy("x")), toy(friend=toy(None))],
        '{"toys":[{"friend":null,"nick":null,"name":"Bear"},null,{"friend":null,"nick":null,"name":"Bear"}]}',
        [
            _null("Toy.name", "toys.0.friend.name", 19),
            _null("Toy.name", "toys.1.name", 31),
            _null("Toy.name", "toys.2.friend.name", 19),
        ],
    ),
    "leaving the siblings of what it nulled": (
        "{ toy { a: friend { name } b: friend { nick } nick } c: toy { nick } }",
        toy(nick="N", friend=toy(None, nick="n")),
        '{"toy":{"a":null,"b":{"nick":"n"},"nick":"N"},"c":{"nick":"N"}}',
        [_null("Toy.name", "toy.a.name", 21)],
    ),
}


@pytest.mark.parametrize(("document", "value", "data", "errors"), FALLS.values(), ids=FALLS)
async def test_a_null_falls(document: str, value: Any, data: str, errors: list[Wrong]) -> None:
    assert await answer(document, value) == Answer(data, errors, Way.BOTH, [], [])


STAYS = {
    "a leaf": ("{ toy { nick count weight shade quiet } }", toy(), '{"nick":null,"count":null,"weight":null,"shade":null,"quiet":null}'),
    "an object": ("{ toy { friend { name } } }", toy(), '{"friend":null}'),
    "a list": ("{ toy { friends { name } marks rows { name } } }", toy(), '{"friends":null,"marks":null,"rows":null}'),
    "an item": (
        "{ toy { friends { name } marks rows { name } looseTwins { name } } }",
        toy(friends=[None], marks=[None, 1], rows=[None, [None]], loose_twins=[None]),
        '{"friends":[null],"marks":[null,1],"rows":[null,[null]],"looseTwins":[null]}',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("document", "value", "data"), STAYS.values(), ids=STAYS)
async def test_a_null_stays(document: str, value: Any, data: str) -> None:
    assert await written(document, value) == f'{{"toy":{data}}}'


async def test_a_root_that_is_null_is_written() -> None:
    assert await written("{ toy { name } later { name } }", None) == '{"toy":null,"later":null}'


ERROR = ValueError("spoilt")
SPOILT = [("name", ERROR), ("constant", ERROR), ("__typename", ERROR), ("constant __typename", ERROR)]


@pytest.mark.parametrize(("selected", "value"), SPOILT)
async def test_an_error_in_the_place_of_an_object_is_told(selected: str, value: Any) -> None:
    """Even where nothing of it is read: a resolver without a parent answers for anything."""
    below = await answer(f"{{ toy {{ nick friend {{ {selected} }} }} }}", toy(friend=value))
    assert below == Answer(
        '{"toy":{"nick":null,"friend":null}}', [Wrong("spoilt", "toy.friend", (14,))], Way.BOTH, [], []
    )
    item = await answer(f"{{ toys {{ {selected} }} }}", [value])
    assert item == Answer('{"toys":[null]}', [Wrong("spoilt", "toys.0", (3,))], Way.BOTH, [], [])
    root = await answer(f"{{ toy {{ {selected} }} }}", value)
    assert root == Answer('{"toy":null}', [Wrong("spoilt", "toy", (3,))], Way.BOTH, [], [])


async def test_an_error_that_has_the_attributes_asked_for_is_an_error_still() -> None:
    found = await answer("{ toy { friend { name } } }", toy(friend=ImportError("no", name="Bear")))
    assert found == Answer('{"toy":{"friend":null}}', [Wrong("no", "toy.friend", (9,))], Way.BOTH, [], [])


@pytest.mark.parametrize("selected", ["constant", "__typename"])
@pytest.mark.parametrize("nothing", [None, Undefined])
async def test_nothing_in_the_place_of_an_object_is_null_even_where_nothing_of_it_is_read(
    selected: str, nothing: Any
) -> None:
    document = f"{{ toy {{ friend {{ {selected} }} friends {{ {selected} }} }} }}"
    found = await answer(document, toy(friend=nothing, friends=[nothing]))
    assert (found.data, found.errors) == ('{"toy":{"friend":null,"friends":[null]}}', [])
    assert found.way is (Way.CODE if nothing is None else Way.BOTH)


@pytest.mark.parametrize(
    ("selected", "data"), [("constant", '"constant":7'), ("__typename", '"__typename":"Toy"'), ("name", '"name":"P"')]
)
async def test_an_object_that_is_still_to_be_awaited_is_awaited_by_graphql_core(selected: str, data: str) -> None:
    found = await answer(f"{{ toy {{ friend {{ {selected} }} }} }}", toy(friend=Promise(toy("P"))))
    assert found == Answer(f'{{"toy":{{"friend":{{{data}}}}}}}', [], Way.BOTH, [], [])


async def test_a_text_that_is_still_to_be_awaited_is_awaited_by_graphql_core() -> None:
    assert await answer("{ toy { name promised } }", toy()) == Answer(
        '{"toy":{"name":"Bear","promised":"Bear later"}}', [], Way.BOTH, [], []
    )


async def test_what_a_resolver_raises_is_told_with_its_extensions() -> None:
    found = await answer('{ toys { nick failing(word: "no") } t: toys { coded } }', [toy("a"), toy("b")])
    broken = [
        Wrong(f"{name} is broken.", f"t.{k}.coded", (47,), {"code": "BROKEN", "remedy": "Glue."})
        for k, name in enumerate("ab")
    ]
    failed = [Wrong("no", f"toys.{k}.failing", (15,)) for k in (0, 1)]
    assert found.data == '{"toys":[{"nick":null,"failing":null},{"nick":null,"failing":null}],"t":[null,null]}'
    assert found.errors == [failed[0], broken[0], failed[1], broken[1]]
    assert found.way is Way.BOTH


async def test_what_a_root_field_raises_is_told_and_its_neighbour_is_written() -> None:
    found = await answer("{ raised { name } toy { __typename constant2: __typename } }", ValueError("no"))
    assert found.data == '{"raised":null,"toy":null}'
    assert found.errors == [Wrong("no", "raised", (3,)), Wrong("no", "toy", (19,))]


async def test_an_attribute_that_is_missing_is_told_as_graphql_core_tells_it() -> None:
    found = await answer("{ toy { friend { size nick } } }", toy(friend=toy()))
    assert found.data == '{"toy":{"friend":null}}'
    assert [error.path for error in found.errors] == ["toy.friend.size"]


async def test_a_root_field_without_a_resolver_is_left_to_graphql_core() -> None:
    found = await answer("{ bare { constant } toy { name } }", toy())
    assert found.data == '{"bare":null,"toy":{"name":"Bear"}}'
    assert [(error.path, error.columns) for error in found.errors] == [("bare", (3,))]
