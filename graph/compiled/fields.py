"""How a field gets its value, as far as generated code can get it: by attribute, or by a call of its resolver."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from inspect import iscoroutinefunction
from typing import Any, NamedTuple

from graphql import FieldNode, GraphQLField, VariableNode, Visitor, get_argument_values, visit
from graphql.execution.values import VariableValues
from strawberry import Schema
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField


class NotCompiled(Exception):  # noqa: N818  nobody's error: graphql-core executes it
    """Raised for a selection that generated code does not write."""


class Attribute(NamedTuple):
    """An attribute of the parent."""

    name: str


class Call(NamedTuple):
    """A call of a resolver.

    `passed` are its leading parameters ("root", "info"); `arguments` what else it is given, or None where variables say.
    `needing` tells whether it may answer with a need.
    """

    function: Callable[..., Any]
    passed: tuple[str, ...]
    arguments: Mapping[str, Any] | None
    slot: int
    needing: bool


Reader = Attribute | Call


class Slot(NamedTuple):
    """Arguments that depend on variables: what they are is known when the operation is executed."""

    definition: GraphQLField
    node: FieldNode

    def values(self, variables: VariableValues, schema: Schema) -> dict[str, Any]:
        """The arguments under their names in Python. Raises: GraphQLError, where they are wrong."""
        return arguments(self.definition, self.node, variables, schema)


class Slots:
    """Collects the slots of an operation."""

    def __init__(self, schema: Schema, variables: VariableValues) -> None:
        self.found: list[Slot] = []
        self._schema = schema
        self._variables = variables

    def reader(self, definition: GraphQLField, node: FieldNode, *, awaited: bool = False) -> Reader:
        """How a field gets its value. Raises: NotCompiled. Args: awaited: whether its resolver may be one that is awaited."""
        declared = declaration(definition)
        if declared.base_resolver is None:
            return Attribute(declared.python_name)
        return self._call(definition, declared, node, awaited=awaited)

    def _call(self, definition: GraphQLField, declared: StrawberryField, node: FieldNode, *, awaited: bool) -> Call:
        resolver: Any = declared.base_resolver.wrapped_func  # type: ignore[union-attr]  # the caller looked
        ask = getattr(resolver, "ask", None)
        if ask is None and not awaited and iscoroutinefunction(resolver):
            raise NotCompiled
        passed = tuple(_passed(declared))
        if _has_variables(node):
            self.found.append(Slot(definition, node))
            return Call(ask or resolver, passed, None, len(self.found) - 1, ask is not None)
        values = arguments(definition, node, self._variables, self._schema)
        return Call(ask or resolver, passed, values, -1, ask is not None)


def declaration(definition: GraphQLField) -> StrawberryField:
    """A field as strawberry knows it. Raises: NotCompiled, where it does not or where something stands around its resolver."""
    declared = definition.extensions.get("strawberry-definition")
    if not isinstance(declared, StrawberryField) or declared.extensions or declared.permission_classes:
        raise NotCompiled
    return declared


def arguments(definition: GraphQLField, node: FieldNode, variables: VariableValues, schema: Schema) -> dict[str, Any]:
    """The arguments of a field under their names in Python, input objects as the classes they are declared by."""
    declared = declaration(definition)
    if not declared.arguments:
        return {}
    values = get_argument_values(definition, node, variables)
    return convert_arguments(values, declared.arguments, schema.schema_converter.scalar_registry, schema.config)


def _passed(declared: StrawberryField) -> Iterator[str]:
    """The leading parameters of a resolver that are no arguments."""
    resolver = declared.base_resolver
    root = resolver.parent_parameter or resolver.root_parameter or resolver.self_parameter  # type: ignore[union-attr]
    info = resolver.info_parameter  # type: ignore[union-attr]
    for name in resolver.signature.parameters:  # type: ignore[union-attr]
        if root is not None and name == root.name:
            yield "root"
        elif info is not None and name == info.name:
            yield "info"
        else:
            return


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_variable(self, *_args: object) -> None:
        self.found = True


def _has_variables(node: FieldNode) -> bool:
    finder = _Variables()
    for argument in node.arguments or ():
        if isinstance(argument.value, VariableNode):
            return True
        visit(argument.value, finder)
    return finder.found
