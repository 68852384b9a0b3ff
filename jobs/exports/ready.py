"""The chunks of results that can be read in input order now: from a birth on to the first one that is not done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from jobs.parts import RESULTS, Chunk, chunk_of
from jobs.stores import ResultStore


class Ready(NamedTuple):
    """Chunks that follow one another without a gap.

    Args:
        start: the index of the first birth that is wanted; the first chunk may begin before it.
        chunks: with their lines, in input order.
        stop: the index after the last birth that can be read.
    """

    start: int
    chunks: tuple[Chunk, ...]
    stop: int


def ready_chunks(chunks: Iterable[Chunk], start: int = 0) -> Ready:
    """What of *chunks* can be read from birth *start* on, to the first gap.

    >>> ready_chunks([Chunk(0, 5), Chunk(9, 2), Chunk(5, 2)], 6)
    Ready(start=6, chunks=(Chunk(start=5, length=2),), stop=7)
    """
    found, stop = [], start
    for chunk in sorted(chunks):
        if chunk.stop <= stop:
            continue
        if chunk.start > stop:
            break
        found.append(chunk)
        stop = chunk.stop
    return Ready(start, tuple(found), stop)


def kept_chunks(store: ResultStore, operation: str) -> list[Chunk]:
    """The chunks that a store has. Raises: StoreError: it cannot be asked."""
    found = (chunk_of(part.name) for part in store.parts(operation, RESULTS))
    return [chunk for chunk in found if chunk]
