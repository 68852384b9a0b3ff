"""Names as data."""

from __future__ import annotations

import strawberry

from ephemeris.words import Language
from graph.fields import said


@strawberry.type(description="One name.")
class NameRow:
    value: str = said("Enum value, or the division's code.")
    number: int = said("Number, from 1; a division's is the division.")
    full: str = said("Whole.")
    short: str = said("Short.")


@strawberry.type(description="All names in a language.")
class NameTables:
    language: Language = said("Language.")
    grahas: list[NameRow] = said("Twelve grahas.")
    rashis: list[NameRow] = said("Twelve.")
    nakshatras: list[NameRow] = said("27.")
    dignities: list[NameRow] = said("Dignities.")
    vargas: list[NameRow] = said("Divisions.")
