"""How a field and an argument are declared, so that none goes without its description."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry
from strawberry.types.arguments import StrawberryArgumentAnnotation

import graph.terms  # noqa: F401  the enums must be known before a type names one
from graph.context import Context
from graph.directives import ListSize, field_directives

Resolver = TypeVar("Resolver", bound=Callable[..., Any])

InfoOf = strawberry.Info[Context, None]
"""What a resolver that loads is handed."""


def said(
    description: str,
    resolver: Callable[..., Any] | None = None,
    name: str | None = None,
    *,
    cost: str | None = None,
    list_size: ListSize | None = None,
    volatile: bool = False,
) -> Any:
    """A field: an attribute of the value under the same name, or what *resolver* answers.

    Args:
        cost: points, where it is not the usual one of an object.
        list_size: how long the list may be.
        volatile: whether the answer depends on stored state or on the clock.
    """
    declare: Any = strawberry.field
    directives = field_directives(cost, list_size, volatile=volatile)
    return declare(resolver=resolver, description=description, name=name, directives=directives)


def by_default(attribute: str) -> Callable[[Resolver], Resolver]:
    """Marks a resolver that, where no argument is given, answers an attribute of its parent."""

    def mark(resolver: Resolver) -> Resolver:
        resolver.attribute = attribute  # type: ignore[attr-defined]  # read by compiled operations
        return resolver

    return mark


def given(description: str, name: str | None = None) -> StrawberryArgumentAnnotation:
    """An argument's description, for Annotated; *name* where Python would not allow it."""
    return strawberry.argument(description=description, name=name)


def sent(description: str, default: Any = strawberry.UNSET, *, required: bool = False) -> Any:
    """A field of an input; absent means absent unless a default is named."""
    if required:
        return strawberry.field(description=description)
    return strawberry.field(description=description, default=default)
