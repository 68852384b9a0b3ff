"""Rows as text or as Parquet, in pieces."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from jobs.errors import BulkError
from jobs.exports.cells import Cells, Column, Kind, Scalar, csv_cell

PARQUET_UNAVAILABLE = "PARQUET_UNAVAILABLE"
GROUP_CELLS = 200_000
"""Cells of a row group: it is in memory as Python objects before it is written."""

Rows = Iterable[Sequence[Cells]]
"""Rows, chunk by chunk."""


class ParquetError(BulkError):
    """Raised when Parquet is asked for and cannot be written here."""

    def __init__(self) -> None:
        super().__init__(
            PARQUET_UNAVAILABLE,
            "This service cannot write Parquet.",
            "Download CSV or JSON lines; who runs the service installs grahaql[parquet].",
        )


def csv_header(columns: Sequence[Column]) -> bytes:
    """The first line of a CSV."""
    return _csv([[csv_cell(column.path) for column in columns]])


def csv_rows(columns: Sequence[Column], rows: Sequence[Cells]) -> bytes:
    """Rows of a CSV: UTF-8, lines ended as RFC 4180 says, absent and null cells empty."""
    paths = [column.path for column in columns]
    return _csv([csv_cell(cells.get(path)) for path in paths] for cells in rows)


def load_parquet() -> Any:
    """The package that writes Parquet. Raises: ParquetError."""
    try:
        import pyarrow as pa  # noqa: PLC0415  an extra of 50 MB, loaded where it is wanted
        import pyarrow.parquet  # noqa: PLC0415  ditto
    except ImportError:
        raise ParquetError from None
    return pa


def parquet_pieces(columns: Sequence[Column], chunks: Rows) -> Iterator[bytes]:
    """A Parquet file, a row group at a time.

    Raises:
        ParquetError: the package is not installed.
    """
    arrow = load_parquet()
    schema = arrow.schema([(column.path, _arrow_type(arrow, column.kind)) for column in columns])
    sink = _Sink()
    with arrow.parquet.ParquetWriter(arrow.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        for rows in _groups(chunks, max(1, GROUP_CELLS // max(1, len(columns)))):
            writer.write_table(_arrow_table(arrow, schema, columns, rows))
            yield sink.taken()
    yield sink.taken()


def _csv(rows: Iterable[Iterable[Scalar]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _groups(chunks: Rows, size: int) -> Iterator[list[Cells]]:
    held: list[Cells] = []
    for rows in chunks:
        held.extend(rows)
        while len(held) >= size:
            yield held[:size]
            del held[:size]
    if held:
        yield held


def _arrow_type(arrow: Any, kind: Kind) -> Any:
    if kind == Kind.INTEGER:
        return arrow.int64()
    if kind in {Kind.NUMBER, Kind.NUMBER | Kind.INTEGER}:
        return arrow.float64()
    return arrow.bool_() if kind == Kind.TRUTH else arrow.string()


def _arrow_table(arrow: Any, schema: Any, columns: Sequence[Column], rows: Sequence[Cells]) -> Any:
    arrays = [
        arrow.array([_arrow_value(cells.get(column.path), field.type, arrow) for cells in rows], field.type)
        for column, field in zip(columns, schema, strict=True)
    ]
    return arrow.Table.from_arrays(arrays, schema=schema)


def _arrow_value(value: Scalar, type_: Any, arrow: Any) -> Scalar:
    """A column of several kinds has text: what is none is written as JSON has it."""
    if value is None or isinstance(value, str):
        return value
    if type_ == arrow.string():
        return json.dumps(value)
    return float(value) if type_ == arrow.float64() else value


class _Sink(io.RawIOBase):
    """A file that gives away what was written to it."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(self._pieces[-1])

    def taken(self) -> bytes:
        """What was written since."""
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data
