"""Compiled operations, kept: one for each document, operation and choice that its @skip and @include make."""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

from cachebox import LRUCache
from graphql import (
    DirectiveNode,
    ExecutableDefinitionNode,
    GraphQLIncludeDirective,
    GraphQLSkipDirective,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution import Executor
from graphql.execution.values import VariableValues
from strawberry import Schema

from graph.compiled.operation import CompiledOperation, MakeExecutor, compiled

_KEPT = 256
_FIELDS_KEPT = 16_000
"""Of compiled operations: each takes a bit more than a kilobyte."""
_CHOICES = frozenset({GraphQLSkipDirective.name, GraphQLIncludeDirective.name})


class Key(NamedTuple):
    """What a compiled operation depends on beside the schema."""

    document: bytes
    operation: str
    choices: tuple[Any, ...]


class Compile(Enum):
    """Which operations are compiled: none; those that come again, for most that come once never do; all."""

    OFF = "off"
    AGAIN = "again"
    ALWAYS = "always"


class Plans:
    """Compiled operations of a schema."""

    def __init__(self, schema: Schema, compile_: Compile = Compile.AGAIN) -> None:
        self._compile = compile_
        self._schema = schema
        self._kept: LRUCache[Key, CompiledOperation | None] = LRUCache(_FIELDS_KEPT, getsizeof=_size)
        self._choosers: LRUCache[tuple[bytes, str], tuple[str, ...]] = LRUCache(_KEPT)
        self._seen: LRUCache[Key, None] = LRUCache(4 * _KEPT)

    def of(
        self, document: bytes, operation: str, variables: VariableValues, make: MakeExecutor
    ) -> CompiledOperation | None:
        """An operation compiled; None where graphql-core has to execute it.

        Args:
            document: digest of its text.
            operation: its name; "" has none.
            make: makes an executor of it.
        """
        if self._compile is Compile.OFF:
            return None
        key = self._key(document, operation, variables, make)
        if key in self._kept:
            return self._kept[key]
        if self._compile is Compile.AGAIN and key not in self._seen:
            self._seen[key] = None
            return None
        found = self._kept[key] = compiled(make(), self._schema)
        return found

    def _key(self, document: bytes, operation: str, variables: VariableValues, make: MakeExecutor) -> Key:
        names: tuple[str, ...] | None = self._choosers.get((document, operation))
        if names is None:
            names = self._choosers[document, operation] = _choosers(make())
        coerced = variables.coerced
        return Key(document, operation, tuple([coerced.get(name) for name in names]))


def _size(_key: Key, found: CompiledOperation | None) -> int:
    return 10 + (found.fields if found else 0)


class _Finder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_args: object) -> None:
        if node.name.value in _CHOICES:
            values = [argument.value for argument in node.arguments or ()]
            self.names.update(value.name.value for value in values if isinstance(value, VariableNode))


def _choosers(executor: Executor[Any]) -> tuple[str, ...]:
    """Variables that decide what is selected, in the order of their names."""
    finder = _Finder()
    definitions: list[ExecutableDefinitionNode] = [executor.operation, *executor.fragment_definitions.values()]
    for definition in definitions:
        visit(definition, finder)
    return tuple(sorted(finder.names))
