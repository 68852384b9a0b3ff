"""Divisional charts as values: where everything stands in one, and the houses that are read from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

import msgspec

from ephemeris.angles import RASHI_UNITS
from ephemeris.dignities import RASHI_LORDS
from ephemeris.frame import Body, Frame
from ephemeris.lazy import lazy
from ephemeris.lords import lords
from ephemeris.words import CoLordRule, Dignity, Graha, Rashi, Reference, VargaVariant

RASHIS = tuple(Rashi)
BHAVAS = tuple(tuple((rashi - lagna) % 12 + 1 for rashi in Rashi) for lagna in Rashi)
"""The house of a sign, by the lagna and the sign."""

CENTRES = {Reference.MOON: Graha.MOON, Reference.SUN: Graha.SUN}


class NatalLongitudes(Protocol):
    """What a varga needs of a natal chart."""

    @property
    def lagna_units(self) -> int:
        """The lagna's longitude."""

    @property
    def bodies(self) -> Sequence[Body]:
        """In the order of Graha: Sun to Ketu, then the outer three when asked."""


class Longitudes(NamedTuple):
    """A natal chart reduced to its longitudes in units."""

    lagna_units: int
    bodies: Sequence[Body]


class InRashi:
    """What follows from standing in a sign."""

    __slots__ = ()

    rashi: Rashi
    units: int
    frame: BoundVarga

    @property
    def rashi_number(self) -> int:
        """1 (Aries) to 12."""
        return self.rashi + 1

    @property
    def rashi_lord(self) -> Graha:
        """Lord of the sign, by the rule of co-lords."""
        return self.frame.lords[self.rashi]

    @property
    def longitude_units(self) -> int:
        """Sign and degree in one number, for text formats that name the sign."""
        return self.rashi * RASHI_UNITS + self.units


class VargaFrame:
    """What the parts of one varga look up in the whole. Never on the wire: msgspec refuses to encode it."""

    def __init__(self, natal: Frame, chart: Varga) -> None:
        self.natal = natal
        self.division = chart.division
        self.variant = chart.variant
        self.lagna_rashi = chart.lagna.rashi
        self.rashis = tuple([placement.rashi for placement in chart.placements])
        self.lords = _lords_in(chart, natal.settings.co_lords)

    @lazy
    def key(self) -> str:
        """Names the varga in ids."""
        return f"{self.natal.key}.{self.division}.{self.variant.name}"

    def bhava(self, rashi: Rashi, reference: Reference) -> int:
        """The house, 1 to 12, that *rashi* is in this chart, counted from *reference*."""
        return BHAVAS[self.first_rashi(reference)][rashi]

    def first_rashi(self, reference: Reference) -> Rashi:
        """The sign in this chart of the lagna, the Moon or the Sun."""
        return self.lagna_rashi if reference is Reference.LAGNA else self.rashis[CENTRES[reference]]


if TYPE_CHECKING:
    BoundVarga = VargaFrame
else:
    BoundVarga = Any  # what msgspec may decode nil into


class VargaLagna(InRashi, msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The rising point in a division.

    `units` is the same as `degree_in_rashi`, exactly; `part` counts from 1 in the D1 sign.
    """

    rashi: Rashi
    degree_in_rashi: float
    units: int
    part: int
    same_as_natal: bool
    frame: BoundVarga = cast("VargaFrame", None)


class VargaPlacement(InRashi, msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A graha in a division.

    `units` is the same as `degree_in_rashi`, exactly; `part` counts from 1 in the D1 sign; `bhava` from this chart's
    lagna, by sign.
    """

    graha: Graha
    rashi: Rashi
    degree_in_rashi: float
    units: int
    part: int
    bhava: int
    dignity: Dignity | None
    same_as_natal: bool
    retrograde: bool
    frame: BoundVarga = cast("VargaFrame", None)


class Varga(msgspec.Struct, frozen=True, array_like=True):
    """A divisional chart, placements in the order of the natal bodies."""

    division: int
    variant: VargaVariant
    lagna: VargaLagna
    placements: tuple[VargaPlacement, ...]
    frame: BoundVarga = cast("VargaFrame", None)

    @property
    def code(self) -> str:
        """D9."""
        return f"D{self.division}"


class VargaBhava(msgspec.Struct, frozen=True):
    """A house of a division, which is a sign; `present` are its grahas by degree, the outer three among them."""

    number: int
    rashi: Rashi
    present: tuple[Graha, ...]
    reference: Reference
    frame: BoundVarga

    @property
    def rashi_number(self) -> int:
        """1 (Aries) to 12."""
        return self.rashi + 1

    @property
    def lord(self) -> Graha:
        """Lord of the sign, by the rule of co-lords."""
        return self.frame.lords[self.rashi]

    def occupants(self, outer: bool = False) -> tuple[Graha, ...]:
        """Who is in it, by degree, with or without Uranus, Neptune and Pluto."""
        return self.present if outer else tuple(graha for graha in self.present if graha <= Graha.KETU)


def _lords_in(chart: Varga, rule: CoLordRule) -> tuple[Graha, ...]:
    """Lords indexed by sign; of co-lords the one that is the stronger in this chart, so that D1's are the natal ones."""
    if rule is CoLordRule.SINGLE:
        return RASHI_LORDS
    return lords([placement.longitude_units for placement in chart.placements], rule)
