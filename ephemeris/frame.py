"""What the parts of one chart look up in the whole: who sees them, which houses they own, where the houses begin.

A part of a chart travels alone (its `frame` is nil on the wire); `ephemeris.chart.bind` joins parts and whole once, before
anybody sees the chart.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ephemeris.angles import CIRCLE_UNITS, RASHI_UNITS, quantise, rashi_of
from ephemeris.aspects import seers
from ephemeris.houses import Houses, houses
from ephemeris.lazy import lazy
from ephemeris.lords import lords
from ephemeris.settings import Settings
from ephemeris.sky import OWN_CUSPS, Horizon, angles
from ephemeris.words import Graha, HouseSystem, Rashi, Reference

Body = tuple[Graha, int, bool]
"""A graha, its longitude in units and whether it is marked retrograde."""


class Frame:
    """The whole that the parts of one chart look things up in. Never on the wire: msgspec refuses to encode it.

    Args:
        key: names the chart in ids; says nothing about the birth.
        local: the instant in the birth's own offset, for answers that are told in it.
        lagna_units, midheaven_units, cusps: units of longitude; cusps only where the chalit system has its own.
        bodies: Sun to Ketu, then the outer three where the chart has them.
    """

    def __init__(
        self,
        key: str,
        local: datetime,
        horizon: Horizon,
        lagna_units: int,
        midheaven_units: int,
        cusps: Sequence[int],
        bodies: Sequence[Body],
    ) -> None:
        self.key = key
        self.local = local
        self.horizon = horizon
        self.lagna_units = lagna_units
        self.midheaven_units = midheaven_units
        self.cusps = cusps
        self.bodies = bodies

    @property
    def settings(self) -> Settings:
        """The conventions of the chart."""
        return self.horizon.settings

    @lazy
    def units(self) -> tuple[int, ...]:
        """Longitudes indexed by graha."""
        return tuple([units for _, units, _ in self.bodies])

    @lazy
    def rashis(self) -> tuple[Rashi, ...]:
        """Signs indexed by graha."""
        return tuple([rashi_of(units) for _, units, _ in self.bodies])

    @lazy
    def lords(self) -> tuple[Graha, ...]:
        """Lords indexed by sign, by the rule of co-lords."""
        return lords(self.units, self.settings.co_lords)

    @lazy
    def seers(self) -> tuple[tuple[Graha, ...], ...]:
        """Grahas that see each sign."""
        return seers(self.rashis, self.settings.node_aspects)

    @lazy
    def owned(self) -> tuple[tuple[int, ...], ...]:
        """Houses that each of Sun to Ketu owns, counted from the lagna."""
        houses_of: list[list[int]] = [[] for _ in range(9)]
        first = self.lagna_units // RASHI_UNITS
        for k in range(12):
            houses_of[self.lords[(first + k) % 12]].append(k + 1)
        return tuple([tuple(own) for own in houses_of])

    @lazy
    def occupants(self) -> tuple[tuple[Graha, ...], ...]:
        """Grahas in each sign, by rising degree."""
        inside: list[list[Graha]] = [[] for _ in range(12)]
        for units, graha in sorted([(units, graha) for graha, units, _ in self.bodies]):
            inside[units // RASHI_UNITS].append(graha)
        return tuple([tuple(there) for there in inside])

    @lazy
    def chalit(self) -> Houses | None:
        """Houses by the settings' system."""
        return houses(self.settings.chalit_system, self.lagna_units, self.midheaven_units, self.cusps)

    def houses(self, system: HouseSystem | None) -> Houses | None:
        """Houses by *system*, by the settings' when None; None where the system has none."""
        if system is None or system is self.settings.chalit_system:
            return self.chalit
        cusps = [quantise(cusp) for cusp in angles(self.horizon, system).cusps] if system in OWN_CUSPS else ()
        return houses(system, self.lagna_units, self.midheaven_units, cusps)

    def first_rashi(self, reference: Reference) -> Rashi:
        """The sign of the first house counted from *reference*."""
        if reference is Reference.LAGNA:
            return rashi_of(self.lagna_units)
        return self.rashis[Graha.MOON if reference is Reference.MOON else Graha.SUN]

    def bhava(self, rashi: Rashi, reference: Reference = Reference.LAGNA) -> int:
        """The house, 1 to 12, that *rashi* is from *reference*."""
        return (rashi - self.first_rashi(reference)) % 12 + 1

    def occupants_of(self, found: Houses) -> tuple[tuple[Graha, ...], ...]:
        """Grahas in each house of *found*, in the order of the zodiac."""
        first = found.starts[0]
        inside: list[list[Graha]] = [[] for _ in range(12)]
        for offset, graha in sorted([((units - first) % CIRCLE_UNITS, graha) for graha, units, _ in self.bodies]):
            inside[bisect_right(found.offsets, offset) - 1].append(graha)
        return tuple([tuple(there) for there in inside])


if TYPE_CHECKING:
    Bound = Frame
else:
    Bound = Any  # what msgspec may decode nil into
