"""The vocabulary's enums, as enums of the schema. Imported by `graph.fields`, so that it is known before any type is."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Any

import strawberry

from ephemeris import words


def word(terms: type[Enum]) -> type[Enum]:
    """Make an enum of the vocabulary one of the schema, with the descriptions that stand on its rows."""
    strawberry.enum(terms, description=" ".join((terms.__doc__ or "").split()))
    definition: Any = terms.__dict__["__strawberry_definition__"]
    for value in definition.values:
        value.description = terms[value.name].description  # type: ignore[attr-defined]  # every term has one
    return terms


TERMS = tuple(
    word(terms)
    for terms in vars(words).values()
    if isinstance(terms, type) and issubclass(terms, Enum) and terms not in (words.Word, IntEnum)
)
"""Every enum of `ephemeris.words`."""
