"""Arguments that are wrong by themselves: found before anything is executed, so that a bad one never nulls a chart.

A row names the fields whose arguments are checked; a check is a function of the coerced arguments that raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from typing import Any, NamedTuple

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    OperationDefinitionNode,
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
from ephemeris.moments import check_covered, instant
from ephemeris.varga_rules import DIVISIONS, checked_rule
from ephemeris.words import ErrorCode, TimeScale, VargaVariant
from graph.errors import BAD_USER_INPUT, REMEDIES, refusal
from graph.scalars import instant_text
from graph.setting_rows import SETTINGS
from jobs.operations import OPERATIONS_MAX
from jobs.pages import LINES_MAX

Arguments = Mapping[str, Any]
Check = Callable[[Arguments], None]

MOST_BIRTHS = 1000
LONGEST_DOUBT_SECONDS = 3600
LONGEST_WAIT_SECONDS = 3600


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


def _sky(arguments: Arguments) -> None:
    _settings(arguments)
    every = arguments["every"]
    if not 1 <= every <= LONGEST_WAIT_SECONDS:
        raise InputError(
            ErrorCode.ARGUMENT_INVALID,
            f"every is {every}.",
            f"Send 1 to {LONGEST_WAIT_SECONDS} seconds.",
            ("every",),
        )


def _at(arguments: Arguments) -> None:
    try:
        check_covered(instant(arguments["at"].astimezone(UTC), TimeScale.UTC))
    except (InputError, OverflowError):
        raise InputError(
            ErrorCode.DATE_OUT_OF_RANGE,
            f"The instant {instant_text(arguments['at'])} is outside the ephemeris.",
            "Send one from 1800-01-01T09:00:00Z to 2400-01-01T11:45:00Z.",
            ("at",),
        ) from None


def _page(most: int) -> Check:
    def check(arguments: Arguments) -> None:
        if not 1 <= arguments["first"] <= most:
            raise InputError(
                ErrorCode.ARGUMENT_INVALID, f"first is {arguments['first']}.", f"Send 1 to {most}.", ("first",)
            )

    return check


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
    ("Query", "ayanamshas"): _at,
    ("Query", "bulkOperations"): _page(OPERATIONS_MAX),
    ("BulkOperation", "results"): _page(LINES_MAX),
    ("Chart", "varga"): _varga,
    ("Chart", "vargas"): _vargas,
    ("Chart", "sensitivity"): _sensitivity,
    ("GrahaPosition", "inVarga"): _varga,
    ("Subscription", "sky"): _sky,
}
"""By type and field."""


class CheckedField(NamedTuple):
    """A field of a document whose arguments are to be checked."""

    node: FieldNode
    definition: GraphQLField
    check: Check


class _Finder(Visitor):
    """Collects, in one definition, the fields that are checked and the names of the fragments that are spread."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.fields: list[CheckedField] = []
        self.spreads: set[str] = set()
        self._types = types

    def enter_field(self, node: FieldNode, *_args: object) -> None:
        parent, definition = self._types.get_parent_type(), self._types.get_field_def()
        check = CHECKS.get((parent.name, node.name.value)) if parent else None
        if check is not None and definition is not None:
            self.fields.append(CheckedField(node, definition, check))

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_args: object) -> None:
        self.spreads.add(node.name.value)


def checked_fields(document: DocumentNode, schema: GraphQLSchema) -> dict[str, tuple[CheckedField, ...]]:
    """The fields whose arguments are to be checked, by the name of each operation of a valid document ("" has none).

    Found once for a document; those of another operation than the one that is executed are nobody's business.
    """
    found = [(definition, _found(definition, schema)) for definition in document.definitions]
    fragments = {node.name.value: part for node, part in found if isinstance(node, FragmentDefinitionNode)}
    operations = [(node, part) for node, part in found if isinstance(node, OperationDefinitionNode)]
    return {node.name.value if node.name else "": _reached(part, fragments) for node, part in operations}


def _found(definition: DefinitionNode, schema: GraphQLSchema) -> _Finder:
    types = TypeInfo(schema)
    finder = _Finder(types)
    visit(definition, TypeInfoVisitor(types, finder))
    return finder


def _reached(operation: _Finder, fragments: Mapping[str, _Finder]) -> tuple[CheckedField, ...]:
    """The fields of an operation and of every fragment that it spreads, itself or through another."""
    parts, names = [operation], sorted(operation.spreads)
    for name in names:  # grows while it is walked
        parts.append(fragments[name])
        names += sorted(fragments[name].spreads - set(names))
    return tuple([field for part in parts for field in part.fields])


def failures(fields: tuple[CheckedField, ...], variables: VariableValues, schema: Schema) -> list[GraphQLError]:
    """What is wrong with the arguments of *fields*, each with its code, path and place in the document."""
    return [error for field in fields for error in _failure(field, variables, schema)]


def _failure(field: CheckedField, variables: VariableValues, schema: Schema) -> Iterator[GraphQLError]:
    try:
        field.check(arguments_of(field, variables, schema))
    except GraphQLError as error:  # a null that the document's types allow and the argument's do not
        error.extensions = {"code": BAD_USER_INPUT, "remedy": REMEDIES[BAD_USER_INPUT], "path": []}
        yield error
    except ChartError as error:
        told = refusal(error)
        yield GraphQLError(told.message, [field.node], original_error=error, extensions=told.extensions)


def arguments_of(field: CheckedField, variables: VariableValues, schema: Schema) -> Arguments:
    """The coerced arguments of a field. Raises: GraphQLError: a null that the document's types allow and the argument's do not."""
    return _converted(field, get_argument_values(field.definition, field.node, variables), schema)


def _converted(field: CheckedField, values: dict[str, Any], schema: Schema) -> Arguments:
    """Arguments with the input objects that are looked into as the classes they are declared by; births are only counted."""
    inside = [name for name in _LOOKED_INTO if values.get(name) is not None]
    if not inside:
        return values
    declared: StrawberryField = field.definition.extensions["strawberry-definition"]
    converter = schema.schema_converter
    types = {schema.config.name_converter.from_argument(argument): argument.type for argument in declared.arguments}
    found = {
        name: convert_argument(values[name], types[name], converter.scalar_registry, schema.config) for name in inside
    }
    return values | found


_LOOKED_INTO = ("settings", "of")
