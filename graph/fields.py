"""How a field and an argument are declared, so that none goes without its description."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import strawberry
from strawberry.types.arguments import StrawberryArgumentAnnotation

import graph.terms  # noqa: F401  the enums must be known before a type names one
from graph.context import Context

InfoOf = strawberry.Info[Context, None]
"""What a resolver that loads is handed."""


def said(description: str, resolver: Callable[..., Any] | None = None, name: str | None = None) -> Any:
    """A field: an attribute of the value under the same name, or what *resolver* answers."""
    declare: Any = strawberry.field
    return declare(resolver=resolver, description=description, name=name)


def given(description: str, name: str | None = None) -> StrawberryArgumentAnnotation:
    """An argument's description, for Annotated; *name* where Python would not allow it."""
    return strawberry.argument(description=description, name=name)


def sent(description: str, default: Any = strawberry.UNSET, *, required: bool = False) -> Any:
    """A field of an input; absent means absent unless a default is named."""
    if required:
        return strawberry.field(description=description)
    return strawberry.field(description=description, default=default)
