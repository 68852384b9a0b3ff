"""Laws of the divisions: where a part begins and ends, from both sides, in every varga and every variant."""

import pytest
from hypothesis import given, strategies as st

from ephemeris.angles import CIRCLE_UNITS, PADA_UNITS, RASHI_UNITS, nakshatra_of, pada_of, quantise
from ephemeris.settings import Settings
from ephemeris.varga_rules import CLASSICAL_DIVISIONS, DIVISIONS, varga_rules
from ephemeris.vargas import Longitudes, VargaLagna, varga
from ephemeris.words import Rashi, VargaVariant

PARASHARA = VargaVariant.PARASHARA
CYCLIC = VargaVariant.PARIVRITTI_CYCLIC
ROWS = [(division, row.variant) for division in CLASSICAL_DIVISIONS for row in varga_rules(division)]
WHOLE = [division for division in CLASSICAL_DIVISIONS if RASHI_UNITS % division == 0]

longitudes = st.integers(0, CIRCLE_UNITS - 1)
rows = st.sampled_from(DIVISIONS).flatmap(
    lambda division: st.tuples(st.just(division), st.sampled_from([row.variant for row in varga_rules(division)]))
)


def place(units: int, division: int, variant: VargaVariant = PARASHARA) -> VargaLagna:
    return varga(Longitudes(units, []), division, variant, Settings()).lagna


def test_in_every_classical_division_all_boundaries_are_whole_units() -> None:
    assert list(CLASSICAL_DIVISIONS) == WHOLE


@pytest.mark.parametrize(("division", "variant"), ROWS)
def test_a_part_begins_on_its_boundary_and_ends_one_unit_before_the_next(division: int, variant: VargaVariant) -> None:
    width = RASHI_UNITS // division
    for index in range(12 * division):
        first, last = place(index * width, division, variant), place((index + 1) * width - 1, division, variant)
        assert first.part == last.part == index % division + 1
        assert first.rashi is last.rashi
        assert {first.units, last.units} <= {0, RASHI_UNITS - division, RASHI_UNITS - 1, division}


@pytest.mark.parametrize("division", CLASSICAL_DIVISIONS)
def test_a_boundary_given_as_a_double_is_on_its_boundary(division: int) -> None:
    for index in range(12 * division):
        exact = place(index * RASHI_UNITS // division, division)
        for degrees in (index * 30 / division, index * (30 / division), index / division * 30):
            assert place(quantise(degrees), division) == exact


@given(longitudes, rows)
def test_place_in_a_varga_is_where_the_fraction_says(units: int, row: tuple[int, VargaVariant]) -> None:
    division, variant = row
    lagna = place(units, division, variant)
    inside = units % RASHI_UNITS
    assert (lagna.part - 1) * RASHI_UNITS <= inside * division < lagna.part * RASHI_UNITS
    assert 0 <= lagna.degree_in_rashi < 30
    assert 0 <= lagna.units < RASHI_UNITS
    assert lagna.units % RASHI_UNITS in {
        inside * division % RASHI_UNITS,
        -inside * division % RASHI_UNITS,
        RASHI_UNITS - 1,
    }
    assert 0 <= lagna.units / RASHI_UNITS * 30 - lagna.degree_in_rashi < 2e-7


@given(st.sampled_from(DIVISIONS), st.integers(0, 3599))
def test_the_first_unit_of_any_part_is_the_smallest_that_is_not_before_it(division: int, index: int) -> None:
    index %= 12 * division
    first = -(-index * RASHI_UNITS // division)
    assert place(first, division).part == index % division + 1
    assert place((first - 1) % CIRCLE_UNITS, division).part == (index - 1) % division + 1


@pytest.mark.parametrize(("division", "variant"), ROWS)
def test_the_circle_closes_at_0_degrees(division: int, variant: VargaVariant) -> None:
    assert place(quantise(360.0), division, variant) == place(quantise(-1e-17), division, variant)
    assert place(quantise(0.0), division, variant) == place(0, division, variant)
    assert place(CIRCLE_UNITS - 1, division, variant).part == division


@given(longitudes)
def test_padas_are_the_parts_of_the_navamsha(units: int) -> None:
    navamsha = place(units, 9)
    assert navamsha.rashi == units // PADA_UNITS % 12
    assert (nakshatra_of(units) * 4 + pada_of(units) - 1) % 12 == navamsha.rashi


def test_padas_partition_the_circle() -> None:
    assert PADA_UNITS * 108 == CIRCLE_UNITS
    padas = [(nakshatra_of(k * PADA_UNITS), pada_of(k * PADA_UNITS)) for k in range(108)]
    assert len(set(padas)) == 108
    assert padas == [(nakshatra_of((k + 1) * PADA_UNITS - 1), pada_of((k + 1) * PADA_UNITS - 1)) for k in range(108)]


@pytest.mark.parametrize("division", [6, 7, 8, 9, 11, 16, 20, 27, 81])
def test_these_parashara_vargas_are_cyclic(division: int) -> None:
    for index in range(12 * division):
        units = index * RASHI_UNITS // division
        assert place(units, division) == place(units, division, CYCLIC)


@given(longitudes)
def test_a_navamsha_of_a_navamsha_is_the_eighty_first(units: int) -> None:
    once = place(units, 9)
    assert place(once.longitude_units, 9).rashi is place(units, 81).rashi


@pytest.mark.parametrize(("inner", "outer", "whole"), [(9, 12, 108), (12, 12, 144)])
@given(units=longitudes)
def test_a_composed_varga_is_a_varga_of_a_varga(inner: int, outer: int, whole: int, units: int) -> None:
    twice = place(place(units, inner).longitude_units, outer)
    once = place(units, whole)
    assert (twice.rashi, twice.units) == (once.rashi, once.units)


@given(longitudes, st.sampled_from(DIVISIONS))
def test_even_signs_reversed_mirror_the_cyclic_parts_of_the_sign(units: int, division: int) -> None:
    rashi, inside = divmod(units, RASHI_UNITS)
    mirrored = rashi * RASHI_UNITS + (RASHI_UNITS - 1 - inside if rashi % 2 else inside)
    reverse = place(units, division, VargaVariant.PARIVRITTI_EVEN_REVERSED)
    parts = {
        place(min(mirrored + step, rashi * RASHI_UNITS + RASHI_UNITS - 1), division, CYCLIC).rashi for step in (0, 1)
    }
    assert reverse.rashi in parts


@pytest.mark.parametrize(
    ("sign", "limits", "signs"),
    [
        (Rashi.ARIES, (5, 10, 18, 25), (Rashi.ARIES, Rashi.AQUARIUS, Rashi.SAGITTARIUS, Rashi.GEMINI, Rashi.LIBRA)),
        (Rashi.TAURUS, (5, 12, 20, 25), (Rashi.TAURUS, Rashi.VIRGO, Rashi.PISCES, Rashi.CAPRICORN, Rashi.SCORPIO)),
    ],
)
def test_trimshamsha_limits_belong_to_the_part_that_begins(
    sign: Rashi, limits: tuple[int, ...], signs: tuple[Rashi, ...]
) -> None:
    for limit, before, after in zip(limits, signs, signs[1:], strict=False):
        units = quantise(sign * 30 + limit)
        assert (place(units - 1, 30).rashi, place(units, 30).rashi) == (before, after)
