"""Laws of civil time, over all zones and all years."""

# ruff: noqa: DTZ001 - civil times have no zone

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import assume, given, strategies as st

from ephemeris.moments import Reading, choose, readings
from ephemeris.words import Disambiguation
from resolvers.zones import open_zones

ZONES = open_zones()
HOUR = timedelta(hours=1)

zones = st.sampled_from(ZONES.names).map(ZONES.zone)
instants = st.datetimes(datetime(1800, 1, 2), datetime(2399, 12, 30))


@st.composite
def near_changes(draw: st.DrawFn) -> tuple[datetime, ZoneInfo]:
    """A civil time within three hours of a change of the zone's offset."""
    zone = draw(zones)
    assume(changing_months(zone))
    change, before, _ = pinpointed(*draw(st.sampled_from(changing_months(zone))), zone)
    return change + before + timedelta(seconds=draw(st.integers(-3 * 3600, 3 * 3600))), zone


@st.composite
def in_gaps(draw: st.DrawFn) -> tuple[datetime, ZoneInfo]:
    """A civil time that the zone's clocks left out."""
    zone = draw(zones)
    forward = [(start, end) for start, end in changing_months(zone) if offset(start, zone) < offset(end, zone)]
    assume(forward)
    change, before, after = pinpointed(*draw(st.sampled_from(forward)), zone)
    gap = int((after - before).total_seconds())
    assume(gap > 0)
    return change + before + timedelta(seconds=draw(st.integers(0, gap - 1))), zone


@cache
def changing_months(zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """Spans of thirty days in which the zone's offset changed, 1840 to 2399."""
    months = [datetime(1840, 1, 1, tzinfo=UTC) + timedelta(days=30 * month) for month in range(6800)]
    return [(start, end) for start, end in pairwise(months) if offset(start, zone) != offset(end, zone)]


def pinpointed(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[datetime, timedelta, timedelta]:
    """A change between the two, UTC without a zone, and the offsets around it."""
    while end - start > timedelta(seconds=1):
        middle = (start + (end - start) / 2).replace(microsecond=0)
        start, end = (middle, end) if offset(middle, zone) == offset(start, zone) else (start, middle)
    return end.replace(tzinfo=None), offset(start, zone), offset(end, zone)


def offset(utc: datetime, zone: ZoneInfo) -> timedelta:
    return utc.astimezone(zone).utcoffset() or timedelta()


def shown_at(utc: datetime, zone: ZoneInfo) -> datetime:
    return utc.astimezone(zone).replace(tzinfo=None, fold=0)


def instants_that_show(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """By search: every offset that the zone has within two days, tried."""
    around = (local.replace(tzinfo=UTC) + HOUR * hours / 4 for hours in range(-4 * 30, 4 * 30))
    tried = {local.replace(tzinfo=UTC) - offset(utc, zone) for utc in around}
    return sorted(utc for utc in tried if shown_at(utc, zone) == local)


@given(instants, zones)
def test_an_instant_comes_back_from_the_clock_that_showed_it(naive: datetime, zone: ZoneInfo) -> None:
    utc = naive.replace(tzinfo=UTC)
    found = readings(shown_at(utc, zone), zone)
    assert found.reading is not Reading.NONEXISTENT
    assert utc in [candidate.utc for candidate in found.candidates]


@given(near_changes())
def test_a_clock_shows_a_time_once_twice_or_never_and_the_readings_say_which(case: tuple[datetime, ZoneInfo]) -> None:
    local, zone = case
    found = readings(local, zone)
    showing = instants_that_show(local, zone)
    assert len(showing) == {Reading.NONEXISTENT: 0, Reading.UNIQUE: 1, Reading.AMBIGUOUS: 2}[found.reading]
    if showing:
        assert [candidate.utc for candidate in found.candidates] == showing


@given(near_changes())
def test_every_reading_is_the_time_as_sent_by_its_own_offset(case: tuple[datetime, ZoneInfo]) -> None:
    local, zone = case
    for candidate in readings(local, zone).candidates:
        assert candidate.utc.replace(tzinfo=None) + timedelta(seconds=candidate.utc_offset) == local


@given(near_changes())
def test_disambiguation_orders_and_compatible_is_one_of_both(case: tuple[datetime, ZoneInfo]) -> None:
    local, zone = case
    found = readings(local, zone)
    earlier, later, compatible = (
        choose(found, word) for word in (Disambiguation.EARLIER, Disambiguation.LATER, Disambiguation.COMPATIBLE)
    )
    assert (earlier.utc < later.utc) == (found.reading is not Reading.UNIQUE)
    assert compatible == (later if found.reading is Reading.NONEXISTENT else earlier)


@given(in_gaps())
def test_in_a_gap_the_clock_is_as_far_beyond_as_the_gap_is_long(case: tuple[datetime, ZoneInfo]) -> None:
    local, zone = case
    found = readings(local, zone)
    assert found.reading is Reading.NONEXISTENT
    earlier, later = found.candidates
    gap = timedelta(seconds=earlier.utc_offset - later.utc_offset)
    assert shown_at(later.utc, zone) - local == gap
    assert local - shown_at(earlier.utc, zone) == gap
