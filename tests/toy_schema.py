"""A small schema with a field of every shape, so that each rule of execution has its shortest example."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry import UNSET
from strawberry.schema.config import StrawberryConfig

from ephemeris.errors import ChartError
from graph.fields import by_default
from graph.needs import Need, itself, needing
from tests.toy_inputs import SCALARS, Either, Loud, Moment, Positive, Size
from tests.toys import NOTES, PARTS, Colour, Promise, Question, toy

Asked = strawberry.Info[Any, None]


# ── resolvers ──


def _said(root: Any, word: str = "hello", times: int | None = None) -> str:
    return f"{root.name} says {word} {times}"


def _sized(size: Size | None = UNSET) -> str:
    return repr(size)


def _sizes(sizes: list[Size | None]) -> str:
    return repr(sizes)


def _coloured(colour: Colour | None = Colour.GREEN, colours: list[Colour] | None = UNSET) -> str:
    return repr((colour, colours))


def _twice(number: float) -> str:
    return repr(2 * number)


def _at(moment: Moment) -> str:
    return moment.isoformat()


def _chosen(of: Either) -> str:
    return repr((of.name, of.number))


def _positive(of: Positive) -> int | None:
    return of.number


@by_default("nick")
def _short(root: Any, letters: int | None = None) -> str | None:
    return root.nick if letters is None else root.name[:letters]


def _promised(root: Any) -> str:
    return Promise(f"{root.name} later")  # type: ignore[return-value]  # a careless resolver


def _coded(root: Any) -> str:
    raise GraphQLError(f"{root.name} is broken.", extensions={"code": "BROKEN", "remedy": "Glue."})


def _failing(word: str) -> str | None:
    raise ValueError(word)


def _constant() -> int:
    return 7


async def _awaited(root: Any) -> str:
    await asyncio.sleep(0)
    return f"{root.name} awaited"


def _refused(error: ChartError) -> GraphQLError:
    return GraphQLError(f"Refused: {error.message}", extensions={"code": "NO_PART"})


@needing
def _part(root: Any, info: Asked, number: int) -> ToyType | None:
    return Need(PARTS, Question(number), itself, _refused)


@needing
def _needed(root: Any, info: Asked, number: int) -> ToyType:
    return Need(PARTS, Question(number), itself, _refused)


@needing
def _note(root: Any, info: Asked) -> str:
    return "nothing" if root.size == 0 else Need(NOTES, Question(root.size), itself)


@needing
def _noted_part(root: Any, info: Asked, number: int) -> ToyType:
    """The note of a part: what is asked next is known when the part is there."""
    return Need(PARTS, Question(number), lambda part: Need(NOTES, Question(part.size + 1), toy))


def _by(resolver: Callable[..., Any]) -> Any:
    return strawberry.field(resolver=resolver)


# ── types ──


@strawberry.type(name="Toy")
class ToyType:
    id: strawberry.ID
    name: str
    nick: str | None
    price: float
    weight: float | None
    size: int
    count: int | None
    whole: bool
    colour: Colour
    shade: Colour | None
    loud: Loud
    quiet: Loud | None
    words: list[str]
    marks: list[int | None] | None
    grid: list[list[int]]
    class_: str | None = strawberry.field(name="class")
    friend: ToyType | None
    twin: ToyType
    friends: list[ToyType | None] | None
    strict_friends: list[ToyType] | None
    twins: list[ToyType]
    loose_twins: list[ToyType | None]
    rows: list[list[ToyType | None] | None] | None
    cubes: list[list[list[ToyType]]]
    said: str = _by(_said)
    sized: str = _by(_sized)
    sizes: str = _by(_sizes)
    coloured: str = _by(_coloured)
    twice: str = _by(_twice)
    at: str = _by(_at)
    chosen: str = _by(_chosen)
    positive: int | None = _by(_positive)
    short: str | None = _by(_short)
    promised: str = _by(_promised)
    coded: str = _by(_coded)
    failing: str | None = _by(_failing)
    constant: int = _by(_constant)
    awaited: str = _by(_awaited)
    part: ToyType | None = _by(_part)
    needed: ToyType = _by(_needed)
    note: str = _by(_note)
    noted_part: ToyType = _by(_noted_part)


@strawberry.interface
class Thing:
    name: str


@strawberry.type
class Stone(Thing):
    hard: bool


@strawberry.type
class Leaf(Thing):
    green: bool


def _value(info: Asked) -> Any:
    return info.context.value


async def _later(info: Asked) -> Any:
    await asyncio.sleep(0)
    return info.context.value


@needing
def _asked(info: Asked, number: int) -> ToyType | None:
    return Need(PARTS, Question(number), itself, _refused)


def _raised(info: Asked) -> Any:
    raise info.context.value


def _root(answer: Any, resolver: Callable[..., Any] = _value) -> Any:
    return strawberry.field(resolver=resolver, graphql_type=answer)


@strawberry.type
class Query:
    bare: ToyType | None
    toy: ToyType | None = _root(ToyType | None)
    strict: ToyType = _root(ToyType)
    toys: list[ToyType | None] | None = _root(list[ToyType | None] | None)
    strict_toys: list[ToyType] = _root(list[ToyType])
    rows: list[list[ToyType]] = _root(list[list[ToyType]])
    later: ToyType | None = _root(ToyType | None, _later)
    later_toys: list[ToyType] = _root(list[ToyType], _later)
    raised: ToyType | None = _root(ToyType | None, _raised)
    asked: ToyType | None = _by(_asked)
    greeting: str = _root(str)
    thing: Thing | None = _root(Thing | None)
    things: list[Stone | Leaf] = _root(list[Stone | Leaf])


async def _step(info: Asked, number: int) -> int:
    for _ in range(3 - number):
        await asyncio.sleep(0)
    info.context.done.append(number)
    return len(info.context.done)


@strawberry.type
class Mutation:
    step: int = _by(_step)


@cache
def toy_schema() -> strawberry.Schema:
    """The schema, built once."""
    built = strawberry.Schema(Query, Mutation, config=StrawberryConfig(scalar_map=SCALARS))
    built._schema.type_map["Either"].is_one_of = True  # as graph.schema does
    return built
