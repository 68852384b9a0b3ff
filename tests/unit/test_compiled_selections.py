"""What is selected, and in which order it is written: by generated code as by graphql-core."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graph.compiled import selection
from tests.both_ways import Way, answer, written
from tests.toys import toy

FRIENDS = toy(nick="B", friend=toy("Cat", nick="C", friends=[toy("Dog"), None, toy("Eel", nick="E")]))

SELECTIONS = {
    "fields stand in the order they are asked for": ("{ toy { nick name } }", '{"toy":{"nick":"B","name":"Bear"}}'),
    "an alias is the key": ("{ t: toy { n: name name m: name } }", '{"t":{"n":"Bear","name":"Bear","m":"Bear"}}'),
    "an alias may be another field's name": ("{ toy { nick: name name: nick } }", '{"toy":{"nick":"Bear","name":"B"}}'),
    "a field asked for twice stands where it stood first": (
        "{ toy { name nick name } }",
        '{"toy":{"name":"Bear","nick":"B"}}',
    ),
    "what is below a field asked for twice is merged": (
        "{ toy { friend { name } nick friend { nick name } } }",
        '{"toy":{"friend":{"name":"Cat","nick":"C"},"nick":"B"}}',
    ),
    "merging goes on below": (
        "{ toy { friend { friends { name } } } toy { friend { friends { nick } } } }",
        '{"toy":{"friend":{"friends":[{"name":"Dog","nick":null},null,{"name":"Eel","nick":"E"}]}}}',
    ),
    "fragments are merged with fields around them": (
        "{ toy { ...F nick friend { nick } } } fragment F on Toy { friend { name } name }",
        '{"toy":{"friend":{"name":"Cat","nick":"C"},"name":"Bear","nick":"B"}}',
    ),
    "a fragment spread twice is written once": (
        "{ toy { ...F nick ...F } } fragment F on Toy { name }",
        '{"toy":{"name":"Bear","nick":"B"}}',
    ),
    "a fragment may be spread at two depths": (
        "{ toy { ...F friend { ...F } } } fragment F on Toy { name }",
        '{"toy":{"name":"Bear","friend":{"name":"Cat"}}}',
    ),
    "fragments stand inside fragments": (
        "{ ...A } fragment A on Query { toy { ...B } } fragment B on Toy { name ... { nick ... on Toy { n: nick } } }",
        '{"toy":{"name":"Bear","nick":"B","n":"B"}}',
    ),
    "the type's name is a field": (
        "{ __typename toy { __typename t: __typename friend { __typename } } }",
        '{"__typename":"Query","toy":{"__typename":"Toy","t":"Toy","friend":{"__typename":"Toy"}}}',
    ),
    "words of Python are keys like others": (
        "{ toy { class: name None: name def: nick lambda: name __class__: name self: name x: nick p: name } class: toy { out: name } }",
        (
            '{"toy":{"class":"Bear","None":"Bear","def":"B","lambda":"Bear","__class__":"Bear","self":"Bear","x":"B","p":"Bear"},'
            '"class":{"out":"Bear"}}'
        ),
    ),
    "names of generated variables are keys like others": (
        "{ v1: toy { d2: friend { e3: friends { k1: name info: nick slots: __typename } } q1: name s1: nick } }",
        (
            '{"v1":{"d2":{"e3":[{"k1":"Dog","info":null,"slots":"Toy"},null,{"k1":"Eel","info":"E","slots":"Toy"}]},'
            '"q1":"Bear","s1":"B"}}'
        ),
    ),
}


@pytest.mark.parametrize(("document", "data"), SELECTIONS.values(), ids=SELECTIONS)
async def test_a_selection(document: str, data: str) -> None:
    assert await written(document, FRIENDS) == data


BOTH = "query ($yes: Boolean!, $no: Boolean!)"
NICK, QUIET = "fragment F on Toy { nick }", "fragment G on Toy { quiet }"
CHOICES = {
    "@include of a field": ("{ toy { name nick @include(if: $yes) quiet @include(if: $no) } }", "name nick"),
    "@skip of a field": ("{ toy { name nick @skip(if: $yes) quiet @skip(if: $no) } }", "name quiet"),
    "both directives must leave it": (
        (
            "{ toy { a: name @skip(if: $no) @include(if: $yes) b: name @skip(if: $yes) @include(if: $yes)"
            " c: name @skip(if: $no) @include(if: $no) d: name @skip(if: $yes) @include(if: $no) } }"
        ),
        "a",
    ),
    "of a spread": (
        f"{{ toy {{ name ...F @include(if: $no) ...G @include(if: $yes) }} }} {NICK} {QUIET}",
        "name quiet",
    ),
    "of an inline fragment": ("{ toy { ... @skip(if: $yes) { nick } ... on Toy @skip(if: $no) { name } } }", "name"),
    "one of two spreads is enough": (
        f"{{ toy {{ ...F @skip(if: $yes) name ...F @skip(if: $no) }} }} {NICK}",
        "name nick",
    ),
    "one of two fields is enough": ("{ toy { nick @skip(if: $yes) name nick @skip(if: $no) } }", "name nick"),
    "inside a fragment": (
        "{ toy { ...H } } fragment H on Toy { nick @skip(if: $yes) name quiet @include(if: $no) }",
        "name",
    ),
    "of the type's name": ("{ toy { __typename @skip(if: $yes) name __typename @include(if: $no) } }", "name"),
    "of a root field": (
        "{ toy { name } u: toy @skip(if: $yes) { nick } ...R @include(if: $no) } fragment R on Query { v: toy { quiet } }",
        "name",
    ),
}


@pytest.mark.parametrize(("document", "keys"), CHOICES.values(), ids=CHOICES)
async def test_what_directives_leave(document: str, keys: str) -> None:
    found = await written(f"{BOTH} {document}", toy("on", nick="on", quiet="on"), yes=True, no=False)
    assert found.replace("ON", "on") == '{"toy":{' + ",".join(f'"{key}":"on"' for key in keys.split()) + "}}"


async def test_words_instead_of_variables_decide_as_well() -> None:
    document = "{ toy { name nick @skip(if: true) a: nick @include(if: true) quiet @include(if: false) } }"
    assert await written(document, FRIENDS) == '{"toy":{"name":"Bear","a":"B"}}'


async def test_nothing_left_is_an_empty_object() -> None:
    assert await written("{ toy { friend { name @skip(if: true) } } }", FRIENDS) == '{"toy":{"friend":{}}}'
    assert await written("{ toy @skip(if: true) { name } }", FRIENDS) == "{}"


@pytest.mark.parametrize(("sent", "data"), [({}, '{"toy":{"name":"Bear"}}'), ({"yes": False}, '{"toy":{}}')])
async def test_a_default_decides_where_nothing_is_sent(sent: dict[str, Any], data: str) -> None:
    assert await written("query ($yes: Boolean! = true) { toy { name @include(if: $yes) } }", FRIENDS, **sent) == data


NASTY = (
    "'",
    '"',
    "\\",
    "'''",
    "{x}",
    "%s",
    "\n",
    "\0",
    "'); import os; os.abort()  #",
    "\u2028",
    "\\N{DIGIT ONE}",
    "é\U0001f9f8",
)


@pytest.mark.parametrize("text", NASTY)
async def test_texts_of_a_client_are_never_code(text: str) -> None:
    document = f"{{ toy {{ said(word: {json.dumps(text)}) chosen(of: {{name: {json.dumps(text)}}}) }} }}"
    data = {"toy": {"said": f"Bear says {text} None", "chosen": f"({text!r}, UNSET)"}}
    assert json.loads(await written(document, FRIENDS)) == data


async def test_a_very_long_name_is_a_key() -> None:
    key = "__import__" * 300
    assert await written(f"{{ toy {{ {key}: name }} }}", FRIENDS) == f'{{"toy":{{"{key}":"Bear"}}}}'


# ── limits ──


@pytest.mark.parametrize(("beyond", "way"), [(0, Way.CODE), (1, Way.CORE)])
async def test_a_selection_that_is_too_large_is_left_to_graphql_core(
    beyond: int, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "MOST_FIELDS", 50)
    keys = [f"k{k}" for k in range(49 + beyond)]  # the root is one, too
    found = await answer("{ toy {" + " ".join(f"{key}: name" for key in keys) + "} }", FRIENDS)
    assert found.data == '{"toy":{' + ",".join(f'"{key}":"Bear"' for key in keys) + "}}"
    assert found.way is way


async def test_the_largest_selection_can_be_compiled() -> None:
    keys = [f"k{k}" for k in range(selection.MOST_FIELDS - 1)]
    assert (await written("{ toy {" + " ".join(f"{key}: nick" for key in keys) + "} }", FRIENDS)).count('"B"') == len(
        keys
    )


NESTED = [
    ("friend", 0, selection.DEEPEST - 2, Way.CODE),
    ("friend", 0, selection.DEEPEST - 1, Way.CORE),
    ("friend", 0, 90, Way.CORE),
    ("twins", 1, selection.MOST_LISTS, Way.CODE),
    ("twins", 1, selection.MOST_LISTS + 1, Way.CORE),
    ("rows", 2, selection.MOST_LISTS // 2, Way.CODE),
    ("rows", 2, selection.MOST_LISTS // 2 + 1, Way.CORE),
]


@pytest.mark.parametrize(("field", "lists", "times", "way"), NESTED)
async def test_a_selection_that_is_too_deep_is_left_to_graphql_core(
    field: str, lists: int, times: int, way: Way
) -> None:
    value = toy("last")
    for _ in range(times):
        value = toy(**{field: [[value]] if lists == 2 else [value] if lists else value})
    found = await answer("{ toy {" + f"{field} {{" * times + "name" + "}" * times + "} }", value)
    opened, closed = "[" * lists + "{", "}" + "]" * lists
    assert found.data == '{"toy":{' + f'"{field}":{opened}' * times + '"name":"last"' + closed * times + "}}"
    assert found.way is way


async def test_as_many_fields_and_lists_inside_each_other_as_allowed_can_be_compiled() -> None:
    lists, fields = selection.MOST_LISTS // 2, selection.DEEPEST - 2 - selection.MOST_LISTS // 2
    document = "{ toy {" + "rows {" * lists + "friend {" * fields + "name" + "}" * (lists + fields) + "} }"
    assert await written(document, toy(rows=[])) == '{"toy":{"rows":[]}}'
