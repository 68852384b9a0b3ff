"""How a graha regards the others of the seven: natural, temporal and compound friendship."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ephemeris.dignities import compound_relation, natural_relation, temporal_relation
from ephemeris.words import Graha, Rashi, Relation


class GrahaRelation(NamedTuple):
    """One regard: naisargika, tatkalika (FRIEND or ENEMY) and panchadha."""

    to: Graha
    natural: Relation
    temporal: Relation
    compound: Relation


_Apart = tuple[GrahaRelation, ...]


def _by_distance(graha: Graha, to: Graha, natural: Relation) -> _Apart:
    temporal = [temporal_relation(Rashi.ARIES, rashi) for rashi in Rashi]
    compound = [compound_relation(natural, relation) for relation in temporal]
    return tuple(GrahaRelation(to, natural, t, c) for t, c in zip(temporal, compound, strict=True) if c is not None)


_TABLE: dict[Graha, tuple[tuple[Graha, _Apart], ...]] = {
    graha: tuple(
        (to, _by_distance(graha, to, natural)) for to in Graha if (natural := natural_relation(graha, to)) is not None
    )
    for graha in Graha
}
"""By graha: whom it regards, and the regard for each of the twelve distances between their signs."""


def relations(graha: Graha, rashis: Sequence[Rashi]) -> tuple[GrahaRelation, ...]:
    """How *graha* regards each of Sun to Saturn but itself; empty for the outer three, whom no text knows.

    Args:
        rashis: signs indexed by graha.

    >>> relations(Graha.MOON, [Rashi.ARIES] * 9)[0]
    GrahaRelation(to=<Graha.SUN: 0>, natural=<Relation.FRIEND: 1>, temporal=<Relation.ENEMY: 3>, compound=<Relation.NEUTRAL: 2>)
    """
    own = rashis[graha]
    return tuple([apart[(rashis[to] - own) % 12] for to, apart in _TABLE[graha]])
