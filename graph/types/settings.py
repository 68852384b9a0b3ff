"""The conventions, resolved and echoed; and as rows for a settings form."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import Parent

from ephemeris import settings as conventions
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
    VargaVariant,
    WarRule,
)
from graph.fields import said
from graph.scalars import JSON
from graph.setting_rows import SETTINGS


@strawberry.type(description="One division's variant.")
class VargaVariantSetting:
    division: int = said("Division.")
    variant: VargaVariant = said("Variant.")


@strawberry.type(description="An ayanamsha by its value at an epoch, moving with precession.")
class CustomAyanamsha:
    epoch_jd: float = said("Epoch (Julian day, TT).")
    value: float = said("Degrees at the epoch.")


def as_input(chosen: conventions.Settings) -> dict[str, Any]:
    """Settings as a SettingsInput value that names every field and no preset."""
    custom = chosen.custom_ayanamsha
    written = {row.name: getattr(chosen, row.field).name for row in SETTINGS}
    if custom is not None:
        written["customAyanamsha"] = {"epochJd": custom.epoch_jd, "value": custom.value}
    written["vargaVariants"] = [
        {"division": row.division, "variant": row.variant.name} for row in chosen.varga_variants
    ]
    return written


def _as_input(root: Parent[conventions.Settings]) -> JSON:
    return JSON(as_input(root))


@strawberry.type(
    description="All conventions, resolved: what SettingsInput asked plus what the preset filled in. Send `asInput` back to "
    "get the same."
)
class Settings:
    preset: SettingsPreset = said("Where they started from.")
    time_scale: TimeScale = said("See SettingsInput.")
    ayanamsha: Ayanamsha = said("See SettingsInput.")
    custom_ayanamsha: CustomAyanamsha | None = said("With ayanamsha CUSTOM.")
    ayanamsha_nutation: AyanamshaNutation = said("See SettingsInput.")
    node: LunarNode = said("See SettingsInput.")
    node_retrograde: NodeRetrograde = said("See SettingsInput.")
    positions: PositionKind = said("See SettingsInput.")
    origin: PositionOrigin = said("See SettingsInput.")
    chalit_system: HouseSystem = said("See SettingsInput.")
    node_dignity: NodeDignity = said("See SettingsInput.")
    co_lords: CoLordRule = said("See SettingsInput.")
    node_aspects: NodeAspects = said("See SettingsInput.")
    combustion: CombustionTable = said("See SettingsInput.")
    war_rule: WarRule = said("See SettingsInput.")
    varga_variants: list[VargaVariantSetting] = said("Those that differ from PARASHARA.")
    sunrise: SunriseRule = said("See SettingsInput.")
    dasha_year: DashaYear = said("See SettingsInput.")
    ashtakavarga: AshtakavargaTable = said("See SettingsInput.")
    chara_karakas: CharaKarakaScheme = said("See SettingsInput.")
    masa: MasaScheme = said("See SettingsInput.")
    as_input: JSON = said("As a SettingsInput value, without a preset: survives a change of presets.", _as_input)


@strawberry.type(description="A preset, spelt out.")
class Preset:
    preset: SettingsPreset = said("Which.")
    description: str = said("What it imitates.")
    settings: Settings = said("Every setting.")
    verified_against: list[str] = said("Against what it was checked, and how closely.")


@strawberry.type(description="One value of a setting.")
class SettingValue:
    value: str = said("Enum value.")
    label: str = said("For people.")
    description: str = said("What it means.")
    source: str | None = said("Book, program or standard.")
    presets: list[SettingsPreset] = said("Presets that have it.")


@strawberry.type(description="A setting, for a form.")
class SettingOption:
    name: str = said("As in SettingsInput.")
    label: str = said("For people.")
    description: str = said("What it changes.")
    default: str = said("Default's name.")
    values: list[SettingValue] = said("All values.")
    affects: list[str] = said("Fields of the schema that depend on it; empty where no field does yet.")
