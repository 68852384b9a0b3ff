"""When, where, by which ayanamsha, computed by what."""

from __future__ import annotations

import msgspec
import strawberry
from strawberry import Parent

from ephemeris.angles import plain_text, quantise
from ephemeris.sky import AyanamshaAt
from ephemeris.words import AngleFormat, Ayanamsha, ZoneSource
from graph.fields import said
from graph.scalars import Date, DateTime, TimeZone, UtcOffset
from graph.types.asked import Format


@strawberry.type(description="The instant in all scales, and how the zone was found.")
class Moment:
    local: DateTime = said("Civil time with the offset used.")
    utc: DateTime = said("UTC.")
    utc_offset: UtcOffset = said("Offset used.")
    time_zone: TimeZone | None = said("IANA name, when one was used.")
    zone_source: ZoneSource = said("Where the offset came from.")
    daylight_saving: bool = said("Whether the zone's rules said summer or war time.")
    disambiguated: bool = said("Whether the clock showed the local time twice or never and the request chose.")
    cautions: list[str] = said(
        "What to be careful about: zone history before 1970, a place far from its zone's city, Delta T predicted."
    )
    zone_database: str = said("Version of the zone database: 2026f.")
    julian_day_ut: float = said("Julian day, UT1.")
    julian_day_tt: float = said("Julian day, TT.")
    delta_t: float = said("TT − UT1 in seconds.")
    sidereal_time: float = said("Local apparent sidereal time in hours, 0 ≤ x < 24.")


@strawberry.type(description="The place as used.")
class Place:
    latitude: float = said("North positive.")
    longitude: float = said("East positive.")
    altitude: float = said("Metres.")


class AyanamshaValueOf(msgspec.Struct, frozen=True):
    """What an `AyanamshaValue` is read from: degrees with seven decimals."""

    ayanamsha: Ayanamsha
    value: float
    with_nutation: float
    without_nutation: float


def ayanamsha_value(ayanamsha: Ayanamsha, at: AyanamshaAt) -> AyanamshaValueOf:
    """An ayanamsha's value as the schema shows it."""
    return AyanamshaValueOf(ayanamsha, round(at.value, 7), round(at.with_nutation, 7), round(at.without_nutation, 7))


def _text(root: Parent[AyanamshaValueOf], format: Format = AngleFormat.DMS) -> str:
    return plain_text(quantise(root.value), format)


@strawberry.type(description="An ayanamsha at an instant, degrees.")
class AyanamshaValue:
    ayanamsha: Ayanamsha = said("Which.")
    value: float = said("As used for this chart's grahas.")
    with_nutation: float = said("With nutation.")
    without_nutation: float = said("Without.")
    text: str = said("As text.", _text)


@strawberry.type(description="What computes here.")
class Engine:
    version: str = said("GrahaQL's.")
    release: str = said("Digest of code and data: it changes whenever any answer could.")
    ephemeris: str = said("Swiss Ephemeris.")
    ephemeris_files: list[str] = said("Data files: names, hashes, JPL origin.")
    zone_database: str = said("Zone database.")
    zone_lookup: str = said("Data that finds a zone from coordinates.")
    first_date: Date = said("First day served, from 09:00 UTC.")
    last_date: Date = said("Last day served.")
    source_url: str = said("AGPL: where the source is.")
