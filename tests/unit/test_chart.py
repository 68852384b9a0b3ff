"""The natal chart: what its parts say of themselves and of each other."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import skyfield_data
from skyfield.api import load as skyfield_load, load_file
from skyfield.framelib import ecliptic_frame

from ephemeris.angles import CIRCLE_UNITS, DEGREE_UNITS, RASHI_UNITS, quantise
from ephemeris.aspects import GRAHA_DRISHTI, NODE_DRISHTI
from ephemeris.bhavas import bhavas, chalit
from ephemeris.chart import NAKSHATRA_LORDS, GrahaPosition, NatalChart, bind
from ephemeris.combustion import ORBS, combustion
from ephemeris.dignities import RASHI_LORDS
from ephemeris.lords import lords
from ephemeris.moments import Instant, instant
from ephemeris.motion import MEAN_MOTION
from ephemeris.natal import chart, natal_chart
from ephemeris.places import Place
from ephemeris.settings import settings
from ephemeris.vargas import bind_vargas, varga, varga_bhavas
from ephemeris.wars import WARRIORS, wars
from ephemeris.words import (
    Ayanamsha,
    BoundaryKind,
    CoLordRule,
    CombustionTable,
    Graha,
    HouseSystem,
    LunarNode,
    Motion,
    NodeAspects,
    NodeRetrograde,
    PositionKind,
    Rashi,
    Reference,
    TimeScale,
    VargaVariant,
    WarRule,
)

MUMBAI = Place(19.0760, 72.8777)
NINE = tuple(graha for graha in Graha if graha <= Graha.KETU)
OUTER = tuple(graha for graha in Graha if graha > Graha.KETU)


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> Instant:
    return instant(datetime(year, month, day, hour, minute, tzinfo=UTC), TimeScale.UTC)


def on(moment: Instant, place: Place = MUMBAI, outer: bool = False, **overrides: Any) -> NatalChart:
    return chart(moment, place, settings(**overrides), outer)


@pytest.fixture(scope="module")
def natal() -> NatalChart:
    return on(at(1990, 3, 15, 5), outer=True)


# ── the whole and its parts ──


def test_grahas_stand_in_their_order_with_the_outer_three_only_when_asked(natal: NatalChart) -> None:
    assert tuple(position.graha for position in natal.grahas) == tuple(Graha)
    assert tuple(position.graha for position in on(at(1990, 3, 15, 5)).grahas) == NINE


def test_the_nine_are_the_same_with_and_without_the_outer_three(natal: NatalChart) -> None:
    encode = msgspec.msgpack.encode
    moment, chosen = at(1990, 3, 15, 5), settings()
    plain, wide = (natal_chart(moment, MUMBAI, chosen, outer) for outer in (False, True))
    assert encode(plain.grahas) == encode(wide.grahas[:9])


def test_binding_gives_every_part_the_same_frame_and_returns_the_same_chart() -> None:
    moment, chosen = at(1990, 3, 15, 5), settings()
    raw = natal_chart(moment, MUMBAI, chosen)
    local = datetime(1990, 3, 15, 10, 30, tzinfo=UTC)
    bound = bind(raw, moment, MUMBAI, chosen, local, "k7")
    assert bound is raw
    assert {id(part.frame) for part in (bound, bound.lagna, *bound.grahas)} == {id(bound.frame)}
    assert (bound.frame.key, bound.frame.local, bound.frame.settings) == ("k7", local, chosen)


def test_a_bound_chart_is_never_put_on_the_wire(natal: NatalChart) -> None:
    with pytest.raises(TypeError):
        msgspec.msgpack.encode(natal)


def test_a_decoded_chart_answers_as_the_computed_one(natal: NatalChart) -> None:
    moment, chosen = at(1990, 3, 15, 5), settings()
    raw = natal_chart(moment, MUMBAI, chosen, outer=True)
    travelled = msgspec.msgpack.decode(msgspec.msgpack.encode(raw), type=NatalChart)
    assert travelled == raw
    again = bind(travelled, moment, MUMBAI, chosen)
    assert again.aspects == natal.aspects
    for ours, theirs in zip(natal.grahas, again.grahas, strict=True):
        assert (ours.chalit_bhava, ours.lord_of, ours.relations, ours.aspected_by, ours.nearest_boundary) == (
            theirs.chalit_bhava,
            theirs.lord_of,
            theirs.relations,
            theirs.aspected_by,
            theirs.nearest_boundary,
        )


def test_sidereal_time_never_reads_24_hours(natal: NatalChart) -> None:
    full = msgspec.structs.replace(natal, armc=359.9999999999)
    assert full.sidereal_time == 0.0


# ── lords, houses, relations ──


def test_lords_of_signs_and_stars(natal: NatalChart) -> None:
    for position in natal.grahas:
        assert position.rashi_lord is RASHI_LORDS[position.rashi]
        assert position.nakshatra_lord is NAKSHATRA_LORDS[position.nakshatra]
        assert (position.rashi_number, position.nakshatra_number) == (position.rashi + 1, position.nakshatra + 1)
    assert natal.lagna.rashi_lord is RASHI_LORDS[natal.lagna.rashi]
    assert natal.lagna.nakshatra_lord is NAKSHATRA_LORDS[natal.lagna.nakshatra]


def test_every_house_has_one_owner_and_the_luminaries_one_house_each(natal: NatalChart) -> None:
    owned = [(bhava, position.graha) for position in natal.grahas for bhava in position.lord_of]
    assert sorted(bhava for bhava, _ in owned) == list(range(1, 13))
    for bhava, graha in owned:
        assert RASHI_LORDS[(natal.lagna.rashi + bhava - 1) % 12] is graha
    assert [len(position.lord_of) for position in natal.grahas] == [1, 1, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("reference", Reference, ids=lambda reference: reference.name)
def test_houses_are_counted_from_lagna_Moon_or_Sun(natal: NatalChart, reference: Reference) -> None:
    first = {
        Reference.LAGNA: natal.lagna.rashi,
        Reference.MOON: natal.grahas[Graha.MOON].rashi,
        Reference.SUN: natal.grahas[Graha.SUN].rashi,
    }[reference]
    found = bhavas(natal.frame, reference)
    assert [bhava.rashi for bhava in found] == [Rashi((first + k) % 12) for k in range(12)]
    for bhava in found:
        assert bhava.lord is RASHI_LORDS[bhava.rashi]
        assert found[bhava.lord_bhava - 1].rashi is natal.grahas[bhava.lord].rashi
        assert natal.frame.bhava(bhava.rashi, reference) == bhava.number
        assert {position.graha for position in natal.grahas if position.rashi is bhava.rashi} == set(bhava.occupants)


def test_occupants_of_a_sign_stand_by_rising_degree(natal: NatalChart) -> None:
    for inside in natal.frame.occupants:
        degrees = [natal.grahas[graha].units for graha in inside]
        assert degrees == sorted(degrees)


@pytest.mark.parametrize("system", HouseSystem, ids=lambda system: system.name)
def test_a_chart_answers_every_house_system_whichever_its_settings_name(system: HouseSystem) -> None:
    moment = at(1990, 3, 15, 5)
    asked, chosen = chalit(on(moment).frame, system), chalit(on(moment, chalit_system=system).frame)
    assert asked == chosen
    assert asked is not None
    assert asked.system is system


@pytest.mark.parametrize("system", HouseSystem, ids=lambda system: system.name)
def test_a_graha_is_in_the_chalit_house_that_lists_it(system: HouseSystem) -> None:
    found = on(at(1990, 3, 15, 5), outer=True, chalit_system=system)
    houses = chalit(found.frame)
    assert houses is not None
    listed = {graha: house.number for house in houses.cusps for graha in house.occupants}
    assert listed == {position.graha: position.chalit_bhava for position in found.grahas}


@pytest.mark.parametrize("system", [HouseSystem.PLACIDUS, HouseSystem.KOCH], ids=lambda system: system.name)
def test_beyond_the_polar_circle_placidus_and_koch_answer_nothing_and_the_rest_something(system: HouseSystem) -> None:
    found = on(at(1990, 3, 15, 5), Place(78.2, 15.6), chalit_system=system)
    assert chalit(found.frame) is None
    assert {position.chalit_bhava for position in found.grahas} == {None}
    assert all(1 <= position.bhava <= 12 for position in found.grahas)
    others = set(HouseSystem) - {HouseSystem.PLACIDUS, HouseSystem.KOCH}
    assert all(chalit(found.frame, other) is not None for other in others)


def test_a_graha_regards_the_six_others_of_the_seven_and_the_outer_three_regard_nobody(natal: NatalChart) -> None:
    regarded = [len(position.relations) for position in natal.grahas]
    assert regarded == [6] * 7 + [7, 7, 0, 0, 0]
    assert all(position.graha not in {row.to for row in position.relations} for position in natal.grahas)


# ── aspects ──


def test_who_sees_a_graha_is_who_looks_at_its_sign(natal: NatalChart) -> None:
    for position in natal.grahas:
        seers = {
            other.graha
            for other in natal.grahas[:9]
            for count in (*GRAHA_DRISHTI.get(other.graha, (7,)),)
            if (other.rashi + count - 1) % 12 == position.rashi
        }
        assert set(position.aspected_by) == seers


@pytest.mark.parametrize("rule", NodeAspects, ids=lambda rule: rule.name)
def test_nodes_look_as_the_setting_says(rule: NodeAspects) -> None:
    found = on(at(1990, 3, 15, 5), node_aspects=rule)
    for node in (Graha.RAHU, Graha.KETU):
        counts = {look.count for look in found.aspects if look.from_ is node}
        assert counts == set(NODE_DRISHTI[rule])
    opposite = Graha.KETU in found.grahas[Graha.RAHU].aspected_by
    assert opposite is (rule is not NodeAspects.NONE)


def test_a_look_says_the_house_it_falls_on(natal: NatalChart) -> None:
    for look in natal.aspects:
        caster = natal.grahas[look.from_]
        assert look.bhava == (caster.bhava + look.count - 2) % 12 + 1
        if look.to is not None:
            assert natal.grahas[look.to].bhava == look.bhava
            assert look.to <= Graha.KETU


def test_thirty_six_looks_of_signs_are_mutual(natal: NatalChart) -> None:
    pairs = {(look.from_, look.to) for look in natal.rashi_aspects}
    assert len(pairs) == len(natal.rashi_aspects) == 36
    assert pairs == {(to, from_) for from_, to in pairs}


# ── boundaries and stars ──


def placed(natal: NatalChart, degrees: Fraction, speed: float = 1.0) -> GrahaPosition:
    """A direct graha at so many degrees of the circle."""
    return msgspec.structs.replace(
        natal.grahas[Graha.SUN], units=int(degrees * DEGREE_UNITS), speed=speed, motion=Motion.DIRECT
    )


@pytest.mark.parametrize(
    ("degrees", "kind"),
    [
        (Fraction(30), BoundaryKind.RASHI),
        (Fraction(120), BoundaryKind.RASHI),
        (Fraction(40, 3), BoundaryKind.NAKSHATRA),
        (Fraction(10, 3), BoundaryKind.PADA),
        (Fraction(360), BoundaryKind.RASHI),
    ],
)
@pytest.mark.parametrize("side", [-1, 1])
def test_the_nearest_boundary_is_told_from_both_sides(
    natal: NatalChart, degrees: Fraction, kind: BoundaryKind, side: int
) -> None:
    found = placed(natal, (degrees + Fraction(side * 36, 3600)) % 360).nearest_boundary
    assert found.kind is kind
    assert found.arcseconds == pytest.approx(36, abs=0.0011)
    assert found.seconds == pytest.approx(864, abs=0.06)


def test_the_farthest_from_a_boundary_is_half_a_pada(natal: NatalChart) -> None:
    assert placed(natal, Fraction(5, 3)).nearest_boundary.arcseconds == 6000.0


def test_a_stationary_graha_has_no_time_to_its_boundary(natal: NatalChart) -> None:
    still = msgspec.structs.replace(placed(natal, Fraction(31)), motion=Motion.STATIONARY_DIRECT)
    assert still.nearest_boundary.seconds is None
    assert placed(natal, Fraction(31), 0.0).nearest_boundary.seconds is None


def test_the_boundary_that_is_told_is_reached_when_it_is_told(natal: NatalChart) -> None:
    moon = natal.grahas[Graha.MOON]
    told = moon.nearest_boundary
    assert told.seconds is not None
    moment = at(1990, 3, 15, 5)
    padas = set()
    for seconds in (-told.seconds - 15, 0, told.seconds + 15):
        days = seconds / 86400
        other = on(Instant(moment.jd_ut + days, moment.jd_tt + days))
        padas.add((other.grahas[Graha.MOON].nakshatra, other.grahas[Graha.MOON].pada))
    assert len(padas) == 2


@pytest.mark.parametrize(
    ("degrees", "inside"),
    [
        (Fraction(276) + Fraction(40, 60) - Fraction(1, 10**6), False),
        (Fraction(276) + Fraction(40, 60), True),
        (Fraction(280) + Fraction(53 * 60 + 19, 3600), True),
        (Fraction(280) + Fraction(53 * 60 + 20, 3600), False),
    ],
)
def test_abhijit_is_from_6_40_to_10_53_20_of_capricorn(natal: NatalChart, degrees: Fraction, inside: bool) -> None:
    assert placed(natal, degrees).abhijit is inside


# ── co-lords ──

CROWD = Rashi.CANCER
"""Where all stand that have no part in a contest."""


def contest(**places: tuple[Rashi, float]) -> tuple[Graha, ...]:
    """Lords by the stronger of the co-lords, the grahas named standing at sign and degree, the rest in Cancer."""
    units = [CROWD * RASHI_UNITS + DEGREE_UNITS] * 9
    for name, (rashi, degree) in places.items():
        units[Graha[name]] = quantise(rashi * 30 + degree)
    return lords(units, CoLordRule.STRONGER)


@pytest.mark.parametrize(
    ("why", "places", "lord"),
    [
        ("Mars is in it, Ketu has it in trust", {"MARS": (7, 5), "KETU": (4, 5)}, Graha.KETU),
        ("Ketu is in it, Mars has it in trust", {"MARS": (4, 5), "KETU": (7, 5)}, Graha.MARS),
        ("more company", {"MARS": (3, 5), "KETU": (5, 5)}, Graha.MARS),
        ("more company, Ketu's", {"MARS": (5, 5), "KETU": (3, 5)}, Graha.KETU),
        ("Jupiter's help", {"MARS": (0, 5), "JUPITER": (0, 9), "KETU": (4, 5), "MOON": (4, 9)}, Graha.MARS),
        ("the dispositor's help", {"MARS": (0, 5), "VENUS": (0, 9), "KETU": (4, 5), "SUN": (4, 9)}, Graha.KETU),
        ("exaltation", {"MARS": (9, 5), "KETU": (2, 5)}, Graha.MARS),
        ("a dual sign before a fixed one", {"MARS": (2, 5), "KETU": (4, 5)}, Graha.MARS),
        ("a fixed sign before a movable one", {"MARS": (0, 5), "KETU": (4, 5)}, Graha.KETU),
        ("farther in its sign", {"MARS": (4, 10), "KETU": (10, 25)}, Graha.MARS),
        ("farther in its sign, backwards", {"MARS": (4, 10), "KETU": (10, 5)}, Graha.KETU),
    ],
)
def test_the_stronger_lord_of_scorpio(why: str, places: dict[str, tuple[Rashi, float]], lord: Graha) -> None:
    assert contest(**places)[Rashi.SCORPIO] is lord, why


@pytest.mark.parametrize(
    ("why", "places", "lord"),
    [
        ("Saturn is in it", {"SATURN": (10, 5), "RAHU": (4, 5)}, Graha.RAHU),
        ("Mercury's help", {"SATURN": (0, 5), "MERCURY": (0, 9), "RAHU": (4, 5), "VENUS": (4, 9)}, Graha.SATURN),
        ("exaltation", {"SATURN": (6, 5), "RAHU": (2, 5)}, Graha.SATURN),
        ("both exalted, fixed before movable", {"SATURN": (6, 5), "RAHU": (1, 5)}, Graha.RAHU),
    ],
)
def test_the_stronger_lord_of_aquarius(why: str, places: dict[str, tuple[Rashi, float]], lord: Graha) -> None:
    assert contest(**places)[Rashi.AQUARIUS] is lord, why


def test_co_lords_own_their_sign_in_the_chart() -> None:
    found = on(at(1990, 3, 15, 5), co_lords=CoLordRule.STRONGER)
    chosen = lords([position.units for position in found.grahas], CoLordRule.STRONGER)
    assert [bhava.lord for bhava in bhavas(found.frame)] == [chosen[(found.lagna.rashi + k) % 12] for k in range(12)]
    assert sorted(bhava for position in found.grahas for bhava in position.lord_of) == list(range(1, 13))
    assert lords([], CoLordRule.SINGLE) == RASHI_LORDS


@pytest.mark.parametrize("rule", CoLordRule, ids=lambda rule: rule.name)
@pytest.mark.parametrize("year", range(1950, 1960))
def test_D1_as_a_varga_has_the_lords_of_the_natal_chart(rule: CoLordRule, year: int) -> None:
    found = on(at(year, 3, 15, 5), outer=True, co_lords=rule)
    (d1,) = bind_vargas((varga(found.frame, 1, VargaVariant.PARASHARA, found.frame.settings),), found.frame)
    assert d1.lagna.rashi_lord is found.lagna.rashi_lord
    assert [part.rashi_lord for part in d1.placements] == [part.rashi_lord for part in found.grahas]
    assert [bhava.lord for bhava in varga_bhavas(d1, Reference.LAGNA)] == [bhava.lord for bhava in bhavas(found.frame)]


def test_co_lords_of_a_varga_are_compared_in_the_varga() -> None:
    found = on(at(1990, 3, 15, 5), co_lords=CoLordRule.STRONGER)
    (d9,) = bind_vargas((varga(found.frame, 9, VargaVariant.PARASHARA, found.frame.settings),), found.frame)
    chosen = lords([part.longitude_units for part in d9.placements], CoLordRule.STRONGER)
    assert chosen != found.frame.lords
    assert [part.rashi_lord for part in d9.placements] == [chosen[part.rashi] for part in d9.placements]


# ── combustion ──


@pytest.mark.parametrize("table", CombustionTable, ids=lambda table: table.name)
@pytest.mark.parametrize("sun", [0, 100 * DEGREE_UNITS, CIRCLE_UNITS - DEGREE_UNITS])
def test_an_orb_is_closed_on_both_sides_of_the_Sun(table: CombustionTable, sun: int) -> None:
    for graha, orb in ORBS[table].items():
        for backwards, degrees in ((False, orb.direct), (True, orb.retrograde)):
            for side in (-1, 1):
                edge = (sun + side * round(degrees * DEGREE_UNITS)) % CIRCLE_UNITS
                inside = combustion(graha, edge, sun, backwards, table)
                outside = combustion(graha, (edge + side) % CIRCLE_UNITS, sun, backwards, table)
                assert inside is not None
                assert outside is not None
                assert (inside.combust, outside.combust) == (True, False)
                assert (inside.distance, inside.orb) == (degrees, degrees)


def test_the_two_tables_differ_in_Jupiter_and_Venus_alone() -> None:
    ours, theirs = (ORBS[table] for table in CombustionTable)
    assert {graha for graha in ours if ours[graha] != theirs[graha]} == {Graha.JUPITER, Graha.VENUS}


def test_Sun_nodes_and_outer_three_are_never_combust(natal: NatalChart) -> None:
    lit = {Graha.SUN, Graha.RAHU, Graha.KETU, *OUTER}
    assert {position.graha for position in natal.grahas if position.combustion is None} == lit


def test_a_retrograde_Mercury_has_the_narrower_orb_in_the_chart() -> None:
    # Inferior conjunction of 11 April 2024: Mercury goes backwards.
    mercury = on(at(2024, 4, 11, 23)).grahas[Graha.MERCURY]
    assert mercury.combustion is not None
    assert (mercury.retrograde, mercury.combustion.orb, mercury.combustion.combust) == (True, 12, True)
    assert mercury.combustion.distance < 1


# ── wars ──


def battle(
    rule: WarRule, standing: dict[Graha, int], latitudes: dict[Graha, float], distances: dict[Graha, float]
) -> list[tuple[Graha, Graha, float]]:
    """Wars of grahas at so many units; who has no place stands far from every other."""
    units = [standing.get(graha, (40 + 25 * graha) * DEGREE_UNITS) for graha in NINE]
    found = wars(units, _filled(latitudes, 0.0), _filled(distances, 1.0), rule)
    return [(war.winner, war.loser, war.distance) for war in found]


def _filled(values: dict[Graha, float], rest: float) -> Sequence[float]:
    return [values.get(graha, rest) for graha in NINE]


def test_the_northern_one_wins_or_the_one_whose_disc_is_larger() -> None:
    standing = {Graha.MARS: 0, Graha.JUPITER: DEGREE_UNITS // 2}
    latitudes, distances = {Graha.MARS: 0.1, Graha.JUPITER: -0.9}, {Graha.MARS: 2.3, Graha.JUPITER: 5.9}
    assert battle(WarRule.NORTHERN, standing, latitudes, distances) == [(Graha.MARS, Graha.JUPITER, 0.5)]
    assert battle(WarRule.LARGER_DISC, standing, latitudes, distances) == [(Graha.JUPITER, Graha.MARS, 0.5)]


def test_a_degree_is_a_war_and_a_unit_more_is_peace() -> None:
    for start in (0, CIRCLE_UNITS - DEGREE_UNITS // 2):
        at_war = {Graha.VENUS: start, Graha.SATURN: (start + DEGREE_UNITS) % CIRCLE_UNITS}
        at_peace = {Graha.VENUS: start, Graha.SATURN: (start + DEGREE_UNITS + 1) % CIRCLE_UNITS}
        assert len(battle(WarRule.NORTHERN, at_war, {}, {})) == 1
        assert battle(WarRule.NORTHERN, at_peace, {}, {}) == []


def test_three_together_fight_each_with_each_and_Sun_Moon_and_nodes_with_nobody() -> None:
    together = {graha: 5 * DEGREE_UNITS for graha in NINE if graha not in {Graha.MERCURY, Graha.VENUS}}
    found = battle(WarRule.NORTHERN, together, {Graha.SATURN: 1.0, Graha.JUPITER: 0.5}, {})
    assert [(winner, loser) for winner, loser, _ in found] == [
        (Graha.JUPITER, Graha.MARS),
        (Graha.SATURN, Graha.MARS),
        (Graha.SATURN, Graha.JUPITER),
    ]
    assert set(together) - set(WARRIORS) == {Graha.SUN, Graha.MOON, Graha.RAHU, Graha.KETU}


def test_the_great_conjunction_of_2020_was_a_war_that_the_setting_decides() -> None:
    # Jupiter a tenth of a degree from Saturn on 21 December 2020; Jupiter's disc is the larger, Saturn stood north.
    for rule, winner in ((WarRule.NORTHERN, Graha.SATURN), (WarRule.LARGER_DISC, Graha.JUPITER)):
        (war,) = on(at(2020, 12, 21, 18), war_rule=rule).wars
        assert {war.winner, war.loser} == {Graha.JUPITER, Graha.SATURN}
        assert war.winner is winner
        assert war.distance < 0.02


# ── motion ──


KERNEL = Path(skyfield_data.__file__).parent / "data" / "de421.bsp"
GRIDS = ((1.0, 366), (1 / 24, 24), (1 / 1440, 60))
"""Days, then the hours of a day, then the minutes of an hour."""


def turns(target: str, year: int) -> list[tuple[float, bool]]:
    """Stations of a year by JPL's DE421: Julian day TT to the minute, and whether the graha turns forwards. Tropical."""
    scale = skyfield_load.timescale(builtin=True)
    found = [(float(scale.utc(year).tt), False)]
    with closing(load_file(str(KERNEL))) as kernel:
        for step, count in GRIDS:
            grids = [start + step * np.arange(count + 1) for start, _ in found]
            found = [turn for days in grids for turn in _changes_of_sign(days, _speeds(kernel, scale, target, days))]
    return found


def _speeds(kernel: Any, scale: Any, target: str, days: Any) -> Any:
    early, late = (
        kernel["earth"].at(scale.tt_jd(days + way)).observe(kernel[target]).apparent().frame_latlon(ecliptic_frame)[1]
        for way in (-0.05, 0.05)
    )
    return (late.degrees - early.degrees + 180) % 360 - 180


def _changes_of_sign(days: Any, speeds: Any) -> list[tuple[float, bool]]:
    places = np.nonzero(np.sign(speeds[:-1]) != np.sign(speeds[1:]))[0]
    return [(float(days[place]), bool(speeds[place] < 0)) for place in places]


@pytest.mark.parametrize(
    ("graha", "target", "count"),
    [(Graha.MERCURY, "mercury", 7), (Graha.SATURN, "saturn barycenter", 2), (Graha.MARS, "mars", 1)],
)
def test_stations_of_2024_are_JPLs_to_ten_minutes(graha: Graha, target: str, count: int) -> None:
    found = turns(target, 2024)
    assert len(found) == count
    for day, forwards in found:
        before, after = (
            on(Instant(day + way - 69.2 / 86400, day + way), ayanamsha=Ayanamsha.TROPICAL).grahas[graha]
            for way in (-10 / 1440, 11 / 1440)
        )
        assert (before.retrograde, after.retrograde) == (forwards, not forwards)
        stationary = Motion.STATIONARY_DIRECT if forwards else Motion.STATIONARY_RETROGRADE
        assert (before.motion, after.motion) == (stationary, stationary)


@pytest.mark.parametrize("kind", PositionKind, ids=lambda kind: kind.name)
def test_motion_goes_round_direct_stationary_retrograde_stationary_direct(kind: PositionKind) -> None:
    moment = at(2024, 1, 1)
    seen = [
        on(Instant(moment.jd_ut + day, moment.jd_tt + day), positions=kind).grahas[Graha.SATURN].motion
        for day in range(366)
    ]
    phases = [motion for motion, _ in groupby(seen)]
    assert phases == [
        Motion.DIRECT,
        Motion.STATIONARY_RETROGRADE,
        Motion.RETROGRADE,
        Motion.STATIONARY_DIRECT,
        Motion.DIRECT,
    ]


def test_a_graha_is_stationary_below_a_tenth_of_its_mean_motion() -> None:
    moment = at(2024, 1, 1)
    for day in range(0, 366, 3):
        for position in on(Instant(moment.jd_ut + day, moment.jd_tt + day), outer=True).grahas:
            slow = position.graha in MEAN_MOTION and abs(position.speed) < MEAN_MOTION[position.graha] / 10
            assert (position.motion >= Motion.STATIONARY_RETROGRADE) is slow


def test_Sun_and_Moon_are_always_direct_and_the_mean_node_never() -> None:
    moment = at(2024, 1, 1)
    for day in range(0, 366, 5):
        found = on(Instant(moment.jd_ut + day, moment.jd_tt + day)).grahas
        assert {found[graha].motion for graha in (Graha.SUN, Graha.MOON)} == {Motion.DIRECT}
        assert {found[graha].motion for graha in (Graha.RAHU, Graha.KETU)} == {Motion.RETROGRADE}


# ── nodes ──


def test_a_true_node_that_goes_forwards_is_marked_by_the_setting() -> None:
    moment = at(2024, 1, 1)
    days = [Instant(moment.jd_ut + day, moment.jd_tt + day) for day in range(60)]
    forwards = [day for day in days if on(day, node=LunarNode.TRUE_NODE).grahas[Graha.RAHU].speed > 0]
    assert 5 < len(forwards) < 30
    for rule, marked in ((NodeRetrograde.ALWAYS, True), (NodeRetrograde.BY_SPEED, False)):
        found = on(forwards[0], node=LunarNode.TRUE_NODE, node_retrograde=rule).grahas
        for node in (Graha.RAHU, Graha.KETU):
            assert (found[node].retrograde, found[node].motion) == (marked, Motion.DIRECT)


def test_the_mean_node_has_no_distance_and_the_true_one_the_Moons() -> None:
    mean, true = (on(at(1990, 3, 15, 5), node=node).grahas for node in LunarNode)
    assert mean[Graha.RAHU].distance is mean[Graha.KETU].distance is None
    assert true[Graha.RAHU].distance == true[Graha.KETU].distance
    assert true[Graha.RAHU].distance == pytest.approx(0.00257, abs=0.0002)


def test_Ketu_mirrors_Rahu(natal: NatalChart) -> None:
    rahu, ketu = natal.grahas[Graha.RAHU], natal.grahas[Graha.KETU]
    assert (ketu.units - rahu.units) % CIRCLE_UNITS == CIRCLE_UNITS // 2
    assert ketu.declination == pytest.approx(-rahu.declination, abs=1e-6)
    assert (ketu.right_ascension - rahu.right_ascension) % 360 == pytest.approx(180, abs=1e-6)
    assert (ketu.speed, ketu.bhava % 12) == (rahu.speed, (rahu.bhava + 6) % 12)
