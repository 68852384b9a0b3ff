"""How a scalar or an enum is written: as it is where its value needs no change, by graphql-core where it does."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from inspect import isawaitable
from typing import Any, NamedTuple

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)

_KEPT = 256

Bind = Callable[[Any], str]
"""Gives an object a name in the generated code."""


class Unwritable(Exception):  # noqa: N818  nobody's error: graphql-core takes over, and says what there is to say
    """Raised when generated code meets a value that it does not write itself."""


class Quick(NamedTuple):
    """Values that need no conversion: a test of the expression {0}, which it calls x, and what is then written."""

    test: str
    written: str = "x"


class Writer:
    """Writes values of one type as graphql-core does."""

    def __init__(self, type_: GraphQLLeafType) -> None:
        self.type = type_

    def __call__(self, value: Any) -> Any:
        """The value as it is written.

        Raises:
            Unwritable: it is nothing, or an error, or not there yet.
            Exception: graphql-core's own.
        """
        if value is None or value is Undefined or isinstance(value, Exception) or isawaitable(value):
            raise Unwritable
        coerced = self.type.coerce_output_value(value)
        if coerced is None or coerced is Undefined:
            raise Unwritable
        return coerced


@lru_cache(maxsize=_KEPT)
def _writer(type_: GraphQLLeafType) -> Writer:
    """The same for the same type, so that generated code binds it once."""
    return Writer(type_)


def leaf(type_: GraphQLLeafType, source: str, bind: Bind, *, nullable: bool) -> str:
    """The expression that writes the value of the expression *source*, with a variable x of its own.

    >>> leaf(GraphQLString, "p.code", lambda found: "write", nullable=False)
    '(x if (x := p.code).__class__ is str else write(x))'
    """
    writer, quick = bind(_writer(type_)), _quick(type_, bind)
    if quick is None:
        return f"(None if (x := {source}) is None else {writer}(x))" if nullable else f"{writer}({source})"
    rest = f"None if x is None else {writer}(x)" if nullable else f"{writer}(x)"
    return f"({quick.written} if {quick.test.format(source)} else {rest})"


def _quick(type_: GraphQLLeafType, bind: Bind) -> Quick | None:
    if isinstance(type_, GraphQLEnumType):
        members = getattr(type_, "wrapped_cls", None)
        named = members is not None and _names_its_members(type_, members)
        return Quick(f"(x := {{0}}).__class__ is {bind(members)}", "x._name_") if named else None
    return _QUICK.get(type_)


def _names_its_members(type_: GraphQLEnumType, members: Any) -> bool:
    return {name: row.value for name, row in type_.values.items()} == {member.name: member.value for member in members}


_QUICK = {
    GraphQLFloat: Quick(
        "(x := {0}).__class__ is float and x - x == 0.0"
    ),  # of infinities and no numbers it is no number
    GraphQLInt: Quick("(x := {0}).__class__ is int and -2147483648 <= x <= 2147483647"),
    GraphQLString: Quick("(x := {0}).__class__ is str"),
    GraphQLID: Quick("(x := {0}).__class__ is str"),
    GraphQLBoolean: Quick("(x := {0}) is True or x is False"),
}
