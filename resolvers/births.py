"""A birth as it was sent, and the moment and place that it means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

import msgspec

from ephemeris import delta_t
from ephemeris.civil import offset_from_hours, parse_date, parse_offset, parse_time
from ephemeris.errors import ChartError, InputError
from ephemeris.moments import Candidate, Moment, Reading, check_covered, choose, instant, readings
from ephemeris.places import Place, check_place
from ephemeris.words import Disambiguation, ErrorCode, SolarTime, TimeScale, ZoneSource
from resolvers.zones import ZoneDatabase

SECONDS_PER_DEGREE = 240
"""Of local mean time: a turn of the Earth in a day."""


class ZoneRequest(msgspec.Struct, frozen=True):
    """One way to say the zone; exactly one is set.

    Args:
        name: IANA name.
        offset: `+05:30`, east positive.
        offset_hours: 5.5, east positive, at most six decimals.
        solar: time by the Sun.
    """

    name: str | None = None
    offset: str | None = None
    offset_hours: float | None = None
    solar: SolarTime | None = None


class BirthRequest(msgspec.Struct, frozen=True):
    """A birth as sent, nothing checked.

    Args:
        date: civil date, `YYYY-MM-DD`.
        time: civil time, `HH:MM[:SS[.fff]]`.
        latitude: degrees, north positive.
        longitude: degrees, east positive.
        altitude: metres.
        zone: absent = looked up from the coordinates.
        disambiguation: when the clock showed this time twice or never.
    """

    date: str
    time: str
    latitude: float
    longitude: float
    altitude: float = 0.0
    zone: ZoneRequest | None = None
    disambiguation: Disambiguation = Disambiguation.REJECT


class _ReadTime(NamedTuple):
    """A civil time that was read: the candidate, the zone's name if one was used, and how."""

    chosen: Candidate
    time_zone: str | None
    source: ZoneSource
    disambiguated: bool = False


class CityTime(NamedTuple):
    """A city that kept its own time beside the country's: where, from the beginning of which year to the end of which."""

    caution: str
    latitude: float
    longitude: float
    first_year: int
    last_year: int


ZONE_HISTORY = "Zone history before 1970 is less certain: compare the offset with the birth record."
FAR_FROM_CITY = (
    "The zone had no standard time yet and its city's local mean time was used, but the birth place is over half a degree "
    "of longitude away: solar LOCAL_MEAN_TIME takes the place's own."
)
BOMBAY_TIME = (
    "Bombay Time was kept in Mumbai from 1884 to 1955 beside other times and is not in the zone database: "
    "if the record used it, send the offset +04:51."
)
CALCUTTA_TIME = (
    "Calcutta Time was kept in Kolkata from 1884 to 1948 beside other times and is not in the zone database: "
    "if the record used it, send the offset +05:53:20."
)
DELTA_T_PREDICTED = "Delta T, TT - UT1, is predicted for this date, not observed."

CITY_TIMES = (
    CityTime(BOMBAY_TIME, 18.96, 72.82, 1884, 1955),
    CityTime(CALCUTTA_TIME, 22.57, 88.36, 1884, 1948),
)
"""Times of Indian cities that the zone database leaves out."""

CITY_REACH = 1.0
"""Degrees of latitude and of longitude within which a birth counts as in the city."""

CITY_ZONES = frozenset({"Asia/Kolkata", "Asia/Calcutta"})


def place_of(birth: BirthRequest) -> Place:
    """Where it was.

    Raises:
        InputError: LATITUDE_INVALID, LONGITUDE_INVALID or ALTITUDE_INVALID.

    >>> place_of(BirthRequest("1990-03-15", "05:45", 19.07, 72.88)).latitude
    19.07
    """
    return check_place(birth.latitude, birth.longitude, birth.altitude)


def moment_of(birth: BirthRequest, zones: ZoneDatabase, scale: TimeScale) -> Moment:
    """When it was, on every scale, with what to be careful about.

    Args:
        birth: as sent; its place is checked too, since zone and mean time come from it.
        zones: the pinned database.
        scale: what civil time is taken for.

    Raises:
        InputError: whatever is wrong first, its path inside the birth: ("date",), ("zone", "offset").
        LocalTimeError: the clock showed the time twice or never, and the birth does not choose.

    >>> from resolvers.zones import open_zones
    >>> birth = BirthRequest("1990-03-15", "05:45", 19.07, 72.88, zone=ZoneRequest(name="Asia/Kolkata"))
    >>> moment_of(birth, open_zones(), TimeScale.UTC).local.isoformat()
    '1990-03-15T05:45:00+05:30'
    """
    place = place_of(birth)
    local = datetime.combine(parse_date(birth.date), parse_time(birth.time))
    read = _read(local, birth, place, zones)
    utc = read.chosen.utc
    found = instant(utc, scale)
    check_covered(found)
    return Moment(
        local=local.replace(tzinfo=_fixed_zone(read.chosen.utc_offset)),
        utc=utc,
        utc_offset=read.chosen.utc_offset,
        time_zone=read.time_zone,
        zone_source=read.source,
        daylight_saving=read.chosen.daylight_saving,
        disambiguated=read.disambiguated,
        cautions=(*_zone_cautions(local, read, place), *_scale_cautions(found.jd_ut, scale)),
        zone_database=zones.version,
        julian_day_ut=found.jd_ut,
        julian_day_tt=found.jd_tt,
        delta_t=round((found.jd_tt - found.jd_ut) * delta_t.DAY_SECONDS, 4),
        longitude=place.longitude,
    )


# ── the offset ──


def _read(local: datetime, birth: BirthRequest, place: Place, zones: ZoneDatabase) -> _ReadTime:
    zone = birth.zone
    if zone is None:
        return _read_by_zone(local, birth, zones, zones.at(place.latitude, place.longitude), ZoneSource.COORDINATES)
    _check_single(zone)
    if zone.name is not None:
        return _read_by_zone(local, birth, zones, zone.name, ZoneSource.NAME)
    if zone.solar is not None:
        return _read_by_offset(local, round(place.longitude * SECONDS_PER_DEGREE), ZoneSource.SOLAR)
    return _read_by_offset(local, _offset(zone), ZoneSource.OFFSET)


def _read_by_zone(
    local: datetime, birth: BirthRequest, zones: ZoneDatabase, name: str, source: ZoneSource
) -> _ReadTime:
    found = readings(local, zones.zone(name))
    chosen = choose(found, birth.disambiguation)
    return _ReadTime(chosen, name, source, found.reading is not Reading.UNIQUE)


def _read_by_offset(local: datetime, seconds: int, source: ZoneSource) -> _ReadTime:
    utc = (local - timedelta(seconds=seconds)).replace(tzinfo=UTC)
    return _ReadTime(Candidate(utc, seconds, None, False, Disambiguation.COMPATIBLE), None, source)


def _offset(zone: ZoneRequest) -> int:
    try:
        if zone.offset is not None:
            return parse_offset(zone.offset)
        return offset_from_hours(zone.offset_hours or 0.0)
    except ChartError as error:
        raise error.under("zone") from None


def _check_single(zone: ZoneRequest) -> None:
    given = (zone.name, zone.offset, zone.offset_hours, zone.solar)
    if given.count(None) != len(given) - 1:
        raise InputError(
            ErrorCode.ARGUMENT_INVALID,
            f"The zone is said in {len(given) - given.count(None)} ways.",
            "Send exactly one of name, offset, offsetHours and solar.",
            ("zone",),
        )


@lru_cache(maxsize=1024)
def _fixed_zone(seconds: int) -> timezone:
    return timezone(timedelta(seconds=seconds))


# ── cautions ──


def _zone_cautions(local: datetime, read: _ReadTime, place: Place) -> tuple[str, ...]:
    """What is uncertain about an offset that the database gave; one that was sent is the sender's."""
    if read.time_zone is None or local.year >= 1970:
        return ()
    cities = _city_cautions(local.year, place) if read.time_zone in CITY_ZONES else ()
    far = (FAR_FROM_CITY,) if _is_far_from_city(read.chosen, place) else ()
    return (ZONE_HISTORY, *far, *cities)


def _is_far_from_city(chosen: Candidate, place: Place) -> bool:
    """The zone's local mean time tells its own meridian; before 1844 Manila counted its day as America does."""
    if chosen.abbreviation != "LMT":
        return False
    apart = place.longitude - chosen.utc_offset / SECONDS_PER_DEGREE
    return abs((apart + 180) % 360 - 180) > 0.5


def _city_cautions(year: int, place: Place) -> tuple[str, ...]:
    return tuple(
        city.caution
        for city in CITY_TIMES
        if city.first_year <= year <= city.last_year
        and abs(place.latitude - city.latitude) <= CITY_REACH
        and abs(place.longitude - city.longitude) <= CITY_REACH
    )


def _scale_cautions(jd: float, scale: TimeScale) -> tuple[str, ...]:
    """The library's own table, which UT1 uses, was observed to where ours begins."""
    predicted = jd > delta_t.FIRST_JD if scale is TimeScale.UT1 else delta_t.is_predicted(jd)
    return (DELTA_T_PREDICTED,) if predicted else ()
