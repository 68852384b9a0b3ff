"""The sky of one instant: where the bodies and the angles stand in the chosen sidereal zodiac.

The Swiss Ephemeris computes a sidereal longitude as a longitude of the mean equinox (NONUT) less the mean ayanamsha, so
the bodies are asked once, without nutation, and the ayanamsha is subtracted here; the angles are asked with nutation and
the true ayanamsha is subtracted. Equal to the library's own sidereal calls to 1e-6 of an arcsecond for every ayanamsha.
"""

from __future__ import annotations

from typing import NamedTuple

from ephemeris import swiss
from ephemeris.errors import HousesUndefinedError
from ephemeris.moments import Instant
from ephemeris.places import Place
from ephemeris.settings import Settings
from ephemeris.swiss import Angles, Nutation, Row
from ephemeris.words import Ayanamsha, AyanamshaNutation, Graha, HouseSystem, LunarNode, PositionKind, PositionOrigin

SIDEREAL_DEGREES_A_DAY = 360.98564736629
"""How far the sphere turns: mean sidereal rotation a day of UT1 (IERS Conventions)."""

_RATE_STEP = 0.001
"""Days between the two ayanamshas whose difference is its daily motion."""

_INNER = tuple(swiss.BODIES[graha] for graha in Graha if graha in swiss.BODIES and graha < Graha.RAHU)
_OUTER = tuple(swiss.BODIES[graha] for graha in Graha if graha > Graha.KETU)
_NODES = {LunarNode.MEAN_NODE: swiss.MEAN_NODE, LunarNode.TRUE_NODE: swiss.TRUE_NODE}
OWN_CUSPS = frozenset({HouseSystem.PLACIDUS, HouseSystem.KOCH})


class AyanamshaAt(NamedTuple):
    """An ayanamsha at an instant, degrees.

    `for_grahas` is what is taken from the library's longitudes of bodies, `motion` its daily motion, and `for_angles` what
    is taken from its angles: by the settings' nutation, and almost nothing where the library's own are sidereal already.
    """

    value: float
    with_nutation: float
    without_nutation: float
    motion: float
    for_grahas: float
    for_angles: float


class Horizon(NamedTuple):
    """The turned sphere above a place: all that angles and cusps of any system are found from.

    `armc` is the right ascension of the midheaven in degrees.
    """

    instant: Instant
    place: Place
    settings: Settings
    nutation: Nutation
    ayanamsha: AyanamshaAt
    armc: float


class Sky(NamedTuple):
    """Bodies in the order Sun to Saturn, Rahu, then Uranus to Pluto when asked; Ketu is opposite Rahu.

    `rows` are of the mean equinox of date, `longitudes` and `speeds` sidereal, `angles` sidereal with the cusps of the
    settings' chalit system. Degrees and degrees a day; longitudes may stand outside 0 to 360.
    """

    rows: tuple[Row, ...]
    longitudes: tuple[float, ...]
    speeds: tuple[float, ...]
    horizon: Horizon
    angles: Angles


def sky(instant: Instant, place: Place, settings: Settings, outer: bool = False) -> Sky:
    """The sky at an instant from a place.

    Args:
        outer: with Uranus, Neptune and Pluto.

    Raises:
        EphemerisError: when the files do not answer, or in a forked process.
    """
    swiss.check_process()
    jd_tt = instant.jd_tt
    nutation = swiss.nutation(jd_tt)
    ayanamsha = ayanamsha_at(jd_tt, settings, nutation)
    rows = _rows(instant, place, settings, outer, swiss.NONUT)
    projected = settings.ayanamsha in swiss.PROJECTED
    own = _rows(instant, place, settings, outer, swiss.SIDEREAL) if projected else rows
    shift, motion = ayanamsha.for_grahas, ayanamsha.motion
    armc = swiss.right_ascension_of_midheaven(instant.jd_ut, place.longitude, nutation)
    horizon = Horizon(instant, place, settings, nutation, ayanamsha, armc)
    return Sky(
        rows,
        tuple([row[0] - shift for row in own]),
        tuple([row[3] - motion for row in own]),
        horizon,
        angles(horizon, settings.chalit_system),
    )


def angles(horizon: Horizon, system: HouseSystem) -> Angles:
    """Sidereal lagna, midheaven and cusps, degrees that may stand outside 0 to 360.

    The cusps are those of Placidus or Koch when *system* is one of them, none where these do not exist (beyond the polar
    circles), and else Porphyry's.
    """
    asked = system if system in OWN_CUSPS else HouseSystem.PORPHYRY
    try:
        return _angles(horizon, asked)
    except HousesUndefinedError:
        return _angles(horizon, HouseSystem.PORPHYRY)._replace(cusps=())


def _angles(horizon: Horizon, system: HouseSystem) -> Angles:
    place, ayanamsha = horizon.place, horizon.ayanamsha
    if horizon.settings.ayanamsha in swiss.PROJECTED:
        choose_ayanamsha(horizon.settings)
        flags = flags_of(horizon.settings)
        found = swiss.sidereal_angles(horizon.instant.jd_ut, place.latitude, place.longitude, flags, system)
    else:
        found = swiss.angles(horizon.armc, place.latitude, horizon.nutation.obliquity, system)
    shift = ayanamsha.for_angles
    return Angles(found.ascendant - shift, found.midheaven - shift, tuple([cusp - shift for cusp in found.cusps]))


def ayanamsha_at(jd_tt: float, settings: Settings, nutation: Nutation) -> AyanamshaAt:
    """The settings' ayanamsha at an instant; zero where positions are tropical."""
    if settings.ayanamsha is Ayanamsha.TROPICAL:
        return AyanamshaAt(0.0, 0.0, 0.0, -_nutation_motion(jd_tt, nutation), -nutation.longitude, 0.0)
    flags = flags_of(settings)
    choose_ayanamsha(settings)
    mean = swiss.mean_ayanamsha(jd_tt, flags)
    if settings.ayanamsha in swiss.PROJECTED:
        taken, motion, for_angles = 0.0, 0.0, 0.0
    else:
        taken, for_angles = mean, mean + nutation.longitude
        motion = (mean - swiss.mean_ayanamsha(jd_tt - _RATE_STEP, flags)) / _RATE_STEP
    rule = settings.ayanamsha_nutation
    true = mean + nutation.longitude
    if rule is AyanamshaNutation.INCLUDED:
        return AyanamshaAt(true, true, mean, motion, taken, for_angles)
    if rule is AyanamshaNutation.EXCLUDED_FOR_LAGNA:
        return AyanamshaAt(true, true, mean, motion, taken, for_angles - nutation.longitude)
    motion -= _nutation_motion(jd_tt, nutation)
    return AyanamshaAt(mean, true, mean, motion, taken - nutation.longitude, for_angles - nutation.longitude)


def choose_ayanamsha(settings: Settings) -> None:
    """Tell the library the settings' ayanamsha, for the calls that follow without an await between."""
    custom = settings.custom_ayanamsha
    if custom is None:
        swiss.set_ayanamsha(settings.ayanamsha, 0.0, 0.0)
    else:
        swiss.set_ayanamsha(settings.ayanamsha, custom.epoch_jd, custom.value)


def _rows(instant: Instant, place: Place, settings: Settings, outer: bool, kind: int) -> tuple[Row, ...]:
    jd_tt = instant.jd_tt
    flags = kind | flags_of(settings)
    node = _NODES[settings.node], flags
    if settings.origin is PositionOrigin.TOPOCENTRIC:
        swiss.place(place.latitude, place.longitude + _unturned(instant), place.altitude)
        flags |= swiss.TOPOCTR
    calc = swiss.calc
    rows = [calc(jd_tt, body, flags) for body in _INNER]
    rows.append(calc(jd_tt, *node))
    if outer:
        rows += [calc(jd_tt, body, flags) for body in _OUTER]
    return tuple(rows)


def _unturned(instant: Instant) -> float:
    """Degrees by which the Earth has turned beyond what the library believes, whose topocentric calls have TT alone and
    its own Delta T; from 2022 it lags behind what was observed (`ephemeris.delta_t`)."""
    return (instant.jd_ut - (instant.jd_tt - swiss.delta_t(instant.jd_tt))) * SIDEREAL_DEGREES_A_DAY


def flags_of(settings: Settings) -> int:
    """How the settings' positions are asked of the library, beside the kind of longitude."""
    return swiss.TRUEPOS if settings.positions is PositionKind.GEOMETRIC else 0


def _nutation_motion(jd_tt: float, nutation: Nutation) -> float:
    return (nutation.longitude - swiss.nutation(jd_tt - _RATE_STEP).longitude) / _RATE_STEP
