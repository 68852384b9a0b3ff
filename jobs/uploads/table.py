"""A line of CSV, by the columns of its header, as a birth's row."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping

from jobs.births import BirthRow
from jobs.uploads.columns import Column, delimiter_of, read_header
from jobs.uploads.problems import LINE_INVALID, LineError, at_line, refused
from jobs.uploads.rows import checked, disambiguation, field_error, one_zone, solar
from jobs.uploads.text import TextLine
from resolvers.births import ZoneRequest

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_OFFSET = re.compile(r"[+-]\d.*:.*|[zZ]", re.ASCII | re.DOTALL)


class Table:
    """Reads the header at its first line, and a birth from every other one."""

    def __init__(self) -> None:
        self._columns: tuple[Column, ...] | None = None
        self._delimiter = ","

    def read(self, line: TextLine) -> BirthRow | None:
        """The birth of a line; None for the header, and for a line whose cells are all empty.

        Raises:
            UploadError: the header cannot be used, so no line can.
            LineError: this line cannot.
        """
        if self._columns is None:
            self._columns = self._header(line)
            return None
        cells = self._cells(line)
        if not any(cells):
            return None
        if len(cells) != len(self._columns):
            message = f"The line has {len(cells)} cells, the header {len(self._columns)}."
            raise at_line(line.number, LINE_INVALID, message, "Quote cells that contain the separator.")
        return _row(line.number, dict(zip(self._columns, cells, strict=True)))

    def _header(self, line: TextLine) -> tuple[Column, ...]:
        try:
            self._delimiter = delimiter_of(line.readable())
            return read_header(line.number, self._cells(line))
        except LineError as error:
            raise refused(error.problem) from None

    def _cells(self, line: TextLine) -> list[str]:
        try:
            cells = next(csv.reader([line.readable()], delimiter=self._delimiter, strict=True))
        except csv.Error:
            remedy = 'Close every quote on its line, and write a quote within quotes as "".'
            raise at_line(line.number, LINE_INVALID, "The quotes of the line do not match.", remedy) from None
        return [cell.strip() for cell in cells]


def _row(line: int, cells: Mapping[Column, str]) -> BirthRow:
    ref = cells.get(Column.REF) or None
    row = BirthRow(
        ref,
        cells[Column.DATE],
        cells[Column.TIME],
        _number(line, cells, Column.LATITUDE, ref),
        _number(line, cells, Column.LONGITUDE, ref),
        _number(line, cells, Column.ALTITUDE, ref) if cells.get(Column.ALTITUDE) else 0.0,
        one_zone(line, _zone(line, cells, ref), ref),
        disambiguation(line, cells.get(Column.DISAMBIGUATION), ref),
    )
    return checked(line, row)


def _number(line: int, cells: Mapping[Column, str], column: Column, ref: str | None) -> float:
    text = cells[column]
    if not _NUMBER.fullmatch(text):
        remedy = "Write a decimal number with a dot, as in 19.07 or -73.99."
        raise field_error(line, f"The {column.value} is {text[:40]!r}.", remedy, ref, *column.split("."))
    return float(text)


def _zone(line: int, cells: Mapping[Column, str], ref: str | None) -> ZoneRequest:
    """What all zone columns say together; the plain one is read by its form."""
    name = cells.get(Column.ZONE_NAME) or None
    offset = cells.get(Column.ZONE_OFFSET) or None
    hours = _number(line, cells, Column.ZONE_HOURS, ref) if cells.get(Column.ZONE_HOURS) else None
    plain = cells.get(Column.ZONE, "")
    if plain and (name or offset or hours is not None):
        remedy = "Leave one of the zone's columns empty."
        raise field_error(line, "The zone is said in two columns.", remedy, ref, "zone")
    if _NUMBER.fullmatch(plain):
        hours = float(plain)
    elif _OFFSET.fullmatch(plain):
        offset = plain.upper()
    else:
        name = name or plain or None
    return ZoneRequest(name, offset, hours, solar(line, cells.get(Column.ZONE_SOLAR), ref))
