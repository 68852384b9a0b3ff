"""How fast an operation is: births a second lately, and the seconds that are left."""

from __future__ import annotations

import math

HALF_LIFE_SECONDS = 10.0
"""After which a birth counts half: long enough to be steady over chunks, short enough to show a change."""

_TAU = HALF_LIFE_SECONDS / math.log(2)


def rate(pulse: float, pulse_age: float, running: float) -> float:
    """Births a second, 0 or more.

    Args:
        pulse: the births counted, each halved once in ten seconds.
        pulse_age: seconds since they were counted.
        running: seconds since the operation began: in its first seconds there is less to count.

    >>> rate(1000.0, 0.0, 1.0) > 1000 > rate(1000.0, 0.0, 60.0)
    True
    """
    if running <= 0:
        return 0.0
    return pulse * math.exp(-max(0.0, pulse_age) / _TAU) / (_TAU * -math.expm1(-running / _TAU))


def seconds_left(births: int, births_per_second: float) -> float | None:
    """Seconds until so many births are done; None while nobody knows.

    >>> seconds_left(500, 250.0), seconds_left(0, 0.0), seconds_left(500, 0.0)
    (2.0, 0.0, None)
    """
    if births == 0:
        return 0.0
    return births / births_per_second if births_per_second > 1e-9 else None
