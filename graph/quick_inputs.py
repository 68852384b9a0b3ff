"""Input objects built by a plan that is made once for a class, by strawberry's hook for types that build themselves.

Strawberry finds out anew for every value which class each field has; with that, a birth costs ten times as much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryList, StrawberryOptional, has_object_definition

Build = Callable[[Any], Any]


class FieldPlan(NamedTuple):
    """A field: its name in GraphQL and in Python, and what builds its value where that is an object."""

    name: str
    python_name: str
    build: Build | None


def quicken(*inputs: type) -> None:
    """Let these input classes, and through them no others, be built by plans."""
    for declared in inputs:
        plans: list[FieldPlan] = []

        def from_input(
            made: type, value: Mapping[str, Any], context: InputContext, plans: list[FieldPlan] = plans
        ) -> object:
            if not plans:
                plans.extend(_plans(made, context))
            return _built(made, plans, value)

        declared.__strawberry_definition__.from_input = from_input  # type: ignore[attr-defined]  # inputs have one


def _built(made: type, plans: list[FieldPlan], value: Mapping[str, Any]) -> object:
    found = {}
    for name, python_name, build in plans:
        if name in value:
            given = value[name]
            found[python_name] = given if build is None or given is None else build(given)
    return made(**found)


def _plans(made: type, context: InputContext) -> list[FieldPlan]:
    fields = made.__strawberry_definition__.fields  # type: ignore[attr-defined]  # inputs have one
    names = context.config.name_converter
    return [FieldPlan(names.from_field(field), field.python_name, _builder(field.type, context)) for field in fields]


def _builder(type_: object, context: InputContext) -> Build | None:
    """What builds a value of a type; None for what GraphQL's own coercion has made already."""
    if isinstance(type_, StrawberryOptional):
        return _builder(type_.of_type, context)
    if isinstance(type_, StrawberryList):
        inner = _builder(type_.of_type, context)
        return None if inner is None else lambda values: [inner(value) for value in values]
    if has_object_definition(type_):
        plans = _plans(type_, context)
        return lambda value: _built(type_, plans, value)
    return None
