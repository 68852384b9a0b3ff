"""Where a graha is strong by place, and whom it regards as a friend: the tables of Brihat Parashara Hora Shastra 3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from ephemeris.angles import CIRCLE_UNITS, DEGREE_UNITS, RASHI_UNITS, rashi_of, separation
from ephemeris.settings import Settings
from ephemeris.words import Dignity, Graha, NodeDignity, Rashi, Relation

RASHI_LORDS = (
    Graha.MARS,
    Graha.VENUS,
    Graha.MERCURY,
    Graha.MOON,
    Graha.SUN,
    Graha.MERCURY,
    Graha.VENUS,
    Graha.MARS,
    Graha.JUPITER,
    Graha.SATURN,
    Graha.SATURN,
    Graha.JUPITER,
)
"""Lords of the signs from Aries."""


class Uccha(NamedTuple):
    """The sign of exaltation, the exact degree in it, and the degree before which the sign exalts."""

    rashi: Rashi
    exact: int
    until: int = 30


class Moolatrikona(NamedTuple):
    """The part of a sign that is moolatrikona: from the first degree up to, not including, the second."""

    rashi: Rashi
    start: int
    end: int


class Regard(NamedTuple):
    """Whom a graha regards as friends and as enemies; it is neutral to the others of the seven."""

    friends: tuple[Graha, ...]
    enemies: tuple[Graha, ...]


# BPHS 3.49-50; beyond 3° of Taurus the Moon and beyond 15° of Virgo Mercury are moolatrikona (3.51-54).
EXALTATIONS = {
    Graha.SUN: Uccha(Rashi.ARIES, 10),
    Graha.MOON: Uccha(Rashi.TAURUS, 3, until=3),
    Graha.MARS: Uccha(Rashi.CAPRICORN, 28),
    Graha.MERCURY: Uccha(Rashi.VIRGO, 15, until=15),
    Graha.JUPITER: Uccha(Rashi.CANCER, 5),
    Graha.VENUS: Uccha(Rashi.PISCES, 27),
    Graha.SATURN: Uccha(Rashi.LIBRA, 20),
}

# BPHS 3.51-54.
MOOLATRIKONAS = {
    Graha.SUN: Moolatrikona(Rashi.LEO, 0, 20),
    Graha.MOON: Moolatrikona(Rashi.TAURUS, 3, 30),
    Graha.MARS: Moolatrikona(Rashi.ARIES, 0, 12),
    Graha.MERCURY: Moolatrikona(Rashi.VIRGO, 15, 20),
    Graha.JUPITER: Moolatrikona(Rashi.SAGITTARIUS, 0, 10),
    Graha.VENUS: Moolatrikona(Rashi.LIBRA, 0, 15),
    Graha.SATURN: Moolatrikona(Rashi.AQUARIUS, 0, 20),
}

# The texts that exalt the nodes name a sign and agree on no degree.
NODE_EXALTATIONS: dict[NodeDignity, dict[Graha, Rashi]] = {
    NodeDignity.NONE: {},
    NodeDignity.TAURUS_SCORPIO: {Graha.RAHU: Rashi.TAURUS, Graha.KETU: Rashi.SCORPIO},
    NodeDignity.GEMINI_SAGITTARIUS: {Graha.RAHU: Rashi.GEMINI, Graha.KETU: Rashi.SAGITTARIUS},
}

# The seven: BPHS 3.55. Rahu and Ketu: as the service Prokerala answers. Nobody regards the nodes.
NATURAL_REGARDS = {
    Graha.SUN: Regard((Graha.MOON, Graha.MARS, Graha.JUPITER), (Graha.VENUS, Graha.SATURN)),
    Graha.MOON: Regard((Graha.SUN, Graha.MERCURY), ()),
    Graha.MARS: Regard((Graha.SUN, Graha.MOON, Graha.JUPITER), (Graha.MERCURY,)),
    Graha.MERCURY: Regard((Graha.SUN, Graha.VENUS), (Graha.MOON,)),
    Graha.JUPITER: Regard((Graha.SUN, Graha.MOON, Graha.MARS), (Graha.MERCURY, Graha.VENUS)),
    Graha.VENUS: Regard((Graha.MERCURY, Graha.SATURN), (Graha.SUN, Graha.MOON)),
    Graha.SATURN: Regard((Graha.MERCURY, Graha.VENUS), (Graha.SUN, Graha.MOON, Graha.MARS)),
    Graha.RAHU: Regard((Graha.JUPITER, Graha.VENUS, Graha.SATURN), (Graha.SUN, Graha.MOON, Graha.MARS)),
    Graha.KETU: Regard((Graha.MARS, Graha.VENUS, Graha.SATURN), (Graha.SUN, Graha.MOON)),
}

_RASHIS = tuple(Rashi)
_SEVEN = frozenset(EXALTATIONS)
_TEMPORAL_FRIENDS = frozenset({2, 3, 4, 10, 11, 12})
_RELATIONS = tuple(Relation)
_RANKS = tuple(Dignity[relation.name] for relation in Relation)


def rashi_lord(rashi: Rashi) -> Graha:
    """The lord of a sign; Scorpio's is Mars and Aquarius' is Saturn.

    >>> rashi_lord(Rashi.SCORPIO).name
    'MARS'
    """
    return RASHI_LORDS[rashi]


def natural_relation(graha: Graha, towards: Graha) -> Relation | None:
    """Naisargika maitri: FRIEND, NEUTRAL or ENEMY; None towards itself, the nodes and the outer three.

    Reference: Brihat Parashara Hora Shastra 3.55.

    >>> natural_relation(Graha.MOON, Graha.MERCURY).name, natural_relation(Graha.MERCURY, Graha.MOON).name
    ('FRIEND', 'ENEMY')
    """
    regard = NATURAL_REGARDS.get(graha)
    if regard is None or towards is graha or towards not in _SEVEN:
        return None
    if towards in regard.friends:
        return Relation.FRIEND
    return Relation.ENEMY if towards in regard.enemies else Relation.NEUTRAL


def temporal_relation(rashi: Rashi, other: Rashi) -> Relation:
    """Tatkalika maitri: FRIEND when *other* is the 2nd, 3rd, 4th, 10th, 11th or 12th from *rashi*, else ENEMY.

    Reference: Brihat Parashara Hora Shastra 3.56.

    >>> temporal_relation(Rashi.ARIES, Rashi.PISCES).name, temporal_relation(Rashi.ARIES, Rashi.ARIES).name
    ('FRIEND', 'ENEMY')
    """
    return Relation.FRIEND if (other - rashi) % 12 + 1 in _TEMPORAL_FRIENDS else Relation.ENEMY


def compound_relation(natural: Relation | None, temporal: Relation) -> Relation | None:
    """Panchadha maitri: the sum of both, GREAT_FRIEND to GREAT_ENEMY; None where there is no natural relation.

    Reference: Brihat Parashara Hora Shastra 3.57-58.

    >>> compound_relation(Relation.FRIEND, Relation.ENEMY).name
    'NEUTRAL'
    """
    return None if natural is None else _RELATIONS[natural + temporal - Relation.NEUTRAL]


def dignity_d1(graha: Graha, units: int, relation: Relation | None, node_dignity: NodeDignity) -> Dignity | None:
    """Dignity in D1, by degree: exalted, moolatrikona, own, debilitated, else by *relation*; None for the outer three.

    Args:
        graha: whose.
        units: its longitude in units.
        relation: its compound relation to the lord of its sign; None when it is the lord.
        node_dignity: under NONE the nodes have none.

    Reference: Brihat Parashara Hora Shastra 3.49-54.

    >>> [dignity_d1(Graha.MERCURY, (150 + d) * DEGREE_UNITS, None, NodeDignity.NONE).name for d in (14, 15, 20)]
    ['EXALTED', 'MOOLATRIKONA', 'OWN']
    """
    rashi = rashi_of(units)
    degree = units % RASHI_UNITS // DEGREE_UNITS
    if _is_moolatrikona(graha, rashi, degree):
        return Dignity.MOOLATRIKONA
    if _is_past_uccha(graha, rashi, degree):
        return Dignity.OWN
    return _by_rashi(graha, rashi, relation, node_dignity)


def natal_dignities(units: Sequence[int], node_dignity: NodeDignity) -> tuple[Dignity | None, ...]:
    """Dignities in D1 of all bodies, with the compound relation to the lords of their signs.

    Args:
        units: longitudes in units, indexed by graha: Sun to Ketu, or to Pluto.
        node_dignity: under NONE the nodes have none.

    >>> [dignity.name for dignity in natal_dignities([0] * 9, NodeDignity.NONE)[:4]]
    ['EXALTED', 'ENEMY', 'MOOLATRIKONA', 'ENEMY']
    """
    by_degree = _natal_table(node_dignity)
    rashis = [longitude // RASHI_UNITS for longitude in units]
    return tuple(
        [
            rows[own // DEGREE_UNITS][(rashis[RASHI_LORDS[rashi]] - rashi) % 12]
            for rows, own, rashi in zip(by_degree, units, rashis, strict=False)
        ]
    )


def dignity_in_varga(graha: Graha, rashi: Rashi, settings: Settings) -> Dignity | None:
    """Dignity in a varga, by sign: exalted, own, debilitated, else by natural relation; moolatrikona is D1's alone.

    >>> dignity_in_varga(Graha.MOON, Rashi.TAURUS, Settings()).name, dignity_in_varga(Graha.RAHU, Rashi.LEO, Settings())
    ('EXALTED', None)
    """
    return VARGA_DIGNITIES[settings.node_dignity][graha][rashi]


def exaltation_distance(graha: Graha, units: int) -> float | None:
    """Degrees from its exact exaltation the short way, 0 to 180; None for the nodes and the outer three.

    Args:
        graha: whose.
        units: its longitude in units.

    >>> exaltation_distance(Graha.SUN, 0), exaltation_distance(Graha.SUN, 190 * DEGREE_UNITS)
    (10.0, 180.0)
    """
    uccha = EXALTATIONS.get(graha)
    if uccha is None:
        return None
    return separation(units % CIRCLE_UNITS, uccha.rashi * RASHI_UNITS + uccha.exact * DEGREE_UNITS) / DEGREE_UNITS


def _is_moolatrikona(graha: Graha, rashi: Rashi, degree: int) -> bool:
    arc = MOOLATRIKONAS.get(graha)
    return arc is not None and rashi is arc.rashi and arc.start <= degree < arc.end


def _is_past_uccha(graha: Graha, rashi: Rashi, degree: int) -> bool:
    uccha = EXALTATIONS.get(graha)
    return uccha is not None and rashi is uccha.rashi and degree >= uccha.until


@cache
def _natal_table(node_dignity: NodeDignity) -> tuple[tuple[tuple[Dignity | None, ...], ...], ...]:
    """Dignities in D1 by graha, whole degree of the zodiac, and how many signs ahead the lord of its sign stands."""
    return tuple([tuple(_by_degree(graha, node_dignity)) for graha in Graha])


def _by_degree(graha: Graha, node_dignity: NodeDignity) -> Iterator[tuple[Dignity | None, ...]]:
    """Rows of the table; the dignity only changes at the beginning of a sign and at the ends of the arcs in it."""
    uccha, arc = EXALTATIONS.get(graha), MOOLATRIKONAS.get(graha)
    ends = {0} | ({uccha.until} if uccha else set()) | ({arc.start, arc.end} if arc else set())
    row: tuple[Dignity | None, ...] = ()
    for rashi in Rashi:
        natural = natural_relation(graha, rashi_lord(rashi))
        towards = [compound_relation(natural, temporal_relation(rashi, _RASHIS[(rashi + k) % 12])) for k in range(12)]
        for degree in range(30):
            if degree in ends:
                units = rashi * RASHI_UNITS + degree * DEGREE_UNITS
                row = tuple([dignity_d1(graha, units, relation, node_dignity) for relation in towards])
            yield row


def _exaltation_rashi(graha: Graha, node_dignity: NodeDignity) -> Rashi | None:
    uccha = EXALTATIONS.get(graha)
    return NODE_EXALTATIONS[node_dignity].get(graha) if uccha is None else uccha.rashi


def _by_rashi(graha: Graha, rashi: Rashi, relation: Relation | None, node_dignity: NodeDignity) -> Dignity | None:
    exaltation = _exaltation_rashi(graha, node_dignity)
    if exaltation is None:
        return None
    if rashi is exaltation:
        return Dignity.EXALTED
    if (rashi - exaltation) % 12 == 6:
        return Dignity.DEBILITATED
    return Dignity.OWN if relation is None else _RANKS[relation]


def _in_vargas(graha: Graha, node_dignity: NodeDignity) -> tuple[Dignity | None, ...]:
    return tuple(_by_rashi(graha, rashi, natural_relation(graha, rashi_lord(rashi)), node_dignity) for rashi in Rashi)


VARGA_DIGNITIES = tuple(tuple(_in_vargas(graha, node_dignity) for graha in Graha) for node_dignity in NodeDignity)
"""Dignity in a varga, by node dignity, graha and sign."""
