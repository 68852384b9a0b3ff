"""What an error of the birth time changes: which signs, padas and vargas it puts in doubt, and how long a lagna holds."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ephemeris.angles import CIRCLE_UNITS, DEGREE_UNITS, NAKSHATRA_UNITS, PADA_UNITS, quantise
from ephemeris.frame import Frame
from ephemeris.moments import Instant
from ephemeris.roots import crossing
from ephemeris.sky import Horizon, angles
from ephemeris.varga_rules import SHODASHAVARGA
from ephemeris.vargas import lagna_parts
from ephemeris.words import DashaYear, Graha, HouseSystem, VargaVariant

TURN_SECONDS = 86_164.0905
"""A turn of the sphere: the mean sidereal day (IERS Conventions)."""

VIMSHOTTARI_YEARS = (7, 20, 6, 10, 7, 18, 16, 19, 17)
"""Years of the dasha of each star's lord, from Ashwini's, repeated three times: Brihat Parashara Hora Shastra 46."""

DASHA_YEAR_DAYS = {
    DashaYear.TRUE_SIDEREAL: 365.256364,
    DashaYear.MEAN_SIDEREAL: 365.256364,
    DashaYear.JULIAN: 365.25,
    DashaYear.GREGORIAN: 365.2425,
    DashaYear.TROPICAL: 365.24219,
    DashaYear.SAVANA: 360.0,
    DashaYear.LUNAR: 354.367,
}
"""Days of a dasha year; the Sun's own return is taken at its mean."""

_SPAN_TOLERANCE = 0.001
_DAY_SECONDS = 86_400


class Sensitivity(msgspec.Struct, frozen=True):
    """What may be another if the birth time is off by `within_seconds` either way."""

    within_seconds: int
    lagna: bool
    moon_nakshatra: bool
    padas: tuple[Graha, ...]
    varga_lagnas: tuple[int, ...]
    vimshottari_days: float


class LagnaSpan(msgspec.Struct, frozen=True):
    """Seconds since a lagna changed its sign and until it does."""

    seconds_before: float
    seconds_after: float


def sensitivity(frame: Frame, speeds: Sequence[float], within_seconds: int) -> Sensitivity:
    """What may change within so many seconds of the birth.

    Beyond the polar circles the lagna can jump to any sign: there every lagna is in doubt.

    Args:
        speeds: sidereal, degrees a day, in the order of the frame's bodies.
        within_seconds: 1 to 3600.
    """
    reached = [_reach(units, speed, within_seconds) for (_, units, _), speed in zip(frame.bodies, speeds, strict=True)]
    moon = reached[Graha.MOON]
    return Sensitivity(
        within_seconds,
        lagna=_lagna_in_doubt(frame, 1, within_seconds),
        moon_nakshatra=_crosses(moon, NAKSHATRA_UNITS),
        padas=tuple([body[0] for body, span in zip(frame.bodies, reached, strict=True) if _crosses(span, PADA_UNITS)]),
        varga_lagnas=tuple([n for n in SHODASHAVARGA if _lagna_in_doubt(frame, n, within_seconds)]),
        vimshottari_days=_vimshottari_days(frame, moon),
    )


def lagna_span(frame: Frame, division: int, variant: VargaVariant) -> LagnaSpan | None:
    """How long the lagna of a division has held its sign and will; None beyond the polar circles, where it can jump."""
    if is_polar(frame.horizon):
        return None
    back, ahead = lagna_parts(frame.lagna_units, division, variant)
    return LagnaSpan(
        round(_seconds_to_move(frame.horizon, back / DEGREE_UNITS, -1), 3),
        round(_seconds_to_move(frame.horizon, ahead / DEGREE_UNITS, 1), 3),
    )


def is_polar(horizon: Horizon) -> bool:
    """Whether the ecliptic can lie in the horizon at this latitude."""
    return abs(horizon.place.latitude) >= 90 - horizon.nutation.obliquity


def _lagna_at(horizon: Horizon, seconds: float) -> float:
    """The lagna *seconds* later, under the same ayanamsha: a projected one is asked by the instant, the others by armc."""
    days = seconds / _DAY_SECONDS
    turned = horizon._replace(
        instant=Instant(horizon.instant.jd_ut + days, horizon.instant.jd_tt + days),
        armc=(horizon.armc + seconds * 360 / TURN_SECONDS) % 360,
    )
    return angles(turned, HouseSystem.PORPHYRY).ascendant


def _moved(horizon: Horizon, seconds: float) -> float:
    """Degrees that the lagna moves in *seconds*, which may be negative: 0 ≤ x < 360 in the direction of time."""
    apart = _lagna_at(horizon, seconds) - _lagna_at(horizon, 0.0)
    return (apart if seconds > 0 else -apart) % 360


def _seconds_to_move(horizon: Horizon, degrees: float, direction: int) -> float:
    """Seconds of time until the lagna has moved so far. Only where `is_polar` says no: there it always moves forwards."""
    start = _lagna_at(horizon, 0.0)

    def short_of(seconds: float) -> float:
        return (direction * (_lagna_at(horizon, direction * seconds) - start)) % 360 - degrees

    return crossing(short_of, 1e-6, TURN_SECONDS - 1e-6, _SPAN_TOLERANCE) if degrees > 0 else 0.0


def _lagna_in_doubt(frame: Frame, division: int, seconds: int) -> bool:
    if is_polar(frame.horizon):
        return True
    variant = VargaVariant.PARASHARA if division == 1 else frame.settings.variant(division)
    back, ahead = lagna_parts(frame.lagna_units, division, variant)
    return quantise(_moved(frame.horizon, -seconds)) >= back or quantise(_moved(frame.horizon, seconds)) >= ahead


def _reach(units: int, speed: float, seconds: int) -> tuple[int, int]:
    """From where to where a body may stand."""
    way = round(abs(speed) * seconds / _DAY_SECONDS * DEGREE_UNITS)
    return units - way, units + way


def _crosses(span: tuple[int, int], step: int) -> bool:
    return span[0] // step != span[1] // step


def _vimshottari_days(frame: Frame, moon: tuple[int, int]) -> float:
    """The way of the Moon as a part of a star, times the years of the longest dasha it may begin."""
    stars = {units % CIRCLE_UNITS // NAKSHATRA_UNITS for units in moon}
    years = max(VIMSHOTTARI_YEARS[star % 9] for star in stars)
    return round((moon[1] - moon[0]) / 2 / NAKSHATRA_UNITS * years * DASHA_YEAR_DAYS[frame.settings.dasha_year], 3)
