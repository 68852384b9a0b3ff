"""The heads of an operation's chunks: how many lines and bytes each has, read without their lines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from jobs.errors import DamagedPart
from jobs.exports.forms import Only
from jobs.exports.kept import Kept
from jobs.exports.ready import Ready
from jobs.lines import HEAD_BYTES, Head, head_of
from jobs.parts import Chunk
from jobs.stores import ResultStore

READS_AT_ONCE = 8
"""Of a store whose answers take their time."""

_HEADS = Kept("jsonl", list[Head])


def read_heads(store: ResultStore, operation: str, ready: Ready) -> list[Head]:
    """The head of each chunk, in their order.

    Raises:
        StoreError: a chunk cannot be read.
        DamagedPart: a chunk is not what its name says.
    """
    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        return list(pool.map(lambda chunk: _head(store, operation, chunk), ready.chunks))


def finished_heads(store: ResultStore, operation: str, version: int, ready: Ready) -> list[Head]:
    """The same for finished results: read once, then kept. Raises: StoreError, DamagedPart."""
    heads = _HEADS.load(store, operation, version)
    if heads is None or len(heads) != len(ready.chunks):
        heads = read_heads(store, operation, ready)
        _HEADS.save(store, operation, version, heads)
    return heads


def body_bytes(head: Head, only: Only) -> int:
    """How many bytes the chunk has as JSON lines.

    >>> body_bytes(Head(0, 10, 1, 1000, 90), Only.SUCCEEDED)
    910
    """
    if only is Only.ALL:
        return head.body_bytes
    return head.failed_bytes if only is Only.FAILED else head.body_bytes - head.failed_bytes


def _head(store: ResultStore, operation: str, chunk: Chunk) -> Head:
    head = head_of(store.get_range(operation, chunk.name, 0, HEAD_BYTES))
    if (head.start, head.lines) != chunk:
        raise DamagedPart(f"The part {chunk.name} has the lines {head.start} to {head.start + head.lines}.")
    return head
