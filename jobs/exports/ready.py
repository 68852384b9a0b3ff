"""The chunks of results that can be read in input order now: from a birth on to the first one that is not done."""

from __future__ import annotations

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


def ready_chunks(store: ResultStore, operation: str, start: int = 0) -> Ready:
    """What can be read from birth *start* on, to the first gap.

    Raises:
        StoreError: the store cannot be asked.
    """
    found = (chunk_of(part.name) for part in store.parts(operation, RESULTS))
    chunks, stop = [], start
    for chunk in sorted(chunk for chunk in found if chunk):
        if chunk.stop <= stop:
            continue
        if chunk.start > stop:
            break
        chunks.append(chunk)
        stop = chunk.stop
    return Ready(start, tuple(chunks), stop)
