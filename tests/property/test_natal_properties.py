"""Laws of the natal chart, at any instant from 1800 to 2399, anywhere on Earth, under any conventions."""

from datetime import UTC, datetime
from fractions import Fraction
from math import floor

import msgspec
import pytest
from hypothesis import given, strategies as st

from ephemeris import swiss
from ephemeris.angles import CIRCLE_UNITS, DEGREE_UNITS, PADA_UNITS, RASHI_UNITS, degree_in_rashi, longitude_degrees
from ephemeris.aspects import looks
from ephemeris.bhavas import bhavas, chalit
from ephemeris.chart import GrahaPosition, Lagna, NatalChart, bind
from ephemeris.frame import Frame
from ephemeris.houses import houses
from ephemeris.moments import Instant
from ephemeris.natal import chart, natal_chart
from ephemeris.places import Place
from ephemeris.settings import CustomAyanamsha, Settings, settings
from ephemeris.sky import OWN_CUSPS
from ephemeris.vargas import varga
from ephemeris.words import (
    Ayanamsha,
    AyanamshaNutation,
    CoLordRule,
    CombustionTable,
    Graha,
    HouseSystem,
    LunarNode,
    NodeAspects,
    NodeDignity,
    NodeRetrograde,
    PositionKind,
    PositionOrigin,
    Reference,
    VargaVariant,
    WarRule,
)

LOCAL = datetime(2000, 1, 1, 12, tzinfo=UTC)


def _instant(jd_tt: float) -> Instant:
    return Instant(jd_tt - swiss.delta_t(jd_tt), jd_tt)


def _settings(**chosen: object) -> Settings:
    custom = CustomAyanamsha(2440000.5, 23.25) if chosen["ayanamsha"] is Ayanamsha.CUSTOM else None
    return settings(custom_ayanamsha=custom, **chosen)


instants = st.floats(swiss.FIRST_TT, swiss.LAST_TT).map(_instant)
places = st.builds(Place, st.floats(-90, 90), st.floats(-180, 180), st.floats(-500, 9000))
conventions = st.fixed_dictionaries(
    {
        "ayanamsha": st.sampled_from(Ayanamsha),
        "ayanamsha_nutation": st.sampled_from(AyanamshaNutation),
        "node": st.sampled_from(LunarNode),
        "node_retrograde": st.sampled_from(NodeRetrograde),
        "positions": st.sampled_from(PositionKind),
        "origin": st.sampled_from(PositionOrigin),
        "chalit_system": st.sampled_from(HouseSystem),
        "node_dignity": st.sampled_from(NodeDignity),
        "co_lords": st.sampled_from(CoLordRule),
        "node_aspects": st.sampled_from(NodeAspects),
        "combustion": st.sampled_from(CombustionTable),
        "war_rule": st.sampled_from(WarRule),
    }
).map(lambda chosen: _settings(**chosen))
births = st.tuples(instants, places, conventions, st.booleans())
charts = births.map(lambda birth: chart(*birth))
units_near_boundaries = st.builds(
    lambda pada, off: (pada * PADA_UNITS + off) % CIRCLE_UNITS, st.integers(0, 108), st.integers(-2, 2)
)
units = st.one_of(st.integers(0, CIRCLE_UNITS - 1), units_near_boundaries)


def points(found: NatalChart) -> list[Lagna | GrahaPosition]:
    return [found.lagna, *found.grahas]


# ── what is printed ──


@given(charts)
def test_sign_star_and_pada_follow_from_the_printed_longitude(found: NatalChart) -> None:
    for point in points(found):
        printed = Fraction(str(point.longitude))
        assert 0 <= printed < 360
        assert point.rashi == floor(printed / 30)
        assert point.nakshatra == floor(printed * 27 / 360)
        assert point.pada == floor(printed * 108 / 360) % 4 + 1
        assert Fraction(str(point.degree_in_rashi)) == printed - 30 * point.rashi


@given(units)
def test_what_is_printed_of_any_longitude_is_in_the_same_pada_and_within_a_ten_millionth(exact: int) -> None:
    printed = Fraction(str(longitude_degrees(exact)))
    assert 0 <= printed < 360
    assert floor(printed * 108 / 360) == exact // PADA_UNITS
    assert abs(printed - Fraction(exact, DEGREE_UNITS)) < Fraction(1, 10**7)
    assert Fraction(str(degree_in_rashi(exact))) == printed - 30 * (exact // RASHI_UNITS)


@given(charts)
def test_every_number_is_in_its_range(found: NatalChart) -> None:
    assert 0 <= found.midheaven < 360
    assert 0 <= found.sidereal_time < 24
    for position in found.grahas:
        assert 0 <= position.units < CIRCLE_UNITS
        assert 0 <= position.right_ascension < 360
        assert -90 <= position.declination <= 90
        assert -90 <= position.ecliptic_latitude <= 90
        assert 1 <= position.bhava <= 12
        assert position.distance is None or position.distance > 0
        assert 0 <= position.nearest_boundary.arcseconds <= 6000
        assert position.combustion is None or 0 <= position.combustion.distance <= 180


# ── grahas ──


@given(charts)
def test_Ketu_is_opposite_Rahu(found: NatalChart) -> None:
    rahu, ketu = found.grahas[Graha.RAHU], found.grahas[Graha.KETU]
    assert (rahu.units + CIRCLE_UNITS // 2) % CIRCLE_UNITS == ketu.units
    assert (rahu.rashi + 6) % 12 == ketu.rashi
    assert (rahu.bhava + 5) % 12 + 1 == ketu.bhava


@given(charts)
def test_vargottama_is_the_same_sign_in_D9(found: NatalChart) -> None:
    navamsha = varga(found.frame, 9, VargaVariant.PARASHARA, found.frame.settings)
    for position, placement in zip(found.grahas, navamsha.placements, strict=True):
        assert position.vargottama is (placement.rashi is position.rashi)


@given(charts)
def test_who_is_seen_is_who_is_looked_at(found: NatalChart) -> None:
    rule = found.frame.settings.node_aspects
    looked = {(look.from_, look.to) for look in found.aspects if look.to is not None}
    for position in found.grahas[:9]:
        assert {(seer, position.graha) for seer in position.aspected_by} == {
            pair for pair in looked if pair[1] is position.graha
        }
    for bhava in bhavas(found.frame):
        seers = {look.from_ for look in found.aspects if look.bhava == bhava.number}
        assert seers == set(bhava.aspected_by)
    counts = {(look.from_, look.count) for look in found.aspects}
    assert counts == {(graha, count) for graha in Graha for count in looks(graha, rule)}


# ── houses ──


@given(charts, st.sampled_from(Reference))
def test_each_graha_is_in_one_house_by_rashi(found: NatalChart, reference: Reference) -> None:
    inside = [graha for bhava in bhavas(found.frame, reference) for graha in bhava.occupants]
    assert sorted(inside) == [position.graha for position in found.grahas]
    for bhava in bhavas(found.frame):
        assert all(found.grahas[graha].bhava == bhava.number for graha in bhava.occupants)


@given(charts, st.sampled_from(HouseSystem))
def test_each_graha_is_in_one_house_by_degrees_and_the_houses_go_once_round(
    found: NatalChart, system: HouseSystem
) -> None:
    divided, told = found.frame.houses(system), chalit(found.frame, system)
    if divided is None or told is None:
        assert divided is told is None
        assert system in OWN_CUSPS
        return
    assert list(divided.offsets) == sorted(divided.offsets)
    assert 0 == divided.offsets[0] <= divided.offsets[-1] < CIRCLE_UNITS
    assert sorted(graha for house in told.cusps for graha in house.occupants) == [
        position.graha for position in found.grahas
    ]
    for house in told.cusps:
        for graha in house.occupants:
            assert divided.house_of(found.grahas[graha].units) == house.number
    assert [house.end for house in told.cusps] == [told.cusps[(number + 1) % 12].start for number in range(12)]


@given(units, units, st.sampled_from([system for system in HouseSystem if system not in OWN_CUSPS]), units)
def test_houses_of_any_lagna_and_midheaven_partition_the_circle(
    lagna: int, midheaven: int, system: HouseSystem, point: int
) -> None:
    # A quadrant narrower than a unit for each of its bounds is no quadrant.
    if not 12 <= (lagna - midheaven) % CIRCLE_UNITS <= CIRCLE_UNITS // 2 - 12:
        midheaven = (lagna - CIRCLE_UNITS // 4) % CIRCLE_UNITS
    found = houses(system, lagna, midheaven, ())
    assert found is not None
    number = found.house_of(point)
    start, end = found.starts[number - 1], found.starts[number % 12]
    assert (point - start) % CIRCLE_UNITS < (end - start) % CIRCLE_UNITS
    assert all(0 <= units < CIRCLE_UNITS for units in (*found.starts, *found.middles))


@given(st.lists(units, min_size=9, max_size=9), units, st.sampled_from(HouseSystem))
def test_grahas_round_the_first_of_aries_are_in_one_house_each(
    longitudes: list[int], lagna: int, system: HouseSystem
) -> None:
    if system in OWN_CUSPS:
        return
    horizon = chart(_instant(2451545.0), Place(0, 0), settings()).frame.horizon
    bodies = [(graha, longitude, False) for graha, longitude in zip(Graha, longitudes, strict=False)]
    frame = Frame("", LOCAL, horizon, lagna, (lagna - CIRCLE_UNITS // 4) % CIRCLE_UNITS, (), bodies)
    told = chalit(frame, system)
    assert told is not None
    assert sorted(graha for house in told.cusps for graha in house.occupants) == [body[0] for body in bodies]
    assert sorted(graha for inside in frame.occupants for graha in inside) == [body[0] for body in bodies]


# ── the wire ──


@given(births)
def test_a_chart_comes_back_from_the_wire_as_it_went(birth: tuple[Instant, Place, Settings, bool]) -> None:
    moment, place, chosen, outer = birth
    raw = natal_chart(moment, place, chosen, outer)
    wire = msgspec.msgpack.encode(raw)
    back = msgspec.msgpack.decode(wire, type=NatalChart)
    assert back == raw
    assert msgspec.msgpack.encode(back) == wire
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(chosen), type=Settings) == chosen
    ours, theirs = (bind(each, moment, place, chosen) for each in (raw, back))
    assert ours.aspects == theirs.aspects
    assert chalit(ours.frame) == chalit(theirs.frame)


@given(births)
def test_a_chart_is_a_pure_function_of_moment_place_and_settings(
    birth: tuple[Instant, Place, Settings, bool],
) -> None:
    assert natal_chart(*birth) == natal_chart(*birth)


@pytest.mark.parametrize("latitude", [90.0, -90.0, 89.999999, 66.56])
def test_at_the_poles_and_on_the_polar_circle_there_is_a_chart(latitude: float) -> None:
    for day in range(0, 366, 7):
        found = chart(_instant(2451545.0 + day + day / 29), Place(latitude, 0.0), settings())
        told = chalit(found.frame)
        assert told is not None
        assert len([graha for house in told.cusps for graha in house.occupants]) == 9
