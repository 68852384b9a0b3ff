"""The settings as rows: what a form shows, what depends on each, and where a value comes from."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

import msgspec

from ephemeris.settings import PRESETS, Settings
from ephemeris.words import (
    AshtakavargaTable,
    Ayanamsha,
    AyanamshaNutation,
    CharaKarakaScheme,
    CoLordRule,
    CombustionTable,
    DashaYear,
    HouseSystem,
    LunarNode,
    MasaScheme,
    NodeAspects,
    NodeDignity,
    NodeRetrograde,
    PositionKind,
    PositionOrigin,
    SettingsPreset,
    SunriseRule,
    TimeScale,
    WarRule,
)


class SettingRow(NamedTuple):
    """One setting of a single value: its field, its enum, its label, what it changes, and the fields that depend on it."""

    field: str
    terms: type[Enum]
    label: str
    description: str
    affects: tuple[str, ...]

    @property
    def name(self) -> str:
        """As in SettingsInput."""
        first, *rest = self.field.split("_")
        return first + "".join(word.capitalize() for word in rest)


_BODIES = (
    "Chart.grahas", "Chart.graha", "Chart.bhavas", "Chart.chalit", "Chart.aspects", "Chart.varga", "Chart.vargas",
    "Chart.sensitivity",
)  # fmt: skip
_LONGITUDES = ("Chart.lagna", "Chart.midheaven", *_BODIES)

SETTINGS = (
    SettingRow(
        "time_scale", TimeScale, "Time scale", "What civil time is taken for.",
        ("Chart.moment", "Chart.ayanamsha", *_LONGITUDES, "Chart.wars"),
    ),
    SettingRow("ayanamsha", Ayanamsha, "Ayanamsha", "The sidereal zero point.", ("Chart.ayanamsha", *_LONGITUDES)),
    SettingRow(
        "ayanamsha_nutation", AyanamshaNutation, "Nutation", "Whether the ayanamsha contains nutation.",
        ("Chart.ayanamsha", *_LONGITUDES),
    ),
    SettingRow("node", LunarNode, "Lunar node", "Which node Rahu is.", _BODIES),
    SettingRow(
        "node_retrograde", NodeRetrograde, "Nodes retrograde", "When Rahu and Ketu are marked retrograde.",
        ("GrahaPosition.retrograde", "VargaPlacement.retrograde"),
    ),
    SettingRow(
        "positions", PositionKind, "Positions", "Apparent or geometric.",
        ("Chart.ayanamsha", *_LONGITUDES, "Chart.wars"),
    ),
    SettingRow("origin", PositionOrigin, "Origin", "Earth's centre or the place.", (*_BODIES, "Chart.wars")),
    SettingRow(
        "chalit_system", HouseSystem, "Bhava chalit",
        "Houses by degrees when a field does not say. The bhavas of a graha are always by rashi.",
        ("Chart.chalit", "GrahaPosition.chalitBhava"),
    ),
    SettingRow(
        "node_dignity", NodeDignity, "Dignity of the nodes", "Whether and where Rahu and Ketu are exalted.",
        ("GrahaPosition.dignity", "VargaPlacement.dignity"),
    ),
    SettingRow(
        "co_lords", CoLordRule, "Co-lords", "Lords of Scorpio and Aquarius.",
        (
            "Bhava.lord", "Bhava.lordBhava", "GrahaPosition.lordOf", "GrahaPosition.rashiLord", "Lagna.rashiLord",
            "VargaBhava.lord", "VargaPlacement.rashiLord", "VargaLagna.rashiLord",
        ),
    ),
    SettingRow(
        "node_aspects", NodeAspects, "Aspects of the nodes", "Which houses Rahu and Ketu see.",
        ("Chart.aspects", "GrahaPosition.aspectedBy", "Bhava.aspectedBy"),
    ),
    SettingRow("combustion", CombustionTable, "Combustion", "Orbs of combustion.", ("GrahaPosition.combustion",)),
    SettingRow("war_rule", WarRule, "Planetary war", "Who wins a planetary war.", ("Chart.wars",)),
    SettingRow("sunrise", SunriseRule, "Sunrise", "What sunrise is.", ()),
    SettingRow("dasha_year", DashaYear, "Dasha year", "Days of a dasha year.", ("Sensitivity.vimshottariDays",)),
    SettingRow("ashtakavarga", AshtakavargaTable, "Ashtakavarga", "Tables of bindus.", ()),
    SettingRow("chara_karakas", CharaKarakaScheme, "Chara karakas", "Seven or eight significators.", ()),
    SettingRow("masa", MasaScheme, "Lunar month", "Where a lunar month ends.", ()),
)  # fmt: skip
"""Every setting of one value; customAyanamsha and vargaVariants are values of their own."""

SOURCES = {
    (Ayanamsha, "LAHIRI"): "Indian Astronomical Ephemeris; Calendar Reform Committee, 1955",
    (Ayanamsha, "TRUE_CHITRA"): "Swiss Ephemeris, mode 27",
    (Ayanamsha, "RAMAN"): "B.V. Raman, Manual of Hindu Astrology",
    (Ayanamsha, "KRISHNAMURTI"): "K.S. Krishnamurti, Reader 1",
    (HouseSystem, "SRIPATI"): "Sripati Paddhati",
    (HouseSystem, "PLACIDUS"): "K.S. Krishnamurti, Reader 1",
    (NodeDignity, "TAURUS_SCORPIO"): "Brihat Parashara Hora Shastra, as most editions have it",
    (CoLordRule, "STRONGER"): "P.V.R. Narasimha Rao, Vedic Astrology: An Integrated Approach, 15",
    (CombustionTable, "SURYA_SIDDHANTA"): "Surya Siddhanta 9.6-9, 10.1",
    (CombustionTable, "PYJHORA"): "PyJHora 4.8",
    (WarRule, "NORTHERN"): "Surya Siddhanta 7.20-21",
    (SunriseRule, "DISC_CENTER"): "Jagannatha Hora 8",
    (DashaYear, "TRUE_SIDEREAL"): "Jagannatha Hora 8",
    (AshtakavargaTable, "A"): "Brihat Parashara Hora Shastra",
    (AshtakavargaTable, "B"): "Varahamihira, Brihat Jataka 9; B.V. Raman, Ashtakavarga System",
    (CharaKarakaScheme, "SEVEN"): "Jaimini Upadesha Sutra 1.1",
}
"""Where values come from, where one book or program can be named: by enum and name, since terms are equal as numbers."""


class SettingValue(msgspec.Struct, frozen=True):
    """One value of a setting."""

    value: str
    label: str
    description: str
    source: str | None
    presets: tuple[SettingsPreset, ...]


class SettingOption(msgspec.Struct, frozen=True):
    """A setting with all its values."""

    name: str
    label: str
    description: str
    default: str
    values: tuple[SettingValue, ...]
    affects: tuple[str, ...]


def setting_options(name: str | None = None) -> tuple[SettingOption, ...]:
    """All settings, or the one of that name."""
    return tuple([_option(row) for row in SETTINGS if name in (None, row.name)])


def _option(row: SettingRow) -> SettingOption:
    default: Enum = getattr(Settings(), row.field)
    return SettingOption(
        row.name,
        row.label,
        row.description,
        default.name,
        tuple([_value(row, term) for term in row.terms]),
        row.affects,
    )


def _value(row: SettingRow, term: Enum) -> SettingValue:
    presets = tuple([preset for preset, found in PRESETS.items() if getattr(found.settings, row.field) is term])
    label = term.name.replace("_", " ").capitalize()
    description: str = term.description  # type: ignore[attr-defined]  # every term has one
    return SettingValue(term.name, label, description, SOURCES.get((row.terms, term.name)), presets)
