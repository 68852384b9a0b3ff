"""A selection as graphql-core collects it, with everything known that does not depend on values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from graphql import (
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails

from graph.compiled.fields import NotCompiled, Reader, Slots

TYPENAME = "__typename"

MOST_FIELDS = 3000
"""Fields in one selection, its fragments written out: beyond, the generated code costs more than it saves."""
DEEPEST = 40
"""Fields inside each other: Python indents 100 times at most."""
MOST_LISTS = 12
"""Lists inside each other: Python nests 20 loops at most."""


class Selected(NamedTuple):
    """A field of a selection: its response key, how it gets its value, its type, and what is selected of an object.

    `staged` tells that its value must be known before anything is written: it may need something, or a field below it may.
    `below` writes what is selected of its objects, where that is compiled by itself.
    """

    key: str
    reader: Reader | None
    type: GraphQLOutputType
    fields: tuple[Selected, ...] = ()
    staged: bool = False
    below: Any = None

    @property
    def typename(self) -> bool:
        """Whether it is `__typename`, which has no reader."""
        return self.reader is None


class Depth(NamedTuple):
    """How deep a field stands."""

    fields: int = 0
    lists: int = 0

    def below(self, type_: GraphQLOutputType) -> Depth:
        """The depth of what a field of this type holds. Raises: NotCompiled, where it is too deep."""
        found = Depth(self.fields + 1, self.lists + lists(type_))
        if found.fields > DEEPEST or found.lists > MOST_LISTS:
            raise NotCompiled
        return found


Grouped = dict[str, list[FieldDetails]]
Apart = Callable[[Any, tuple[Selected, ...]], Any]


class Selector:
    """Reads the selections of one operation.

    Args:
        executor: of the operation, with the variables that @skip and @include look at.
        apart: compiles a selection by itself, where it is one to be; else it answers nothing.
    """

    def __init__(self, executor: Executor[Any], slots: Slots, apart: Apart) -> None:
        self._executor = executor
        self._slots = slots
        self._apart = apart
        self.count = 0

    def root(self, parent: GraphQLObjectType, key: str, details: list[FieldDetails]) -> Selected:
        """A root field, whose resolver may be awaited. Raises: NotCompiled."""
        return self._field(parent, key, details, Depth(), awaited=True)

    def _fields(self, parent: GraphQLObjectType, grouped: Grouped, depth: Depth) -> tuple[Selected, ...]:
        return tuple([self._field(parent, key, details, depth) for key, details in grouped.items()])

    def _field(
        self, parent: GraphQLObjectType, key: str, details: list[FieldDetails], depth: Depth, *, awaited: bool = False
    ) -> Selected:
        self.count += 1
        node = details[0].node
        definition = self._executor.schema.get_field(parent, node.name.value)
        if self.count > MOST_FIELDS or definition is None or details[0].fragment_variable_values:
            raise NotCompiled
        if node.name.value == TYPENAME:
            return Selected(key, None, definition.type)
        reader = self._slots.reader(definition, node, awaited=awaited)
        below = self._below(definition.type, details, depth.below(definition.type))
        apart = self._apart(definition.type, below) if not awaited else None
        staged = getattr(reader, "needing", False) or apart is not None or any(field.staged for field in below)
        return Selected(key, reader, definition.type, below, staged, apart)

    def _below(self, type_: GraphQLOutputType, details: list[FieldDetails], depth: Depth) -> tuple[Selected, ...]:
        named = get_named_type(type_)
        if is_leaf_type(named):
            return ()
        if not is_object_type(named) or named.is_type_of:
            raise NotCompiled
        return self._fields(named, self._executor.collect_subfields(named, details).grouped_field_set, depth)


def lists(type_: Any) -> int:
    """How many lists a type is inside."""
    count = 0
    while is_list_type(type_) or is_non_null_type(type_):
        count += is_list_type(type_)
        type_ = type_.of_type
    return count
