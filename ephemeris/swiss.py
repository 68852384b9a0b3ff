"""The one door to the Swiss Ephemeris.

Three properties of the library shape it. Its state (folder, ayanamsha, place) belongs to the thread, so every entry sets
what it needs and never leaves anything to a later call. Where a file is missing it answers from a built-in model without
an error, so every returned flag is checked. A forked child shares the file offsets of its parent and gets wrong positions
with a good flag, so a process that did not open the door is refused.

`SE_EPHE_PATH` must name the folder before this module is imported: only the environment reaches every thread.
"""

from __future__ import annotations

import hashlib
from os import getpid
from pathlib import Path
from threading import local
from typing import NamedTuple

import swisseph

from ephemeris.errors import EphemerisError, HousesUndefinedError
from ephemeris.words import Ayanamsha, ErrorCode, Graha, HouseSystem

Row = tuple[float, float, float, float, float, float]
"""Longitude, latitude, distance and their daily speeds: degrees and astronomical units."""

FILES = {
    "sepl_18.se1": "ca1393ceab3a44fbc895887cf789c68819ae6a1cbc9b22225872dbe4ccd99a66",
    "semo_18.se1": "1ca07bd67c24374d77226180c20a4f9996cba013697894810518e7eb582ca4f7",
}
"""The files of 1800 to 2400 and their SHA-256: Astrodienst's of 26 May 2026, made from JPL's DE441."""

JPL_NUMBER = 441
FIRST_TT = 2378496.85
"""First instant served, Julian day TT: 8:24 on 1 January 1800. Before it a planet's light left outside the files."""
LAST_TT = 2597642.0
"""Last instant served, Julian day TT: noon on 1 January 2400, which is 31 December everywhere on Earth."""

_FIRST_ASKED, _LAST_ASKED = FIRST_TT - 0.05, LAST_TT + 1
"""What searches near the ends may ask. Beyond 10 January 2400 the library would drop the file, and answer from its built-in
model for the days before that too."""

PROJECTED = frozenset({Ayanamsha.J2000, Ayanamsha.J1900, Ayanamsha.B1950, Ayanamsha.GALACTIC_ALIGNMENT_MARDYKS})
"""Ayanamshas that the library measures along the ecliptic of their epoch: for these, and only these, subtracting an
angle is not what it does, and its own sidereal call is used."""

NONUT = swisseph.FLG_NONUT
TRUEPOS = swisseph.FLG_TRUEPOS
TOPOCTR = swisseph.FLG_TOPOCTR
SIDEREAL = swisseph.FLG_SIDEREAL
_BASE = swisseph.FLG_SWIEPH | swisseph.FLG_SPEED
_MODEL_BITS = swisseph.FLG_JPLEPH | swisseph.FLG_SWIEPH | swisseph.FLG_MOSEPH

MEAN_NODE = swisseph.MEAN_NODE
TRUE_NODE = swisseph.TRUE_NODE
BODIES = {
    Graha.SUN: swisseph.SUN,
    Graha.MOON: swisseph.MOON,
    Graha.MARS: swisseph.MARS,
    Graha.MERCURY: swisseph.MERCURY,
    Graha.JUPITER: swisseph.JUPITER,
    Graha.VENUS: swisseph.VENUS,
    Graha.SATURN: swisseph.SATURN,
    Graha.URANUS: swisseph.URANUS,
    Graha.NEPTUNE: swisseph.NEPTUNE,
    Graha.PLUTO: swisseph.PLUTO,
}
"""The library's number of each body that is no node."""

_HOUSE_LETTERS = {HouseSystem.PLACIDUS: b"P", HouseSystem.KOCH: b"K", HouseSystem.PORPHYRY: b"O"}

_JPL_CHECKS = (
    (2451545.0, swisseph.SUN, 280.36817),
    (2451545.0, swisseph.MOON, 223.31487),
    (2415020.5, swisseph.MARS, 283.86776),
    (2470000.5, swisseph.MOON, 41.07287),
)
"""Julian day TT, body and apparent longitude of date in degrees: JPL DE421 by way of Skyfield."""

_JPL_TOLERANCE = 0.00002
"""Degrees, 0.07 of an arcsecond; the built-in model misses the second Moon by ten times as much."""


class OpenedEphemeris(NamedTuple):
    """What the self-test found: the library's version and the files with their digests and origin."""

    version: str
    files: tuple[str, ...]


class Nutation(NamedTuple):
    """True obliquity and nutation in longitude, degrees."""

    obliquity: float
    longitude: float


class Angles(NamedTuple):
    """Ascendant, midheaven and twelve cusps, degrees; tropical unless the caller asked for the library's sidereal."""

    ascendant: float
    midheaven: float
    cusps: tuple[float, ...]


class _Door:
    """Which process may pass: the one whose self-test succeeded."""

    pid = 0


class _Thread(local):
    """What the library was told in a thread."""

    has_path = False


_THREAD = _Thread()


def open_ephemeris(folder: Path) -> OpenedEphemeris:
    """Verify the files and the library, and let this process pass.

    Args:
        folder: holds the files of `FILES`; the environment's SE_EPHE_PATH should name it too.

    Raises:
        EphemerisError: UNAVAILABLE when a file is missing or altered, or when the library does not answer from it.
    """
    files = tuple(_verified(folder / name, digest) for name, digest in FILES.items())
    swisseph.set_ephe_path(str(folder))
    _THREAD.has_path = True
    _Door.pid = getpid()
    try:
        _self_test()
    except EphemerisError:
        _Door.pid = 0
        raise
    return OpenedEphemeris(str(swisseph.version), files)


def _verified(path: Path, digest: str) -> str:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise _unusable(f"The ephemeris file {path} cannot be read: {error.strerror}.") from error
    if found != digest:
        raise _unusable(f"The ephemeris file {path} is not the one expected: its SHA-256 is {found}, not {digest}.")
    return f"{path.name} sha256:{digest} (JPL DE{JPL_NUMBER})"


def _unusable(message: str) -> EphemerisError:
    return EphemerisError(
        ErrorCode.UNAVAILABLE,
        message,
        "Install xingpan-ephemeris 1.0.1 again, or set GRAHAQL_EPHEMERIS_DIR to a folder with sepl_18.se1 and semo_18.se1 "
        "of May 2026.",
    )


def _self_test() -> None:
    for jd_tt, body, longitude in _JPL_CHECKS:
        found = calc(jd_tt, body, 0)[0]
        if abs(found - longitude) > _JPL_TOLERANCE:
            raise _unusable(f"Body {body} stands at {found:.5f} on JD {jd_tt}, not at JPL's {longitude:.5f}.")
    calc(2451545.0, TRUE_NODE, 0)
    for kind, name in enumerate(FILES):
        used, _, _, number, *_ = swisseph.get_current_file_data(kind)
        if number != JPL_NUMBER or not used.endswith(name):
            raise _unusable(
                f"The library reads {used or 'no file'} (DE{number}) where {name} of DE{JPL_NUMBER} is wanted."
            )


def check_process() -> None:
    """Refuse a process that did not open the ephemeris itself.

    Raises:
        EphemerisError: INTERNAL in a forked child, or before `open_ephemeris`.
    """
    if _Door.pid != getpid():
        raise EphemerisError(
            ErrorCode.INTERNAL,
            f"Process {getpid()} did not open the ephemeris (process {_Door.pid} did).",
            "Start workers by exec, never by fork, and call open_ephemeris in each.",
        )


def calc(jd_tt: float, body: int, flags: int) -> Row:
    """Position and speed of a body.

    Args:
        jd_tt: Julian day, TT, within the files.
        body: the library's number.
        flags: NONUT, TRUEPOS, TOPOCTR, SIDEREAL, added to the Swiss Ephemeris with speed.

    Raises:
        EphemerisError: UNAVAILABLE when the answer would not come from the files.
    """
    if not _FIRST_ASKED <= jd_tt <= _LAST_ASKED:
        raise _unusable(f"JD {jd_tt} is outside the files.")
    try:
        answer = swisseph.calc(jd_tt, body, _BASE | flags)
    except swisseph.Error as error:
        raise _unusable(f"The Swiss Ephemeris refused body {body} on JD {jd_tt}: {error}.") from error
    if answer[1] & _MODEL_BITS != swisseph.FLG_SWIEPH:
        raise _unusable(f"Body {body} on JD {jd_tt} would come from a built-in model, not from the files.")
    row: Row = answer[0]
    return row


def place(latitude: float, longitude: float, altitude: float) -> None:
    """Stand the observer somewhere: for the TOPOCTR calls that follow without an await between."""
    swisseph.set_topo(longitude, latitude, altitude)


def set_ayanamsha(mode: int, epoch_jd: float, value: float) -> None:
    """Choose the ayanamsha for the calls that follow without an await between; epoch and value for mode 255 only."""
    swisseph.set_sid_mode(mode, epoch_jd, value)


def mean_ayanamsha(jd_tt: float, flags: int) -> float:
    """Degrees of the chosen ayanamsha, without nutation. Args: flags: TRUEPOS where positions are geometric."""
    value: float = swisseph.get_ayanamsa_ex(jd_tt, swisseph.FLG_SWIEPH | NONUT | flags)[1]
    return value


def nutation(jd_tt: float) -> Nutation:
    """True obliquity and nutation in longitude at an instant, degrees (IAU 2000B)."""
    row = swisseph.calc(jd_tt, swisseph.ECL_NUT, swisseph.FLG_SWIEPH)[0]
    return Nutation(row[0], row[2])


def right_ascension_of_midheaven(jd_ut: float, longitude: float, nutation: Nutation) -> float:
    """Degrees: local apparent sidereal time times 15. Args: longitude: geographic, east positive."""
    turned: float = swisseph.sidtime0(jd_ut, nutation.obliquity, nutation.longitude) * 15 + longitude
    return turned % 360


def angles(armc: float, latitude: float, obliquity: float, system: HouseSystem) -> Angles:
    """Tropical ascendant, midheaven and cusps.

    Args:
        armc: right ascension of the midheaven, degrees.
        latitude: geographic, degrees.
        obliquity: true obliquity, degrees.
        system: PORPHYRY, PLACIDUS or KOCH.

    Raises:
        HousesUndefinedError: PLACIDUS or KOCH beyond the polar circles.
    """
    try:
        cusps, points = swisseph.houses_armc(armc, latitude, obliquity, _HOUSE_LETTERS[system])
    except swisseph.Error as error:
        raise no_houses(latitude, system) from error
    return Angles(points[0], points[1], tuple(cusps[-12:]))


def sidereal_angles(jd_ut: float, latitude: float, longitude: float, flags: int, system: HouseSystem) -> Angles:
    """The library's own sidereal angles, for the `PROJECTED` ayanamshas. Raises: HousesUndefinedError as `angles`."""
    letter = _HOUSE_LETTERS[system]
    try:
        cusps, points = swisseph.houses_ex(jd_ut, latitude, longitude, letter, SIDEREAL | flags)
    except swisseph.Error as error:
        raise no_houses(latitude, system) from error
    return Angles(points[0], points[1], tuple(cusps[-12:]))


def no_houses(latitude: float, system: HouseSystem) -> HousesUndefinedError:
    """The error of a house system that has no cusps at a latitude."""
    return HousesUndefinedError(
        ErrorCode.HOUSES_UNDEFINED,
        f"{system.name} has no cusps at latitude {latitude}.",
        "Ask for SRIPATI, PORPHYRY, EQUAL_LAGNA_MIDDLE, EQUAL_LAGNA_BEGINS or WHOLE_SIGN there.",
        ("system",),
    )


def julian_day(year: int, month: int, day: int, hours: float) -> float:
    """Julian day of a date of the Gregorian calendar.

    >>> julian_day(2000, 1, 1, 12.0)
    2451545.0
    """
    jd: float = swisseph.julday(year, month, day, hours)
    return jd


def delta_t(jd_ut: float) -> float:
    """TT − UT1 in days by the library's own table and curves."""
    if not _THREAD.has_path:
        swisseph.set_ephe_path(
            None
        )  # the environment's: before a thread has one, the library refuses this question alone
        _THREAD.has_path = True
    answer = swisseph.deltat_ex(jd_ut, swisseph.FLG_SWIEPH)
    days: float = answer[0] if isinstance(answer, tuple) else answer
    return days


def utc_to_jd(year: int, month: int, day: int, hour: int, minute: int, second: float) -> tuple[float, float]:
    """Julian days TT and UT1 of an instant of UTC, by the library's leap seconds (from 1972)."""
    jd_tt, jd_ut = swisseph.utc_to_jd(year, month, day, hour, minute, second, swisseph.GREG_CAL)
    return jd_tt, jd_ut


def sidereal_time(jd_ut: float) -> float:
    """Greenwich apparent sidereal time in hours, 0 ≤ x < 24."""
    hours: float = swisseph.sidtime(jd_ut)
    return hours
