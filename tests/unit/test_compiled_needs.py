"""What resolvers need is asked for once for all parents of a level, and its answers reach the right fields."""

from __future__ import annotations

from typing import Any

import pytest

from tests.both_ways import Answer, Way, Wrong, answer
from tests.toys import toy

THREE = [toy(f"t{k}", size=k) for k in range(3)]


async def _asked(
    document: str, value: Any, data: str, *batches: tuple[str, list[int]], held: tuple[int, ...] = ()
) -> None:
    assert await answer(document, value, held) == Answer(data, [], Way.CODE, list(batches), [])


async def test_all_parents_of_a_field_ask_at_once() -> None:
    data = '{"toys":[{"part":{"name":"part 5"}},{"part":{"name":"part 5"}},{"part":{"name":"part 5"}}]}'
    await _asked("{ toys { part(number: 5) { name } } }", THREE, data, ("parts", [5, 5, 5]))


async def test_all_fields_of_a_level_ask_at_once_each_kind_for_itself() -> None:
    await _asked(
        "{ toys { a: part(number: 5) { name } note b: part(number: 6) { name } } }",
        THREE[1:],
        '{"toys":[{"a":{"name":"part 5"},"note":"note 1","b":{"name":"part 6"}},'
        '{"a":{"name":"part 5"},"note":"note 2","b":{"name":"part 6"}}]}',
        ("parts", [5, 5, 6, 6]),
        ("notes", [1, 2]),
    )


async def test_answers_reach_their_fields_through_lists_and_nulls() -> None:
    """Depth by depth they are written; level by level they are asked for."""
    tree = toy(
        size=9,
        friends=[toy(size=1), None, toy(size=2, friend=toy(size=3))],
        rows=[[toy(size=4), None], None, [], [toy(size=5)]],
        friend=toy(size=6, friends=[toy(size=7)]),
    )
    await _asked(
        "{ toy { friends { note friend { note } } note rows { note } friend { friends { n: note } note } } }",
        tree,
        '{"toy":{"friends":[{"note":"note 1","friend":null},null,{"note":"note 2","friend":{"note":"note 3"}}],'
        '"note":"note 9","rows":[[{"note":"note 4"},null],null,[],[{"note":"note 5"}]],'
        '"friend":{"friends":[{"n":"note 7"}],"note":"note 6"}}}',
        ("notes", [9]),
        ("notes", [1, 2, 4, 5, 6]),
        ("notes", [3, 7]),
    )


async def test_an_answer_may_be_in_memory_already() -> None:
    await _asked(
        "{ toy { a: part(number: 1) { name } b: part(number: 2) { name } } }",
        toy(),
        '{"toy":{"a":{"name":"part 1"},"b":{"name":"part 2"}}}',
        ("parts", [2]),
        held=(1,),
    )


async def test_nothing_is_asked_for_where_nothing_is_needed() -> None:
    await _asked("{ toys { note } }", [toy(size=0)], '{"toys":[{"note":"nothing"}]}')


async def test_what_one_needs_may_need_something_itself() -> None:
    data = '{"toys":[{"notedPart":{"name":"note 8"}},{"notedPart":{"name":"note 8"}}]}'
    await _asked("{ toys { notedPart(number: 7) { name } } }", THREE[:2], data, ("parts", [7, 7]), ("notes", [8, 8]))


async def test_below_what_is_needed_more_may_be_needed() -> None:
    await _asked(
        "{ asked(number: 3) { part(number: 4) { note part(number: 5) { name note } } note } }",
        None,
        '{"asked":{"part":{"note":"note 4","part":{"name":"part 5","note":"note 5"}},"note":"note 3"}}',
        ("parts", [3]),
        ("parts", [4]),
        ("notes", [3]),
        ("notes", [4]),
        ("parts", [5]),
        ("notes", [5]),
    )


async def test_root_fields_ask_at_once() -> None:
    data = '{"a":{"name":"part 1"},"b":{"name":"part 2"},"later":{"name":"Bear"}}'
    await _asked(
        "{ a: asked(number: 1) { name } b: asked(number: 2) { name } later { name } }", toy(), data, ("parts", [1, 2])
    )


async def test_columns_outlast_the_slices_in_which_a_long_list_is_written() -> None:
    data = ",".join(f'{{"note":"note {k}","friends":[{{"n":"note {k + 1}"}}]}}' for k in range(1, 41))
    await _asked(
        "{ toys { note friends { n: note } } }",
        [toy(size=k, friends=[toy(size=k + 1)]) for k in range(1, 41)],
        f'{{"toys":[{data}]}}',
        ("notes", list(range(1, 41))),
        ("notes", list(range(2, 42))),
    )


REFUSED = {"code": "NO_PART"}


async def test_a_need_without_an_answer_fails_its_field_alone() -> None:
    found = await answer("{ toy { name a: part(number: -1) { name } b: part(number: 2) { name } } }", toy())
    assert found.data == '{"toy":{"name":"Bear","a":null,"b":{"name":"part 2"}}}'
    assert found.errors == [Wrong("Refused: There is no -1.", "toy.a", (14,), REFUSED)]
    assert found.way is Way.BOTH


@pytest.mark.parametrize(("size", "data"), [(-1, "null"), (1, '{"note":"note 1"}')])
async def test_a_need_without_an_answer_fails_its_item_alone(size: int, data: str) -> None:
    found = await answer("{ toys { note } }", [toy(size=size), toy(size=2)])
    assert found.data == f'{{"toys":[{data},{{"note":"note 2"}}]}}'
    assert [error.path for error in found.errors] == ["toys.0.note"] * (size < 0)


async def test_a_root_need_without_an_answer_is_told() -> None:
    found = await answer("{ asked(number: -1) { name } toy { name } }", toy())
    assert found.data == '{"asked":null,"toy":{"name":"Bear"}}'
    assert found.errors == [Wrong("Refused: There is no -1.", "asked", (3,), REFUSED)]


async def test_a_need_that_may_not_be_null_nulls_its_parent() -> None:
    found = await answer("{ toy { friend { nick needed(number: -1) { name } } name } }", toy(friend=toy()))
    assert found.data == '{"toy":{"friend":null,"name":"Bear"}}'
    assert found.errors == [Wrong("Refused: There is no -1.", "toy.friend.needed", (23,), REFUSED)]


async def test_a_need_of_a_need_without_an_answer_is_told() -> None:
    found = await answer("{ toy { name notedPart(number: -5) { name } } }", toy())
    assert (found.data, [error.path for error in found.errors]) == ('{"toy":null}', ["toy.notedPart"])


async def test_a_wrong_value_beside_a_need_is_told_as_graphql_core_tells_it() -> None:
    found = await answer("{ toys { note count name } }", [toy(size=1), toy(size=2, count="x"), toy(None, size=3)])
    assert found.data == (
        '{"toys":[{"note":"note 1","count":null,"name":"Bear"},{"note":"note 2","count":null,"name":"Bear"},null]}'
    )
    assert [error.path for error in found.errors] == ["toys.1.count", "toys.2.name"]
