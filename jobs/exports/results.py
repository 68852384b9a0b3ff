"""The lines that a download has: read chunk by chunk, in input order, those that are wanted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from jobs.exports.cells import Cells, cells_of
from jobs.exports.forms import Only
from jobs.exports.ready import Ready
from jobs.lines import Line, unpack
from jobs.parts import Chunk
from jobs.stores import ResultStore


class Results(NamedTuple):
    """An operation's lines.

    Args:
        ready: the chunks that can be read.
        version: of the operation where all lines are there for good, else None.
    """

    store: ResultStore
    operation: str
    only: Only
    ready: Ready
    version: int | None

    def lines(self, chunk: Chunk) -> Iterator[Line]:
        """The wanted ones of a chunk. Raises: StoreError, DamagedPart."""
        lines = unpack(self.store.get(self.operation, chunk.name))
        return self.only.of(line for line in lines if line.index >= self.ready.start)

    def cells(self, chunk: Chunk) -> list[Cells]:
        """The same as cells. Raises: StoreError, DamagedPart."""
        return [cells_of(line) for line in self.lines(chunk)]

    def all_cells(self) -> Iterator[list[Cells]]:
        """Those of every chunk. Raises: StoreError, DamagedPart."""
        return map(self.cells, self.ready.chunks)
