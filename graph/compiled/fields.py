"""How a field gets its value, as far as generated code can get it: by attribute, or by a call of its resolver."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from inspect import iscoroutinefunction
from typing import Any, NamedTuple

from graphql import FieldNode, GraphQLField, VariableNode, Visitor, get_argument_values, visit
from graphql.execution.values import VariableValues
from strawberry import Schema
from strawberry.types.field import StrawberryField

from graph.quick_inputs import Build, builder


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


class Argument(NamedTuple):
    """An argument: its name in GraphQL and in Python, and what builds its value where that is an object."""

    name: str
    python_name: str
    build: Build | None


class Slot(NamedTuple):
    """The arguments of a field. Those that depend on variables are known when the operation is executed.

    `plain` has the names of arguments and of the variables that they are, where each argument is one.
    """

    definition: GraphQLField
    node: FieldNode
    arguments: tuple[Argument, ...]
    plain: tuple[tuple[str, str], ...] | None

    def values(self, variables: VariableValues) -> dict[str, Any]:
        """The arguments under their names in Python. Raises: GraphQLError, where they are wrong."""
        values = self._sent(variables)
        return {
            python_name: _built(values[name], build) for name, python_name, build in self.arguments if name in values
        }

    def _sent(self, variables: VariableValues) -> dict[str, Any]:
        """The arguments as they were sent; what is a variable altogether needs no look at anything else."""
        if self.plain is None:
            return get_argument_values(self.definition, self.node, variables)
        coerced = variables.coerced
        found = {name: coerced.get(variable) for name, variable in self.plain}
        if None in found.values():  # nothing was sent, or null: which of them, and what follows, knows graphql-core
            return get_argument_values(self.definition, self.node, variables)
        return found


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
        attribute = getattr(declared.base_resolver.wrapped_func, "attribute", None)
        if attribute is not None and not node.arguments:
            return Attribute(attribute)
        return self._call(definition, declared, node, awaited=awaited)

    def _call(self, definition: GraphQLField, declared: StrawberryField, node: FieldNode, *, awaited: bool) -> Call:
        resolver: Any = declared.base_resolver.wrapped_func  # type: ignore[union-attr]  # the caller looked
        ask = getattr(resolver, "ask", None)
        if ask is None and not awaited and iscoroutinefunction(resolver):
            raise NotCompiled
        passed = tuple(_passed(declared))
        slot = Slot(definition, node, self._arguments(declared), _plain(definition, node))
        if _has_variables(node):
            self.found.append(slot)
            return Call(ask or resolver, passed, None, len(self.found) - 1, ask is not None)
        try:
            return Call(ask or resolver, passed, slot.values(self._variables), -1, ask is not None)
        except Exception as error:  # what is built of them refuses them, and graphql-core says so
            raise NotCompiled from error

    def _arguments(self, declared: StrawberryField) -> tuple[Argument, ...]:
        config = self._schema.config
        names = config.name_converter
        return tuple(
            [
                Argument(names.from_argument(found), found.python_name, builder(found.type, config))
                for found in declared.arguments
            ]
        )


def declaration(definition: GraphQLField) -> StrawberryField:
    """A field as strawberry knows it. Raises: NotCompiled, where it does not or where something stands around its resolver."""
    declared = definition.extensions.get("strawberry-definition")
    if not isinstance(declared, StrawberryField) or declared.extensions or declared.permission_classes:
        raise NotCompiled
    return declared


def _built(value: Any, build: Build | None) -> Any:
    return value if build is None or value is None else build(value)


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


def _plain(definition: GraphQLField, node: FieldNode) -> tuple[tuple[str, str], ...] | None:
    """Arguments that are variables, with the variables' names, where all that the field has are."""
    values = {argument.name.value: argument.value for argument in node.arguments or ()}
    named = [(name, value.name.value) for name, value in values.items() if isinstance(value, VariableNode)]
    return tuple(named) if len(named) == len(definition.args) else None


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
