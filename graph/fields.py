"""How a field, an argument and an enum are declared, so that none goes without its description."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

import strawberry
from strawberry.types.arguments import StrawberryArgumentAnnotation

from graph.context import Context

InfoOf = strawberry.Info[Context, None]
"""What a resolver that loads is handed."""

Terms = TypeVar("Terms", bound=type[Enum])


def said(description: str, resolver: Callable[..., Any] | None = None, name: str | None = None) -> Any:
    """A field: an attribute of the value under the same name, or what *resolver* answers."""
    return strawberry.field(resolver=resolver, description=description, name=name)


def given(description: str, name: str | None = None) -> StrawberryArgumentAnnotation:
    """An argument's description, for Annotated; *name* where Python would not allow it."""
    return strawberry.argument(description=description, name=name)


def word(terms: Terms) -> Terms:
    """Make an enum of the vocabulary one of the schema, with the descriptions that stand on its rows."""
    strawberry.enum(terms, description=" ".join((terms.__doc__ or "").split()))
    definition: Any = terms.__dict__["__strawberry_definition__"]
    for value in definition.values:
        value.description = terms[value.name].description  # type: ignore[attr-defined]  # every term has one
    return terms
