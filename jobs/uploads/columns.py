"""The columns of a CSV: every name that is understood, and the field of a birth that it means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from enum import StrEnum

from jobs.uploads.problems import COLUMN_MISSING, COLUMN_UNKNOWN, LINE_INVALID, LineError, at_line


class Column(StrEnum):
    """What a column holds, by the path of BirthInput; `zone` alone is read by its form, `` is passed over."""

    REF = "ref"
    DATE = "date"
    TIME = "time"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    ALTITUDE = "altitude"
    ZONE = "zone"
    ZONE_NAME = "zone.name"
    ZONE_OFFSET = "zone.offset"
    ZONE_HOURS = "zone.offsetHours"
    ZONE_SOLAR = "zone.solar"
    DISAMBIGUATION = "disambiguation"
    NONE = ""


REQUIRED = (Column.DATE, Column.TIME, Column.LATITUDE, Column.LONGITUDE)

NAMES: dict[Column, tuple[str, ...]] = {
    Column.REF: ("ref", "reference", "id"),
    Column.DATE: ("date", "birth_date", "dob", "date_of_birth"),
    Column.TIME: ("time", "birth_time", "tob", "time_of_birth"),
    Column.LATITUDE: ("latitude", "lat"),
    Column.LONGITUDE: ("longitude", "lon", "lng", "long"),
    Column.ALTITUDE: ("altitude", "alt", "elevation"),
    Column.ZONE: ("zone", "timezone", "time_zone", "tz", "tzone"),
    Column.ZONE_NAME: ("zone.name", "timezone_name", "tz_name"),
    Column.ZONE_OFFSET: ("zone.offset", "utc_offset"),
    Column.ZONE_HOURS: ("zone.offsetHours", "timezone_offset", "offset_hours", "tz_offset"),
    Column.ZONE_SOLAR: ("zone.solar",),
    Column.DISAMBIGUATION: ("disambiguation",),
    Column.NONE: ("user_name", "name"),
}
"""The first name of each is BirthInput's. `birth_date`, `birth_time`, `timezone_offset` and `user_name` are Astro Engine's
(its requests, version 1.3). A person's name is not needed and goes no further."""

DELIMITERS = ",;\t"


def _folded(name: str) -> str:
    return re.sub(r"[\s_.-]", "", name).lower()


_BY_NAME = {_folded(name): column for column, names in NAMES.items() for name in names}


def delimiter_of(header: str) -> str:
    """What separates the columns: comma, semicolon or tab, whichever the header has most of.

    >>> delimiter_of("date;time;latitude")
    ';'
    """
    return max(DELIMITERS, key=header.count)


def read_header(line: int, names: Sequence[str]) -> tuple[Column, ...]:
    """What each column holds.

    Raises:
        LineError: COLUMN_UNKNOWN with the nearest name, COLUMN_MISSING, or LINE_INVALID for one column under two names.

    >>> read_header(1, ["birth_date", "Birth Time", "lat", "lon"])[1]
    <Column.TIME: 'time'>
    """
    columns = tuple([_column(line, name) for name in names])
    for column in REQUIRED:
        if column not in columns:
            accepted = " or ".join(NAMES[column][:2])
            raise at_line(line, COLUMN_MISSING, f"There is no column {column.value}.", f"Name one {accepted}.", column)
    twice = next((column for column in columns if column and columns.count(column) > 1), None)
    if twice:
        raise at_line(line, LINE_INVALID, f"Two columns mean {twice.value}.", "Leave one of them out.", twice)
    return columns


def nearest(name: str) -> str:
    """The known name that is most like *name*, as BirthInput spells it.

    >>> nearest("lattitude"), nearest("birth_date")
    ('latitude', 'date')
    """
    known = [folded for folded, column in _BY_NAME.items() if column]
    return _BY_NAME[difflib.get_close_matches(_folded(name), known, n=1, cutoff=0)[0]].value


def _column(line: int, name: str) -> Column:
    column = _BY_NAME.get(_folded(name))
    if column is not None:
        return column
    known = ", ".join(column.value for column in Column if column)
    raise _unknown(line, name, known)


def _unknown(line: int, name: str, known: str) -> LineError:
    remedy = f"Did you mean {nearest(name)}? Columns are {known}."
    return at_line(line, COLUMN_UNKNOWN, f"The column {name[:40]!r} is unknown.", remedy)
