"""What is sent: a birth, a zone, conventions, a choice of vargas; each is turned into the value that the engine asks."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import ID, UNSET

from ephemeris import settings as conventions
from ephemeris.words import (
    AshtakavargaTable,
    Ayanamsha,
    AyanamshaNutation,
    CharaKarakaScheme,
    CoLordRule,
    CombustionTable,
    DashaYear,
    Disambiguation,
    HouseSystem,
    LunarNode,
    MasaScheme,
    NodeAspects,
    NodeDignity,
    NodeRetrograde,
    PositionKind,
    PositionOrigin,
    SettingsPreset,
    SolarTime,
    SunriseRule,
    TimeScale,
    VargaSet,
    VargaVariant,
    WarRule,
)
from graph.fields import sent
from graph.scalars import Date, LocalTime, TimeZone, UtcOffset
from graph.setting_rows import SETTINGS
from resolvers.births import BirthRequest, ZoneRequest


@strawberry.input(
    one_of=True,
    description="Exactly one way to say the zone. @oneOf: generated TypeScript refuses two, so no precedence has to be learnt.",
)
class ZoneInput:
    name: TimeZone | None = sent("IANA name with its whole history.")
    offset: UtcOffset | None = sent("Fixed offset as on the birth certificate.")
    offset_hours: float | None = sent(
        "Fixed offset in hours east, for clients of Astro Engine (`timezone_offset: 5.5`); at most 6 decimals."
    )
    solar: SolarTime | None = sent("Time by the Sun.")

    def request(self) -> ZoneRequest:
        """As the engine asks it."""
        return ZoneRequest(
            _or_none(self.name), _or_none(self.offset), _or_none(self.offset_hours), _or_none(self.solar)
        )


@strawberry.input(
    description="A birth: civil date and time, where, and in which zone. Flat, as every vendor's payload is, so that old "
    "clients map field by field."
)
class BirthInput:
    date: Date = sent("Civil date.", required=True)
    time: LocalTime = sent("Civil time as the clock showed it.", required=True)
    latitude: float = sent("Geographic, north positive, -90 to 90.", required=True)
    longitude: float = sent("Geographic, east positive, -180 to 180.", required=True)
    ref: ID | None = sent(
        "Your own reference, echoed beside the item (never a name): not part of the chart, of any key or log.", None
    )
    altitude: float = sent("Metres; matters for topocentric positions.", 0.0)
    zone: ZoneInput | None = sent("The zone; absent = looked up from the coordinates.", None)
    disambiguation: Disambiguation = sent("When the clock showed this time twice or never.", Disambiguation.REJECT)

    def request(self) -> BirthRequest:
        """As the engine asks it."""
        zone = self.zone.request() if self.zone else None
        return BirthRequest(
            self.date, self.time, self.latitude, self.longitude, self.altitude, zone, self.disambiguation
        )


@strawberry.input(description="Where, without when.")
class PlaceInput:
    latitude: float = sent("North positive.", required=True)
    longitude: float = sent("East positive.", required=True)
    altitude: float = sent("Metres.", 0.0)
    zone: ZoneInput | None = sent("Absent = looked up.", None)


@strawberry.input(description="An ayanamsha by its value at an epoch, moving with precession.")
class CustomAyanamshaInput:
    epoch_jd: float = sent("Epoch (Julian day, TT), 0 to 5,000,000.", required=True)
    value: float = sent("Degrees at the epoch, -360 to 360.", required=True)


@strawberry.input(description="One division's variant.")
class VargaVariantInput:
    division: int = sent("1 to 300.", required=True)
    variant: VargaVariant = sent("Which.", required=True)


@strawberry.input(
    description="Conventions. Start from a preset, override single ones; absent fields keep the preset's. The answer echoes "
    "all of them, resolved."
)
class SettingsInput:
    preset: SettingsPreset = sent("Where to start.", SettingsPreset.DEFAULT)
    time_scale: TimeScale | None = sent("What civil time is taken for.")
    ayanamsha: Ayanamsha | None = sent("Sidereal zero.")
    custom_ayanamsha: CustomAyanamshaInput | None = sent("With ayanamsha CUSTOM.")
    ayanamsha_nutation: AyanamshaNutation | None = sent("Whether the ayanamsha contains nutation.")
    node: LunarNode | None = sent("Rahu and Ketu.")
    node_retrograde: NodeRetrograde | None = sent("Retrograde flag of the nodes.")
    positions: PositionKind | None = sent("Apparent or geometric.")
    origin: PositionOrigin | None = sent("Earth's centre or the place.")
    chalit_system: HouseSystem | None = sent(
        "System of `chalit` when the field does not say. The bhavas of a graha are always by rashi."
    )
    node_dignity: NodeDignity | None = sent("Dignities of Rahu and Ketu.")
    co_lords: CoLordRule | None = sent("Co-lords of Scorpio and Aquarius.")
    node_aspects: NodeAspects | None = sent("Aspects of the nodes.")
    combustion: CombustionTable | None = sent("Orbs of combustion.")
    war_rule: WarRule | None = sent("Who wins a planetary war.")
    varga_variants: list[VargaVariantInput] | None = sent(
        "Variants of single divisions; the others stay as the preset's."
    )
    sunrise: SunriseRule | None = sent("What sunrise is.")
    dasha_year: DashaYear | None = sent("Length of a dasha year.")
    ashtakavarga: AshtakavargaTable | None = sent("Bindu tables.")
    chara_karakas: CharaKarakaScheme | None = sent("Seven or eight chara karakas.")
    masa: MasaScheme | None = sent("Month ends.")

    def resolved(self) -> conventions.Settings:
        """The preset's settings with these in their place.

        Raises:
            InputError: SETTING_INVALID for a combination that means nothing.
        """
        named = {row.field: getattr(self, row.field) for row in SETTINGS}
        own = {field: value for field, value in named.items() if value is not UNSET and value is not None}
        if self.custom_ayanamsha:
            own["custom_ayanamsha"] = conventions.CustomAyanamsha(
                self.custom_ayanamsha.epoch_jd, self.custom_ayanamsha.value
            )
        if self.varga_variants:
            own["varga_variants"] = tuple(
                [conventions.VargaVariantSetting(row.division, row.variant) for row in self.varga_variants]
            )
        return conventions.settings(self.preset, **own)


DEFAULT_SETTINGS = conventions.settings()


def resolved_settings(sent_settings: SettingsInput | None) -> conventions.Settings:
    """The settings of a request: the default ones where it says nothing."""
    return sent_settings.resolved() if sent_settings else DEFAULT_SETTINGS


@strawberry.input(one_of=True, description="Which vargas. Exactly one.")
class VargaSelection:
    set: VargaSet | None = sent("A classical group.")
    divisions: list[int] | None = sent("These divisions, by the settings' variants.")
    charts: list[VargaVariantInput] | None = sent("These divisions, each with its variant.")


def _or_none(value: Any) -> Any:
    return None if value is UNSET else value
