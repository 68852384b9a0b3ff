"""Longitudes as whole numbers, in a unit in which every boundary of the zodiac is whole.

A longitude is quantised once, when it comes from the Swiss Ephemeris; every later question (sign, star, pada, any
varga) is integer division, so that no boundary depends on a rounded double. The unit is 30°/2,494,800,000,000, which is
4.3e-8 of an arcsecond; 2,494,800 = 2^4·3^4·5^2·7·11 makes the parts of D7, D9, D11, D27, D81 and the padas whole.
"""

from __future__ import annotations

from ephemeris.words import AngleFormat, Nakshatra, Rashi

RASHI_UNITS = 2_494_800 * 1_000_000
CIRCLE_UNITS = 12 * RASHI_UNITS
DEGREE_UNITS = RASHI_UNITS // 30
ARCMINUTE_UNITS = DEGREE_UNITS // 60
ARCSECOND_UNITS = ARCMINUTE_UNITS // 60
NAKSHATRA_UNITS = CIRCLE_UNITS // 27
PADA_UNITS = CIRCLE_UNITS // 108
PRINTED_UNITS = DEGREE_UNITS // 10**7
"""A unit of the seventh decimal of a degree: what a longitude is printed in."""

_PRINTED_IN_RASHI = 30 * 10**7
_CENTISECOND_UNITS = ARCSECOND_UNITS // 100
_RASHI_ABBREVIATIONS = ("Ar", "Ta", "Ge", "Cn", "Le", "Vi", "Li", "Sc", "Sg", "Cp", "Aq", "Pi")
_RASHIS = tuple(Rashi)
_NAKSHATRAS = tuple(Nakshatra)


def quantise(degrees: float) -> int:
    """The longitude in units, 0 ≤ units < CIRCLE_UNITS.

    Args:
        degrees: any finite angle in degrees; turns are taken off.

    >>> quantise(30.0) == RASHI_UNITS, quantise(-1e-17), quantise(360.0)
    (True, 0, 0)
    """
    return round(degrees * DEGREE_UNITS) % CIRCLE_UNITS


def printed(units: int) -> int:
    """*units* cut to ten-millionths of a degree, without leaving its pada, so that what is printed never contradicts sign,
    star, pada or navamsha.

    >>> printed(PADA_UNITS), printed(PADA_UNITS - 1)
    (33333334, 33333333)
    """
    cut = units // PRINTED_UNITS
    return cut if cut * PRINTED_UNITS // PADA_UNITS == units // PADA_UNITS else cut + 1


def longitude_degrees(units: int) -> float:
    """Degrees with seven decimals, 0 ≤ x < 360.

    >>> longitude_degrees(quantise(123.45678912))
    123.4567891
    """
    return printed(units) / 10**7


def degree_in_rashi(units: int) -> float:
    """Degrees within the sign with seven decimals, 0 ≤ x < 30.

    >>> degree_in_rashi(quantise(123.45678912))
    3.4567891
    """
    return printed(units) % _PRINTED_IN_RASHI / 10**7


def shown(units: int) -> tuple[float, float]:
    """Longitude and degree within the sign, both with seven decimals.

    >>> shown(quantise(123.45678912))
    (123.4567891, 3.4567891)
    """
    cut = printed(units)
    return cut / 10**7, cut % _PRINTED_IN_RASHI / 10**7


def rashi_of(units: int) -> Rashi:
    """The sign.

    >>> rashi_of(quantise(359.9999999)).name
    'PISCES'
    """
    return _RASHIS[units // RASHI_UNITS]


def nakshatra_of(units: int) -> Nakshatra:
    """The star.

    >>> nakshatra_of(quantise(360 / 27)).name
    'BHARANI'
    """
    return _NAKSHATRAS[units // NAKSHATRA_UNITS]


def pada_of(units: int) -> int:
    """The quarter of the star, 1 to 4.

    >>> [pada_of(quantise(k * 360 / 108)) for k in range(5)]
    [1, 2, 3, 4, 1]
    """
    return units // PADA_UNITS % 4 + 1


def separation(a: int, b: int) -> int:
    """Units between two longitudes the short way, 0 to CIRCLE_UNITS // 2.

    >>> separation(quantise(359), quantise(2)) == 3 * DEGREE_UNITS
    True
    """
    apart = abs(a - b)
    return min(apart, CIRCLE_UNITS - apart)


def within(units: int, start: int, end: int) -> bool:
    """Whether a longitude lies in the half-open arc from *start* forwards to *end*.

    >>> within(quantise(1), quantise(350), quantise(10))
    True
    """
    return (units - start) % CIRCLE_UNITS < (end - start) % CIRCLE_UNITS


def text(units: int, form: AngleFormat) -> str:
    """The angle as text; *units* may be a longitude (the sign is taken off) or an angle within a sign.

    >>> [text(quantise(192.7222222), form) for form in AngleFormat]
    ['12°43\\'19.99"', "12°43'", '12Li43', '12 Li 43\\' 19.99"', '12° 43\\' 20.00"']
    """
    return _WRITERS[form](units)


def plain_text(units: int, form: AngleFormat) -> str:
    """An angle that belongs to no sign, as an ayanamsha: the formats that name a sign are answered as DMS.

    >>> plain_text(quantise(24.1225561), AngleFormat.SIGN_DMS)
    '24°07\\'21.20"'
    """
    if form is AngleFormat.DM:
        return f"{units // DEGREE_UNITS}°{units // ARCMINUTE_UNITS % 60:02d}'"
    degrees, minutes, seconds = _sexagesimal(units)
    return f"{degrees}°{minutes:02d}'{seconds}\""


def _sexagesimal(units: int) -> tuple[int, int, str]:
    hundredths = units // _CENTISECOND_UNITS
    minutes, hundredths = divmod(hundredths, 6000)
    degrees, minutes = divmod(minutes, 60)
    return degrees, minutes, f"{hundredths // 100:02d}.{hundredths % 100:02d}"


def _dms(units: int) -> str:
    degrees, minutes, seconds = _sexagesimal(units % RASHI_UNITS)
    return f"{degrees}°{minutes:02d}'{seconds}\""


def _dm(units: int) -> str:
    inside = units % RASHI_UNITS
    return f"{inside // DEGREE_UNITS}°{inside // ARCMINUTE_UNITS % 60:02d}'"


def _jhora(units: int) -> str:
    degrees, rest = divmod(units % RASHI_UNITS, DEGREE_UNITS)
    minutes = (rest + ARCMINUTE_UNITS // 2) // ARCMINUTE_UNITS
    return f"{degrees}{_RASHI_ABBREVIATIONS[units // RASHI_UNITS]}{minutes:02d}"


def _sign_dms(units: int) -> str:
    degrees, minutes, seconds = _sexagesimal(units % RASHI_UNITS)
    return f"{degrees} {_RASHI_ABBREVIATIONS[units // RASHI_UNITS]} {minutes:02d}' {seconds}\""


def _astro_engine(units: int) -> str:
    degrees, rest = divmod(units % RASHI_UNITS, DEGREE_UNITS)
    minutes, rest = divmod(rest, ARCMINUTE_UNITS)
    return f"{degrees}° {minutes}' {rest / ARCSECOND_UNITS:.2f}\""


_WRITERS = {
    AngleFormat.DMS: _dms,
    AngleFormat.DM: _dm,
    AngleFormat.JHORA: _jhora,
    AngleFormat.SIGN_DMS: _sign_dms,
    AngleFormat.ASTRO_ENGINE: _astro_engine,
}
