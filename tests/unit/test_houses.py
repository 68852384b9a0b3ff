"""Bhavas by degrees from lagna, midheaven and cusps."""

from itertools import pairwise

import pytest

from ephemeris.angles import CIRCLE_UNITS, DEGREE_UNITS, RASHI_UNITS, quantise
from ephemeris.houses import Houses, houses
from ephemeris.words import HouseSystem

LAGNA, MIDHEAVEN = quantise(195.5), quantise(112.1)
CUSPS = tuple(quantise(195.5 + 29 * k + (k % 3)) for k in range(12))
OWN_CUSPS = (HouseSystem.PLACIDUS, HouseSystem.KOCH)
QUADRANTS = (HouseSystem.PORPHYRY, *OWN_CUSPS)


def made(system: HouseSystem, lagna: int = LAGNA, midheaven: int = MIDHEAVEN) -> Houses:
    found = houses(system, lagna, midheaven, CUSPS)
    assert found is not None
    return found


def degrees(units: int) -> float:
    return units / DEGREE_UNITS


@pytest.mark.parametrize("system", HouseSystem, ids=lambda system: system.name)
def test_twelve_houses_go_once_round_and_each_has_its_middle_inside(system: HouseSystem) -> None:
    found = made(system)
    ends = (*found.starts[1:], found.starts[0])
    widths = [(end - start) % CIRCLE_UNITS for start, end in zip(found.starts, ends, strict=True)]
    assert sum(widths) == CIRCLE_UNITS
    for start, middle, width in zip(found.starts, found.middles, widths, strict=True):
        assert 0 < (middle - start) % CIRCLE_UNITS < width


@pytest.mark.parametrize("system", HouseSystem, ids=lambda system: system.name)
def test_a_house_begins_at_its_beginning_and_ends_before_the_next(system: HouseSystem) -> None:
    found = made(system)
    for number, start in enumerate(found.starts, 1):
        assert found.house_of(start) == number
        assert found.house_of((start - 1) % CIRCLE_UNITS) == (number - 2) % 12 + 1
        assert found.house_of(found.middles[number - 1]) == number


def test_whole_signs_begin_where_the_lagnas_sign_does() -> None:
    found = made(HouseSystem.WHOLE_SIGN)
    assert [degrees(start) for start in found.starts] == [(180 + 30 * k) % 360 for k in range(12)]
    assert found.house_of(LAGNA) == 1
    assert found.cusps == found.starts


def test_equal_houses_have_the_lagna_in_the_middle_or_at_the_beginning() -> None:
    middle, begins = made(HouseSystem.EQUAL_LAGNA_MIDDLE), made(HouseSystem.EQUAL_LAGNA_BEGINS)
    assert (middle.middles[0], begins.starts[0]) == (LAGNA, LAGNA)
    for found in (middle, begins):
        assert {(b - a) % CIRCLE_UNITS for a, b in pairwise(found.starts)} == {RASHI_UNITS}
    assert (middle.cusps[0], begins.cusps[0]) == (LAGNA, LAGNA)


def test_porphyry_cuts_the_quadrants_in_three() -> None:
    found = made(HouseSystem.PORPHYRY)
    assert (found.starts[0], found.starts[9]) == (LAGNA, MIDHEAVEN)
    assert degrees(found.starts[10]) == pytest.approx(112.1 + (195.5 - 112.1) / 3)
    assert degrees(found.starts[1]) == pytest.approx(195.5 + (292.1 - 195.5) / 3)
    assert [(b - a) % CIRCLE_UNITS for a, b in zip(found.starts[:6], found.starts[6:], strict=True)] == [
        CIRCLE_UNITS // 2
    ] * 6


def test_sripati_has_porphyrys_cusps_as_middles_and_begins_half_way() -> None:
    porphyry, sripati = made(HouseSystem.PORPHYRY), made(HouseSystem.SRIPATI)
    assert sripati.middles == sripati.cusps == porphyry.starts
    assert sripati.starts[1:] == porphyry.middles[:11]
    assert sripati.starts[0] == porphyry.middles[11]


@pytest.mark.parametrize("system", OWN_CUSPS, ids=lambda system: system.name)
def test_placidus_and_koch_begin_at_the_cusps_they_are_given_and_have_none_without(system: HouseSystem) -> None:
    assert made(system).starts == made(system).cusps == CUSPS
    assert houses(system, LAGNA, MIDHEAVEN, ()) is None


@pytest.mark.parametrize("system", QUADRANTS[:1], ids=lambda system: system.name)
@pytest.mark.parametrize("east", [1, 2, 3, CIRCLE_UNITS // 4, CIRCLE_UNITS // 2 - 1])
def test_a_narrow_quadrant_still_goes_once_round(system: HouseSystem, east: int) -> None:
    found = made(system, (MIDHEAVEN + east) % CIRCLE_UNITS)
    assert list(found.offsets) == sorted(found.offsets)
    assert found.offsets[-1] < CIRCLE_UNITS
    assert [found.house_of((found.starts[0] + way) % CIRCLE_UNITS) for way in (0, -1)][1] == 12


@pytest.mark.parametrize("lagna", [0, 1, CIRCLE_UNITS - 1, RASHI_UNITS])
def test_houses_round_the_first_of_aries_are_numbered_from_the_lagna(lagna: int) -> None:
    for system in (HouseSystem.WHOLE_SIGN, HouseSystem.EQUAL_LAGNA_MIDDLE, HouseSystem.EQUAL_LAGNA_BEGINS):
        found = made(system, lagna)
        assert found.house_of(lagna) == 1
        assert all(0 <= units < CIRCLE_UNITS for units in (*found.starts, *found.middles))
