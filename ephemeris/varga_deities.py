"""Deities of the parts of a sign, in Sanskrit without marks: Brihat Parashara Hora Shastra 6, in Santhanam's numbering.

A division has one row of names for all signs, two for odd and even signs, or three for movable, fixed and dual signs.
Names repeat where they are fewer than the parts.
"""

from __future__ import annotations

from typing import TypeAlias

from ephemeris.words import Rashi

Names: TypeAlias = tuple[str, ...]


def _reversed_in_even(*names: str) -> tuple[Names, Names]:
    return names, names[::-1]


# BPHS 6.17-21: odd signs, then even ones.
_VIMSHAMSHA = (
    (
        *("Kali", "Gauri", "Jaya", "Lakshmi", "Vijaya", "Vimala", "Sati", "Tara", "Jvalamukhi", "Shveta"),
        *(
            "Lalita",
            "Bagalamukhi",
            "Pratyangira",
            "Shachi",
            "Raudri",
            "Bhavani",
            "Varada",
            "Jaya",
            "Tripura",
            "Sumukhi",
        ),
    ),
    (
        *("Daya", "Medha", "Chhinnashirsha", "Pishachini", "Dhumavati", "Matangi", "Bala", "Bhadra", "Aruna", "Anala"),
        *("Pingala", "Chhuchchhuka", "Ghora", "Varahi", "Vaishnavi", "Sita", "Bhuvaneshvari", "Bhairavi", "Mangala"),
        "Aparajita",
    ),
)

DEITIES: dict[int, tuple[Names, ...]] = {
    # 6.5-6: the Sun's half belongs to the gods, the Moon's to the fathers.
    2: _reversed_in_even("Deva", "Pitri"),
    # 6.7-8
    3: (("Narada", "Agastya", "Durvasa"),),
    # 6.9
    4: (("Sanaka", "Sananda", "Kumara", "Sanatana"),),
    # 6.10-11
    7: _reversed_in_even("Kshara", "Kshira", "Dadhi", "Ghrita", "Ikshurasa", "Madya", "Shuddhajala"),
    # 6.12: movable, fixed, dual signs
    9: (("Deva", "Manushya", "Rakshasa"), ("Manushya", "Rakshasa", "Deva"), ("Rakshasa", "Manushya", "Deva")),
    # 6.13-14
    10: _reversed_in_even(
        *("Indra", "Agni", "Yama", "Rakshasa", "Varuna", "Vayu", "Kubera", "Ishana", "Brahma", "Ananta"),
    ),
    # 6.15
    12: (("Ganesha", "Ashvinikumara", "Yama", "Sarpa"),),
    # 6.16
    16: _reversed_in_even("Brahma", "Vishnu", "Shiva", "Surya"),
    20: _VIMSHAMSHA,
    # 6.22-23
    24: _reversed_in_even(
        *("Skanda", "Parashudhara", "Anala", "Vishvakarma", "Bhaga", "Mitra"),
        *("Maya", "Antaka", "Vrishadhvaja", "Govinda", "Madana", "Bhima"),
    ),
    # 6.24-26: the deities of the stars from Ashvini
    27: _reversed_in_even(
        *("Dasra", "Yama", "Agni", "Brahma", "Chandra", "Isha", "Aditi", "Jiva", "Ahi"),
        *("Pitara", "Bhaga", "Aryama", "Surya", "Tvashta", "Marut", "Shakragni", "Mitra", "Vasava"),
        *("Rakshasa", "Varuna", "Vishvadeva", "Govinda", "Vasu", "Varuna", "Ajapada", "Ahirbudhnya", "Pusha"),
    ),
    # 6.27-28, by degrees: 5, 5, 8, 7 and 5 of odd signs
    30: _reversed_in_even(*5 * ("Agni",), *5 * ("Vayu",), *8 * ("Indra",), *7 * ("Kubera",), *5 * ("Varuna",)),
    # 6.29-30
    40: (
        (
            *("Vishnu", "Chandra", "Marichi", "Tvashta", "Dhata", "Shiva"),
            *("Ravi", "Yama", "Yaksha", "Gandharva", "Kala", "Varuna"),
        ),
    ),
    # 6.31-32: movable, fixed, dual signs
    45: (("Brahma", "Shiva", "Vishnu"), ("Shiva", "Vishnu", "Brahma"), ("Vishnu", "Brahma", "Shiva")),
    # 6.33-41
    60: _reversed_in_even(
        *("Ghora", "Rakshasa", "Deva", "Kubera", "Yaksha", "Kinnara", "Bhrashta", "Kulaghna", "Garala", "Vahni"),
        *("Maya", "Purishaka", "Apampati", "Marutvan", "Kala", "Sarpa", "Amrita", "Indu", "Mridu", "Komala"),
        *(
            "Heramba",
            "Brahma",
            "Vishnu",
            "Maheshvara",
            "Deva",
            "Ardra",
            "Kalinasha",
            "Kshitisha",
            "Kamalakara",
            "Gulika",
        ),
        *("Mrityu", "Kala", "Davagni", "Ghora", "Yama", "Kantaka", "Sudha", "Amrita", "Purnachandra", "Vishadagdha"),
        *(
            "Kulanasha",
            "Vamshakshaya",
            "Utpata",
            "Kala",
            "Saumya",
            "Komala",
            "Shitala",
            "Karaladamshtra",
            "Chandramukhi",
        ),
        *("Pravina", "Kalapavaka", "Dandayudha", "Nirmala", "Saumya", "Krura", "Atishitala", "Amrita", "Payodhi"),
        *("Bhramana", "Chandrarekha"),
    ),
}


def deity(division: int, part: int, natal_rashi: Rashi) -> str | None:
    """The deity of a part of a sign; None where the division has none.

    Args:
        division: 1 to 300.
        part: 1 to *division*, counted from the beginning of the sign.
        natal_rashi: the sign in D1 of which it is a part: its kind chooses the row.

    >>> deity(60, 1, Rashi.ARIES), deity(60, 1, Rashi.TAURUS), deity(5, 1, Rashi.ARIES)
    ('Ghora', 'Chandrarekha', None)
    """
    rows = DEITIES.get(division)
    if rows is None:
        return None
    names = rows[natal_rashi % len(rows)]
    return names[(part - 1) % len(names)]
