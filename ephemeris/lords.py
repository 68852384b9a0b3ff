"""Lords of the signs, and which of two co-lords is the stronger.

Scorpio is owned by Mars and Ketu, Aquarius by Saturn and Rahu. Under CoLordRule.STRONGER one of the two is chosen by the
tests below in their order (P.V.R. Narasimha Rao, Vedic Astrology: An Integrated Approach, 15.5.4).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ephemeris.angles import RASHI_UNITS
from ephemeris.dignities import EXALTATIONS, NODE_EXALTATIONS, RASHI_LORDS
from ephemeris.words import CoLordRule, Graha, NodeDignity, Rashi

CO_LORDS = {Rashi.SCORPIO: (Graha.MARS, Graha.KETU), Rashi.AQUARIUS: (Graha.SATURN, Graha.RAHU)}

_NODE_EXALTATION = NODE_EXALTATIONS[NodeDignity.TAURUS_SCORPIO]
_HELPERS = (Graha.JUPITER, Graha.MERCURY)


def lords(units: Sequence[int], rule: CoLordRule) -> tuple[Graha, ...]:
    """The lord of each of the twelve signs. Args: units: longitudes of Sun to Ketu, in units of `ephemeris.angles`."""
    if rule is CoLordRule.SINGLE:
        return RASHI_LORDS
    chosen = list(RASHI_LORDS)
    for rashi, pair in CO_LORDS.items():
        chosen[rashi] = _stronger(rashi, pair, units)
    return tuple(chosen)


def _stronger(rashi: Rashi, pair: tuple[Graha, Graha], units: Sequence[int]) -> Graha:
    first, second = pair
    for test in _TESTS:
        a, b = test(first, rashi, units), test(second, rashi, units)
        if a != b:
            return first if a > b else second
    return first


def _away(graha: Graha, rashi: Rashi, units: Sequence[int]) -> int:
    """The one that is not in the sign itself has it in trust."""
    return units[graha] // RASHI_UNITS != rashi


def _company(graha: Graha, _rashi: Rashi, units: Sequence[int]) -> int:
    """How many others share its sign."""
    own = units[graha] // RASHI_UNITS
    return sum(other // RASHI_UNITS == own for other in units[:9]) - 1


def _helped(graha: Graha, rashi: Rashi, units: Sequence[int]) -> int:
    """How many of Jupiter, Mercury and its dispositor share its sign."""
    own = units[graha] // RASHI_UNITS
    helpers = {*_HELPERS, RASHI_LORDS[own]} - {graha}
    return sum(units[helper] // RASHI_UNITS == own for helper in helpers)


def _exalted(graha: Graha, _rashi: Rashi, units: Sequence[int]) -> int:
    own = units[graha] // RASHI_UNITS
    return own == (_NODE_EXALTATION[graha] if graha in _NODE_EXALTATION else EXALTATIONS[graha].rashi)


def _quality(graha: Graha, _rashi: Rashi, units: Sequence[int]) -> int:
    """Dual signs are stronger than fixed ones, fixed than movable ones."""
    return units[graha] // RASHI_UNITS % 3


def _advance(graha: Graha, _rashi: Rashi, units: Sequence[int]) -> int:
    """How far it has come in its sign; the nodes come from its end."""
    inside = units[graha] % RASHI_UNITS
    return RASHI_UNITS - inside if graha in _NODE_EXALTATION else inside


_TESTS: tuple[Callable[[Graha, Rashi, Sequence[int]], int], ...] = (
    _away,
    _company,
    _helped,
    _exalted,
    _quality,
    _advance,
)
