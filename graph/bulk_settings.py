"""The conventions of a bulk operation: written as a variable, given to a document that has none, and found in one that has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.values import VariableValues
from strawberry import Schema

from ephemeris.settings import Settings
from graph.checks import CheckedField, arguments_of
from graph.inputs import DEFAULT_SETTINGS, resolved_settings
from graph.types.settings import as_input

FIELD = "settings"

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Settings).decode
"""Settings as the record keeps them."""


def written(settings: Settings) -> dict[str, Any]:
    """Settings as a variable that gives the same whatever a preset is by then."""
    return {"preset": settings.preset.name, **as_input(settings)}


def settings_of(fields: Sequence[CheckedField], variables: VariableValues, schema: Schema) -> Settings:
    """The conventions of a document's charts: those of its first field that takes any."""
    for field in fields:
        if FIELD in field.definition.args:
            return resolved_settings(arguments_of(field, variables, schema).get(FIELD))
    return DEFAULT_SETTINGS


def given_to(document: DocumentNode, schema: Schema) -> DocumentNode | None:
    """The document, its query with a variable of settings for every root field that says none; None where there is no such one."""
    core = schema._schema  # noqa: SLF001  graphql-core's own, which strawberry offers under no other name
    types = TypeInfo(core)
    giver = _Giver(types, core.query_type)
    found: DocumentNode = visit(document, TypeInfoVisitor(types, giver))
    return found if giver.given and not giver.declared else None


def _named(name: str) -> NameNode:
    return NameNode(value=name)


_Changed = TypeVar("_Changed", FieldNode, OperationDefinitionNode)
_VARIABLE = VariableNode(name=_named(FIELD))


class _Giver(Visitor):
    """Gives the variable to fields of the query's type, and declares it."""

    def __init__(self, types: TypeInfo, query: Any) -> None:
        super().__init__()
        self.given = self.declared = False
        self._types = types
        self._query = query

    def leave_field(self, node: FieldNode, *_args: object) -> FieldNode | None:
        definition = self._types.get_field_def()
        if self._types.get_parent_type() is not self._query or definition is None or FIELD not in definition.args:
            return None
        if any(argument.name.value == FIELD for argument in node.arguments or ()):
            return None
        self.given = True
        told = ArgumentNode(name=_named(FIELD), value=_VARIABLE)
        return _changed(node, arguments=(*(node.arguments or ()), told))

    def leave_operation_definition(self, node: OperationDefinitionNode, *_args: object) -> OperationDefinitionNode:
        stated = node.variable_definitions or ()
        self.declared = any(row.variable.name.value == FIELD for row in stated)
        own = VariableDefinitionNode(
            variable=_VARIABLE, type=NamedTypeNode(name=_named("SettingsInput")), directives=()
        )
        return _changed(node, variable_definitions=(*stated, own))


def _changed(node: _Changed, **fields: Any) -> _Changed:
    return type(node)(**{name: getattr(node, name) for name in node.keys} | fields)
