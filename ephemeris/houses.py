"""Bhavas by degrees: where each begins, its middle and its end, for every house system.

Only Placidus and Koch need cusps from the Swiss Ephemeris; the others follow from lagna and midheaven.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from ephemeris.angles import CIRCLE_UNITS, RASHI_UNITS
from ephemeris.words import HouseSystem

_HALF_RASHI = RASHI_UNITS // 2


class Houses(NamedTuple):
    """Twelve houses in units of `ephemeris.angles`: beginnings and middles; a house ends where the next begins."""

    system: HouseSystem
    starts: tuple[int, ...]
    middles: tuple[int, ...]
    offsets: tuple[int, ...]
    """Beginnings counted from the first."""

    def house_of(self, units: int) -> int:
        """The house, 1 to 12, of a longitude."""
        return bisect_right(self.offsets, (units - self.starts[0]) % CIRCLE_UNITS)

    @property
    def cusps(self) -> tuple[int, ...]:
        """What the system calls the cusps: the middles where the lagna is a middle, else the beginnings."""
        return self.middles if self.system in CUSPS_ARE_MIDDLES else self.starts


CUSPS_ARE_MIDDLES = frozenset({HouseSystem.SRIPATI, HouseSystem.EQUAL_LAGNA_MIDDLE})


def houses(system: HouseSystem, lagna: int, midheaven: int, cusps: Sequence[int]) -> Houses | None:
    """The houses of a system, or None where it has none (no cusps: Placidus and Koch beyond the polar circles).

    Args:
        lagna, midheaven: units of longitude.
        cusps: for PLACIDUS and KOCH the library's twelve, in units; ignored by the other systems.

    >>> houses(HouseSystem.WHOLE_SIGN, 5, 0, ()).starts[1] == RASHI_UNITS
    True
    """
    return _BUILDERS[system](system, lagna, midheaven, cusps)


def _made(system: HouseSystem, starts: tuple[int, ...], middles: tuple[int, ...]) -> Houses:
    first = starts[0]
    return Houses(system, starts, middles, tuple([(start - first) % CIRCLE_UNITS for start in starts]))


def _equal(system: HouseSystem, first: int) -> Houses:
    starts = tuple([(first + k * RASHI_UNITS) % CIRCLE_UNITS for k in range(12)])
    return _made(system, starts, tuple([(start + _HALF_RASHI) % CIRCLE_UNITS for start in starts]))


def _whole_sign(system: HouseSystem, lagna: int, _midheaven: int, _cusps: Sequence[int]) -> Houses:
    return _equal(system, lagna - lagna % RASHI_UNITS)


def _equal_middle(system: HouseSystem, lagna: int, _midheaven: int, _cusps: Sequence[int]) -> Houses:
    return _equal(system, lagna - _HALF_RASHI)


def _equal_begins(system: HouseSystem, lagna: int, _midheaven: int, _cusps: Sequence[int]) -> Houses:
    return _equal(system, lagna)


def _sripati(system: HouseSystem, lagna: int, midheaven: int, _cusps: Sequence[int]) -> Houses:
    middles = _porphyry_cusps(lagna, midheaven)
    return _made(system, _between((middles[-1], *middles)), middles)


def _porphyry(system: HouseSystem, lagna: int, midheaven: int, _cusps: Sequence[int]) -> Houses:
    starts = _porphyry_cusps(lagna, midheaven)
    return _made(system, starts, _between((*starts, starts[0])))


def _given(system: HouseSystem, _lagna: int, _midheaven: int, cusps: Sequence[int]) -> Houses | None:
    starts = tuple(cusps)
    return _made(system, starts, _between((*starts, starts[0]))) if starts else None


def _porphyry_cusps(lagna: int, midheaven: int) -> tuple[int, ...]:
    """Each quadrant in three equal parts: the eastern one from the midheaven to the lagna, the next on to the nadir."""
    east = (lagna - midheaven) % CIRCLE_UNITS
    north = CIRCLE_UNITS // 2 - east
    eastern = (midheaven, midheaven + east // 3, midheaven + 2 * east // 3)
    northern = (lagna, lagna + north // 3, lagna + 2 * north // 3)
    above = [cusp % CIRCLE_UNITS for cusp in (*eastern, *northern)]
    opposite = [(cusp + CIRCLE_UNITS // 2) % CIRCLE_UNITS for cusp in above]
    return (*above[3:], *opposite, *above[:3])


def _between(points: Sequence[int]) -> tuple[int, ...]:
    return tuple([(a + (b - a) % CIRCLE_UNITS // 2) % CIRCLE_UNITS for a, b in pairwise(points)])


_BUILDERS: dict[HouseSystem, Callable[[HouseSystem, int, int, Sequence[int]], Houses | None]] = {
    HouseSystem.WHOLE_SIGN: _whole_sign,
    HouseSystem.EQUAL_LAGNA_MIDDLE: _equal_middle,
    HouseSystem.EQUAL_LAGNA_BEGINS: _equal_begins,
    HouseSystem.SRIPATI: _sripati,
    HouseSystem.PORPHYRY: _porphyry,
    HouseSystem.PLACIDUS: _given,
    HouseSystem.KOCH: _given,
}
