"""A line as cells: the path of each leaf of its JSON, the kinds of values there, and text that no spreadsheet runs."""

from __future__ import annotations

import re
from enum import IntFlag
from typing import NamedTuple, TypeAlias

import orjson

from jobs.lines import Line

Scalar: TypeAlias = "str | int | float | bool | None"
Cells: TypeAlias = dict[str, Scalar]

INDEX = "index"
PROBLEM = ("problem.code", "problem.message")
"""The birth's index, and what every table with failed lines has."""

_FORMULAS = "=+-@\t\r\n＝＋－＠"
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_INTEGERS = range(-(2**63), 2**63)


class Kind(IntFlag):
    """The kinds of values that a column has."""

    NONE = 0
    INTEGER = 1
    NUMBER = 2
    TRUTH = 4
    TEXT = 8


class Column(NamedTuple):
    """A path of the response, and the kinds of its values."""

    path: str
    kind: Kind


def cells_of(line: Line) -> Cells:
    """The leaves of a line by their paths, the birth's index before them; what is empty has none.

    >>> cells_of(Line(7, b'{"grahas":[{"longitude":12.5},{"longitude":-3}],"houses":[]}'))
    {'index': 7, 'grahas.0.longitude': 12.5, 'grahas.1.longitude': -3}
    """
    cells: Cells = {INDEX: line.index}
    _flatten(orjson.loads(line.body), "", cells)
    return cells


def kind_of(value: Scalar) -> Kind:
    """The kind of a value; a whole number beyond 64 bits is a number like any other.

    >>> kind_of(3), kind_of(True), kind_of(None)
    (<Kind.INTEGER: 1>, <Kind.TRUTH: 4>, <Kind.NONE: 0>)
    """
    if isinstance(value, bool):
        return Kind.TRUTH
    if isinstance(value, int):
        return Kind.INTEGER if value in _INTEGERS else Kind.NUMBER
    if isinstance(value, float):
        return Kind.NUMBER
    return Kind.NONE if value is None else Kind.TEXT


def csv_cell(value: Scalar) -> Scalar:
    """The value as `csv.writer` is given it: a text that a spreadsheet would run gets an apostrophe before it.

    >>> csv_cell("=1+1"), csv_cell("+05:30"), csv_cell(-12.5), csv_cell("-12.5"), csv_cell(True)
    ("'=1+1", "'+05:30", -12.5, '-12.5', 'true')
    """
    if isinstance(value, str):
        return f"'{value}" if value[:1] and value[0] in _FORMULAS and not _NUMBER.fullmatch(value) else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _flatten(value: object, path: str, cells: Cells) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _flatten(inner, f"{path}.{name}" if path else name, cells)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _flatten(inner, f"{path}.{place}" if path else str(place), cells)
    else:
        cells[path] = value  # type: ignore[assignment]  # JSON has no other leaves
