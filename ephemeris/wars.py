"""Planetary war (graha yuddha): two of the five star-like grahas within a degree of longitude."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import msgspec

from ephemeris.angles import CIRCLE_UNITS, DEGREE_UNITS, PRINTED_UNITS, separation
from ephemeris.words import Graha, WarRule

WARRIORS = (Graha.MARS, Graha.MERCURY, Graha.JUPITER, Graha.VENUS, Graha.SATURN)

DIAMETERS_KM = {
    Graha.MARS: 6792,
    Graha.MERCURY: 4879,
    Graha.JUPITER: 142984,
    Graha.VENUS: 12104,
    Graha.SATURN: 120536,
}
"""Equatorial diameters, NASA planetary fact sheets."""


class GrahaWar(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A war: winner, loser, and the degrees of longitude between them, 0 to 1."""

    winner: Graha
    loser: Graha
    distance: float


def wars(
    units: Sequence[int], latitudes: Sequence[float], distances: Sequence[float], rule: WarRule
) -> tuple[GrahaWar, ...]:
    """All wars, in the order of the grahas.

    Args:
        units: longitudes indexed by graha, in units of `ephemeris.angles`.
        latitudes: ecliptic, degrees.
        distances: astronomical units.
    """
    found = []
    if not _any_close(sorted([units[graha] for graha in WARRIORS])):
        return ()
    for a, b in combinations(WARRIORS, 2):
        apart = separation(units[a], units[b])
        if apart <= DEGREE_UNITS:
            winner, loser = _ranked(a, b, latitudes, distances, rule)
            found.append(GrahaWar(winner, loser, apart // PRINTED_UNITS / 10**7))
    return tuple(found)


def _any_close(ascending: Sequence[int]) -> bool:
    turned = (*ascending[1:], ascending[0] + CIRCLE_UNITS)
    return min([b - a for a, b in zip(ascending, turned, strict=True)]) <= DEGREE_UNITS


def _ranked(
    a: Graha, b: Graha, latitudes: Sequence[float], distances: Sequence[float], rule: WarRule
) -> tuple[Graha, Graha]:
    if rule is WarRule.NORTHERN:
        return (a, b) if latitudes[a] >= latitudes[b] else (b, a)
    discs = [DIAMETERS_KM[graha] / distances[graha] for graha in (a, b)]
    return (a, b) if discs[0] >= discs[1] else (b, a)
