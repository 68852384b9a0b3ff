"""Combustion: hidden in the Sun's light."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from ephemeris.angles import DEGREE_UNITS, PRINTED_UNITS, separation
from ephemeris.words import CombustionTable, Graha


class Orb(NamedTuple):
    """Degrees from the Sun within which a graha is combust, in forward and in backward motion."""

    direct: float
    retrograde: float


ORBS = {
    CombustionTable.SURYA_SIDDHANTA: {
        Graha.MOON: Orb(12.0, 12.0),
        Graha.MARS: Orb(17.0, 17.0),
        Graha.MERCURY: Orb(14.0, 12.0),
        Graha.JUPITER: Orb(11.0, 11.0),
        Graha.VENUS: Orb(10.0, 8.0),
        Graha.SATURN: Orb(15.0, 15.0),
    },
    CombustionTable.PYJHORA: {
        Graha.MOON: Orb(12.0, 12.0),
        Graha.MARS: Orb(17.0, 17.0),
        Graha.MERCURY: Orb(14.0, 12.0),
        Graha.JUPITER: Orb(10.0, 10.0),
        Graha.VENUS: Orb(11.0, 8.0),
        Graha.SATURN: Orb(15.0, 15.0),
    },
}
"""Surya Siddhanta 9.6-9 and 10.1; PyJHora's table as its program has it. An orb is closed: at its very end still combust."""


class Combustion(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Nearness to the Sun: degrees from it and the orb applied, 0 to 180."""

    combust: bool
    distance: float
    orb: float


def combustion(graha: Graha, units: int, sun: int, backwards: bool, table: CombustionTable) -> Combustion | None:
    """Whether the Sun hides *graha*; None for the Sun, the nodes and the outer three.

    Args:
        units, sun: longitudes in units of `ephemeris.angles`.
        backwards: whether it moves backwards.

    >>> combustion(Graha.VENUS, 0, 9 * DEGREE_UNITS, True, CombustionTable.SURYA_SIDDHANTA).combust
    False
    """
    orbs = ORBS[table].get(graha)
    if orbs is None:
        return None
    apart = separation(units, sun)
    orb = orbs.retrograde if backwards else orbs.direct
    return Combustion(apart <= orb * DEGREE_UNITS, apart // PRINTED_UNITS / 10**7, orb)
