"""The divisional charts: an interpreter of `ephemeris.varga_rules` over whole-number longitudes.

A longitude times the division, divided by the units of a sign, is the number of its part from the first of Aries, and
what is left over is its place in the varga's sign: exact, so that a part begins where it begins (half-open: [a, b)).

Where the parts of a sign run backwards through the zodiac (EvenReversed, Alternate, a step of -1), the place in the
varga's sign is counted backwards too, as Jagannatha Hora does in its D2: 30° less what is left over. Nothing left over
would give 30°, the next sign; it is one unit less, printed 29.9999999.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

import msgspec

from ephemeris.angles import PRINTED_UNITS, RASHI_UNITS, degree_in_rashi
from ephemeris.dignities import RASHI_LORDS, VARGA_DIGNITIES, natal_dignities
from ephemeris.frame import Body, Frame
from ephemeris.lazy import lazy
from ephemeris.lords import lords
from ephemeris.settings import Settings
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
from ephemeris.words import CoLordRule, Dignity, Graha, Rashi, Reference, VargaVariant


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
        return _BHAVAS[self.first_rashi(reference)][rashi]

    def first_rashi(self, reference: Reference) -> Rashi:
        """The sign in this chart of the lagna, the Moon or the Sun."""
        return self.lagna_rashi if reference is Reference.LAGNA else self.rashis[_CENTRES[reference]]


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


class Layout(NamedTuple):
    """A rule computed: the varga's sign of each part from the first of Aries, and in which D1 signs degrees reverse."""

    rashis: tuple[Rashi, ...]
    reversed_in: tuple[bool, ...]


_RASHIS = tuple(Rashi)
_BHAVAS = tuple(tuple((rashi - lagna) % 12 + 1 for rashi in Rashi) for lagna in Rashi)
_CENTRES = {Reference.MOON: Graha.MOON, Reference.SUN: Graha.SUN}


def varga(natal: NatalLongitudes, division: int, variant: VargaVariant, settings: Settings) -> Varga:
    """The chart of a division: lagna and every body of *natal*, in its order.

    D1 has the dignities of the natal chart, by degree and with compound relations; every other chart, and D1 by a
    variant that moves its grahas, has them by sign with natural relations.

    Args:
        natal: longitudes in units; D1 needs Sun to Saturn, in their order, for the lords of signs.
        division: 1 to 300.
        variant: how it is built.
        settings: for the dignity of the nodes.

    Raises:
        InputError: DIVISION_UNSUPPORTED, or VARIANT_UNSUPPORTED with the division's variants in the remedy.

    Reference: the row of `varga_rules`.

    >>> from ephemeris.angles import quantise
    >>> natal = Longitudes(quantise(95.0), [(Graha.SUN, quantise(71.0), False)])
    >>> sun = varga(natal, 9, VargaVariant.PARASHARA, Settings()).placements[0]
    >>> sun.rashi.name, sun.degree_in_rashi, sun.part, sun.bhava, sun.dignity.name
    ('CAPRICORN', 9.0, 4, 6, 'ENEMY')
    """
    layout = _layout(division, variant)
    lagna = VargaLagna(*_place(layout, division, natal.lagna_units))
    placements = _placements(
        natal.bodies, division, layout, _BHAVAS[lagna.rashi], VARGA_DIGNITIES[settings.node_dignity]
    )
    if division == 1 and not any(layout.reversed_in):
        placements = _with_natal_dignities(placements, natal.bodies, settings)
    return Varga(division, variant, lagna, placements)


def varga_bhavas(chart: Varga, reference: Reference) -> tuple[VargaBhava, ...]:
    """Twelve houses by sign, the first where *reference* stands in this chart.

    >>> natal = Longitudes(0, [(Graha.MOON, 2 * RASHI_UNITS + 1, False), (Graha.PLUTO, 2 * RASHI_UNITS, False)])
    >>> first = varga_bhavas(varga(natal, 12, VargaVariant.PARASHARA, Settings()), Reference.MOON)[0]
    >>> first.rashi.name, first.occupants(), first.occupants(outer=True)
    ('GEMINI', (<Graha.MOON: 1>,), (<Graha.PLUTO: 11>, <Graha.MOON: 1>))
    """
    first = reference_rashi(chart, reference)
    present: list[list[Graha]] = [[] for _ in Rashi]
    for placement in sorted(chart.placements, key=_by_degree):
        present[placement.rashi].append(placement.graha)
    rashis = [_RASHIS[(first + offset) % 12] for offset in range(12)]
    return tuple(
        [VargaBhava(k + 1, rashi, tuple(present[rashi]), reference, chart.frame) for k, rashi in enumerate(rashis)]
    )


def bind_vargas(charts: tuple[Varga, ...], natal: Frame) -> tuple[Varga, ...]:
    """Join vargas that were computed or decoded with the natal chart's frame; once, before they are shared."""
    join = msgspec.structs.force_setattr
    for chart in charts:
        frame = VargaFrame(natal, chart)
        join(chart, "frame", frame)
        join(chart.lagna, "frame", frame)
        for placement in chart.placements:
            join(placement, "frame", frame)
    return charts


def _lords_in(chart: Varga, rule: CoLordRule) -> tuple[Graha, ...]:
    """Lords indexed by sign; of co-lords the one that is the stronger in this chart, so that D1's are the natal ones."""
    if rule is CoLordRule.SINGLE:
        return RASHI_LORDS
    return lords([placement.longitude_units for placement in chart.placements], rule)


def lagna_parts(lagna_units: int, division: int, variant: VargaVariant) -> tuple[int, int]:
    """Units of longitude from the lagna back to where its sign in a division began and ahead to where it ends.

    >>> lagna_parts(RASHI_UNITS // 9 + 1, 9, VargaVariant.PARASHARA)
    (1, 277199999999)
    """
    rashis = _layout(division, variant).rashis
    here = lagna_units * division // RASHI_UNITS
    first = here
    while rashis[first - 1] is rashis[here] and here - first < len(rashis):
        first -= 1
    after = here + 1
    while rashis[after % len(rashis)] is rashis[here] and after - first < len(rashis):
        after += 1
    return lagna_units - first * RASHI_UNITS // division, after * RASHI_UNITS // division - lagna_units


def reference_rashi(chart: Varga, reference: Reference) -> Rashi:
    """The sign in this chart of the lagna, the Moon or the Sun.

    >>> natal = Longitudes(0, [(Graha.SUN, RASHI_UNITS, False)])
    >>> reference_rashi(varga(natal, 12, VargaVariant.PARASHARA, Settings()), Reference.SUN).name
    'TAURUS'
    """
    if reference is Reference.LAGNA:
        return chart.lagna.rashi
    return next(placement.rashi for placement in chart.placements if placement.graha is _CENTRES[reference])


def bhava_from(rashi: Rashi, first: Rashi) -> int:
    """The house, 1 to 12, that *rashi* is when *first* is the first.

    >>> bhava_from(Rashi.ARIES, Rashi.PISCES)
    2
    """
    return _BHAVAS[first][rashi]


def _placements(
    bodies: Sequence[Body],
    division: int,
    layout: Layout,
    bhavas: tuple[int, ...],
    dignities: tuple[tuple[Dignity | None, ...], ...],
) -> tuple[VargaPlacement, ...]:
    placements = []
    for graha, longitude, retrograde in bodies:
        rashi, degree, units, part, same = _place(layout, division, longitude)
        dignity = dignities[graha][rashi]
        placements.append(VargaPlacement(graha, rashi, degree, units, part, bhavas[rashi], dignity, same, retrograde))
    return tuple(placements)


def _place(layout: Layout, division: int, longitude: int) -> tuple[Rashi, float, int, int, bool]:
    """Sign, degree in it, the same in units, part, and whether the sign is the natal one."""
    index, units = divmod(longitude * division, RASHI_UNITS)
    natal, part = divmod(index, division)
    rashi = layout.rashis[index]
    if layout.reversed_in[natal]:
        units = min(RASHI_UNITS - units, RASHI_UNITS - 1)
    degree = degree_in_rashi(units) if division == 1 else units // PRINTED_UNITS / 10**7
    return rashi, degree, units, part + 1, rashi == natal


def _with_natal_dignities(
    placements: tuple[VargaPlacement, ...], bodies: Sequence[Body], settings: Settings
) -> tuple[VargaPlacement, ...]:
    dignities = natal_dignities([units for _, units, _ in bodies], settings.node_dignity)
    pairs = zip(placements, dignities, strict=True)
    return tuple(msgspec.structs.replace(placement, dignity=dignity) for placement, dignity in pairs)


def _by_degree(placement: VargaPlacement) -> int:
    return placement.units


@cache
def _layout(division: int, variant: VargaVariant) -> Layout:
    row = checked_rule(division, variant)
    return Layout(
        tuple(
            _RASHIS[_sign(row.construction, division, sign, part) % 12]
            for sign in range(12)
            for part in range(division)
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
            between = _layout(inner, VargaVariant.PARASHARA).rashis[sign * inner + part // outer]
            return _layout(outer, VargaVariant.PARASHARA).rashis[between * outer + part % outer]


def _runs_backwards(construction: Construction, sign: int) -> bool:
    match construction:
        case FromRashi(_, steps) | FromItself(_, steps):
            return steps[sign % len(steps)] < 0
        case EvenReversed() | Alternate():
            return sign % 2 == 1
        case _:
            return False
