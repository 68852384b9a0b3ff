"""Every convention on which programs differ, as one frozen value; the presets are rows of it."""

from __future__ import annotations

from math import isfinite
from typing import Any, NamedTuple

import msgspec

from ephemeris.errors import ChartError, InputError
from ephemeris.varga_rules import checked_rule
from ephemeris.words import (
    AshtakavargaTable,
    Ayanamsha,
    AyanamshaNutation,
    CharaKarakaScheme,
    CoLordRule,
    CombustionTable,
    DashaYear,
    ErrorCode,
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
    VargaVariant,
    WarRule,
)


class CustomAyanamsha(msgspec.Struct, frozen=True, array_like=True):
    """An ayanamsha by its value at an epoch, moving with precession.

    Args:
        epoch_jd: Julian day, TT.
        value: degrees at the epoch, -360 to 360.
    """

    epoch_jd: float
    value: float


class VargaVariantSetting(msgspec.Struct, frozen=True, array_like=True):
    """The variant by which one division is built. Args: division: 1 to 300."""

    division: int
    variant: VargaVariant


class Settings(msgspec.Struct, frozen=True, array_like=True):
    """All conventions, resolved. A chart is a pure function of moment, place and this.

    >>> settings(SettingsPreset.KP).chalit_system.name, settings(SettingsPreset.KP).preset.name
    ('PLACIDUS', 'KP')
    """

    preset: SettingsPreset = SettingsPreset.DEFAULT
    time_scale: TimeScale = TimeScale.UTC
    ayanamsha: Ayanamsha = Ayanamsha.LAHIRI
    custom_ayanamsha: CustomAyanamsha | None = None
    ayanamsha_nutation: AyanamshaNutation = AyanamshaNutation.INCLUDED
    node: LunarNode = LunarNode.MEAN_NODE
    node_retrograde: NodeRetrograde = NodeRetrograde.ALWAYS
    positions: PositionKind = PositionKind.APPARENT
    origin: PositionOrigin = PositionOrigin.GEOCENTRIC
    chalit_system: HouseSystem = HouseSystem.SRIPATI
    node_dignity: NodeDignity = NodeDignity.NONE
    co_lords: CoLordRule = CoLordRule.SINGLE
    node_aspects: NodeAspects = NodeAspects.SEVENTH
    combustion: CombustionTable = CombustionTable.SURYA_SIDDHANTA
    war_rule: WarRule = WarRule.NORTHERN
    varga_variants: tuple[VargaVariantSetting, ...] = ()
    sunrise: SunriseRule = SunriseRule.DISC_CENTER
    dasha_year: DashaYear = DashaYear.JULIAN
    ashtakavarga: AshtakavargaTable = AshtakavargaTable.A
    chara_karakas: CharaKarakaScheme = CharaKarakaScheme.SEVEN
    masa: MasaScheme = MasaScheme.AMANTA

    def variant(self, division: int) -> VargaVariant:
        """The variant by which *division* is built when the request names none."""
        for row in self.varga_variants:
            if row.division == division:
                return row.variant
        return VargaVariant.PARASHARA


class PresetRow(NamedTuple):
    """A preset: what it imitates, what it was checked against, and the settings that differ from the default."""

    description: str
    verified_against: tuple[str, ...]
    settings: Settings


_UMA_SHAMBHU = (VargaVariantSetting(2, VargaVariant.UMA_SHAMBHU),)

PRESETS = {
    SettingsPreset.DEFAULT: PresetRow(
        "What most Indian programs and services mean by a chart, with civil time read as UTC.",
        (
            "Sun to Saturn: JPL DE421 at 200 instants, within 0.03″ but for Jupiter behind the Sun.",
            "Lagna and midheaven: spherical trigonometry, within 0.01″.",
        ),
        Settings(),
    ),
    SettingsPreset.JAGANNATHA_HORA_8: PresetRow(
        "Jagannatha Hora 8 as it is installed.",
        (
            "Exports of six charts, 1800 to 2090: every longitude, lagna and outer three included, within 0.01″.",
            "The same charts: all 1,560 signs of D1 to D60, and the Sripati bhavas within 0.01″.",
            "Planetary war: the one case there is (Mars and Jupiter on 4 April 2000).",
        ),
        Settings(
            preset=SettingsPreset.JAGANNATHA_HORA_8,
            time_scale=TimeScale.UT1,
            ayanamsha=Ayanamsha.TRUE_CHITRA,
            node=LunarNode.TRUE_NODE,
            node_retrograde=NodeRetrograde.BY_SPEED,
            positions=PositionKind.GEOMETRIC,
            war_rule=WarRule.LARGER_DISC,
            varga_variants=_UMA_SHAMBHU,
            dasha_year=DashaYear.TRUE_SIDEREAL,
        ),
    ),
    SettingsPreset.ASTROLOGY_API: PresetRow(
        "The service AstrologyAPI, its lagna without nutation included.",
        ("Answers for seven births: Sun to Ketu and lagna within 0.005″, navamshas, stars, padas and houses.",),
        Settings(
            preset=SettingsPreset.ASTROLOGY_API,
            time_scale=TimeScale.UT1,
            ayanamsha_nutation=AyanamshaNutation.EXCLUDED_FOR_LAGNA,
            sunrise=SunriseRule.HINDU,
            ashtakavarga=AshtakavargaTable.B,
        ),
    ),
    SettingsPreset.PROKERALA: PresetRow(
        "The service Prokerala: tropical positions less the ayanamsha without nutation.",
        ("Answers for seven births: positions and lagna within 0.005″; natural, temporal and compound relations.",),
        Settings(
            preset=SettingsPreset.PROKERALA,
            time_scale=TimeScale.UT1,
            ayanamsha_nutation=AyanamshaNutation.EXCLUDED,
        ),
    ),
    SettingsPreset.KP: PresetRow(
        "Krishnamurti Paddhati: Krishnamurti's ayanamsha, cusps of Placidus that begin their bhavas.",
        ("Ayanamsha of 7 December 1996 as PyJHora recorded it, 0.001°.",),
        Settings(
            preset=SettingsPreset.KP,
            time_scale=TimeScale.UT1,
            ayanamsha=Ayanamsha.KRISHNAMURTI,
            chalit_system=HouseSystem.PLACIDUS,
        ),
    ),
}
"""The presets. One changes only with a release."""


def settings(preset: SettingsPreset = SettingsPreset.DEFAULT, **overrides: Any) -> Settings:
    """The settings of a preset with single ones replaced.

    Args:
        preset: where to start.
        overrides: fields of `Settings`; `varga_variants` replaces the preset's division by division.

    Raises:
        InputError: SETTING_INVALID for a combination that means nothing.

    >>> settings(SettingsPreset.DEFAULT, node=LunarNode.TRUE_NODE).node.name
    'TRUE_NODE'
    """
    base = PRESETS[preset].settings
    if "varga_variants" in overrides:
        overrides["varga_variants"] = _merged_variants(base.varga_variants, overrides["varga_variants"])
    return _checked(msgspec.structs.replace(base, **overrides))


def _merged_variants(
    base: tuple[VargaVariantSetting, ...], own: tuple[VargaVariantSetting, ...]
) -> tuple[VargaVariantSetting, ...]:
    """One row a division, in order, without those that only say PARASHARA."""
    rows = {row.division: row for row in base}
    asked: set[int] = set()
    for index, row in enumerate(own):
        if row.division in asked:
            raise InputError(
                ErrorCode.SETTING_INVALID,
                f"vargaVariants names D{row.division} twice.",
                "Send one variant for each division.",
                ("vargaVariants", index, "division"),
            )
        asked.add(row.division)
        try:
            checked_rule(row.division, row.variant)
        except ChartError as error:
            raise error.under("vargaVariants", index) from None
        rows[row.division] = row
    return tuple(rows[n] for n in sorted(rows) if rows[n].variant is not VargaVariant.PARASHARA)


def _checked(chosen: Settings) -> Settings:
    custom = chosen.custom_ayanamsha
    if chosen.ayanamsha is Ayanamsha.CUSTOM and custom is None:
        raise InputError(
            ErrorCode.SETTING_INVALID,
            "The ayanamsha is CUSTOM, but customAyanamsha is missing.",
            "Send customAyanamsha with its epochJd and value, or name an ayanamsha.",
            ("customAyanamsha",),
        )
    if chosen.ayanamsha is not Ayanamsha.CUSTOM and custom is not None:
        raise InputError(
            ErrorCode.SETTING_INVALID,
            f"customAyanamsha is given, but the ayanamsha is {chosen.ayanamsha.name}.",
            "Send ayanamsha: CUSTOM with it, or leave customAyanamsha out.",
            ("customAyanamsha",),
        )
    if custom is not None and not (_in_range(custom.epoch_jd, 0, 5e6) and _in_range(custom.value, -360, 360)):
        raise InputError(
            ErrorCode.SETTING_INVALID,
            f"customAyanamsha has epochJd {custom.epoch_jd} and value {custom.value}.",
            "Send an epoch of 0 to 5000000 (Julian day, TT) and a value of -360 to 360 degrees.",
            ("customAyanamsha",),
        )
    return chosen


def _in_range(value: float, low: float, high: float) -> bool:
    return isfinite(value) and low <= value <= high
