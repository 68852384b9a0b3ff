"""Variables coerced by generated code: what they are in nearly every request, in a tenth of the time.

The code knows the values that need no thought: texts, numbers, known names, whole objects. Whatever else comes (a single
value for a list, a number in a text, a name that does not exist) is left to graphql-core, which coerces it or says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, NoReturn

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    Undefined,
    get_variable_values,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.utilities.coerce_input_value import coerce_default_value

from graph.compiled.source import Source

MOST_ERRORS = 50


class Unusual(Exception):  # noqa: N818  nobody's error: graphql-core coerces it, or says what is wrong
    """Raised when generated code meets a value that it does not coerce itself."""


class Coercion(NamedTuple):
    """How the variables of one operation are coerced."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    signatures: Mapping[str, GraphQLVariableSignature]
    quick: Callable[[Mapping[str, Any]], dict[str, Any]]

    def coerced(self, sent: Mapping[str, Any], *, hide_suggestions: bool) -> VariableValues | list[GraphQLError]:
        """The values of the variables, or what is wrong with them."""
        try:
            values = self.quick(sent)
        except Unusual:
            return self._by_core(sent, hide_suggestions=hide_suggestions)
        sources = {name: VariableValueSource(row, sent.get(name, Undefined)) for name, row in self.signatures.items()}
        return VariableValues(sources, values)

    def _by_core(self, sent: Mapping[str, Any], *, hide_suggestions: bool) -> VariableValues | list[GraphQLError]:
        nodes = self.operation.variable_definitions or ()
        return get_variable_values(self.schema, nodes, dict(sent), MOST_ERRORS, hide_suggestions)


def coercion(schema: GraphQLSchema, operation: OperationDefinitionNode) -> Coercion:
    """How the variables of an operation of a valid document are coerced."""
    found = [get_variable_signature(schema, node) for node in operation.variable_definitions or ()]
    signatures = {row.name: row for row in found if not isinstance(row, GraphQLError)}
    return Coercion(schema, operation, signatures, _Writer().written(signatures))


class _Writer:
    """Writes the function of an operation's variables, and one for each input object that they reach.

    Each takes a dictionary v of values as sent, and returns a dictionary d of coerced ones.
    """

    def __init__(self) -> None:
        self._source = Source()
        self._known: dict[str, str] = {}
        self._undefined, self._unusual, self._fail = map(self._source.bind, (Undefined, Unusual, _fail))

    def written(self, signatures: Mapping[str, GraphQLVariableSignature]) -> Callable[..., Any]:
        """The function of the variables; unknown ones are nobody's business."""
        self._function("coerce", dict(signatures), [])
        return self._source.made("coerce")

    def _function(self, name: str, entries: Mapping[str, Any], tests: list[str]) -> None:
        lines = [line for key, row in entries.items() for line in self._entry(key, row)]
        with self._source.block(f"def {name}(v):"):
            for test in tests:
                self._source.line(f"if {test}: raise {self._unusual}")
            for line in ("d = {}", *lines, "return d"):
                self._source.line(line)

    def _entry(self, key: str, row: Any) -> list[str]:
        """Lines that take an entry from v to d."""
        default = coerce_default_value(row)
        if default is not Undefined:
            missing = f"d[{key!r}] = {self._source.bind(default)}"
        else:
            missing = f"raise {self._unusual}" if is_non_null_type(row.type) else "pass"
        return [
            f"x = v.get({key!r}, {self._undefined})",
            f"if x is {self._undefined}: {missing}",
            f"else: d[{key!r}] = {self._value(row.type, 'x')}",
        ]

    def _value(self, type_: Any, value: str) -> str:
        """The expression that coerces a variable."""
        if is_non_null_type(type_):
            return self._present(type_.of_type, value)
        return f"(None if {value} is None else {self._present(type_, value)})"

    def _present(self, type_: Any, value: str) -> str:
        if is_list_type(type_):
            item = self._source.fresh("i")
            items = f"[{self._value(type_.of_type, item)} for {item} in {value}]"
            return f"({items} if {value}.__class__ is list else {self._fail}())"
        if is_input_object_type(type_):
            return f"{self._object(type_)}({value})"
        if type_ in _QUICK:
            return f"({value} if {_QUICK[type_].format(value)} else {self._fail}())"
        return f"{self._source.bind(_leaf(type_))}({value})"

    def _object(self, type_: GraphQLInputObjectType) -> str:
        """The name of the function that coerces an input object."""
        if type_.name not in self._known:
            name = self._source.fresh("o")
            self._known[type_.name] = self._fail  # how deep it may stand inside itself knows graphql-core
            renamed = any(field.out_name not in {None, key} for key, field in type_.fields.items())
            assert not renamed, type_.name  # strawberry names fields when it converts them, not here
            names = self._source.bind(frozenset(type_.fields))
            tests = [f"v.__class__ is not dict or not v.keys() <= {names}"]
            if type_.is_one_of:
                tests.append("len(v) != 1 or None in v.values()")
            self._function(name, type_.fields, tests)
            self._known[type_.name] = name
        return self._known[type_.name]


def _fail(*_values: object) -> NoReturn:
    raise Unusual


def _leaf(type_: Any) -> Callable[[Any], Any]:
    """What coerces a scalar of ours, or a member of an enum by its name."""
    if isinstance(type_, GraphQLEnumType):
        return partial(_member, {name: type_.coerce_input_value(name) for name in type_.values})
    return partial(_scalar, type_.coerce_input_value)


def _member(members: Mapping[str, Any], value: Any) -> Any:
    found = members.get(value) if value.__class__ is str else None
    return _fail() if found is None else found


def _scalar(coerce: Callable[[Any], Any], value: Any) -> Any:
    try:
        found = coerce(value)
    except Exception as error:  # graphql-core hears it again, and says so
        raise Unusual from error
    return _fail() if found is Undefined else found


_QUICK = {
    GraphQLFloat: "{0}.__class__ is float and {0} - {0} == 0.0",
    GraphQLInt: "{0}.__class__ is int and -2147483648 <= {0} <= 2147483647",
    GraphQLString: "{0}.__class__ is str",
    GraphQLID: "{0}.__class__ is str",
    GraphQLBoolean: "{0}.__class__ is bool",
}
"""What a value must be to be taken as it is."""
