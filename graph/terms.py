"""The vocabulary's enums, as enums of the schema."""

from __future__ import annotations

from enum import Enum

from ephemeris import words
from graph.fields import word

TERMS: tuple[type[Enum], ...] = tuple(
    terms
    for terms in vars(words).values()
    if isinstance(terms, type) and issubclass(terms, Enum) and terms not in (words.Word, words.IntEnum)
)
"""Every enum of `ephemeris.words`."""

for _terms in TERMS:
    word(_terms)
