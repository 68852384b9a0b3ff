"""From an instant, a place and the conventions to the natal chart."""

from __future__ import annotations

from collections.abc import Sequence
from math import asin, atan2, cos, degrees, radians, sin, tan
from typing import NamedTuple

from ephemeris.angles import (
    CIRCLE_UNITS,
    PADA_UNITS,
    nakshatra_of,
    quantise,
    rashi_of,
    shown,
)
from ephemeris.chart import GrahaPosition, Lagna, NatalChart, bind
from ephemeris.combustion import combustion
from ephemeris.dignities import natal_dignities
from ephemeris.moments import Instant
from ephemeris.motion import motion
from ephemeris.places import Place
from ephemeris.settings import Settings
from ephemeris.sky import SIDEREAL_DEGREES_A_DAY, Horizon, Sky, flags_of, sky
from ephemeris.wars import wars
from ephemeris.words import Dignity, Graha, LunarNode, NodeRetrograde

SIDEREAL_DEGREES_A_SECOND = SIDEREAL_DEGREES_A_DAY / 86_400
"""How fast the sphere turns, by a second of UT1."""

_NODES = frozenset({Graha.RAHU, Graha.KETU})
_ASKED = {
    False: tuple(graha for graha in Graha if graha < Graha.KETU),
    True: tuple(graha for graha in Graha if graha is not Graha.KETU),
}
"""The grahas that the sky has rows for, without and with the outer three."""


class _Body(NamedTuple):
    """A graha before it is judged: units of longitude; degrees, astronomical units, degrees a day."""

    graha: Graha
    units: int
    latitude: float
    distance: float
    speed: float
    tropical: float


def natal_chart(instant: Instant, place: Place, settings: Settings, outer: bool = False) -> NatalChart:
    """The natal chart, not yet bound: as it travels.

    Args:
        outer: with Uranus, Neptune and Pluto.

    Raises:
        EphemerisError: when the files do not answer, or in a forked process.
    """
    found = sky(instant, place, settings, outer)
    lagna = _lagna(found)
    midheaven = quantise(found.angles.midheaven)
    cusps = tuple([quantise(cusp) for cusp in found.angles.cusps])
    bodies = _bodies(found, outer)
    grahas = _positions(bodies, lagna, found.horizon)
    fought = wars(*_columns(bodies), settings.war_rule)
    horizon = found.horizon
    return NatalChart(lagna, midheaven, cusps, grahas, fought, horizon.nutation, horizon.ayanamsha, horizon.armc)


def chart(instant: Instant, place: Place, settings: Settings, outer: bool = False) -> NatalChart:
    """The natal chart, bound and ready to be read. Arguments and errors as `natal_chart`."""
    return bind(natal_chart(instant, place, settings, outer), instant, place, settings)


def _lagna(found: Sky) -> Lagna:
    units = quantise(found.angles.ascendant)
    return Lagna(
        units,
        *shown(units),
        rashi_of(units),
        nakshatra_of(units),
        units // PADA_UNITS % 4 + 1,
        round(lagna_rate(found.horizon), 7),
    )


def lagna_rate(horizon: Horizon) -> float:
    """Degrees of lagna a second of time: the derivative of the ascendant by the right ascension of the midheaven."""
    theta, epsilon, phi = (radians(x) for x in (horizon.armc, horizon.nutation.obliquity, horizon.place.latitude))
    x = sin(theta) * cos(epsilon) + tan(phi) * sin(epsilon)
    y = cos(theta)
    return (cos(epsilon) + tan(phi) * sin(epsilon) * sin(theta)) / (x * x + y * y) * SIDEREAL_DEGREES_A_SECOND


def _bodies(found: Sky, outer: bool) -> list[_Body]:
    """Sun to Ketu, then the outer three; Ketu is opposite Rahu in all."""
    nutation = found.horizon.nutation.longitude
    bodies = [
        _Body(graha, quantise(longitude), row[1], row[2], speed, row[0] + nutation)
        for graha, row, longitude, speed in zip(_ASKED[outer], found.rows, found.longitudes, found.speeds, strict=True)
    ]
    bodies.insert(Graha.KETU, _opposite(bodies[Graha.RAHU]))
    return bodies


def _opposite(rahu: _Body) -> _Body:
    units = (rahu.units + CIRCLE_UNITS // 2) % CIRCLE_UNITS
    return _Body(Graha.KETU, units, -rahu.latitude, rahu.distance, rahu.speed, rahu.tropical + 180)


def _columns(bodies: Sequence[_Body]) -> tuple[list[int], list[float], list[float]]:
    _, units, latitudes, distances, *_ = zip(*bodies, strict=True)
    return list(units), list(latitudes), list(distances)


class _Around(NamedTuple):
    """What a graha is judged by: the chart around it, and sine and cosine of the obliquity."""

    lagna: int
    sun: int
    settings: Settings
    jd_tt: float
    flags: int
    sine: float
    cosine: float


def _positions(bodies: Sequence[_Body], lagna: Lagna, horizon: Horizon) -> tuple[GrahaPosition, ...]:
    obliquity = radians(horizon.nutation.obliquity)
    settings, jd_tt = horizon.settings, horizon.instant.jd_tt
    flags, sine, cosine = flags_of(settings), sin(obliquity), cos(obliquity)
    around = _Around(lagna.rashi, bodies[0].units, settings, jd_tt, flags, sine, cosine)
    dignities = natal_dignities([body.units for body in bodies], settings.node_dignity)
    return tuple([_position(body, dignity, around) for body, dignity in zip(bodies, dignities, strict=True)])


def _position(body: _Body, dignity: Dignity | None, around: _Around) -> GrahaPosition:
    graha, units, latitude, distance, speed, tropical = body
    settings = around.settings
    moved = motion(graha, speed, around.jd_tt, around.flags)
    rashi = rashi_of(units)
    right_ascension, declination = _equatorial(tropical, latitude, around)
    return GrahaPosition(
        graha,
        units,
        *shown(units),
        rashi,
        nakshatra_of(units),
        units // PADA_UNITS % 4 + 1,
        round(latitude, 7),
        None if graha in _NODES and settings.node is LunarNode.MEAN_NODE else round(distance, 9),
        round(speed, 7),
        declination,
        right_ascension,
        (rashi - around.lagna) % 12 + 1,
        moved,
        speed < 0 or (graha in _NODES and settings.node_retrograde is NodeRetrograde.ALWAYS),
        combustion(graha, units, around.sun, speed < 0, settings.combustion),
        dignity,
    )


def _equatorial(longitude: float, latitude: float, around: _Around) -> tuple[float, float]:
    """Right ascension and declination, degrees, of a point of the true ecliptic of date."""
    along, above = radians(longitude), radians(latitude)
    sine = sin(along)
    declination = asin(sin(above) * around.cosine + cos(above) * around.sine * sine)
    right_ascension = atan2(sine * around.cosine - tan(above) * around.sine, cos(along))
    return round(degrees(right_ascension) % 360, 7) % 360, round(degrees(declination), 7)
