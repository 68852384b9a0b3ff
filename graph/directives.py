"""What the schema says of a field's cost: the directives of IBM's cost specification, and @volatile."""

from __future__ import annotations

from typing import Any, NamedTuple

import strawberry
from strawberry import UNSET
from strawberry.schema_directive import Location


@strawberry.schema_directive(
    locations=[
        Location.ARGUMENT_DEFINITION,
        Location.ENUM,
        Location.FIELD_DEFINITION,
        Location.INPUT_FIELD_DEFINITION,
        Location.OBJECT,
        Location.SCALAR,
    ],
    description="Cost of a field in points, a decimal number (IBM cost specification).",
)
class Cost:
    weight: str


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="Where a list's size comes from (IBM cost specification): from `slicingArguments`, the greatest of them; "
    "else `assumedSize`. With `sizedFields` it is these fields below that have the size.",
)
class ListSizeDirective:
    assumed_size: int | None = UNSET
    slicing_arguments: list[str] | None = UNSET
    sized_fields: list[str] | None = UNSET
    require_one_slicing_argument: bool | None = True


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="The answer depends on stored state or on the clock: such a response has no ETag and is never cached whole.",
)
class Volatile: ...


class ListSize(NamedTuple):
    """How long a list may be.

    Args:
        assumed: where no argument says.
        slicing: arguments that say it, as GraphQL spells them, into input objects by dots: `of.divisions`.
        sized: fields below, of which it is the size.
        require_one: whether one of *slicing* must be sent.
    """

    assumed: int | None = None
    slicing: tuple[str, ...] = ()
    sized: tuple[str, ...] = ()
    require_one: bool = True


def field_directives(cost: str | None, list_size: ListSize | None, *, volatile: bool) -> list[object]:
    """The directives of a field, in the order the schema prints them.

    >>> field_directives("10", None, volatile=True)
    [Cost(weight='10'), Volatile()]
    """
    stated: list[object] = [Volatile()] if volatile else []
    if list_size is not None:
        stated.insert(0, _list_size(list_size))
    if cost is not None:
        stated.insert(0, Cost(weight=cost))
    return stated


def _list_size(size: ListSize) -> ListSizeDirective:
    """What is at its default is left unset, so that it is not printed."""
    return ListSizeDirective(
        assumed_size=_or_unset(size.assumed),
        slicing_arguments=_or_unset(list(size.slicing) or None),
        sized_fields=_or_unset(list(size.sized) or None),
        require_one_slicing_argument=UNSET if size.require_one else False,
    )


def _or_unset(value: Any) -> Any:
    return UNSET if value is None else value
