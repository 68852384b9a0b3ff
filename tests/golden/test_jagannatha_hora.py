"""The preset JAGANNATHA_HORA_8 against exports of Jagannatha Hora 8: six charts of 4 April, 1800 to 2090, computed here
from date, time and place. Older charts of the file are before the ephemeris."""

from __future__ import annotations

from typing import Any

import pytest

from ephemeris.angles import DEGREE_UNITS, PADA_UNITS, text
from ephemeris.bhavas import chalit
from ephemeris.chart import NatalChart
from ephemeris.moments import instant
from ephemeris.natal import chart
from ephemeris.settings import settings
from ephemeris.vargas import Varga, VargaLagna, VargaPlacement, varga
from ephemeris.words import AngleFormat, Graha, SettingsPreset, VargaVariant, WarRule
from tests.oracles import birth, load

SIGNS = ("Ar", "Ta", "Ge", "Cn", "Le", "Vi", "Li", "Sc", "Sg", "Cp", "Aq", "Pi")
YEARS = ("1800", "1970", "2000", "2010", "2050", "2090")
PRESET = settings(SettingsPreset.JAGANNATHA_HORA_8)
NODES = {"Rahu", "Ketu"}

ARCSECONDS = 0.02
"""Printed to 0.01″."""
AYANAMSHA_ARCSECONDS = 0.01
BHAVA_ARCSECONDS = 0.02
HALF_A_PRINTED_SPEED = 0.0005 + 1e-7
HALF_A_PRINTED_LATITUDE = 0.0005 + 1e-7
HALF_A_PRINTED_DISTANCE = 0.00005 + 1e-9

Export = dict[str, Any]


@pytest.fixture(scope="module", params=YEARS)
def export(request: pytest.FixtureRequest) -> Export:
    exports: list[Export] = load("jhora8_refcharts.json")["charts"]
    return next(row for row in exports if row["input"]["date"].startswith(request.param))


@pytest.fixture(scope="module")
def found(export: Export) -> NatalChart:
    utc, place = birth(export["input"])
    return chart(instant(utc, PRESET.time_scale), place, PRESET, outer=True)


def apart(a: float, b: float) -> float:
    """Arcseconds between two angles in degrees."""
    return abs((a - b + 180) % 360 - 180) * 3600


def seconds(clock: str) -> int:
    hours, minutes, rest = map(int, clock.split(":"))
    return (hours * 60 + minutes) * 60 + rest


def test_every_chart_from_1800_on_is_tested() -> None:
    years = [row["input"]["date"][:4] for row in load("jhora8_refcharts.json")["charts"]]
    assert [year for year in years if year >= "1800"] == list(YEARS)


def test_longitudes_of_lagna_and_grahas_are_as_printed(export: Export, found: NatalChart) -> None:
    printed = export["longitudes"]
    assert apart(found.lagna.units / DEGREE_UNITS, printed["lagna"]["longitude"]) < ARCSECONDS
    for position in found.grahas:
        row = printed[position.graha.name.title()]
        assert apart(position.units / DEGREE_UNITS, row["longitude"]) < ARCSECONDS, position.graha


def test_sign_star_pada_and_navamsha_are_as_printed(export: Export, found: NatalChart) -> None:
    points = {position.graha.name.title(): position for position in found.grahas} | {"lagna": found.lagna}
    for name, point in points.items():
        row = export["longitudes"][name]
        navamsha = SIGNS[point.units // PADA_UNITS % 12]
        assert (SIGNS[point.rashi], point.nakshatra + 1, point.pada, navamsha) == (
            row["rasi"],
            row["nakshatra_index1_derived"],
            row["pada"],
            row["navamsa"],
        )


def test_the_same_grahas_are_marked_retrograde(export: Export, found: NatalChart) -> None:
    for position in found.grahas:
        name = position.graha.name.title()
        if name not in NODES:
            assert position.retrograde is export["longitudes"][name].get("retro", False), name


def test_the_program_marks_no_node_though_its_own_speed_is_backwards(export: Export, found: NatalChart) -> None:
    assert not any(export["longitudes"][name].get("retro") for name in NODES)
    assert export["speeds"]["Rahu"]["speed"] < 0
    assert found.grahas[Graha.RAHU].retrograde


def test_speeds_latitudes_and_distances_are_as_printed(export: Export, found: NatalChart) -> None:
    for name, row in export["speeds"].items():
        position = found.grahas[Graha[name.upper()]]
        assert position.distance is not None
        assert position.speed == pytest.approx(row["speed"], abs=HALF_A_PRINTED_SPEED)
        assert position.ecliptic_latitude == pytest.approx(row["latitude"], abs=HALF_A_PRINTED_LATITUDE)
        assert position.distance == pytest.approx(row["distance_au"], abs=HALF_A_PRINTED_DISTANCE)


def test_the_ayanamsha_it_displays_is_the_one_without_nutation(export: Export, found: NatalChart) -> None:
    degrees, minutes, rest = export["panchanga_at_birth"]["ayanamsa_displayed"].split("-")
    displayed = int(degrees) + int(minutes) / 60 + float(rest) / 3600
    assert apart(found.ayanamsha.without_nutation, displayed) < AYANAMSHA_ARCSECONDS


def test_sidereal_time_is_the_local_one_to_the_second(export: Export, found: NatalChart) -> None:
    assert abs(found.sidereal_time * 3600 - seconds(export["panchanga_at_birth"]["sidereal_time"])) <= 0.5


def test_sripati_bhavas_begin_culminate_and_end_as_printed(export: Export, found: NatalChart) -> None:
    houses = chalit(found.frame)
    assert houses is not None
    for house, row in zip(houses.cusps, export["bhava_chalit_sripati"], strict=True):
        assert house.number == row["house"]
        for ours, printed in ((house.start, "start"), (house.middle, "cusp"), (house.end, "end")):
            assert apart(ours, row[printed]) < BHAVA_ARCSECONDS


def test_the_same_grahas_are_in_each_sripati_bhava(export: Export, found: NatalChart) -> None:
    houses = chalit(found.frame)
    assert houses is not None
    for house, row in zip(houses.cusps, export["bhava_chalit_sripati"], strict=True):
        assert {graha.name.title()[:2] for graha in house.occupants} == set(row["occupants"]) - {"As"}


def _by_name(built: Varga) -> dict[str, VargaLagna | VargaPlacement]:
    return {"lagna": built.lagna} | {placement.graha.name.title(): placement for placement in built.placements}


def test_signs_of_lagna_and_grahas_in_twenty_vargas_are_as_printed(export: Export, found: NatalChart) -> None:
    cells = 0
    for code in export["varga_signs"]["lagna"]:
        division = int(code[1:])
        for name, place in _by_name(varga(found.frame, division, PRESET.variant(division), PRESET)).items():
            assert SIGNS[place.rashi] == export["varga_signs"][name][code], (name, code)
            cells += 1
    assert cells == 20 * 13


def test_degrees_and_minutes_in_sixteen_vargas_are_as_printed(export: Export, found: NatalChart) -> None:
    cells = 0
    for code in export["varga_longitudes"]["lagna"]:
        division = int(code[1:])
        for name, place in _by_name(varga(found.frame, division, PRESET.variant(division), PRESET)).items():
            printed = export["varga_longitudes"][name][code]
            assert text(place.longitude_units, AngleFormat.JHORA) == printed, (name, code)
            cells += 1
    assert cells == 16 * 13


def test_D2_is_Uma_Shambhus() -> None:
    assert PRESET.variant(2) is VargaVariant.UMA_SHAMBHU


def test_its_only_planetary_war_is_won_by_the_larger_disc_though_it_is_the_southern_one(
    export: Export, found: NatalChart
) -> None:
    printed = export["graha_yuddha"]
    ours = {war.winner.name.title(): "wins" for war in found.wars} | {
        war.loser.name.title(): "loses" for war in found.wars
    }
    assert ours == printed
    for war in found.wars:
        assert found.grahas[war.winner].ecliptic_latitude < found.grahas[war.loser].ecliptic_latitude
        utc, place = birth(export["input"])
        northern = settings(SettingsPreset.JAGANNATHA_HORA_8, war_rule=WarRule.NORTHERN)
        other = chart(instant(utc, northern.time_scale), place, northern).wars[0]
        assert (other.winner, other.loser) == (war.loser, war.winner)
