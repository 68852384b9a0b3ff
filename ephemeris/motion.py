"""Direct, retrograde, stationary: by the sidereal speed, and by where the speed is going."""

from __future__ import annotations

from ephemeris import swiss
from ephemeris.words import Graha, Motion

MEAN_MOTION = {
    Graha.MARS: 360 / 686.98,
    Graha.MERCURY: 360 / 365.256,
    Graha.JUPITER: 360 / 4332.59,
    Graha.VENUS: 360 / 365.256,
    Graha.SATURN: 360 / 10759.22,
    Graha.URANUS: 360 / 30688.5,
    Graha.NEPTUNE: 360 / 60182.0,
    Graha.PLUTO: 360 / 90560.0,
}
"""Mean motion seen from the Earth, degrees a day: sidereal periods of the NASA planetary fact sheets; Mercury and Venus
keep the Sun company."""

_STATIONARY = {graha: mean / 10 for graha, mean in MEAN_MOTION.items()}
_PROBE_DAYS = 0.5


def motion(graha: Graha, speed: float, jd_tt: float, flags: int) -> Motion:
    """How *graha* moves.

    Args:
        speed: sidereal, degrees a day.
        jd_tt: Julian day, TT.
        flags: how the position was asked of the Swiss Ephemeris; asked again half a day later when the graha is slow.
    """
    if graha in _STATIONARY and abs(speed) < _STATIONARY[graha]:
        return _turn(graha, jd_tt, flags)
    return Motion.RETROGRADE if speed < 0 else Motion.DIRECT


def _turn(graha: Graha, jd_tt: float, flags: int) -> Motion:
    body = swiss.BODIES[graha]
    speeding_up = swiss.calc(jd_tt + _PROBE_DAYS, body, flags)[3] > swiss.calc(jd_tt, body, flags)[3]
    return Motion.STATIONARY_DIRECT if speeding_up else Motion.STATIONARY_RETROGRADE
