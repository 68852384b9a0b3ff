"""What an error of the birth time changes, against charts computed at the times it might have been."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product

import pytest

from ephemeris.chart import NatalChart
from ephemeris.moments import Instant, instant
from ephemeris.natal import chart
from ephemeris.places import Place
from ephemeris.sensitivity import VIMSHOTTARI_YEARS, Sensitivity, is_polar, lagna_span, sensitivity
from ephemeris.settings import Settings, settings
from ephemeris.varga_rules import SHODASHAVARGA
from ephemeris.vargas import varga
from ephemeris.words import Ayanamsha, DashaYear, Graha, SettingsPreset, TimeScale, VargaVariant

PLACES = (Place(19.07, 72.88), Place(-33.87, 151.21), Place(60.17, 24.94))
BIRTHS = tuple(
    instant(moment, TimeScale.UTC)
    for moment in (
        datetime(1990, 3, 15, 5, 0, tzinfo=UTC),
        datetime(2005, 11, 2, 23, 41, 7, tzinfo=UTC),
        datetime(1848, 6, 30, 12, 0, tzinfo=UTC),
        datetime(2024, 12, 31, 17, 30, tzinfo=UTC),
    )
)
PARASHARA = VargaVariant.PARASHARA
DEFAULT = settings()
PROJECTED = settings(ayanamsha=Ayanamsha.J2000)
SETTINGS = (DEFAULT, settings(SettingsPreset.JAGANNATHA_HORA_8), PROJECTED)


def moved(moment: Instant, seconds: float) -> Instant:
    return Instant(moment.jd_ut + seconds / 86400, moment.jd_tt + seconds / 86400)


def asked(found: NatalChart, seconds: int) -> Sensitivity:
    return sensitivity(found.frame, [position.speed for position in found.grahas], seconds)


def varga_lagna(found: NatalChart, division: int) -> int:
    chosen = found.frame.settings
    return varga(found.frame, division, chosen.variant(division), chosen).lagna.rashi


def around(moment: Instant, place: Place, chosen: Settings, seconds: int, steps: int) -> Iterator[NatalChart]:
    """Charts from so many seconds before to as many after."""
    return (chart(moved(moment, seconds * step / steps), place, chosen) for step in range(-steps, steps + 1))


@pytest.mark.parametrize("chosen", SETTINGS, ids=["default", "jagannatha hora", "projected"])
@pytest.mark.parametrize("seconds", [4, 60, 600])
def test_lagnas_in_doubt_are_those_that_change_within_the_time(chosen: Settings, seconds: int) -> None:
    for moment, place in product(BIRTHS, PLACES):
        found = chart(moment, place, chosen)
        here = {division: varga_lagna(found, division) for division in SHODASHAVARGA}
        charts = list(around(moment, place, chosen, seconds, 12))
        changed = {n for n in SHODASHAVARGA if any(varga_lagna(other, n) != here[n] for other in charts)}
        told = asked(found, seconds)
        assert set(told.varga_lagnas) == changed
        assert told.lagna is (1 in changed)


@pytest.mark.parametrize("seconds", [30, 600, 3600])
def test_padas_and_the_Moons_star_in_doubt_are_those_that_change(seconds: int) -> None:
    doubted = 0
    for moment, place in product((moved(birth, 3600 * hour) for birth in BIRTHS for hour in range(12)), PLACES[:1]):
        found = chart(moment, place, DEFAULT)
        charts = [chart(moved(moment, way * seconds), place, DEFAULT) for way in (-1, 1)]
        padas = {
            position.graha
            for position in found.grahas
            for other in charts
            if _pada(other, position.graha) != _pada(found, position.graha)
        }
        stars = {other.grahas[Graha.MOON].nakshatra for other in (found, *charts)}
        told = asked(found, seconds)
        assert set(told.padas) == padas
        assert told.moon_nakshatra is (len(stars) > 1)
        doubted += len(padas)
    assert doubted or seconds == 30


def _pada(found: NatalChart, graha: Graha) -> tuple[int, int]:
    return found.grahas[graha].nakshatra, found.grahas[graha].pada


@pytest.mark.parametrize("chosen", SETTINGS, ids=["default", "jagannatha hora", "projected"])
@pytest.mark.parametrize("division", [1, 9, 10, 24, 30, 60])
def test_a_lagna_holds_its_sign_from_and_until_when_it_is_told(chosen: Settings, division: int) -> None:
    for moment, place in product(BIRTHS, PLACES):
        found = chart(moment, place, chosen)
        span = lagna_span(found.frame, division, chosen.variant(division))
        assert span is not None
        here = varga_lagna(found, division)
        for seconds, inwards in ((-span.seconds_before, 1), (span.seconds_after, -1)):
            inside, outside = (
                varga_lagna(chart(moved(moment, seconds + way * 0.02), place, chosen), division)
                for way in (inwards, -inwards)
            )
            assert inside == here
            assert outside != here


def test_the_whole_of_a_sign_rises_within_two_hours_or_so_at_mumbai() -> None:
    for moment in BIRTHS:
        span = lagna_span(chart(moment, PLACES[0], DEFAULT).frame, 1, PARASHARA)
        assert span is not None
        assert 5400 < span.seconds_before + span.seconds_after < 8400


def test_days_of_dasha_follow_from_the_way_of_the_Moon() -> None:
    for moment, seconds in product(BIRTHS, (60, 3600)):
        found = chart(moment, PLACES[0], DEFAULT)
        later = chart(moved(moment, seconds), PLACES[0], DEFAULT)
        told = asked(found, seconds)
        way = (later.grahas[Graha.MOON].longitude - found.grahas[Graha.MOON].longitude) % 360
        if not told.moon_nakshatra:
            years = VIMSHOTTARI_YEARS[found.grahas[Graha.MOON].nakshatra % 9]
            assert told.vimshottari_days == pytest.approx(way / (360 / 27) * years * 365.25, rel=0.005)


def test_a_shorter_year_makes_shorter_dashas() -> None:
    days = [
        asked(chart(BIRTHS[0], PLACES[0], settings(dasha_year=year)), 60).vimshottari_days
        for year in (DashaYear.SAVANA, DashaYear.JULIAN)
    ]
    assert days[0] / days[1] == pytest.approx(360 / 365.25, rel=1e-3)


@pytest.mark.parametrize("latitude", [66.6, 78.2, 90.0, -70.0, -90.0])
def test_beyond_the_polar_circles_every_lagna_is_in_doubt_and_none_has_a_span(latitude: float) -> None:
    for moment in BIRTHS:
        found = chart(moment, Place(latitude, 15.6), DEFAULT)
        told = asked(found, 1)
        assert is_polar(found.frame.horizon)
        assert (told.lagna, told.varga_lagnas) == (True, SHODASHAVARGA)
        assert lagna_span(found.frame, 9, PARASHARA) is None


@pytest.mark.parametrize("latitude", [66.5, -66.5])
def test_just_below_the_polar_circle_a_lagna_that_races_is_still_followed(latitude: float) -> None:
    place = Place(latitude, 0.0)
    for hour in range(24):
        moment = moved(BIRTHS[0], 3600 * hour)
        found = chart(moment, place, DEFAULT)
        span = lagna_span(found.frame, 1, PARASHARA)
        assert not is_polar(found.frame.horizon)
        assert span is not None
        for seconds, inwards in ((-span.seconds_before, 1), (span.seconds_after, -1)):
            inside, outside = (
                chart(moved(moment, seconds + way * 0.02), place, DEFAULT).lagna.rashi for way in (inwards, -inwards)
            )
            assert (inside is found.lagna.rashi, outside is found.lagna.rashi) == (True, False)
