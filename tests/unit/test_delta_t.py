"""Delta T after 2022, against the IERS series that Skyfield ships."""

from itertools import pairwise
from pathlib import Path

import pytest
import xingpan_ephemeris
from skyfield.api import Timescale, load

from ephemeris import delta_t, swiss

SKYFIELD_OBSERVED_TO = 2461055.5
"""2026-01-15: Skyfield 1.55 knows forecasts only after it."""

INTERPOLATION = 0.02
SHORT_FORECAST = 0.15
"""Seconds. The forecast of January 2026 for October 2026 missed what was observed by 0.12 s."""


@pytest.fixture(scope="module", autouse=True)
def _ephemeris() -> None:
    swiss.open_ephemeris(Path(xingpan_ephemeris.get_ephe_path()))


@pytest.fixture(scope="module")
def skyfield() -> Timescale:
    return load.timescale(builtin=True)


def year_to_jd(year: float) -> float:
    return delta_t.FIRST_JD + (year - delta_t.FIRST_YEAR) * delta_t.JULIAN_YEAR_DAYS


def library(jd: float) -> float:
    return swiss.delta_t(jd) * 86400


def test_the_observed_years_agree_with_skyfield_every_day(skyfield: Timescale) -> None:
    days = [delta_t.FIRST_JD + day for day in range(int(SKYFIELD_OBSERVED_TO - delta_t.FIRST_JD))]
    theirs = skyfield.ut1_jd(days).delta_t
    assert max(abs(delta_t.seconds(jd) - other) for jd, other in zip(days, theirs, strict=True)) < INTERPOLATION


def test_each_observed_row_that_skyfield_observed_too_is_its_figure(skyfield: Timescale) -> None:
    for row in delta_t.ROWS:
        jd = year_to_jd(row.year)
        if jd < SKYFIELD_OBSERVED_TO:
            assert row.seconds == pytest.approx(float(skyfield.ut1_jd(jd).delta_t), abs=0.0001), row


def test_the_rest_of_2026_is_nearer_to_skyfields_forecast_than_a_forecast_is_good(skyfield: Timescale) -> None:
    for day in range(290):
        jd = SKYFIELD_OBSERVED_TO + day
        assert delta_t.seconds(jd) == pytest.approx(float(skyfield.ut1_jd(jd).delta_t), abs=SHORT_FORECAST)


@pytest.mark.parametrize(
    ("year", "apart"), [(2035, 1.6), (2050, 3.2), (2075, 2.5), (2100, 2.8), (2200, 59), (2399, 240)]
)
def test_the_distance_to_skyfields_long_term_curve_is_what_is_documented(
    skyfield: Timescale, year: int, apart: float
) -> None:
    jd = year_to_jd(year)
    assert abs(delta_t.seconds(jd) - float(skyfield.ut1_jd(jd).delta_t)) < apart


def test_the_join_to_the_library_in_2022_is_seamless() -> None:
    assert delta_t.seconds(delta_t.FIRST_JD) == pytest.approx(library(delta_t.FIRST_JD), abs=0.0002)
    slope = (library(delta_t.FIRST_JD) - library(delta_t.FIRST_JD - 10)) / 10 * delta_t.JULIAN_YEAR_DAYS
    assert (delta_t.seconds(delta_t.FIRST_JD + 1) - delta_t.seconds(delta_t.FIRST_JD)) * 365.25 == pytest.approx(
        slope, abs=0.01
    )


@pytest.mark.parametrize("year", [delta_t.LAST_YEAR, delta_t.LONG_TERM_YEAR])
def test_value_and_slope_go_on_at_each_join(year: float) -> None:
    before, at, after = (delta_t.seconds(year_to_jd(year) + days) for days in (-1, 0, 1))
    assert at - before == pytest.approx(after - at, abs=5e-5)


def test_no_day_from_2022_to_2399_steps_by_more_than_the_earth_can() -> None:
    days = range(int(delta_t.FIRST_JD), int(year_to_jd(2399.9)))
    figures = [delta_t.seconds(day + 0.5) for day in days]
    assert max(abs(after - before) for before, after in pairwise(figures)) < 0.008


@pytest.mark.parametrize("year", [2050, 2100, 2250, 2399])
def test_from_2050_it_is_the_librarys_own_curve(year: int) -> None:
    assert delta_t.seconds(year_to_jd(year)) == pytest.approx(library(year_to_jd(year)), abs=1e-6)


def test_the_rows_stand_a_quarter_of_a_year_apart_and_forecasts_come_last() -> None:
    years = [row.year for row in delta_t.ROWS]
    assert all(after - before == delta_t.STEP_YEARS for before, after in pairwise(years))
    assert [row.origin for row in delta_t.ROWS] == sorted(row.origin for row in delta_t.ROWS)


def test_forecasts_begin_after_the_last_observed_row() -> None:
    assert not delta_t.is_predicted(year_to_jd(2026.75))
    assert delta_t.is_predicted(year_to_jd(2026.76))
