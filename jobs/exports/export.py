"""One download: what it is called once complete, where a later one goes on, its bytes from the beginning or from anywhere."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import accumulate

from jobs.exports.forms import Format, Only
from jobs.exports.ranges import ByteRange, cut
from jobs.exports.ready import kept_chunks, ready_chunks
from jobs.exports.renderings import rendering, writer_of
from jobs.exports.results import Results
from jobs.parts import Chunk
from jobs.stores import ResultStore

RENDERING = 1
"""Raised when the same lines are written otherwise, so that no client continues an older file."""


class Export:
    """The lines of an operation in one format.

    It reads the store and takes its time: make it, call it and take its pieces in a thread.

    Args:
        store: where the results are.
        operation: whose.
        format: of the download.
        only: which lines.
        total: how many births the operation has.
        version: of the operation where it is finished, so that its lines stay as they are; None while it runs.
        start: the index of the first birth that is wanted.
        counted: the chunks that the operation's record counts as done (`Operations.stored`). A store may have others: of a
            worker that was killed before its chunk was counted. None: all that the store has.

    Raises:
        StoreError: the store cannot be asked.
        ParquetError: Parquet cannot be written here.
    """

    def __init__(
        self,
        store: ResultStore,
        operation: str,
        format: Format,
        only: Only = Only.ALL,
        *,
        total: int,
        version: int | None = None,
        start: int = 0,
        counted: Iterable[Chunk] | None = None,
    ) -> None:
        ready = ready_chunks(kept_chunks(store, operation) if counted is None else counted, start)
        whole = start == 0 and ready.stop >= total
        self._results = Results(store, operation, only, ready, version if whole else None)
        self._rendering = rendering(self._results, format)
        self._format = format
        self._total = total

    @property
    def complete(self) -> bool:
        """Whether these are all lines for good: then there is an ETag, and ranges may be asked for."""
        return self._results.version is not None

    @property
    def next_index(self) -> int | None:
        """The birth with which a later download has to go on; None where none is missing."""
        stop = self._results.ready.stop
        return stop if stop < self._total else None

    @property
    def etag(self) -> str | None:
        """The strong ETag of the plain bytes, in quotes; None where it is not complete.

        A coded body is another representation: put the coding's name before the last quote.
        """
        if not self.complete:
            return None
        results = self._results
        named = (results.operation, results.version, results.only.value, self._format.value, writer_of(self._format))
        return f'"{blake2b(repr((RENDERING, *named)).encode(), digest_size=16).hexdigest()}"'

    def size(self) -> int | None:
        """How many bytes it has; None where it is not complete, and for a table that nobody took to its end yet.

        Raises:
            StoreError, DamagedPart: the results cannot be read.
        """
        lengths = self._rendering.lengths() if self.complete else None
        return None if lengths is None else sum(lengths)

    def measured_size(self) -> int:
        """How many bytes a complete download has; a table is written once, to nowhere, where that is not known.

        Raises:
            StoreError, DamagedPart, ColumnsError: it cannot be written.
        """
        return sum(self._lengths())

    def pieces(self) -> Iterator[bytes]:
        """All bytes, a chunk or a row group at a time.

        Raises:
            StoreError, DamagedPart, ColumnsError: it cannot be written; the last one before the first piece.
        """
        return self._rendering.pieces()

    def range(self, wanted: ByteRange) -> Iterator[bytes]:
        """The bytes of a range of a complete download. Of JSON lines and CSV nothing before the range is read.

        Raises:
            StoreError, DamagedPart, ColumnsError: it cannot be written.
        """
        offsets = list(accumulate(self._lengths(), initial=0))
        place = bisect_right(offsets, wanted.start) - 1
        return cut(self._rendering.pieces(place), wanted, offsets[place])

    def _lengths(self) -> list[int]:
        assert self.complete, "only a complete download has a size"
        known = self._rendering.lengths()
        return [len(piece) for piece in self._rendering.pieces()] if known is None else known
