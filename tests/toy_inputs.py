"""What documents about toys send: scalars and inputs of every kind."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry import UNSET

from tests.toys import Colour

Loud = NewType("Loud", str)
Moment = NewType("Moment", datetime)


def _loud(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError("Only texts are loud.", extensions={"code": "NOT_LOUD"})
    return value.upper()


SCALARS: dict[object, Any] = {
    Loud: strawberry.scalar(name="Loud", serialize=_loud, parse_value=_loud),
    Moment: strawberry.scalar(name="Moment", serialize=datetime.isoformat, parse_value=datetime.fromisoformat),
}

strawberry.enum(Colour)


@strawberry.input
class Size:
    width: float
    depth: float | None = UNSET
    colours: list[Colour] | None = UNSET
    unit: str = "cm"
    inner: Size | None = UNSET


@strawberry.input
class Positive:
    number: int

    def __post_init__(self) -> None:
        if self.number < 1:
            raise GraphQLError("Not positive.", extensions={"code": "NOT_POSITIVE"})


@strawberry.input(one_of=True)
class Either:
    name: str | None = UNSET
    number: int | None = UNSET
