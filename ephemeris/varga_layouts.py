"""Rules of `ephemeris.varga_rules` computed: in which sign of a varga each part of the zodiac falls."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from ephemeris.angles import RASHI_UNITS
from ephemeris.varga_charts import RASHIS
from ephemeris.varga_rules import (
    Alternate,
    Composed,
    Construction,
    EvenReversed,
    FromItself,
    FromRashi,
    Turn,
    checked_rule,
)
from ephemeris.words import Rashi, VargaVariant


class Layout(NamedTuple):
    """A rule computed: the varga's sign of each part from the first of Aries, and in which D1 signs degrees reverse."""

    rashis: tuple[Rashi, ...]
    reversed_in: tuple[bool, ...]


def lagna_parts(lagna_units: int, division: int, variant: VargaVariant) -> tuple[int, int]:
    """Units of longitude from the lagna back to where its sign in a division began and ahead to where it ends.

    >>> lagna_parts(RASHI_UNITS // 9 + 1, 9, VargaVariant.PARASHARA)
    (1, 277199999999)
    """
    rashis = layout_of(division, variant).rashis
    here = lagna_units * division // RASHI_UNITS
    first = here
    while rashis[first - 1] is rashis[here] and here - first < len(rashis):
        first -= 1
    after = here + 1
    while rashis[after % len(rashis)] is rashis[here] and after - first < len(rashis):
        after += 1
    return lagna_units - first * RASHI_UNITS // division, after * RASHI_UNITS // division - lagna_units


@cache
def layout_of(division: int, variant: VargaVariant) -> Layout:
    """The layout of a division. Raises: ChartError as `checked_rule`."""
    row = checked_rule(division, variant)
    return Layout(
        tuple(
            RASHIS[_sign(row.construction, division, sign, part) % 12] for sign in range(12) for part in range(division)
        ),
        tuple(_runs_backwards(row.construction, sign) for sign in range(12)),
    )


def _sign(construction: Construction, division: int, sign: int, part: int) -> int:
    """The number of the varga's sign, not yet brought into 0 to 11; *sign* and *part* count from 0."""
    match construction:
        case Turn(signs):
            return signs[(sign * division + part) % len(signs)]
        case FromRashi(starts, steps):
            return starts[sign % len(starts)] + part * steps[sign % len(steps)]
        case FromItself(houses, steps):
            return sign + houses[sign % len(houses)] - 1 + part * steps[sign % len(steps)]
        case EvenReversed(of):
            return _sign(of, division, sign, division - 1 - part if sign % 2 else part)
        case Alternate():
            run = sign // 2 * division + part
            return -1 - run if sign % 2 else run
        case Composed(inner, outer):
            between = layout_of(inner, VargaVariant.PARASHARA).rashis[sign * inner + part // outer]
            return layout_of(outer, VargaVariant.PARASHARA).rashis[between * outer + part % outer]


def _runs_backwards(construction: Construction, sign: int) -> bool:
    match construction:
        case FromRashi(_, steps) | FromItself(_, steps):
            return steps[sign % len(steps)] < 0
        case EvenReversed() | Alternate():
            return sign % 2 == 1
        case _:
            return False
