"""Delta T, TT − UT1, from 2022: where the library's observed rows end.

The library's own table has observed values to 2022.0 and old predictions afterwards, 0.3 s (5″ of lagna) off by 2026.
Rows here are read off the IERS series finals2000A of 2 November 2026 (UT1 − UTC, Bulletin A), as packaged on PyPI by
astropy-iers-data 0.2026.11.2: Delta T = 37 s + 32.184 s − (UT1 − UTC). Between rows a cubic holds the daily series to
0.02 s, 0.3″ of lagna.

After the last row a cubic leads, with equal value and slope at both ends, to the library's long-term curve in 2050,
which is kept from there on: the tabulated forecast of Stephenson, Morrison and Hohenkerk (2016). Skyfield follows those
authors' parabola instead, 3 s lower in 2050, 3 s higher in 2100, 60 s in 2200, 236 s in 2399. The distance is what
nobody knows about the Earth's rotation, so the curve that agrees with other programs was chosen, and 2050 for the join
because the mean slope up to there, 0.23 s a year, lies between the two end slopes.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from ephemeris import swiss

DAY_SECONDS = 86400.0
JULIAN_YEAR_DAYS = 365.25


class Origin(IntEnum):
    """Whether a figure was measured or forecast."""

    OBSERVED = 0
    PREDICTED = 1


class Row(NamedTuple):
    """Delta T at a moment.

    Args:
        year: Julian years of 365.25 days, 2022.0 being 2022-01-01 0h UTC.
        seconds: TT − UT1.
        origin: observed, or predicted by Bulletin A.
    """

    year: float
    seconds: float
    origin: Origin


OBSERVED, PREDICTED = Origin

ROWS = (
    Row(2022.00, 69.2945, OBSERVED),
    Row(2022.25, 69.2839, OBSERVED),
    Row(2022.50, 69.2504, OBSERVED),
    Row(2022.75, 69.1886, OBSERVED),
    Row(2023.00, 69.2039, OBSERVED),
    Row(2023.25, 69.2086, OBSERVED),
    Row(2023.50, 69.2186, OBSERVED),
    Row(2023.75, 69.1727, OBSERVED),
    Row(2024.00, 69.1754, OBSERVED),
    Row(2024.25, 69.1980, OBSERVED),
    Row(2024.50, 69.1869, OBSERVED),
    Row(2024.75, 69.1250, OBSERVED),
    Row(2025.00, 69.1378, OBSERVED),
    Row(2025.25, 69.1473, OBSERVED),
    Row(2025.50, 69.1399, OBSERVED),
    Row(2025.75, 69.0906, OBSERVED),
    Row(2026.00, 69.1099, OBSERVED),
    Row(2026.25, 69.1342, OBSERVED),
    Row(2026.50, 69.1691, OBSERVED),
    Row(2026.75, 69.2071, OBSERVED),
    Row(2027.00, 69.3078, PREDICTED),
    Row(2027.25, 69.3920, PREDICTED),
    Row(2027.50, 69.4190, PREDICTED),
    Row(2027.75, 69.3823, PREDICTED),
)

FIRST_YEAR, LAST_YEAR = ROWS[0].year, ROWS[-1].year
STEP_YEARS = 0.25
LONG_TERM_YEAR = 2050.0
"""From here the library's curve alone."""

FIRST_JD = 2459580.5
"""2022-01-01 0h: the library's last observed value, 69.2944 s, meets the first row within 0.0002 s."""


def _slopes() -> tuple[float, ...]:
    """Seconds a year at each row: the library's own at the first, of the last year at the last (the seasons cancel)."""
    seconds = [row.seconds for row in ROWS]
    middle = ((after - before) / (2 * STEP_YEARS) for before, after in zip(seconds, seconds[2:], strict=False))
    return (-0.1, *middle, seconds[-1] - seconds[-5])


_SLOPES = _slopes()


def seconds(jd: float) -> float:
    """TT − UT1 in seconds, 69 to 520; continuous, and with a continuous slope.

    Args:
        jd: Julian day, UTC or UT1 (the two differ by less than Delta T changes in 0.0001 s), 2022-01-01 to 2399-12-31.

    Reference: the module's head. Not meaningful before 2022, where the library is exact.

    >>> round(seconds(2461041.5), 4)  # 2026-01-01
    69.1099
    """
    year = _year(jd)
    if year < LAST_YEAR:
        return _between_rows(year)
    if year < LONG_TERM_YEAR:
        return _towards_long_term(year)
    return _library_seconds(year)


def is_predicted(jd: float) -> bool:
    """Whether Delta T at *jd* (Julian day, UTC) lies after the last observed row.

    >>> is_predicted(2461041.5), is_predicted(2462502.5)
    (False, True)
    """
    return _year(jd) > LAST_OBSERVED_YEAR


LAST_OBSERVED_YEAR = max(row.year for row in ROWS if row.origin is OBSERVED)


def _year(jd: float) -> float:
    return FIRST_YEAR + (jd - FIRST_JD) / JULIAN_YEAR_DAYS


def _library_seconds(year: float) -> float:
    return swiss.delta_t(FIRST_JD + (year - FIRST_YEAR) * JULIAN_YEAR_DAYS) * DAY_SECONDS


def _between_rows(year: float) -> float:
    steps = max(0.0, (year - FIRST_YEAR) / STEP_YEARS)
    i = int(steps)
    ends = ROWS[i].seconds, ROWS[i + 1].seconds
    return _cubic(steps - i, STEP_YEARS, ends, (_SLOPES[i], _SLOPES[i + 1]))


def _towards_long_term(year: float) -> float:
    span = LONG_TERM_YEAR - LAST_YEAR
    slope = (_library_seconds(LONG_TERM_YEAR + 1) - _library_seconds(LONG_TERM_YEAR - 1)) / 2
    ends = ROWS[-1].seconds, _library_seconds(LONG_TERM_YEAR)
    return _cubic((year - LAST_YEAR) / span, span, ends, (_SLOPES[-1], slope))


def _cubic(part: float, span: float, ends: tuple[float, float], slopes: tuple[float, float]) -> float:
    """Hermite's cubic at *part*, 0 to 1, of a span of years, by the values and the yearly slopes at its ends."""
    rest = 1 - part
    by_values = ends[0] * (1 + 2 * part) * rest**2 + ends[1] * (3 - 2 * part) * part**2
    by_slopes = span * part * rest * (slopes[0] * rest - slopes[1] * part)
    return by_values + by_slopes
