"""Dates, times and offsets from text, readings of a clock, and the two scales."""

# ruff: noqa: DTZ001 - civil times have no zone

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import xingpan_ephemeris
from skyfield.api import Timescale, load

from ephemeris import swiss
from ephemeris.civil import check_date, offset_from_hours, offset_text, parse_date, parse_offset, parse_time, shown
from ephemeris.errors import InputError, LocalTimeError
from ephemeris.moments import Instant, Reading, check_covered, choose, instant, readings
from ephemeris.words import Disambiguation, ErrorCode, TimeScale
from resolvers.zones import open_zones

DAY = 86400
JD_NOISE = 1e-4
"""Seconds: a Julian day as a double has steps of 0.00004 s."""

ZONES = open_zones()


@pytest.fixture(scope="module", autouse=True)
def _ephemeris() -> None:
    swiss.open_ephemeris(Path(xingpan_ephemeris.get_ephe_path()))


@pytest.fixture(scope="module")
def skyfield() -> Timescale:
    return load.timescale(builtin=True)


def refusal(parse: Callable[..., object], value: object) -> InputError:
    with pytest.raises(InputError) as caught:
        parse(value)
    return caught.value


# ── text ──


def test_a_date_is_read() -> None:
    assert parse_date("1800-01-01") == date(1800, 1, 1)
    assert parse_date("2399-12-31") == date(2399, 12, 31)
    assert parse_date("2000-02-29") == date(2000, 2, 29)


@pytest.mark.parametrize(
    ("text", "code", "remedy"),
    [
        ("2023-02-30", ErrorCode.DATE_INVALID, "a day that exists"),
        ("1900-02-29", ErrorCode.DATE_INVALID, "a day that exists"),
        ("1990-13-01", ErrorCode.DATE_INVALID, "a day that exists"),
        ("1990-00-10", ErrorCode.DATE_INVALID, "a day that exists"),
        ("1500-01-01", ErrorCode.DATE_OUT_OF_RANGE, "1800-01-01 to 2399-12-31"),
        ("0000-01-01", ErrorCode.DATE_OUT_OF_RANGE, "1800-01-01 to 2399-12-31"),
        ("1799-12-31", ErrorCode.DATE_OUT_OF_RANGE, "1800-01-01 to 2399-12-31"),
        ("2400-01-01", ErrorCode.DATE_OUT_OF_RANGE, "1800-01-01 to 2399-12-31"),
        ("9999-99-99", ErrorCode.DATE_OUT_OF_RANGE, "1800-01-01 to 2399-12-31"),
        ("1990-3-5", ErrorCode.DATE_INVALID, "two digits"),
        ("15/03/1990", ErrorCode.DATE_INVALID, "year first"),
        ("15-03-1990", ErrorCode.DATE_INVALID, "year first"),
        ("1990/03/15", ErrorCode.DATE_INVALID, "hyphens"),
        ("19900315", ErrorCode.DATE_INVALID, "hyphens"),
        ("1990-03-15T05:45:00Z", ErrorCode.DATE_INVALID, "date alone"),
        ("１９９０-03-15", ErrorCode.DATE_INVALID, "digits 0 to 9"),
        ("१९९०-०३-१५", ErrorCode.DATE_INVALID, "digits 0 to 9"),
        ("1990\u201303\u201315", ErrorCode.DATE_INVALID, "digits 0 to 9"),
        ("", ErrorCode.DATE_INVALID, "YYYY-MM-DD"),
        (" 1990-03-15", ErrorCode.DATE_INVALID, "YYYY-MM-DD"),
        ("1990-03-15\n", ErrorCode.DATE_INVALID, "YYYY-MM-DD"),
        ("12345-01-01", ErrorCode.DATE_INVALID, "YYYY-MM-DD"),
        ("-500-01-01", ErrorCode.DATE_INVALID, "YYYY-MM-DD"),
        ("9" * 10_000, ErrorCode.DATE_INVALID, "YYYY-MM-DD"),
    ],
)
def test_a_wrong_date_is_refused_with_the_value_and_a_remedy(text: str, code: ErrorCode, remedy: str) -> None:
    error = refusal(parse_date, text)
    assert (error.code, error.path) == (code, ("date",))
    assert remedy in error.remedy
    assert text[:20].strip() in error.message or repr(text)[:20] in error.message
    assert len(error.message) < 80


def test_a_day_outside_the_files_years_is_refused() -> None:
    check_date(date(1800, 1, 1))
    assert refusal(check_date, date(1799, 12, 31)).code is ErrorCode.DATE_OUT_OF_RANGE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:00", time(0)),
        ("05:45", time(5, 45)),
        ("23:59:59", time(23, 59, 59)),
        ("23:59:59.999", time(23, 59, 59, 999_000)),
        ("12:00:00.5", time(12, 0, 0, 500_000)),
        ("12:00:00.05", time(12, 0, 0, 50_000)),
    ],
)
def test_a_time_is_read(text: str, expected: time) -> None:
    assert parse_time(text) == expected


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("23:59:60", "no clock face"),
        ("24:00", "next day"),
        ("24:00:01", "HH:MM"),
        ("25:00", "HH:MM"),
        ("12:60", "HH:MM"),
        ("12:00:00.1234", "three decimals"),
        ("12:00:00.", "HH:MM"),
        ("5:45", "two digits"),
        ("05:45 PM", "24-hour"),
        ("05:45+05:30", "time alone"),
        ("05:45:00Z", "time alone"),
        ("０５:45", "digits 0 to 9"),
        ("0545", "HH:MM"),
        ("-5:45", "HH:MM"),
        ("", "HH:MM"),
        ("05:45\n", "HH:MM"),
        ("1" * 10_000, "HH:MM"),
    ],
)
def test_a_wrong_time_is_refused_with_the_value_and_a_remedy(text: str, remedy: str) -> None:
    error = refusal(parse_time, text)
    assert (error.code, error.path) == (ErrorCode.TIME_INVALID, ("time",))
    assert remedy in error.remedy
    assert repr(text)[:20] in error.message
    assert len(error.message) < 80


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+05:30", 19800),
        ("-00:25:21", -1521),
        ("Z", 0),
        ("+00:00", 0),
        ("-00:00", 0),
        ("+15:59:59", 57599),
        ("-15:59:59", -57599),
        ("+05:53:28", 21208),
    ],
)
def test_an_offset_is_read(text: str, expected: int) -> None:
    assert parse_offset(text) == expected


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("+40:00", "+HH:MM"),
        ("+16:00", "+HH:MM"),
        ("-16:00:00", "+HH:MM"),
        ("+05:60", "+HH:MM"),
        ("+05:30:60", "+HH:MM"),
        ("+5:30", "two digits"),
        ("+0530", "colon"),
        ("05:30", "Begin with +"),
        ("5.5", "offsetHours"),
        ("z", "+HH:MM"),
        ("IST", "+HH:MM"),
        ("+０5:30", "digits 0 to 9"),
        ("\u221205:30", "digits 0 to 9"),
        ("", "+HH:MM"),
        ("+" * 10_000, "+HH:MM"),
    ],
)
def test_a_wrong_offset_is_refused_with_the_value_and_a_remedy(text: str, remedy: str) -> None:
    error = refusal(parse_offset, text)
    assert (error.code, error.path) == (ErrorCode.OFFSET_INVALID, ("offset",))
    assert remedy in error.remedy
    assert repr(text)[:20] in error.message
    assert len(error.message) < 80


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(5.5, 19800), (-0.4225, -1521), (0.0, 0), (5.891111, 21208), (15.999722, 57599), (-8, -28800)],
)
def test_an_offset_in_hours_is_rounded_to_the_second(hours: float, expected: int) -> None:
    assert offset_from_hours(hours) == expected


@pytest.mark.parametrize("hours", [40.0, 16.0, -16.0, float("nan"), float("inf"), -float("inf"), 1e300, 5.8911111])
def test_wrong_hours_are_refused(hours: float) -> None:
    error = refusal(offset_from_hours, hours)
    assert (error.code, error.path) == (ErrorCode.OFFSET_INVALID, ("offsetHours",))
    assert str(hours) in error.message


@pytest.mark.parametrize("text", ["+05:30", "-00:25:21", "+00:00", "-15:59:59"])
def test_an_offset_is_written_as_it_is_read(text: str) -> None:
    assert offset_text(parse_offset(text)) == text


def test_what_is_shown_of_a_value_has_at_most_forty_characters() -> None:
    assert shown("a" * 38) == repr("a" * 38)
    assert len(shown("a" * 39)) == len(shown("\x00" * 10_000)) == 40


# ── readings ──


def test_a_time_in_the_gap_of_1941_never_was_in_kolkata() -> None:
    found = readings(datetime(1941, 10, 1, 0, 30), ZONES.zone("Asia/Kolkata"))
    earlier, later = found.candidates
    assert found.reading is Reading.NONEXISTENT
    assert (earlier.utc, earlier.utc_offset, earlier.daylight_saving) == (
        datetime(1941, 9, 30, 18, 0, tzinfo=UTC),
        23400,
        True,
    )
    assert (later.utc, later.utc_offset, later.daylight_saving) == (
        datetime(1941, 9, 30, 19, 0, tzinfo=UTC),
        19800,
        False,
    )


def test_a_time_in_the_fold_of_1945_was_twice_in_kolkata() -> None:
    found = readings(datetime(1945, 10, 14, 23, 30), ZONES.zone("Asia/Kolkata"))
    assert found.reading is Reading.AMBIGUOUS
    assert [(c.utc.hour, c.utc_offset, c.abbreviation, c.disambiguation) for c in found.candidates] == [
        (17, 23400, "+0630", Disambiguation.EARLIER),
        (18, 19800, "IST", Disambiguation.LATER),
    ]


def test_an_undecided_time_is_an_error_that_names_both_instants_and_what_to_send() -> None:
    found = readings(datetime(1945, 10, 14, 23, 30), ZONES.zone("Asia/Kolkata"))
    with pytest.raises(LocalTimeError) as caught:
        choose(found, Disambiguation.REJECT)
    error = caught.value
    assert error.code is ErrorCode.LOCAL_TIME_AMBIGUOUS
    assert error.message == (
        "Clocks in Asia/Kolkata showed 1945-10-14 23:30:00 twice: "
        "it is 1945-10-14T17:00:00Z (+06:30) or 1945-10-14T18:00:00Z (+05:30)."
    )
    assert error.remedy == (
        "Send disambiguation EARLIER for 17:00:00 UTC, LATER for 18:00:00 UTC, or COMPATIBLE for the earlier."
    )
    assert (error.path, error.candidates) == (("time",), found.candidates)


def test_a_skipped_time_is_an_error_too() -> None:
    found = readings(datetime(1941, 10, 1, 0, 30), ZONES.zone("Asia/Kolkata"))
    with pytest.raises(LocalTimeError, match="never: it would be 1941-09-30T18:00:00Z") as caught:
        choose(found, Disambiguation.REJECT)
    assert caught.value.code is ErrorCode.LOCAL_TIME_NONEXISTENT
    assert "COMPATIBLE for the later" in caught.value.remedy


@pytest.mark.parametrize(
    ("local", "disambiguation", "utc_hour", "utc_minute"),
    [
        # Gap of 10 March 2019: the documentation of Temporal gives 01:30-08:00 as earlier, 03:30-07:00 as later.
        (datetime(2019, 3, 10, 2, 30), Disambiguation.EARLIER, 9, 30),
        (datetime(2019, 3, 10, 2, 30), Disambiguation.LATER, 10, 30),
        (datetime(2019, 3, 10, 2, 30), Disambiguation.COMPATIBLE, 10, 30),
        # Fold of 3 November 2019.
        (datetime(2019, 11, 3, 1, 30), Disambiguation.EARLIER, 8, 30),
        (datetime(2019, 11, 3, 1, 30), Disambiguation.LATER, 9, 30),
        (datetime(2019, 11, 3, 1, 30), Disambiguation.COMPATIBLE, 8, 30),
    ],
)
def test_choices_are_those_of_temporal(
    local: datetime, disambiguation: Disambiguation, utc_hour: int, utc_minute: int
) -> None:
    chosen = choose(readings(local, ZONES.zone("America/Los_Angeles")), disambiguation)
    assert (chosen.utc.hour, chosen.utc.minute) == (utc_hour, utc_minute)


@pytest.mark.parametrize("disambiguation", Disambiguation)
def test_a_unique_time_is_the_same_whatever_is_asked(disambiguation: Disambiguation) -> None:
    found = readings(datetime(1990, 3, 15, 5, 45), ZONES.zone("Asia/Kolkata"))
    assert choose(found, disambiguation).utc == datetime(1990, 3, 15, 0, 15, tzinfo=UTC)


def test_the_day_that_samoa_left_out_never_was() -> None:
    found = readings(datetime(2011, 12, 30, 12), ZONES.zone("Pacific/Apia"))
    assert found.reading is Reading.NONEXISTENT
    assert found.candidates[1].utc - found.candidates[0].utc == timedelta(days=1)


def test_any_tzinfo_will_do() -> None:
    assert readings(datetime(2000, 1, 1), UTC).candidates[0].utc == datetime(2000, 1, 1, tzinfo=UTC)
    assert readings(datetime(2000, 1, 1), ZoneInfo("UTC")).reading is Reading.UNIQUE


# ── scales ──


@pytest.mark.parametrize(
    ("utc", "tt_minus_utc"),
    [
        # 32.184 s and the leap seconds of the IERS up to each date.
        (datetime(1972, 1, 1, tzinfo=UTC), 42.184),
        (datetime(1980, 1, 6, tzinfo=UTC), 51.184),
        (datetime(2000, 1, 1, 12, tzinfo=UTC), 64.184),
        (datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC), 68.184),
        (datetime(2017, 1, 1, tzinfo=UTC), 69.184),
        (datetime(2021, 12, 31, 23, 59, 59, tzinfo=UTC), 69.184),
        (datetime(2022, 1, 1, tzinfo=UTC), 69.184),
        (datetime(2034, 12, 31, 23, 59, tzinfo=UTC), 69.184),
        (datetime(2035, 6, 1, tzinfo=UTC), 69.184),
        (datetime(2399, 12, 31, tzinfo=UTC), 69.184),
    ],
)
def test_terrestrial_time_is_exact_from_1972(utc: datetime, tt_minus_utc: float) -> None:
    jd_utc = instant(utc, TimeScale.UT1).jd_ut
    assert (instant(utc, TimeScale.UTC).jd_tt - jd_utc) * DAY == pytest.approx(tt_minus_utc, abs=JD_NOISE)


def test_both_scales_agree_with_skyfield_from_1972_to_2026(skyfield: Timescale) -> None:
    """UT1 to 0.09 s, 1.3″ of lagna: the library's Delta T has one row a year."""
    for days in range(0, 19_700, 37):
        utc = datetime(1972, 1, 1, 6, 30, 15, tzinfo=UTC) + timedelta(days=days)
        ours, theirs = instant(utc, TimeScale.UTC), skyfield.from_datetime(utc)
        assert (ours.jd_tt - theirs.tt) * DAY == pytest.approx(0, abs=JD_NOISE), utc
        assert (ours.jd_ut - theirs.ut1) * DAY == pytest.approx(0, abs=0.02 if utc.year >= 2022 else 0.09), utc


@pytest.mark.parametrize("year", [1800, 1900, 1950, 1971])
def test_before_1972_utc_is_ut1(year: int) -> None:
    utc = datetime(year, 7, 1, 12, 30, 15, 250_000, tzinfo=UTC)
    assert instant(utc, TimeScale.UTC) == instant(utc, TimeScale.UT1)


def test_on_ut1_civil_time_is_the_earths_rotation_and_delta_t_the_librarys() -> None:
    found = instant(datetime(2000, 1, 1, 12, tzinfo=UTC), TimeScale.UT1)
    assert found.jd_ut == 2451545.0
    assert (found.jd_tt - found.jd_ut) * DAY == pytest.approx(63.8285, abs=0.001)  # Astronomical Almanac: 63.83 s


@pytest.mark.parametrize(
    ("boundary", "step"),
    [(1972, 0.051), (2017, 0.001), (2022, 0.0004), (2024, 0.0001), (2034, 1e-4), (2035, 1e-4), (2050, 1e-4)],
)
def test_the_scales_go_on_over_new_year_except_the_small_step_of_1972(boundary: int, step: float) -> None:
    """Seconds of UT1 that a second of UTC lasts across the boundary, besides the second; a leap second is one more."""
    leap = 1 if boundary == 2017 else 0
    before = instant(datetime(boundary - 1, 12, 31, 23, 59, 59, tzinfo=UTC), TimeScale.UTC)
    after = instant(datetime(boundary, 1, 1, tzinfo=UTC), TimeScale.UTC)
    assert (after.jd_ut - before.jd_ut) * DAY - 1 - leap == pytest.approx(0, abs=step + JD_NOISE)
    assert (after.jd_tt - before.jd_tt) * DAY - 1 - leap == pytest.approx(0, abs=step + JD_NOISE)


def test_an_instant_before_the_ephemeris_begins_is_refused_by_its_date() -> None:
    check_covered(Instant(2378497.0, 2378497.0))
    for jd in (2378496.5, 2597642.5):
        with pytest.raises(InputError, match="first or last hours of the ephemeris") as caught:
            check_covered(Instant(jd, jd))
        assert (caught.value.code, caught.value.path) == (ErrorCode.DATE_OUT_OF_RANGE, ("date",))
