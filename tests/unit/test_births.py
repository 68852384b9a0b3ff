"""From a birth as sent to its moment and place; every wrong field is named."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import xingpan_ephemeris

from ephemeris import swiss
from ephemeris.errors import InputError, LocalTimeError
from ephemeris.moments import Moment
from ephemeris.places import Place, check_place
from ephemeris.words import Disambiguation, ErrorCode, SolarTime, TimeScale, ZoneSource
from resolvers.births import (
    BOMBAY_TIME,
    CALCUTTA_TIME,
    DELTA_T_PREDICTED,
    FAR_FROM_CITY,
    ZONE_HISTORY,
    BirthRequest,
    ZoneRequest,
    moment_of,
    place_of,
)
from resolvers.zones import open_zones
from tests.oracles import load

ZONES = open_zones()
INDIA = ZoneRequest(name="Asia/Kolkata")
MUMBAI = BirthRequest("1990-03-15", "05:45", 19.07, 72.88, zone=INDIA)
NAN, INFINITY = float("nan"), float("inf")


@pytest.fixture(scope="module", autouse=True)
def _ephemeris() -> None:
    swiss.open_ephemeris(Path(xingpan_ephemeris.get_ephe_path()))


def but(**fields: object) -> BirthRequest:
    return msgspec.structs.replace(MUMBAI, **fields)


def moment(birth: BirthRequest, scale: TimeScale = TimeScale.UTC) -> Moment:
    return moment_of(birth, ZONES, scale)


# ── what comes out ──


def test_a_birth_with_a_zone_becomes_a_moment() -> None:
    found = moment(but(time="05:45:10.250"))
    assert found.local.isoformat() == "1990-03-15T05:45:10.250000+05:30"
    assert found.utc == datetime(1990, 3, 15, 0, 15, 10, 250_000, tzinfo=UTC)
    assert (found.utc_offset, found.time_zone, found.zone_source) == (19800, "Asia/Kolkata", ZoneSource.NAME)
    assert (found.daylight_saving, found.disambiguated, found.cautions) == (False, False, ())
    assert found.zone_database == "2026f"
    assert found.delta_t == pytest.approx(56.9, abs=0.1)  # Astronomical Almanac: 56.86 s in 1990.0, 57.57 s in 1991.0
    assert (found.julian_day_tt - found.julian_day_ut) * 86400 == pytest.approx(found.delta_t, abs=1e-4)


def test_an_offset_wins_over_what_a_zone_would_say() -> None:
    found = moment(but(date="1943-03-15", zone=ZoneRequest(offset="+05:30")))
    assert (found.utc_offset, found.time_zone, found.zone_source) == (19800, None, ZoneSource.OFFSET)
    assert found.cautions == ()


def test_an_offset_in_hours_is_an_offset() -> None:
    assert moment(but(zone=ZoneRequest(offset_hours=5.5))) == moment(but(zone=ZoneRequest(offset="+05:30")))
    assert moment(but(zone=ZoneRequest(offset_hours=0.0))) == moment(but(zone=ZoneRequest(offset="Z")))


def test_an_offset_may_have_seconds() -> None:
    assert moment(but(zone=ZoneRequest(offset="+05:53:28"))).local.isoformat() == "1990-03-15T05:45:00+05:53:28"


def test_coordinates_alone_find_the_zone() -> None:
    found = moment(but(zone=None))
    assert (found.time_zone, found.zone_source) == ("Asia/Kolkata", ZoneSource.COORDINATES)
    assert found.utc == moment(MUMBAI).utc


def test_local_mean_time_is_four_minutes_a_degree_as_in_the_book() -> None:
    pair = next(pair for pair in load("book_examples.json")["pairs"] if pair["id"] == "lmt_to_std")
    date, time = pair["input"]["lmt"].split("T")
    solar = ZoneRequest(solar=SolarTime.LOCAL_MEAN_TIME)
    found = moment(BirthRequest(date, time, 13.0, pair["input"]["longitude"], zone=solar))
    assert found.utc.replace(tzinfo=None).isoformat() == pair["expected"]["utc"]
    assert (found.zone_source, found.time_zone) == (ZoneSource.SOLAR, None)


def test_local_mean_time_is_rounded_to_the_second() -> None:
    found = moment(but(longitude=88.3639, zone=ZoneRequest(solar=SolarTime.LOCAL_MEAN_TIME)))
    assert found.utc_offset == 5 * 3600 + 53 * 60 + 27


def test_a_time_that_was_twice_is_an_error_unless_the_birth_chooses() -> None:
    twice = but(date="1945-10-14", time="23:30")
    with pytest.raises(LocalTimeError) as caught:
        moment(twice)
    assert caught.value.code is ErrorCode.LOCAL_TIME_AMBIGUOUS
    chosen = moment(msgspec.structs.replace(twice, disambiguation=Disambiguation.EARLIER))
    assert chosen.utc == datetime(1945, 10, 14, 17, 0, tzinfo=UTC)
    assert (chosen.disambiguated, chosen.daylight_saving) == (True, True)


def test_a_chosen_reading_of_a_gap_keeps_the_time_as_sent() -> None:
    skipped = but(date="1941-10-01", time="00:30", disambiguation=Disambiguation.COMPATIBLE)
    found = moment(skipped)
    assert found.local.isoformat() == "1941-10-01T00:30:00+05:30"
    assert (found.utc, found.disambiguated) == (datetime(1941, 9, 30, 19, 0, tzinfo=UTC), True)


def test_the_scale_moves_the_earth_by_less_than_a_second() -> None:
    utc, ut1 = moment(MUMBAI), moment(MUMBAI, TimeScale.UT1)
    assert utc.utc == ut1.utc
    assert 0 < abs(utc.julian_day_ut - ut1.julian_day_ut) * 86400 < 0.9


# ── cautions ──


@pytest.mark.parametrize(
    ("birth", "cautions"),
    [
        (but(date="1969-12-31"), (ZONE_HISTORY,)),
        (but(date="1970-01-01"), ()),
        (but(date="1955-12-31"), (ZONE_HISTORY, BOMBAY_TIME)),
        (but(date="1956-01-01"), (ZONE_HISTORY,)),
        (but(date="1883-12-31"), (ZONE_HISTORY,)),
        (but(date="1930-01-01", latitude=28.6, longitude=77.2), (ZONE_HISTORY,)),
        (but(date="1948-01-01", latitude=22.57, longitude=88.36), (ZONE_HISTORY, CALCUTTA_TIME)),
        (but(date="1949-01-01", latitude=22.57, longitude=88.36), (ZONE_HISTORY,)),
        (but(date="1930-01-01", zone=ZoneRequest(name="Asia/Calcutta")), (ZONE_HISTORY, BOMBAY_TIME)),
        (but(date="1930-01-01", zone=ZoneRequest(offset="+05:30")), ()),
        (but(date="1850-01-01"), (ZONE_HISTORY, FAR_FROM_CITY)),
        (but(date="1850-01-01", latitude=22.57, longitude=88.36), (ZONE_HISTORY,)),
        (but(date="1850-01-01", zone=ZoneRequest(solar=SolarTime.LOCAL_MEAN_TIME)), ()),
        (
            BirthRequest("1840-01-01", "12:00", 14.6, 120.97, zone=ZoneRequest(name="Asia/Manila")),
            (ZONE_HISTORY,),
        ),
        (but(date="2026-09-30"), ()),
        (but(date="2026-10-03"), (DELTA_T_PREDICTED,)),
        (but(date="2399-01-01"), (DELTA_T_PREDICTED,)),
    ],
)
def test_cautions_say_what_is_uncertain(birth: BirthRequest, cautions: tuple[str, ...]) -> None:
    assert moment(birth).cautions == cautions


def test_the_librarys_own_delta_t_is_predicted_from_2022() -> None:
    assert moment(but(date="2023-01-01"), TimeScale.UT1).cautions == (DELTA_T_PREDICTED,)


# ── what is refused ──


@pytest.mark.parametrize(
    ("birth", "code", "path", "named"),
    [
        (but(date="2023-02-30"), ErrorCode.DATE_INVALID, ("date",), "2023-02-30"),
        (but(date="1500-01-01"), ErrorCode.DATE_OUT_OF_RANGE, ("date",), "1500-01-01"),
        (but(date="0000-01-01"), ErrorCode.DATE_OUT_OF_RANGE, ("date",), "0000-01-01"),
        (but(date=""), ErrorCode.DATE_INVALID, ("date",), "''"),
        (but(date="１９９０-03-15"), ErrorCode.DATE_INVALID, ("date",), "１９９０"),
        (but(date="x" * 10_000), ErrorCode.DATE_INVALID, ("date",), "xxx"),
        (but(time=""), ErrorCode.TIME_INVALID, ("time",), "''"),
        (but(time="23:59:60"), ErrorCode.TIME_INVALID, ("time",), "23:59:60"),
        (but(latitude=91.0), ErrorCode.LATITUDE_INVALID, ("latitude",), "91.0"),
        (but(latitude=NAN), ErrorCode.LATITUDE_INVALID, ("latitude",), "nan"),
        (but(latitude=-INFINITY), ErrorCode.LATITUDE_INVALID, ("latitude",), "-inf"),
        (but(longitude=-181.0), ErrorCode.LONGITUDE_INVALID, ("longitude",), "-181.0"),
        (but(longitude=INFINITY), ErrorCode.LONGITUDE_INVALID, ("longitude",), "inf"),
        (but(longitude=NAN, zone=None), ErrorCode.LONGITUDE_INVALID, ("longitude",), "nan"),
        (but(altitude=-501.0), ErrorCode.ALTITUDE_INVALID, ("altitude",), "-501.0"),
        (but(altitude=NAN), ErrorCode.ALTITUDE_INVALID, ("altitude",), "nan"),
        (but(zone=ZoneRequest(name="Asia/Calcuta")), ErrorCode.ZONE_UNKNOWN, ("zone", "name"), "Asia/Calcuta"),
        (but(zone=ZoneRequest(name="")), ErrorCode.ZONE_UNKNOWN, ("zone", "name"), "''"),
        (but(zone=ZoneRequest(offset="+40:00")), ErrorCode.OFFSET_INVALID, ("zone", "offset"), "+40:00"),
        (but(zone=ZoneRequest(offset="+5:30")), ErrorCode.OFFSET_INVALID, ("zone", "offset"), "+5:30"),
        (but(zone=ZoneRequest(offset="")), ErrorCode.OFFSET_INVALID, ("zone", "offset"), "''"),
        (but(zone=ZoneRequest(offset_hours=40.0)), ErrorCode.OFFSET_INVALID, ("zone", "offsetHours"), "40.0"),
        (but(zone=ZoneRequest(offset_hours=NAN)), ErrorCode.OFFSET_INVALID, ("zone", "offsetHours"), "nan"),
        (but(zone=ZoneRequest()), ErrorCode.ARGUMENT_INVALID, ("zone",), "0 ways"),
        (but(zone=ZoneRequest(name="UTC", offset="Z")), ErrorCode.ARGUMENT_INVALID, ("zone",), "2 ways"),
        (but(latitude=0.0, longitude=-30.0, zone=None), ErrorCode.ZONE_NOT_FOUND, ("zone",), "-30.0"),
        (but(date="1800-01-01", time="00:00"), ErrorCode.DATE_OUT_OF_RANGE, ("date",), "2378496.25"),
        (
            but(date="2399-12-31", time="23:59", zone=ZoneRequest(offset="-15:00")),
            ErrorCode.DATE_OUT_OF_RANGE,
            ("date",),
            "2597642.12",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_path(
    birth: BirthRequest, code: ErrorCode, path: tuple[str, ...], named: str
) -> None:
    with pytest.raises(InputError) as caught:
        moment(birth)
    error = caught.value
    assert (error.code, error.path) == (code, path)
    assert named in error.message
    assert error.remedy
    assert len(error.message) < 120


@pytest.mark.parametrize(
    ("date", "time", "offset"),
    [("1800-01-01", "12:00", "+00:00"), ("2399-12-31", "23:59:59.999", "+00:00"), ("2399-12-31", "23:30", "-12:00")],
)
def test_the_ends_of_the_range_are_inside_the_files(date: str, time: str, offset: str) -> None:
    found = moment(but(date=date, time=time, zone=ZoneRequest(offset=offset)))
    assert swiss.FIRST_TT <= found.julian_day_tt <= swiss.LAST_TT


def test_a_place_at_the_ends_of_its_ranges_is_accepted() -> None:
    for sign in (-1, 1):
        assert check_place(90.0 * sign, 180.0 * sign) == Place(90.0 * sign, 180.0 * sign, 0.0)
    assert place_of(but(altitude=25_000.0)).altitude == 25_000
    assert place_of(but(altitude=-500.0)).altitude == -500
