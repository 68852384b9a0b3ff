"""A birth's row out of its fields, once dates, times and ranges were checked; its zone is left to who computes."""

from __future__ import annotations

from ephemeris.civil import parse_date, parse_time
from ephemeris.errors import ChartError
from ephemeris.places import check_place
from ephemeris.words import Disambiguation, SolarTime
from jobs.births import BirthRow
from jobs.uploads.problems import FIELD_INVALID, LineError, LineProblem, of_birth
from resolvers.births import ZoneRequest

REF_MAX = 200
TEXT_MAX = 64
"""Characters of a reference, and of any other text of a birth."""


def checked(line: int, row: BirthRow) -> BirthRow:
    """The row as it is, where its date, time and place can be.

    Raises:
        LineError: with the code of what cannot, and the row's reference.
    """
    if row.ref is not None and len(row.ref) > REF_MAX:
        raise field_error(line, f"The ref has over {REF_MAX} characters.", "Send a shorter one.", None, "ref")
    try:
        parse_date(row.date)
        parse_time(row.time)
        check_place(row.latitude, row.longitude, row.altitude)
    except ChartError as error:
        raise of_birth(line, error, row.ref) from None
    return row


def one_zone(line: int, zone: ZoneRequest, ref: str | None) -> ZoneRequest | None:
    """The zone, None where nothing of it is set.

    Raises:
        LineError: it is said in two ways, or by a text of some other purpose.
    """
    given = [value for value in (zone.name, zone.offset, zone.offset_hours, zone.solar) if value is not None]
    if len(given) > 1:
        remedy = "Send exactly one of name, offset, offsetHours and solar."
        raise field_error(line, f"The zone is said in {len(given)} ways.", remedy, ref, "zone")
    if given and isinstance(given[0], str) and len(given[0]) > TEXT_MAX:
        raise field_error(
            line, f"The zone has over {TEXT_MAX} characters.", "Send Asia/Kolkata or +05:30.", ref, "zone"
        )
    return zone if given else None


def disambiguation(line: int, name: str | None, ref: str | None) -> Disambiguation:
    """The choice of that name; REJECT where there is none. Raises: LineError."""
    if not name:
        return Disambiguation.REJECT
    if name.upper() not in Disambiguation.__members__:
        remedy = f"Send one of {', '.join(Disambiguation.__members__)}."
        raise field_error(line, f"The disambiguation is {name[:40]!r}.", remedy, ref, "disambiguation")
    return Disambiguation[name.upper()]


def solar(line: int, name: str | None, ref: str | None) -> SolarTime | None:
    """The time by the Sun of that name. Raises: LineError."""
    if not name:
        return None
    if name.upper() not in SolarTime.__members__:
        remedy = f"Send {', '.join(SolarTime.__members__)}."
        raise field_error(line, f"zone.solar is {name[:40]!r}.", remedy, ref, "zone", "solar")
    return SolarTime[name.upper()]


def field_error(line: int, message: str, remedy: str, ref: str | None, *path: str) -> LineError:
    """An error of one field."""
    return LineError(LineProblem(line, FIELD_INVALID, message, remedy, path), ref)
