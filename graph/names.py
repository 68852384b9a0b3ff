"""Names as data: what grahas, rashis, nakshatras, dignities and vargas are called, one TOML file a language.

The files in `locale` are read and checked when the first name is asked for, all at once: a language that lacks a name
stops the process then, never a single answer later. After that a name is looked up by index.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, NamedTuple

import msgspec

from ephemeris.words import Dignity, Graha, LabelLength, Language, Nakshatra, Rashi, Word

DIVISIONS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 20, 24, 27, 30, 40, 45, 60, 81, 108, 144, 150)
"""The divisions that have a name. The others, up to 300, have only their code."""


class NameRow(msgspec.Struct, frozen=True):
    """One name.

    Args:
        value: the enum's value, or the division's code.
        number: from 1; of a varga the division.
        full: the whole name.
        short: what a chart's cell prints.
    """

    value: str
    number: int
    full: str
    short: str


class NameTables(msgspec.Struct, frozen=True):
    """All names in one language, each table in the order of its numbers."""

    language: Language
    grahas: tuple[NameRow, ...]
    rashis: tuple[NameRow, ...]
    nakshatras: tuple[NameRow, ...]
    dignities: tuple[NameRow, ...]
    vargas: tuple[NameRow, ...]


def graha_name(graha: Graha, language: Language, length: LabelLength = LabelLength.FULL) -> str:
    """The name of a graha, whole or as a chart's cell prints it. Short names differ from each other in every language.

    >>> graha_name(Graha.MARS, Language.HI), graha_name(Graha.MARS, Language.HI, LabelLength.SHORT)
    ('मंगल', 'मं')
    """
    return _labels()[language].grahas[length][graha]


def rashi_name(rashi: Rashi, language: Language, length: LabelLength = LabelLength.FULL) -> str:
    """The name of a sign.

    >>> rashi_name(Rashi.ARIES, Language.SA), rashi_name(Rashi.CANCER, Language.EN, LabelLength.SHORT)
    ('मेषः', 'Cn')
    """
    return _labels()[language].rashis[length][rashi]


def nakshatra_name(nakshatra: Nakshatra, language: Language, length: LabelLength = LabelLength.FULL) -> str:
    """The name of a lunar mansion.

    >>> nakshatra_name(Nakshatra.SHRAVANA, Language.ML), nakshatra_name(Nakshatra.SHRAVANA, Language.SA_LATN)
    ('തിരുവോണം', 'Śravaṇa')
    """
    return _labels()[language].nakshatras[length][nakshatra]


def dignity_name(dignity: Dignity, language: Language, length: LabelLength = LabelLength.FULL) -> str:
    """The name of a dignity.

    >>> dignity_name(Dignity.OWN, Language.TA), dignity_name(Dignity.EXALTED, Language.SA_LATN)
    ('ஆட்சி', 'Ucca')
    """
    return _labels()[language].dignities[length][dignity]


def varga_name(division: int, language: Language) -> str | None:
    """The name of a divisional chart, or None of a division that has only its code.

    >>> varga_name(9, Language.EN), varga_name(9, Language.GU), varga_name(13, Language.EN)
    ('Navamsha', 'નવમાંશ', None)
    """
    return _labels()[language].vargas.get(division)


def name_tables(language: Language) -> NameTables:
    """All names in one language, for a client that maps enums itself.

    >>> name_tables(Language.BN).rashis[7]
    NameRow(value='SCORPIO', number=8, full='বৃশ্চিক', short='বৃশ্চি')
    """
    return _tables()[language]


_Name = Annotated[str, msgspec.Meta(min_length=1)]
_Section = dict[str, tuple[_Name, _Name]]


class _LocaleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of `locale`: in each section a row `NAME = ["full", "short"]`."""

    grahas: _Section
    rashis: _Section
    nakshatras: _Section
    dignities: _Section
    vargas: _Section


class _Labels(NamedTuple):
    """One language's names: first index the `LabelLength`, second the word; of vargas the full name by division."""

    grahas: tuple[tuple[str, ...], ...]
    rashis: tuple[tuple[str, ...], ...]
    nakshatras: tuple[tuple[str, ...], ...]
    dignities: tuple[tuple[str, ...], ...]
    vargas: Mapping[int, str]


@cache
def _labels() -> tuple[_Labels, ...]:
    return tuple(
        _Labels(
            _by_length(tables.grahas),
            _by_length(tables.rashis),
            _by_length(tables.nakshatras),
            _by_length(tables.dignities),
            {row.number: row.full for row in tables.vargas},
        )
        for tables in _tables()
    )


def _by_length(rows: tuple[NameRow, ...]) -> tuple[tuple[str, ...], ...]:
    labels = {LabelLength.SHORT: tuple(row.short for row in rows), LabelLength.FULL: tuple(row.full for row in rows)}
    return tuple(labels[length] for length in LabelLength)


@cache
def _tables() -> tuple[NameTables, ...]:
    return tuple(_read(language) for language in Language)


def _read(language: Language) -> NameTables:
    name = f"{language.name.lower()}.toml"
    text = (files("graph") / "locale" / name).read_text(encoding="utf-8")
    try:
        return _checked(language, msgspec.convert(tomllib.loads(text), _LocaleFile))
    except ValueError as error:
        raise ValueError(f"graph/locale/{name}: {error}") from error


def _checked(language: Language, locale: _LocaleFile) -> NameTables:
    return NameTables(
        language,
        _rows("grahas", _numbers(Graha), locale.grahas),
        _rows("rashis", _numbers(Rashi), locale.rashis),
        _rows("nakshatras", _numbers(Nakshatra), locale.nakshatras),
        _rows("dignities", _numbers(Dignity), locale.dignities),
        _rows("vargas", {f"D{division}": division for division in DIVISIONS}, locale.vargas),
    )


def _numbers(words: type[Word]) -> dict[str, int]:
    return {word.name: word + 1 for word in words}


def _rows(section: str, numbers: Mapping[str, int], names: _Section) -> tuple[NameRow, ...]:
    missing, unknown = numbers.keys() - names.keys(), names.keys() - numbers.keys()
    if missing or unknown:
        raise ValueError(f"[{section}] lacks {sorted(missing)} and has unknown {sorted(unknown)}")
    return tuple(NameRow(value, number, *names[value]) for value, number in numbers.items())
