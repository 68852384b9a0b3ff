"""Input objects built by a plan that is made once for a class, by strawberry's hook for types that build themselves.

Strawberry finds out anew for every value which class each field has; with that, a birth costs ten times as much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from strawberry.schema.config import StrawberryConfig
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
                plans.extend(_plans(made, context.config))
            return _built(made, plans, value)

        declared.__strawberry_definition__.from_input = from_input  # type: ignore[attr-defined]  # inputs have one


def _built(made: type, plans: list[FieldPlan], value: Mapping[str, Any]) -> object:
    found = {}
    for name, python_name, build in plans:
        if name in value:
            given = value[name]
            found[python_name] = given if build is None or given is None else build(given)
    return made(**found)


def _plans(made: type, config: StrawberryConfig) -> list[FieldPlan]:
    fields = made.__strawberry_definition__.fields  # type: ignore[attr-defined]  # inputs have one
    names = config.name_converter
    return [FieldPlan(names.from_field(field), field.python_name, builder(field.type, config)) for field in fields]


def builder(type_: object, config: StrawberryConfig) -> Build | None:
    """What builds an argument of a type from its coerced value, as strawberry would; None where it is the value itself."""
    if isinstance(type_, StrawberryOptional):
        return builder(type_.of_type, config)
    if isinstance(type_, StrawberryList):
        inner = builder(type_.of_type, config)
        return None if inner is None else lambda values: [None if value is None else inner(value) for value in values]
    return _lazily(type_, config) if has_object_definition(type_) else None


def _lazily(made: type, config: StrawberryConfig) -> Build:
    """What builds a class; its plans are made when they are first needed, for a class may have itself as a field."""
    plans: list[FieldPlan] = []

    def build(value: Any) -> object:
        if not plans:
            plans.extend(_plans(made, config))
        return _built(made, plans, value)

    return build
