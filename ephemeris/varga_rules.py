"""The divisional charts as a table: for each division and variant how the sign of a part is found, and who says so.

A rule is a row; `ephemeris.vargas` interprets it. Its construction is one of six:

    Turn          all parts of the zodiac, from the first of Aries, take some signs in turn, over and over
    FromRashi     the parts of a sign are counted from a fixed sign
    FromItself    the parts of a sign are counted from the sign itself, or from its nth
    EvenReversed  as another construction, but even signs take their parts in reverse
    Alternate     odd signs run on from Aries, even signs run backwards from Pisces
    Composed      a varga of a varga

Where starts, houses or steps are two they are for odd and even signs, three for movable, fixed and dual ones, four for
fire, earth, air and water. Part 1 is the first of n equal parts of a sign.

The degree in the varga's sign runs backwards in the signs whose parts run backwards: in even signs under EvenReversed
and Alternate, and wherever the step is -1.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from ephemeris.errors import InputError
from ephemeris.words import ErrorCode, Rashi, VargaSet, VargaVariant

AR, TA, GE, CN, LE, VI, LI, SC, SG, CP, AQ, PI = Rashi

DIVISIONS = range(1, 301)
"""Every division that is answered."""


class Turn(NamedTuple):
    """All parts of the zodiac, counted from the first of Aries, take *signs* in turn."""

    signs: tuple[Rashi, ...]


class FromRashi(NamedTuple):
    """Part 1 falls in the start of the sign's kind, each next part *step* signs on."""

    starts: tuple[Rashi, ...]
    steps: tuple[int, ...] = (1,)


class FromItself(NamedTuple):
    """Part 1 falls in the nth sign from the sign itself (1 is itself), each next part *step* signs on."""

    houses: tuple[int, ...] = (1,)
    steps: tuple[int, ...] = (1,)


class EvenReversed(NamedTuple):
    """As *of*, but the last part of an even sign is taken for its first, and so on."""

    of: Turn | FromItself


class Alternate(NamedTuple):
    """The parts of the odd signs run on from Aries forwards, those of the even signs from Pisces backwards."""


class Composed(NamedTuple):
    """The place in the *inner* division is divided again by the *outer*, both by their PARASHARA rules."""

    inner: int
    outer: int


Construction: TypeAlias = Turn | FromRashi | FromItself | EvenReversed | Alternate | Composed


class VargaRule(NamedTuple):
    """One row: a division, a variant, its construction, the rule in a sentence, and the source."""

    division: int
    variant: VargaVariant
    construction: Construction
    rule: str
    source: str

    @property
    def signification(self) -> str | None:
        """What the division is read for."""
        return SIGNIFICATIONS.get(self.division)

    @property
    def sets(self) -> tuple[VargaSet, ...]:
        """The classical groups the division belongs to."""
        return tuple(group for group, divisions in VARGA_SETS.items() if self.division in divisions)


SHADVARGA = (1, 2, 3, 9, 12, 30)
SAPTAVARGA = (1, 2, 3, 7, 9, 12, 30)
DASHAVARGA = (1, 2, 3, 7, 9, 10, 12, 16, 30, 60)
SHODASHAVARGA = (1, 2, 3, 4, 7, 9, 10, 12, 16, 20, 24, 27, 30, 40, 45, 60)

VARGA_SETS = {
    VargaSet.SHADVARGA: SHADVARGA,
    VargaSet.SAPTAVARGA: SAPTAVARGA,
    VargaSet.DASHAVARGA: DASHAVARGA,
    VargaSet.SHODASHAVARGA: SHODASHAVARGA,
}

CLASSICAL_DIVISIONS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 20, 24, 27, 30, 40, 45, 60, 81, 108, 144, 150)
"""Divisions with a rule of their own; the others are cyclic."""

# The sixteen: BPHS 7.1-8. D5, D6, D8, D11: P.V.R. Narasimha Rao, Vedic Astrology: An Integrated Approach.
SIGNIFICATIONS = {
    1: "the body and all of life",
    2: "wealth",
    3: "brothers and sisters",
    4: "fortune and property",
    5: "fame and authority",
    6: "health",
    7: "children and grandchildren",
    8: "sudden troubles",
    9: "the spouse; the strength of each graha",
    10: "position and work",
    11: "destruction and death",
    12: "parents",
    16: "vehicles and comforts",
    20: "worship",
    24: "learning",
    27: "strength and weakness",
    30: "misfortunes",
    40: "good and evil effects",
    45: "all matters",
    60: "all matters, and former births",
}

_BPHS = "Brihat Parashara Hora Shastra"
_BOOK = "P.V.R. Narasimha Rao, Vedic Astrology: An Integrated Approach; Jagannatha Hora 8"
_PYJHORA = "PyJHora 4.8.7"

ZODIAC = Turn(tuple(Rashi))
_ITSELF = FromItself()
_ITSELF_EVEN_BACKWARDS = FromItself((1,), (1, -1))

PARASHARA = VargaVariant.PARASHARA
_EVEN_REVERSED = VargaVariant.EVEN_SIGN_REVERSED
_FROM_END = VargaVariant.EVEN_SIGN_REVERSED_FROM_END

# Savya stars (Ashwini, Bharani, Krittika and so on) take Aries to Pisces by padas; apasavya ones this, from Scorpio.
_APASAVYA = (SC, LI, VI, CN, LE, GE, TA, AR, PI, AQ, CP, SG)

# By degrees: Mars, Saturn, Jupiter, Mercury and Venus have 5, 5, 8, 7 and 5 of odd signs, the reverse in even ones.
_ODD_TRIMSHAMSHAS = 5 * (AR,) + 5 * (AQ,) + 8 * (SG,) + 7 * (GE,) + 5 * (LI,)
_EVEN_TRIMSHAMSHAS = 5 * (TA,) + 7 * (VI,) + 8 * (PI,) + 5 * (CP,) + 5 * (SC,)

RULES = (
    VargaRule(1, PARASHARA, _ITSELF, "The sign itself.", f"{_BPHS} 6.5"),
    VargaRule(
        2,
        PARASHARA,
        Turn((LE, CN, CN, LE)),
        "The Sun's half is Leo and the Moon's half Cancer: the Sun's comes first in odd signs, second in even ones.",
        f"{_BPHS} 6.5-6",
    ),
    VargaRule(
        2,
        VargaVariant.UMA_SHAMBHU,
        EvenReversed(ZODIAC),
        "The halves run twice through the zodiac from Aries, those of even signs in reverse.",
        "P.V.R. Narasimha Rao; Jagannatha Hora 8, its default",
    ),
    VargaRule(
        2,
        VargaVariant.KASHINATHA,
        Turn((SC, AR, TA, LI, VI, GE, CN, CN, LE, LE, GE, VI, LI, TA, AR, SC, PI, SG, CP, AQ, AQ, CP, SG, PI)),
        "The Sun's half is the sign, among those of the sign's lord, that is strong by day, the Moon's half the one that is "
        "strong by night; the Sun has Leo and the Moon Cancer for both.",
        "Kashinatha Rath, in the tradition of Achyuta Dasa; Sanjay Rath",
    ),
    VargaRule(
        2,
        VargaVariant.RAMAN,
        Turn((SC, CP, TA, PI, VI, AR, CN, LI, LE, GE, GE, CN, LI, LE, AR, VI, PI, TA, CP, SC, AQ, SG, SG, AQ)),
        "The first half belongs to the lord of the sign and the second to the lord of the eleventh from it: of that lord's "
        "signs the Sun's half is the one strong by day, the Moon's half the one strong by night.",
        f"B.V. Raman; Brihat Jataka 1.12 for the lords; {_PYJHORA}",
    ),
    VargaRule(3, PARASHARA, FromItself((1,), (4,)), "The sign itself, its fifth and its ninth.", f"{_BPHS} 6.7-8"),
    VargaRule(
        3,
        VargaVariant.JAGANNATHA,
        FromRashi((AR, CP, LI, CN), (4,)),
        "The movable sign of the sign's trine, then that sign's fifth and ninth.",
        f"Jagannatha Hora; {_PYJHORA}",
    ),
    VargaRule(4, PARASHARA, FromItself((1,), (3,)), "The sign itself, its fourth, seventh and tenth.", f"{_BPHS} 6.9"),
    VargaRule(
        5,
        PARASHARA,
        Turn((AR, AQ, SG, GE, LI, TA, VI, PI, CP, SC)),
        "Odd signs: Aries, Aquarius, Sagittarius, Gemini, Libra; even signs: Taurus, Virgo, Pisces, Capricorn, Scorpio.",
        _BOOK,
    ),
    VargaRule(6, PARASHARA, FromRashi((AR, LI)), "Counted from Aries in odd signs, from Libra in even ones.", _BOOK),
    VargaRule(
        7,
        PARASHARA,
        FromItself((1, 7)),
        "Counted from the sign itself if odd, from its seventh if even.",
        f"{_BPHS} 6.10-11",
    ),
    VargaRule(
        7,
        _EVEN_REVERSED,
        FromItself((1, 7), (1, -1)),
        "Counted from the sign itself if odd, from its seventh backwards if even.",
        _PYJHORA,
    ),
    VargaRule(
        7,
        _FROM_END,
        EvenReversed(FromItself((1, 7))),
        "Counted from the sign itself if odd, from itself backwards to its seventh if even.",
        _PYJHORA,
    ),
    VargaRule(
        8,
        PARASHARA,
        FromRashi((AR, SG, LE)),
        "Counted from Aries in movable signs, from Sagittarius in fixed, from Leo in dual ones.",
        _BOOK,
    ),
    VargaRule(
        9,
        PARASHARA,
        FromItself((1, 9, 5)),
        "Counted from the sign itself if movable, from its ninth if fixed, from its fifth if dual.",
        f"{_BPHS} 6.12",
    ),
    VargaRule(
        9,
        _EVEN_REVERSED,
        EvenReversed(ZODIAC),
        "As PARASHARA, whose parts run on from Aries, with those of even signs in reverse: KRISHNA_MISHRA_UNIFORM.",
        _PYJHORA,
    ),
    VargaRule(
        9,
        VargaVariant.KALACHAKRA,
        Turn((*Rashi, *_APASAVYA)),
        "By padas: three savya stars run from Aries to Pisces, the next three, apasavya, from Scorpio to Sagittarius in the "
        "order of the Kalachakra.",
        f"{_BPHS}, Kalachakra dasha; {_PYJHORA}",
    ),
    VargaRule(
        9,
        VargaVariant.KRISHNA_MISHRA_UNIFORM,
        EvenReversed(ZODIAC),
        "The parts run on from Aries, those of even signs in reverse.",
        f"Krishna Mishra; {_PYJHORA}",
    ),
    VargaRule(
        9,
        VargaVariant.KRISHNA_MISHRA_RANGACHARYA,
        FromRashi((AR, CP, LI, CN), (1, -1)),
        "Counted from the movable sign of the sign's trine, forwards in odd signs and backwards in even ones.",
        f"Krishna Mishra by Rangacharya; Sanjay Rath's Nadi navamsha; {_PYJHORA}",
    ),
    VargaRule(
        10,
        PARASHARA,
        FromItself((1, 9)),
        "Counted from the sign itself if odd, from its ninth if even.",
        f"{_BPHS} 6.13-14",
    ),
    VargaRule(
        10,
        _EVEN_REVERSED,
        FromItself((1, 9), (1, -1)),
        "Counted from the sign itself if odd, from its ninth backwards if even.",
        _PYJHORA,
    ),
    VargaRule(
        10,
        _FROM_END,
        FromItself((1, 5), (1, -1)),
        "Counted from the sign itself if odd; if even, backwards from the ninth reckoned backwards, which is its fifth.",
        _PYJHORA,
    ),
    VargaRule(
        11,
        PARASHARA,
        ZODIAC,
        "Counted from the sign that is as far before Aries as the sign itself is after it: the parts run on from Aries.",
        f"Sanjay Rath; {_BOOK}",
    ),
    VargaRule(
        11,
        VargaVariant.RAMAN,
        FromItself((12,), (-1,)),
        "Counted backwards from the twelfth of the sign.",
        f"B.V. Raman; {_PYJHORA}",
    ),
    VargaRule(12, PARASHARA, _ITSELF, "Counted from the sign itself.", f"{_BPHS} 6.15"),
    VargaRule(
        12,
        _EVEN_REVERSED,
        _ITSELF_EVEN_BACKWARDS,
        "Counted from the sign itself, forwards if odd and backwards if even.",
        _PYJHORA,
    ),
    VargaRule(
        16,
        PARASHARA,
        FromRashi((AR, LE, SG)),
        "Counted from Aries in movable signs, from Leo in fixed, from Sagittarius in dual ones.",
        f"{_BPHS} 6.16",
    ),
    VargaRule(
        16,
        _EVEN_REVERSED,
        EvenReversed(ZODIAC),
        "As PARASHARA, whose parts run on from Aries, with those of even signs in reverse.",
        _PYJHORA,
    ),
    VargaRule(
        20,
        PARASHARA,
        FromRashi((AR, SG, LE)),
        "Counted from Aries in movable signs, from Sagittarius in fixed, from Leo in dual ones.",
        f"{_BPHS} 6.17-21",
    ),
    VargaRule(
        20,
        _EVEN_REVERSED,
        EvenReversed(ZODIAC),
        "As PARASHARA, whose parts run on from Aries, with those of even signs in reverse.",
        _PYJHORA,
    ),
    VargaRule(
        24,
        PARASHARA,
        FromRashi((LE, CN)),
        "Counted from Leo in odd signs, from Cancer in even ones.",
        f"{_BPHS} 6.22-23",
    ),
    VargaRule(
        24,
        _EVEN_REVERSED,
        FromRashi((LE, CN), (1, -1)),
        "Counted from Leo in odd signs, from Cancer backwards in even ones.",
        _PYJHORA,
    ),
    VargaRule(
        24, _FROM_END, FromRashi((LE,)), "Counted from Leo in all signs: even ones are reversed twice.", _PYJHORA
    ),
    VargaRule(
        27,
        PARASHARA,
        FromRashi((AR, CN, LI, CP)),
        "Counted from Aries in fiery signs, from Cancer in earthy, from Libra in airy, from Capricorn in watery ones.",
        f"{_BPHS} 6.24-26",
    ),
    VargaRule(
        27,
        _EVEN_REVERSED,
        EvenReversed(ZODIAC),
        "As PARASHARA, whose parts run on from Aries, with those of even signs in reverse.",
        _PYJHORA,
    ),
    VargaRule(
        30,
        PARASHARA,
        Turn(_ODD_TRIMSHAMSHAS + _EVEN_TRIMSHAMSHAS),
        "Odd signs: Aries to 5°, Aquarius to 10°, Sagittarius to 18°, Gemini to 25°, Libra to 30°; even signs: Taurus to 5°, "
        "Virgo to 12°, Pisces to 20°, Capricorn to 25°, Scorpio to 30°.",
        f"{_BPHS} 6.27-28",
    ),
    VargaRule(
        30, VargaVariant.SHASHTYAMSHA_LIKE, _ITSELF, "Thirty equal parts, counted from the sign itself.", _PYJHORA
    ),
    VargaRule(
        40,
        PARASHARA,
        FromRashi((AR, LI)),
        "Counted from Aries in odd signs, from Libra in even ones.",
        f"{_BPHS} 6.29-30",
    ),
    VargaRule(
        45,
        PARASHARA,
        FromRashi((AR, LE, SG)),
        "Counted from Aries in movable signs, from Leo in fixed, from Sagittarius in dual ones.",
        f"{_BPHS} 6.31-32",
    ),
    VargaRule(60, PARASHARA, _ITSELF, "Counted from the sign itself.", f"{_BPHS} 6.33-41"),
    VargaRule(
        60,
        _EVEN_REVERSED,
        _ITSELF_EVEN_BACKWARDS,
        "Counted from the sign itself, forwards if odd and backwards if even.",
        _PYJHORA,
    ),
    VargaRule(60, VargaVariant.FROM_ARIES, FromRashi((AR,)), "Counted from Aries in all signs.", _PYJHORA),
    VargaRule(
        60,
        VargaVariant.FROM_ARIES_EVEN_REVERSED,
        FromRashi((AR, PI), (1, -1)),
        "Counted from Aries in odd signs, from Pisces backwards in even ones.",
        _PYJHORA,
    ),
    VargaRule(81, PARASHARA, ZODIAC, "The navamsha of the navamsha: the parts run on from Aries.", _PYJHORA),
    VargaRule(108, PARASHARA, Composed(9, 12), "The dvadashamsha of the navamsha.", _PYJHORA),
    VargaRule(144, PARASHARA, Composed(12, 12), "The dvadashamsha of the dvadashamsha.", _PYJHORA),
    VargaRule(
        150,
        PARASHARA,
        _ITSELF,
        "A hundred and fifty equal parts, counted from the sign itself.",
        f"{_PYJHORA}, after Jagannatha Hora",
    ),
)
"""The rules that are particular to a division."""

GENERAL_RULES = (
    VargaRule(
        0,
        PARASHARA,
        ZODIAC,
        "No classical rule: the parts run on through the zodiac from Aries.",
        f"{_PYJHORA}, custom charts",
    ),
    VargaRule(
        0,
        VargaVariant.PARIVRITTI_CYCLIC,
        ZODIAC,
        "The parts run on through the zodiac from Aries.",
        f"Jagannatha Hora; {_PYJHORA}",
    ),
    VargaRule(
        0,
        VargaVariant.PARIVRITTI_EVEN_REVERSED,
        EvenReversed(ZODIAC),
        "The parts run on through the zodiac from Aries, those of even signs in reverse.",
        f"Jagannatha Hora; {_PYJHORA}",
    ),
    VargaRule(
        0,
        VargaVariant.PARIVRITTI_ALTERNATE,
        Alternate(),
        "The parts of odd signs run on from Aries forwards, those of even signs from Pisces backwards.",
        f"Somanatha; Jagannatha Hora; {_PYJHORA}",
    ),
)
"""The rules that any division has, unless RULES has its own; their division is 0 until one is asked."""

_PARTICULAR = {(row.division, row.variant): row for row in RULES}
_GENERAL = {row.variant: row for row in GENERAL_RULES}


def varga_rule(division: int, variant: VargaVariant) -> VargaRule | None:
    """The rule by which a division is built in a variant; None where there is no such pair.

    >>> varga_rule(9, VargaVariant.PARASHARA).source
    'Brihat Parashara Hora Shastra 6.12'
    >>> varga_rule(57, VargaVariant.PARASHARA).rule
    'No classical rule: the parts run on through the zodiac from Aries.'
    >>> varga_rule(57, VargaVariant.KALACHAKRA)
    """
    if division not in DIVISIONS:
        return None
    general = _GENERAL.get(variant)
    return _PARTICULAR.get((division, variant), general and general._replace(division=division))


def varga_rules(division: int) -> tuple[VargaRule, ...]:
    """All rules of a division, PARASHARA first; none outside 1 to 300.

    >>> [row.variant.name for row in varga_rules(24)][-2:]
    ['EVEN_SIGN_REVERSED', 'EVEN_SIGN_REVERSED_FROM_END']
    """
    rows = (varga_rule(division, variant) for variant in VargaVariant)
    return tuple(row for row in rows if row is not None)


def checked_rule(division: int, variant: VargaVariant) -> VargaRule:
    """The row of a division and variant.

    Raises:
        InputError: DIVISION_UNSUPPORTED, or VARIANT_UNSUPPORTED with the division's variants in the remedy.

    >>> checked_rule(9, VargaVariant.KALACHAKRA).division
    9
    """
    row = varga_rule(division, variant)
    if row is None:
        raise _unsupported(division, variant)
    return row


def _unsupported(division: int, variant: VargaVariant) -> InputError:
    if division not in DIVISIONS:
        return InputError(
            ErrorCode.DIVISION_UNSUPPORTED,
            f"There is no division {division}.",
            f"Send a division of {DIVISIONS[0]} to {DIVISIONS[-1]}.",
            ("division",),
        )
    variants = ", ".join(row.variant.name for row in varga_rules(division))
    return InputError(
        ErrorCode.VARIANT_UNSUPPORTED,
        f"D{division} has no variant {variant.name}.",
        f"Send one of {variants}.",
        ("variant",),
    )
