"""Houses of a chart: by rashi, from whichever point they are counted, and by degrees (chalit)."""

from __future__ import annotations

import msgspec

from ephemeris.angles import RASHI_UNITS, longitude_degrees
from ephemeris.frame import Bound, Frame
from ephemeris.words import Graha, HouseSystem, Rashi, Reference

_RASHIS = tuple(Rashi)


class Bhava(msgspec.Struct, frozen=True):
    """A house by rashi. `reference` is where the houses were counted from, `first` the sign of the first of them."""

    number: int
    rashi: Rashi
    reference: Reference
    first: Rashi
    frame: Bound

    @property
    def rashi_number(self) -> int:
        """1 (Aries) to 12."""
        return self.rashi + 1

    @property
    def lord(self) -> Graha:
        """Its lord."""
        return self.frame.lords[self.rashi]

    @property
    def lord_bhava(self) -> int:
        """The house its lord is in."""
        frame = self.frame
        return (frame.rashis[frame.lords[self.rashi]] - self.first) % 12 + 1

    @property
    def occupants(self) -> tuple[Graha, ...]:
        """Who is in it, by rising degree; the outer three too where the chart has them."""
        return self.frame.occupants[self.rashi]

    @property
    def aspected_by(self) -> tuple[Graha, ...]:
        """Who sees it."""
        return self.frame.seers[self.rashi]


class ChalitBhava(msgspec.Struct, frozen=True):
    """A house by degrees: sidereal longitudes of beginning, middle and end, and the sign of its cusp."""

    number: int
    start: float
    middle: float
    end: float
    cusp_rashi: Rashi
    occupants: tuple[Graha, ...]


class Chalit(msgspec.Struct, frozen=True):
    """Houses by degrees."""

    system: HouseSystem
    cusps: tuple[ChalitBhava, ...]


def bhavas(frame: Frame, reference: Reference = Reference.LAGNA) -> tuple[Bhava, ...]:
    """Twelve houses by rashi, counted from *reference*."""
    first = frame.first_rashi(reference)
    return tuple([Bhava(k + 1, _RASHIS[(first + k) % 12], reference, first, frame) for k in range(12)])


def chalit(frame: Frame, system: HouseSystem | None = None) -> Chalit | None:
    """Houses by degrees, by the settings' system when None; None where the system has none at this latitude."""
    found = frame.houses(system)
    if found is None:
        return None
    starts, middles = ([longitude_degrees(units) for units in points] for points in (found.starts, found.middles))
    rows = zip(starts, middles, (*starts[1:], starts[0]), found.cusps, frame.occupants_of(found), strict=True)
    return Chalit(
        found.system,
        tuple(
            [
                ChalitBhava(k, start, middle, end, _RASHIS[cusp // RASHI_UNITS], inside)
                for k, (start, middle, end, cusp, inside) in enumerate(rows, 1)
            ]
        ),
    )
