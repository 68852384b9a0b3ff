"""From what a clock showed to an instant: which readings it may have had, and the two time scales of astronomy.

Civil time of a birth is read on one of two scales (`TimeScale`). On UT1 it is the Earth's rotation itself. On UTC it is
the same before 1972; to the end of 2021 the library's leap seconds and its observed Delta T tell TT and UT1; from 2022 TT
is UTC + 37 s + 32.184 s for ever, since no leap second is expected any more (resolution 4 of the General Conference on
Weights and Measures, 2022), and UT1 follows by `ephemeris.delta_t`. At 1972-01-01 the scale steps by 0.05 s, as civil
time itself did; nowhere else.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum

import msgspec

from ephemeris import delta_t, swiss
from ephemeris.civil import offset_text
from ephemeris.errors import InputError, LocalTimeError
from ephemeris.words import Disambiguation, ErrorCode, TimeScale, ZoneSource

TT_MINUS_UTC = 37.0 + 32.184
"""Seconds, from 2017-01-01."""

_LEAP_SECONDS_FROM = 1972
_OWN_DELTA_T_FROM = 2022


class Candidate(msgspec.Struct, frozen=True):
    """One reading of a civil time. utc + utc_offset is always the time as sent, in a gap too.

    Args:
        utc: the instant.
        utc_offset: seconds east of Greenwich by which it was read.
        abbreviation: the zone's: IST, +0630.
        daylight_saving: whether that offset is summer or war time.
        disambiguation: what to send to get this reading.
    """

    utc: datetime
    utc_offset: int
    abbreviation: str | None
    daylight_saving: bool
    disambiguation: Disambiguation


class Reading(Enum):
    """How often the clocks of a zone showed a time."""

    UNIQUE = "once"
    AMBIGUOUS = "twice"
    NONEXISTENT = "never"


class Readings(msgspec.Struct, frozen=True):
    """What a civil time may mean in a zone: one candidate, or two, the earlier instant first."""

    local: datetime
    zone: str
    reading: Reading
    candidates: tuple[Candidate, ...]


class Instant(msgspec.Struct, frozen=True, array_like=True):
    """A moment on both scales: Julian days of UT1 (the Earth's rotation) and TT (the planets' motion)."""

    jd_ut: float
    jd_tt: float


class Moment(msgspec.Struct, frozen=True):
    """The instant of a birth and how it was found.

    Args:
        local: civil time with the offset used.
        utc: the same in UTC.
        utc_offset: seconds east of Greenwich.
        time_zone: IANA name, when one was used.
        zone_source: where the offset came from.
        daylight_saving: whether the zone's rules said summer or war time.
        disambiguated: whether the clock showed the time twice or never and the request chose.
        cautions: what to be careful about, sentences.
        zone_database: version, as 2026f.
        julian_day_ut: UT1.
        julian_day_tt: TT.
        delta_t: TT − UT1 in seconds.
        longitude: of the place, degrees east: sidereal time is local.
    """

    local: datetime
    utc: datetime
    utc_offset: int
    time_zone: str | None
    zone_source: ZoneSource
    daylight_saving: bool
    disambiguated: bool
    cautions: tuple[str, ...]
    zone_database: str
    julian_day_ut: float
    julian_day_tt: float
    delta_t: float
    longitude: float

    @property
    def instant(self) -> Instant:
        """The same on the two scales that charts are computed by."""
        return Instant(self.julian_day_ut, self.julian_day_tt)

    @property
    def sidereal_time(self) -> float:
        """Local apparent sidereal time in hours, 0 ≤ x < 24."""
        return round((swiss.sidereal_time(self.julian_day_ut) + self.longitude / 15) % 24, 7) % 24


# ── readings ──


def readings(local: datetime, zone: tzinfo) -> Readings:
    """Every instant that *local* may mean in *zone*: one, or two when the clocks showed it twice or never.

    Where the two folds of *local* have different offsets, a round trip through UTC tells the fold from the gap: in a
    fold both come back, in a gap neither does. The two readings of a gap use the offset after it, which is the earlier
    instant, and the offset before it, the later one: as JavaScript's Temporal has them.

    Args:
        local: civil time without a zone.
        zone: any `tzinfo` that respects `fold`.

    >>> from zoneinfo import ZoneInfo
    >>> readings(datetime(2024, 3, 31, 2, 30), ZoneInfo("Europe/Paris")).reading
    <Reading.NONEXISTENT: 'never'>
    """
    first = local.replace(tzinfo=zone, fold=0)
    second = local.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return Readings(local, str(zone), Reading.UNIQUE, (_candidate(first, Disambiguation.COMPATIBLE),))
    shown = _returns(first)
    earlier, later = (first, second) if shown else (second, first)
    return Readings(
        local,
        str(zone),
        Reading.AMBIGUOUS if shown else Reading.NONEXISTENT,
        (_candidate(earlier, Disambiguation.EARLIER), _candidate(later, Disambiguation.LATER)),
    )


def choose(found: Readings, disambiguation: Disambiguation) -> Candidate:
    """The reading that is meant, by the rules of JavaScript's Temporal; a unique one whatever is asked.

    Args:
        found: what the civil time may mean.
        disambiguation: EARLIER or LATER instant; COMPATIBLE takes the earlier of a fold, the later of a gap.

    Raises:
        LocalTimeError: LOCAL_TIME_AMBIGUOUS or LOCAL_TIME_NONEXISTENT, for REJECT, with both candidates; path `time`.

    >>> from zoneinfo import ZoneInfo
    >>> twice = readings(datetime(1945, 10, 14, 23, 30), ZoneInfo("Asia/Kolkata"))
    >>> choose(twice, Disambiguation.COMPATIBLE).utc.isoformat()
    '1945-10-14T17:00:00+00:00'
    """
    if found.reading is Reading.UNIQUE:
        return found.candidates[0]
    if disambiguation is Disambiguation.REJECT:
        raise _undecided(found)
    earlier, later = found.candidates
    if disambiguation is Disambiguation.COMPATIBLE:
        return earlier if found.reading is Reading.AMBIGUOUS else later
    return earlier if disambiguation is Disambiguation.EARLIER else later


def _returns(aware: datetime) -> bool:
    """Whether the zone's clocks show this time at its own instant. `astimezone(zone)` would do nothing: it has it."""
    back = aware.astimezone(UTC).astimezone(aware.tzinfo)
    return back.replace(tzinfo=None, fold=0) == aware.replace(tzinfo=None, fold=0)


def _candidate(aware: datetime, disambiguation: Disambiguation) -> Candidate:
    offset = aware.utcoffset() or timedelta()
    return Candidate(
        utc=(aware.replace(tzinfo=None, fold=0) - offset).replace(tzinfo=UTC),
        utc_offset=offset.days * 86400 + offset.seconds,
        abbreviation=aware.tzname(),
        daylight_saving=bool(aware.dst()),
        disambiguation=disambiguation,
    )


def _undecided(found: Readings) -> LocalTimeError:
    first, second = found.candidates
    ambiguous = found.reading is Reading.AMBIGUOUS
    compatible = "earlier" if ambiguous else "later"
    return LocalTimeError(
        ErrorCode.LOCAL_TIME_AMBIGUOUS if ambiguous else ErrorCode.LOCAL_TIME_NONEXISTENT,
        f"Clocks in {found.zone} showed {found.local.isoformat(' ')} {found.reading.value}: "
        f"it {'is' if ambiguous else 'would be'} {_spelt(first)} or {_spelt(second)}.",
        f"Send disambiguation EARLIER for {first.utc:%H:%M:%S} UTC, LATER for {second.utc:%H:%M:%S} UTC, "
        f"or COMPATIBLE for the {compatible}.",
        ("time",),
        found.candidates,
    )


def _spelt(candidate: Candidate) -> str:
    return f"{candidate.utc.replace(tzinfo=None).isoformat()}Z ({offset_text(candidate.utc_offset)})"


# ── scales ──


def instant(utc: datetime, scale: TimeScale) -> Instant:
    """The instant on UT1 and TT. From 1972 TT is exact, UT1 within 0.09 s, and from 2022 to 2026 within 0.02 s.

    Args:
        utc: aware, in UTC, 1800 to 2399 (`ephemeris.civil.check_date`).
        scale: what civil time is taken for; see the module's head.

    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> [round((day - 2461041.5) * 86400, 2) for day in msgspec.structs.astuple(instant(now, TimeScale.UTC))]
    [0.07, 69.18]
    """
    jd = _julian_day(utc)
    if scale is TimeScale.UT1 or utc.year < _LEAP_SECONDS_FROM:
        return Instant(jd, jd + swiss.delta_t(jd))
    if utc.year < _OWN_DELTA_T_FROM:
        return _by_leap_seconds(utc)
    jd_tt = jd + TT_MINUS_UTC / delta_t.DAY_SECONDS
    return Instant(jd_tt - delta_t.seconds(jd) / delta_t.DAY_SECONDS, jd_tt)


def check_covered(found: Instant) -> None:
    """Nothing, for an instant that the ephemeris files hold; the first and last hours of their years may be missing.

    Raises:
        InputError: DATE_OUT_OF_RANGE, path `date`.

    >>> check_covered(Instant(2451545.0, 2451545.0))
    """
    if not swiss.FIRST_TT <= found.jd_tt <= swiss.LAST_TT:
        raise InputError(
            ErrorCode.DATE_OUT_OF_RANGE,
            f"The instant (Julian day {found.jd_tt:.4f} TT) is in the first or last hours of the ephemeris, or outside it.",
            "Send a time that falls between 1800-01-01 09:00 UTC and 2400-01-01 11:45 UTC.",
            ("date",),
        )


def _julian_day(utc: datetime) -> float:
    return swiss.julian_day(utc.year, utc.month, utc.day, utc.hour + utc.minute / 60 + _seconds(utc) / 3600)


def _by_leap_seconds(utc: datetime) -> Instant:
    jd_tt, jd_ut = swiss.utc_to_jd(utc.year, utc.month, utc.day, utc.hour, utc.minute, _seconds(utc))
    return Instant(jd_ut, jd_tt)


def _seconds(utc: datetime) -> float:
    return utc.second + utc.microsecond / 1e6
