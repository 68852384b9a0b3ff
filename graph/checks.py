"""Arguments that are wrong by themselves: found before anything is executed, so that a bad one never nulls a chart.

A row names the fields whose arguments are checked; a check is a function of the coerced arguments that raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_argument_values,
    visit,
)
from graphql.execution.values import VariableValues
from strawberry import Schema
from strawberry.types.arguments import convert_argument
from strawberry.types.field import StrawberryField

from ephemeris.errors import ChartError, InputError
from ephemeris.varga_rules import DIVISIONS, checked_rule
from ephemeris.words import ErrorCode, VargaVariant
from graph.errors import refusal
from graph.setting_rows import SETTINGS

Arguments = Mapping[str, Any]
Check = Callable[[Arguments], None]

MOST_BIRTHS = 1000
LONGEST_DOUBT_SECONDS = 3600


def _settings(arguments: Arguments) -> None:
    sent = arguments.get("settings")
    if sent is not None:
        try:
            sent.resolved()
        except ChartError as error:
            raise error.under("settings") from None


def _births(arguments: Arguments) -> None:
    _settings(arguments)
    count = len(arguments["births"])
    if count == 0:
        raise InputError(ErrorCode.LIST_EMPTY, "The list of births is empty.", "Send at least one birth.", ("births",))
    if count > MOST_BIRTHS:
        raise InputError(
            ErrorCode.LIST_TOO_LONG,
            f"{count} births are more than {MOST_BIRTHS}.",
            f"Send at most {MOST_BIRTHS} at a time, or run them as a bulk operation.",
            ("births",),
        )


def _varga(arguments: Arguments) -> None:
    checked_rule(arguments["division"], arguments.get("variant") or VargaVariant.PARASHARA)


def _vargas(arguments: Arguments) -> None:
    of = arguments["of"]
    rows = [(row.division, row.variant) for row in of.charts or ()]
    rows += [(division, VargaVariant.PARASHARA) for division in of.divisions or ()]
    if not rows and not of.set and of.set != 0:
        raise InputError(ErrorCode.LIST_EMPTY, "No division is asked for.", "Name at least one division.", ("of",))
    if len(rows) > len(DIVISIONS):
        raise InputError(
            ErrorCode.LIST_TOO_LONG,
            f"{len(rows)} divisions are more than {len(DIVISIONS)}.",
            "Ask for each division once.",
            ("of",),
        )
    for index, row in enumerate(rows):
        try:
            checked_rule(*row)
        except ChartError as error:
            raise error.under("of", "charts" if of.charts else "divisions", index) from None


def _division(arguments: Arguments) -> None:
    if arguments.get("division") is not None:
        checked_rule(arguments["division"], VargaVariant.PARASHARA)


def _sensitivity(arguments: Arguments) -> None:
    seconds = arguments["withinSeconds"]
    if not 1 <= seconds <= LONGEST_DOUBT_SECONDS:
        raise InputError(
            ErrorCode.ARGUMENT_INVALID,
            f"withinSeconds is {seconds}.",
            f"Send 1 to {LONGEST_DOUBT_SECONDS} seconds.",
            ("withinSeconds",),
        )


def _setting_name(arguments: Arguments) -> None:
    names = [row.name for row in SETTINGS]
    if arguments.get("name") not in (None, *names):
        raise InputError(
            ErrorCode.ARGUMENT_INVALID,
            f"There is no setting {arguments['name'][:40]!r}.",
            f"Send one of {', '.join(names)}.",
            ("name",),
        )


CHECKS: Mapping[tuple[str, str], Check] = {
    ("Query", "chart"): _settings,
    ("Query", "charts"): _births,
    ("Query", "vargaRules"): _division,
    ("Query", "settingOptions"): _setting_name,
    ("Chart", "varga"): _varga,
    ("Chart", "vargas"): _vargas,
    ("Chart", "sensitivity"): _sensitivity,
    ("GrahaPosition", "inVarga"): _varga,
}
"""By type and field."""


class CheckedField(NamedTuple):
    """A field of a document whose arguments are to be checked."""

    node: FieldNode
    definition: GraphQLField
    check: Check


class _Finder(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.found: list[CheckedField] = []
        self._types = types

    def enter_field(self, node: FieldNode, *_args: object) -> None:
        parent, definition = self._types.get_parent_type(), self._types.get_field_def()
        check = CHECKS.get((parent.name, node.name.value)) if parent else None
        if check is not None and definition is not None:
            self.found.append(CheckedField(node, definition, check))


def checked_fields(document: DocumentNode, schema: GraphQLSchema) -> tuple[CheckedField, ...]:
    """The fields of a valid document whose arguments are to be checked; found once for a document."""
    types = TypeInfo(schema)
    finder = _Finder(types)
    visit(document, TypeInfoVisitor(types, finder))
    return tuple(finder.found)


def failures(fields: tuple[CheckedField, ...], variables: VariableValues, schema: Schema) -> list[GraphQLError]:
    """What is wrong with the arguments of *fields*, each with its code, path and place in the document."""
    return [error for field in fields for error in _failure(field, variables, schema)]


def _failure(field: CheckedField, variables: VariableValues, schema: Schema) -> Iterator[GraphQLError]:
    try:
        field.check(_converted(field, get_argument_values(field.definition, field.node, variables), schema))
    except ChartError as error:
        told = refusal(error)
        yield GraphQLError(told.message, [field.node], original_error=error, extensions=told.extensions)


def _converted(field: CheckedField, values: Mapping[str, Any], schema: Schema) -> Arguments:
    """Input objects as the classes they are declared by, as the resolver will get them."""
    declared: StrawberryField = field.definition.extensions["strawberry-definition"]
    converter = schema.schema_converter
    return {
        name: convert_argument(values[name], argument.type, converter.scalar_registry, schema.config)
        for argument in declared.arguments
        if (name := schema.config.name_converter.from_argument(argument)) in values
    }
