"""The formats: each gives its bytes in pieces, from any piece on, and knows how long these are or learns it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import chain, islice
from typing import Protocol

from jobs.exports.cells import Column
from jobs.exports.columns import columns_of
from jobs.exports.forms import Format
from jobs.exports.heads import body_bytes, finished_heads
from jobs.exports.kept import Kept
from jobs.exports.results import Results
from jobs.exports.tables import csv_header, csv_rows, load_parquet, parquet_pieces


class Rendering(Protocol):
    """Results in one format."""

    def pieces(self, first: int = 0) -> Iterator[bytes]:
        """All pieces from number *first* on. Raises: StoreError, DamagedPart, ColumnsError."""

    def lengths(self) -> list[int] | None:
        """The bytes of each piece of finished results; None where nobody wrote them yet. Raises: StoreError, DamagedPart."""


class JsonLines:
    """One piece a chunk, of lines as they are."""

    def __init__(self, results: Results) -> None:
        self._results = results

    def pieces(self, first: int = 0) -> Iterator[bytes]:
        """See Rendering."""
        for chunk in self._results.ready.chunks[first:]:
            yield b"".join([b"%b\n" % line.body for line in self._results.lines(chunk)])

    def lengths(self) -> list[int] | None:
        """See Rendering: they stand in the heads of the chunks."""
        results = self._results
        if results.version is None:
            return None
        heads = finished_heads(results.store, results.operation, results.version, results.ready)
        return [body_bytes(head, results.only) for head in heads]


class Table:
    """CSV or Parquet: columns are found in a first pass, and the lengths of pieces kept when all were written once."""

    def __init__(self, results: Results, format: Format) -> None:
        self._results = results
        self._format = format
        self._kept = Kept(f"{format.value}-{results.only.value}", list[int])

    def pieces(self, first: int = 0) -> Iterator[bytes]:
        """See Rendering: for Parquet what lies before is written, too, and thrown away."""
        if first:
            return self._csv(first) if self._format is Format.CSV else islice(self._parquet(), first, None)
        return self._measured(self._csv() if self._format is Format.CSV else self._parquet())

    def lengths(self) -> list[int] | None:
        """See Rendering."""
        results = self._results
        if results.version is None:
            return None
        return self._kept.load(results.store, results.operation, results.version)

    @cached_property
    def _columns(self) -> list[Column]:
        rows = chain.from_iterable(self._results.all_cells())
        results = self._results
        return columns_of(results.store, results.operation, results.version, results.only, rows)

    def _csv(self, first: int = 0) -> Iterator[bytes]:
        """The header, then one piece a chunk."""
        if not first:
            yield csv_header(self._columns)
        for chunk in self._results.ready.chunks[max(0, first - 1) :]:
            yield csv_rows(self._columns, self._results.cells(chunk))

    def _parquet(self) -> Iterator[bytes]:
        return parquet_pieces(self._columns, self._results.all_cells())

    def _measured(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        lengths = []
        for piece in pieces:
            lengths.append(len(piece))
            yield piece
        if self._results.version is not None:
            self._kept.save(self._results.store, self._results.operation, self._results.version, lengths)


def rendering(results: Results, format: Format) -> Rendering:
    """The results in a format.

    Raises:
        ParquetError: Parquet cannot be written here.
    """
    if format is Format.PARQUET:
        load_parquet()
    return JsonLines(results) if format is Format.JSONL else Table(results, format)


def writer_of(format: Format) -> str:
    """What else the bytes of a format depend on: the version of its writer."""
    return str(load_parquet().__version__) if format is Format.PARQUET else ""
