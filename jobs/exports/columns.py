"""The columns of a table: every path that some line has, in the order of first occurrence."""

from __future__ import annotations

from collections.abc import Iterable

from jobs.errors import BulkError
from jobs.exports.cells import INDEX, PROBLEM, Cells, Column, Kind, kind_of
from jobs.exports.forms import Only
from jobs.exports.kept import Kept
from jobs.stores import ResultStore

COLUMNS_MAX = 10_000
"""A spreadsheet shows 16,384, and each row has them all."""

COLUMNS_TOO_MANY = "COLUMNS_TOO_MANY"


class ColumnsError(BulkError):
    """Raised when a table would have more columns than it may."""

    def __init__(self) -> None:
        super().__init__(
            COLUMNS_TOO_MANY,
            f"The lines have over {COLUMNS_MAX:,} different paths.",
            "Download JSON lines, or select less.",
        )


def find_columns(rows: Iterable[Cells], only: Only) -> list[Column]:
    """The columns of all rows, none of them held.

    Raises:
        ColumnsError: there are more than COLUMNS_MAX.

    >>> [column.path for column in find_columns([{"index": 0, "lagna": 1.5}], Only.ALL)]
    ['index', 'lagna', 'problem.code', 'problem.message']
    """
    kinds = {INDEX: Kind.INTEGER}
    for cells in rows:
        for path, value in cells.items():
            kinds[path] = kinds.get(path, Kind.NONE) | kind_of(value)
        if len(kinds) > COLUMNS_MAX:
            raise ColumnsError
    if only is not Only.SUCCEEDED:
        for path in PROBLEM:
            kinds.setdefault(path, Kind.TEXT)
    return [Column(path, kind) for path, kind in kinds.items()]


def kept_columns(only: Only) -> Kept[list[Column]]:
    """Where the columns of finished results are kept."""
    return Kept(f"columns-{only.value}", list[Column])


def columns_of(
    store: ResultStore, operation: str, version: int | None, only: Only, rows: Iterable[Cells]
) -> list[Column]:
    """The columns: those that were found before, else found now, and kept where the results are finished.

    Args:
        version: of finished results; None while they come.

    Raises:
        ColumnsError: there are too many.
    """
    kept = kept_columns(only)
    known = None if version is None else kept.load(store, operation, version)
    if known is not None:
        return known
    found = find_columns(rows, only)
    if version is not None:
        kept.save(store, operation, version, found)
    return found
