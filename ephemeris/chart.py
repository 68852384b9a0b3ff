"""The natal chart as frozen values: numbers and codes that travel, and what is read from them by attribute.

A part (a graha, the lagna) needs the whole to say who sees it or which house it owns: that is its `frame`, which `bind`
gives it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import msgspec

from ephemeris.angles import (
    ARCSECOND_UNITS,
    CIRCLE_UNITS,
    DEGREE_UNITS,
    NAKSHATRA_UNITS,
    PADA_UNITS,
    RASHI_UNITS,
    longitude_degrees,
    within,
)
from ephemeris.aspects import RASHI_DRISHTI, GrahaAspect, RashiAspect, graha_aspects
from ephemeris.combustion import Combustion
from ephemeris.dignities import exaltation_distance
from ephemeris.frame import Bound, Frame
from ephemeris.moments import Instant
from ephemeris.places import Place
from ephemeris.relations import GrahaRelation, relations
from ephemeris.settings import Settings
from ephemeris.sky import AyanamshaAt, Horizon
from ephemeris.swiss import Nutation
from ephemeris.wars import GrahaWar
from ephemeris.words import BoundaryKind, Dignity, Graha, Motion, Nakshatra, Rashi

NAKSHATRA_LORDS = (
    Graha.KETU,
    Graha.VENUS,
    Graha.SUN,
    Graha.MOON,
    Graha.MARS,
    Graha.RAHU,
    Graha.JUPITER,
    Graha.SATURN,
    Graha.MERCURY,
) * 3
"""Lords of the 27 stars: the order of the Vimshottari dasha, three times."""

_ABHIJIT = 276 * DEGREE_UNITS + 40 * DEGREE_UNITS // 60, 280 * DEGREE_UNITS + (53 * 60 + 20) * ARCSECOND_UNITS
"""Abhijit in the 28-star scheme: the last quarter of Uttara Ashadha and the first fifteenth of Shravana."""

EPOCH = datetime(2000, 1, 1, 12, tzinfo=UTC)
"""The local time of a chart that is asked for by its Julian days alone."""

_ARCMILLISECOND_UNITS = ARCSECOND_UNITS // 1000
_DAY_SECONDS = 86_400
_STATIONARY = frozenset({Motion.STATIONARY_DIRECT, Motion.STATIONARY_RETROGRADE})


class Boundary(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The nearest boundary: what changes there, arcseconds to it, and seconds of birth time (None when stationary)."""

    kind: BoundaryKind
    arcseconds: float
    seconds: float | None


class Lagna(msgspec.Struct, frozen=True, array_like=True):
    """The rising point. Degrees; `units` is the exact longitude."""

    units: int
    longitude: float
    degree_in_rashi: float
    rashi: Rashi
    nakshatra: Nakshatra
    pada: int
    degrees_per_second: float
    frame: Bound = cast("Frame", None)

    @property
    def rashi_number(self) -> int:
        """1 (Aries) to 12."""
        return self.rashi + 1

    @property
    def rashi_lord(self) -> Graha:
        """Lord of the sign."""
        return self.frame.lords[self.rashi]

    @property
    def nakshatra_lord(self) -> Graha:
        """Lord of the star."""
        return NAKSHATRA_LORDS[self.nakshatra]


class GrahaPosition(msgspec.Struct, frozen=True, array_like=True):
    """A graha in the natal chart.

    Longitude, latitude, declination and right ascension in degrees; distance in astronomical units, None for the mean
    node; speed sidereal, degrees a day; `units` is the exact longitude.
    """

    graha: Graha
    units: int
    longitude: float
    degree_in_rashi: float
    rashi: Rashi
    nakshatra: Nakshatra
    pada: int
    ecliptic_latitude: float
    distance: float | None
    speed: float
    declination: float
    right_ascension: float
    bhava: int
    motion: Motion
    retrograde: bool
    combustion: Combustion | None
    dignity: Dignity | None
    frame: Bound = cast("Frame", None)

    @property
    def rashi_number(self) -> int:
        """1 (Aries) to 12."""
        return self.rashi + 1

    @property
    def rashi_lord(self) -> Graha:
        """Lord of the sign, the dispositor."""
        return self.frame.lords[self.rashi]

    @property
    def nakshatra_lord(self) -> Graha:
        """Lord of the star."""
        return NAKSHATRA_LORDS[self.nakshatra]

    @property
    def nakshatra_number(self) -> int:
        """1 (Ashwini) to 27."""
        return self.nakshatra + 1

    @property
    def abhijit(self) -> bool:
        """Whether it stands in Abhijit of the 28-star scheme."""
        return within(self.units, *_ABHIJIT)

    @property
    def vargottama(self) -> bool:
        """Same sign in D1 and D9."""
        return self.units // PADA_UNITS % 12 == self.rashi

    @property
    def chalit_bhava(self) -> int | None:
        """House by degrees, by the settings' system; None where it has none at this latitude."""
        found = self.frame.chalit
        return None if found is None else found.house_of(self.units)

    @property
    def lord_of(self) -> tuple[int, ...]:
        """Houses it owns, from the lagna."""
        return self.frame.owned[self.graha] if self.graha <= Graha.KETU else ()

    @property
    def exaltation_distance(self) -> float | None:
        """Degrees from its exact exaltation, 0 to 180; None where it has none."""
        return exaltation_distance(self.graha, self.units)

    @property
    def relations(self) -> tuple[GrahaRelation, ...]:
        """How it regards the others of the seven."""
        return relations(self.graha, self.frame.rashis)

    @property
    def aspected_by(self) -> tuple[Graha, ...]:
        """Grahas that see it."""
        return self.frame.seers[self.rashi]

    @property
    def nearest_boundary(self) -> Boundary:
        """The nearest boundary of sign, star or pada."""
        padas, apart = divmod(self.units, PADA_UNITS)
        if apart * 2 > PADA_UNITS:
            padas, apart = padas + 1, PADA_UNITS - apart
        degrees_a_second = abs(self.speed) / _DAY_SECONDS
        still = self.motion in _STATIONARY or degrees_a_second == 0
        seconds = None if still else round(apart / DEGREE_UNITS / degrees_a_second, 1)
        return Boundary(_BOUNDARIES[padas], apart // _ARCMILLISECOND_UNITS / 1000, seconds)


def _kind_of_boundary(padas: int) -> BoundaryKind:
    if padas % (RASHI_UNITS // PADA_UNITS) == 0:
        return BoundaryKind.RASHI
    return BoundaryKind.PADA if padas % (NAKSHATRA_UNITS // PADA_UNITS) else BoundaryKind.NAKSHATRA


_BOUNDARIES = tuple(_kind_of_boundary(padas) for padas in range(CIRCLE_UNITS // PADA_UNITS + 1))
"""What changes at the beginning of each pada, counted from the first of Aries."""


class NatalChart(msgspec.Struct, frozen=True, array_like=True):
    """A natal chart: Sun to Ketu, then Uranus to Pluto where they were asked for."""

    lagna: Lagna
    midheaven_units: int
    cusps: tuple[int, ...]
    grahas: tuple[GrahaPosition, ...]
    wars: tuple[GrahaWar, ...]
    nutation: Nutation
    ayanamsha: AyanamshaAt
    armc: float
    frame: Bound = cast("Frame", None)

    @property
    def midheaven(self) -> float:
        """The culminating point, degrees 0 to 360, sidereal."""
        return longitude_degrees(self.midheaven_units)

    @property
    def sidereal_time(self) -> float:
        """Local apparent sidereal time in hours, 0 ≤ x < 24."""
        return round(self.armc / 15, 7) % 24

    @property
    def aspects(self) -> tuple[GrahaAspect, ...]:
        """Every full look of a graha."""
        frame = self.frame
        return graha_aspects(frame.rashis, frame.occupants, self.lagna.rashi, frame.settings.node_aspects)

    @property
    def rashi_aspects(self) -> tuple[RashiAspect, ...]:
        """Signs that see each other: the same in every chart."""
        return RASHI_DRISHTI


def bind(
    chart: NatalChart, instant: Instant, place: Place, settings: Settings, local: datetime = EPOCH, key: str = ""
) -> NatalChart:
    """Join a chart that was computed or decoded with its frame; once, before it is shared. Returns the same chart.

    Args:
        local: the instant in the birth's own offset.
        key: names the chart in ids.
    """
    horizon = Horizon(instant, place, settings, chart.nutation, chart.ayanamsha, chart.armc)
    bodies = tuple([(part.graha, part.units, part.retrograde) for part in chart.grahas])
    frame = Frame(key, local, horizon, chart.lagna.units, chart.midheaven_units, chart.cusps, bodies)
    join = msgspec.structs.force_setattr
    join(chart, "frame", frame)
    join(chart.lagna, "frame", frame)
    for part in chart.grahas:
        join(part, "frame", frame)
    return chart
