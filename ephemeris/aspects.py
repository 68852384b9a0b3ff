"""Drishti: which houses a graha sees, and which signs see each other."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ephemeris.words import Graha, NodeAspects, Rashi

GRAHA_DRISHTI = {
    Graha.SUN: (7,),
    Graha.MOON: (7,),
    Graha.MARS: (4, 7, 8),
    Graha.MERCURY: (7,),
    Graha.JUPITER: (5, 7, 9),
    Graha.VENUS: (7,),
    Graha.SATURN: (3, 7, 10),
}
"""Houses fully seen, counted from the graha's own as 1: Brihat Parashara Hora Shastra 26."""

NODE_DRISHTI = {NodeAspects.SEVENTH: (7,), NodeAspects.FIVE_SEVEN_NINE: (5, 7, 9), NodeAspects.NONE: ()}
"""The same of Rahu and Ketu, by the setting: sources differ."""

_ALL = {rule: (*GRAHA_DRISHTI.values(), counts, counts) for rule, counts in NODE_DRISHTI.items()}
_NINE = tuple(graha for graha in Graha if graha <= Graha.KETU)
_MEMBERS = tuple(tuple(graha for graha in _NINE if mask >> graha & 1) for mask in range(1 << len(_NINE)))


class GrahaAspect(msgspec.Struct, frozen=True, gc=False):
    """A look: who, at which graha (None at an empty house), at which house from the lagna, and as which count."""

    from_: Graha
    to: Graha | None
    bhava: int
    count: int


class RashiAspect(msgspec.Struct, frozen=True, gc=False):
    """A sign that sees another."""

    from_: Rashi
    to: Rashi


def looks(graha: Graha, rule: NodeAspects) -> tuple[int, ...]:
    """Counts of the houses that *graha* sees; none for the outer three.

    >>> looks(Graha.SATURN, NodeAspects.NONE)
    (3, 7, 10)
    """
    return _ALL[rule][graha] if graha <= Graha.KETU else ()


def seers(rashis: Sequence[Rashi], rule: NodeAspects) -> tuple[tuple[Graha, ...], ...]:
    """For each of the twelve signs the grahas that see it. Args: rashis: signs of Sun to Ketu."""
    masks = [0] * 12
    for graha, counts in zip(_NINE, _ALL[rule], strict=True):
        rashi = rashis[graha]
        for count in counts:
            masks[(rashi + count - 1) % 12] |= 1 << graha
    return tuple([_MEMBERS[mask] for mask in masks])


def graha_aspects(
    rashis: Sequence[Rashi], occupants: Sequence[Sequence[Graha]], lagna: Rashi, rule: NodeAspects
) -> tuple[GrahaAspect, ...]:
    """Every full look, by graha and count; one for each of the nine in the house, or one at the empty house.

    Args:
        rashis: signs of Sun to Ketu.
        occupants: grahas in each of the twelve signs.
    """
    found = []
    nobody: list[Graha | None] = [None]
    targets = [[other for other in inside if other <= Graha.KETU] or nobody for inside in occupants]
    for graha, counts in zip(_NINE, _ALL[rule], strict=True):
        for count in counts:
            seen = (rashis[graha] + count - 1) % 12
            bhava = (seen - lagna) % 12 + 1
            for other in targets[seen]:
                found.append(GrahaAspect(graha, other, bhava, count))  # noqa: PERF401  the loop is the fast form here
    return tuple(found)


def _sees(a: Rashi, b: Rashi) -> bool:
    """Movable signs see the fixed ones but the next, fixed ones the movable ones but the one before, dual ones the dual."""
    quality, other, ahead = a % 3, b % 3, (b - a) % 12
    if quality == 0:
        return other == 1 and ahead != 1
    if quality == 1:
        return other == 0 and ahead != 11
    return other == 2 and ahead != 0


RASHI_DRISHTI = tuple(RashiAspect(a, b) for a in Rashi for b in Rashi if _sees(a, b))
"""Which signs see each other: Jaimini Upadesha Sutra 1.1.2, Brihat Parashara Hora Shastra 8. Thirty-six looks."""
