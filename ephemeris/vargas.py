"""The divisional charts: an interpreter of `ephemeris.varga_rules` over whole-number longitudes.

A longitude times the division, divided by the units of a sign, is the number of its part from the first of Aries, and
what is left over is its place in the varga's sign: exact, so that a part begins where it begins (half-open: [a, b)).

Where the parts of a sign run backwards through the zodiac (EvenReversed, Alternate, a step of -1), the place in the
varga's sign is counted backwards too, as Jagannatha Hora does in its D2: 30° less what is left over. Nothing left over
would give 30°, the next sign; it is one unit less, printed 29.9999999.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ephemeris.angles import PRINTED_UNITS, RASHI_UNITS, degree_in_rashi
from ephemeris.dignities import VARGA_DIGNITIES, natal_dignities
from ephemeris.frame import Body, Frame
from ephemeris.settings import Settings
from ephemeris.varga_charts import (
    BHAVAS,
    CENTRES,
    RASHIS,
    Longitudes,
    NatalLongitudes,
    Varga,
    VargaBhava,
    VargaFrame,
    VargaLagna,
    VargaPlacement,
)
from ephemeris.varga_layouts import Layout, lagna_parts, layout_of
from ephemeris.words import Dignity, Graha, Rashi, Reference, VargaVariant

__all__ = [
    "Longitudes",
    "NatalLongitudes",
    "Varga",
    "VargaBhava",
    "VargaFrame",
    "VargaLagna",
    "VargaPlacement",
    "bhava_from",
    "bind_vargas",
    "lagna_parts",
    "reference_rashi",
    "varga",
    "varga_bhavas",
]


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
    layout = layout_of(division, variant)
    lagna = VargaLagna(*_place(layout, division, natal.lagna_units))
    placements = _placements(
        natal.bodies, division, layout, BHAVAS[lagna.rashi], VARGA_DIGNITIES[settings.node_dignity]
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
    rashis = [RASHIS[(first + offset) % 12] for offset in range(12)]
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


def reference_rashi(chart: Varga, reference: Reference) -> Rashi:
    """The sign in this chart of the lagna, the Moon or the Sun.

    >>> natal = Longitudes(0, [(Graha.SUN, RASHI_UNITS, False)])
    >>> reference_rashi(varga(natal, 12, VargaVariant.PARASHARA, Settings()), Reference.SUN).name
    'TAURUS'
    """
    if reference is Reference.LAGNA:
        return chart.lagna.rashi
    return next(placement.rashi for placement in chart.placements if placement.graha is CENTRES[reference])


def bhava_from(rashi: Rashi, first: Rashi) -> int:
    """The house, 1 to 12, that *rashi* is when *first* is the first.

    >>> bhava_from(Rashi.ARIES, Rashi.PISCES)
    2
    """
    return BHAVAS[first][rashi]


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
