"""Civil dates, clock times and offsets, from text: one form each, and for every other form what to send instead."""

from __future__ import annotations

import re
from datetime import date, time
from math import isfinite
from typing import NamedTuple, NoReturn

from ephemeris.errors import InputError
from ephemeris.words import ErrorCode

FIRST_YEAR, LAST_YEAR = 1800, 2399
"""The years of the ephemeris files."""

OFFSET_LIMIT = 16 * 3600 - 1
"""Seconds, 15:59:59: more than any clock was ever away from Greenwich."""

_SHOWN = 40


class Hint(NamedTuple):
    """What to say to those who send another form: the form, and the remedy."""

    form: re.Pattern[str]
    remedy: str


class Form(NamedTuple):
    """A form of text: how it is called, what it looks like, what to say otherwise."""

    code: ErrorCode
    name: str
    field: str
    pattern: re.Pattern[str]
    remedy: str
    hints: tuple[Hint, ...]


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.ASCII | re.DOTALL)


_FOREIGN_DIGITS = Hint(re.compile(r".*[^\x00-\x7f].*", re.DOTALL), "Use the digits 0 to 9 and plain - : + signs.")

_DATE = Form(
    ErrorCode.DATE_INVALID,
    "date",
    "date",
    _pattern(r"(\d{4})-(\d\d)-(\d\d)"),
    "Send the date as YYYY-MM-DD: 1990-03-15.",
    (
        Hint(_pattern(r"\d{4}-\d{1,2}-\d{1,2}"), "Write month and day with two digits: 1990-03-05."),
        Hint(_pattern(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}"), "Put the year first, then month and day: 1990-03-15."),
        Hint(_pattern(r"\d{4}[/.]\d{1,2}[/.]\d{1,2}|\d{8}"), "Write hyphens between year, month and day: 1990-03-15."),
        Hint(_pattern(r"\d{4}-\d\d-\d\d[T ].+"), "Send the date alone, 1990-03-15, and the time of day as `time`."),
        _FOREIGN_DIGITS,
    ),
)
_TIME = Form(
    ErrorCode.TIME_INVALID,
    "time",
    "time",
    _pattern(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,3}))?)?"),
    "Send the time as HH:MM, HH:MM:SS or HH:MM:SS.fff, 00:00 to 23:59:59.999.",
    (
        Hint(
            _pattern(r"\d\d:\d\d:60(\.\d+)?"), "Send second 59.999, or the next minute: no clock face has a second 60."
        ),
        Hint(_pattern(r"24:00(:00(\.0+)?)?"), "Send 00:00 of the next day."),
        Hint(_pattern(r"\d\d:\d\d:\d\d\.\d{4,}"), "Send at most three decimals of a second."),
        Hint(_pattern(r"\d:\d\d.*"), "Write the hour with two digits: 05:45."),
        Hint(_pattern(r".*[AaPp]\.?[Mm]\.?"), "Send the 24-hour clock: 17:45 for a quarter to six in the evening."),
        Hint(_pattern(r"\d\d:\d\d.*(Z|[+-]\d\d:?\d\d)"), "Send the time alone, and its offset as `zone: {offset: …}`."),
        _FOREIGN_DIGITS,
    ),
)
_OFFSET = Form(
    ErrorCode.OFFSET_INVALID,
    "offset",
    "offset",
    _pattern(r"([+-])(\d\d):([0-5]\d)(?::([0-5]\d))?"),
    "Send the offset as +HH:MM or +HH:MM:SS, east positive, or Z: +05:30.",
    (
        Hint(_pattern(r"[+-]\d:\d\d.*"), "Write the hours with two digits: +05:30."),
        Hint(_pattern(r"[+-]\d{4}"), "Write a colon between hours and minutes: +05:30."),
        Hint(_pattern(r"\d\d?:\d\d.*"), "Begin with + for east or - for west of Greenwich: +05:30."),
        Hint(_pattern(r"[+-]?\d+(\.\d+)?"), "Write hours and minutes, +05:30, or send `offsetHours: 5.5`."),
        _FOREIGN_DIGITS,
    ),
)


def parse_date(text: str) -> date:
    """The civil day, 1800-01-01 to 2399-12-31, Gregorian.

    Args:
        text: `YYYY-MM-DD`.

    Raises:
        InputError: DATE_INVALID for another form or a day that never was, DATE_OUT_OF_RANGE for another year; path
            `date`.

    >>> parse_date("1990-03-15")
    datetime.date(1990, 3, 15)
    """
    year, month, day = map(int, _groups(_DATE, text))
    _check_year(year, text)
    try:
        return date(year, month, day)
    except ValueError:
        _refuse(_DATE, f"There is no {text}.", "Send a day that exists.")


def check_date(day: date) -> None:
    """Nothing, for a day of 1800-01-01 to 2399-12-31.

    Raises:
        InputError: DATE_OUT_OF_RANGE, path `date`.

    >>> check_date(date(2399, 12, 31))
    """
    _check_year(day.year, day.isoformat())


def parse_time(text: str) -> time:
    """The time of day, 00:00 to 23:59:59.999.

    Args:
        text: `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff`, one to three decimals.

    Raises:
        InputError: TIME_INVALID, path `time`.

    >>> parse_time("23:59:59.5")
    datetime.time(23, 59, 59, 500000)
    """
    hour, minute, second, fraction = _groups(_TIME, text)
    microsecond = int(fraction.ljust(6, "0")) if fraction else 0
    return time(int(hour), int(minute), int(second or 0), microsecond)


def parse_offset(text: str) -> int:
    """Seconds east of Greenwich, -57599 to 57599.

    Args:
        text: `+HH:MM`, `+HH:MM:SS`, the same with `-`, or `Z`.

    Raises:
        InputError: OFFSET_INVALID, path `offset`.

    >>> parse_offset("+05:30"), parse_offset("-00:25:21"), parse_offset("Z")
    (19800, -1521, 0)
    """
    if text == "Z":
        return 0
    sign, hours, minutes, seconds = _groups(_OFFSET, text)
    size = int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)
    if size > OFFSET_LIMIT:
        _refuse(_OFFSET, f"The offset {shown(text)} is beyond 15:59:59.", _OFFSET.remedy)
    return -size if sign == "-" else size


def offset_from_hours(hours: float) -> int:
    """Seconds east of Greenwich, rounded to the whole second, -57599 to 57599.

    Args:
        hours: east positive, at most six decimals.

    Raises:
        InputError: OFFSET_INVALID, path `offsetHours`.

    >>> offset_from_hours(5.5), offset_from_hours(5.891111)
    (19800, 21208)
    """
    if not (isfinite(hours) and abs(hours) * 3600 <= OFFSET_LIMIT):
        _refuse_hours(f"offsetHours is {shown(hours)}.", "Send -15.999722 to 15.999722 hours, east positive.")
    if round(hours, 6) != hours:
        _refuse_hours(f"offsetHours {shown(hours)} has more than six decimals.", "Round it to six decimals.")
    return round(hours * 3600)


def offset_text(seconds: int) -> str:
    """The offset as `+05:30`, with seconds only where there are some.

    >>> offset_text(19800), offset_text(-1521)
    ('+05:30', '-00:25:21')
    """
    minutes, rest = divmod(abs(seconds), 60)
    text = f"{'-' if seconds < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{rest:02d}" if rest else text


def shown(value: object) -> str:
    """The value as Python writes it, cut to 40 characters: for messages that name what was sent.

    >>> shown("1500-01-01"), len(shown("9" * 10_000))
    ("'1500-01-01'", 40)
    """
    text = repr(value[:_SHOWN] if isinstance(value, str) else value)
    whole = len(text) <= _SHOWN and not (isinstance(value, str) and len(value) > _SHOWN)
    return text if whole else text[: _SHOWN - 1] + "…"


def _groups(form: Form, text: str) -> tuple[str, ...]:
    found = form.pattern.fullmatch(text)
    if found is None:
        _refuse(form, f"The {form.name} is {shown(text)}.", _remedy(form, text))
    return found.groups()


def _remedy(form: Form, text: str) -> str:
    fitting = (hint.remedy for hint in form.hints if hint.form.fullmatch(text))
    return next(fitting, form.remedy)


def _check_year(year: int, text: str) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InputError(
            ErrorCode.DATE_OUT_OF_RANGE,
            f"The date {text} is outside {FIRST_YEAR} to {LAST_YEAR}.",
            f"Send a date of {FIRST_YEAR}-01-01 to {LAST_YEAR}-12-31: the ephemeris has no more.",
            ("date",),
        )


def _refuse(form: Form, message: str, remedy: str) -> NoReturn:
    raise InputError(form.code, message, remedy, (form.field,))


def _refuse_hours(message: str, remedy: str) -> NoReturn:
    raise InputError(ErrorCode.OFFSET_INVALID, message, remedy, ("offsetHours",))
