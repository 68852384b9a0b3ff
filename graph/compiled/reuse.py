"""Charts that were written once: the bytes of the same chart and selection stand in every answer that has both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
from cachebox import LRUCache

from graph.compiled.fields import Attribute, Call
from graph.compiled.projection import Arguments, Asker, Projection
from graph.compiled.selection import Selected
from graph.types.chart import Chart

Key = tuple[bytes, str, bytes]
"""What is selected, the arguments that variables said, and the bytes that tell the chart from all others."""

REUSED = "Chart"
"""The type whose objects are a pure function of what was asked, and large enough to be worth keeping."""


def _size(key: Key, written: bytes) -> int:
    return len(key[1]) + len(key[2]) + len(written) + 200


class WrittenCharts:
    """Bytes of charts as they stand in answers. Args: most: bytes that they may take together."""

    def __init__(self, most: int) -> None:
        self._kept: LRUCache[Key, bytes] = LRUCache(most, getsizeof=_size)
        self._largest = most // 64
        self.hits = self.misses = 0

    def get(self, key: Key) -> orjson.Fragment | None:
        """What stands in an answer, if it was written before."""
        found: bytes | None = self._kept.get(key)
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        return orjson.Fragment(found)

    def put(self, key: Key, chart: dict[str, Any]) -> orjson.Fragment:
        """Write a chart, and keep it."""
        written = orjson.dumps(chart)
        if len(written) <= self._largest:
            self._kept[key] = written
        return orjson.Fragment(written)

    def clear(self) -> None:
        """Forget all of them."""
        self._kept.clear()


class Charts(NamedTuple):
    """A selection on charts, compiled, and what it is known by.

    Args:
        digest: of what is selected.
        slots: those that it reads.
    """

    projection: Projection
    digest: bytes
    slots: tuple[int, ...]

    async def of(self, charts: Sequence[Chart | None], info: Asker, slots: Arguments) -> list[Any]:
        """What is selected of each chart, nothing for nothing; from memory where it was written before.

        Raises:
            Exception: whatever prevents a single one of them.
        """
        kept = info.written
        if kept is None:
            return await self._made(charts, info, slots)
        said = repr([slots[k] for k in self.slots]) if self.slots else ""
        keys = [None if chart is None else (self.digest, said, chart.asked.code) for chart in charts]
        found = [None if key is None else kept.get(key) for key in keys]
        absent = [k for k, key in enumerate(keys) if key is not None and found[k] is None]
        made = await self.projection.of([charts[k] for k in absent], info, slots) if absent else []
        for k, chart in zip(absent, made, strict=True):
            found[k] = kept.put(keys[k], chart)  # type: ignore[arg-type]  # those that are absent have a key
        return found

    async def _made(self, charts: Sequence[Chart | None], info: Asker, slots: Arguments) -> list[Any]:
        there = [chart for chart in charts if chart is not None]
        made = iter(await self.projection.of(there, info, slots))
        return [None if chart is None else next(made) for chart in charts]


def charts(projection: Projection, fields: Sequence[Selected]) -> Charts:
    """A selection that is known by what it selects, whatever document it stands in."""
    used = tuple(dict.fromkeys(_slots(fields)))
    text = repr([_described(field, used) for field in fields])
    return Charts(projection, sha256(text.encode()).digest(), used)


def _slots(fields: Sequence[Selected]) -> Iterator[int]:
    for field in fields:
        if isinstance(field.reader, Call) and field.reader.arguments is None:
            yield field.reader.slot
        yield from _slots(field.fields)


def _described(field: Selected, used: tuple[int, ...]) -> object:
    return field.key, _read(field, used), [_described(inner, used) for inner in field.fields]


def _read(field: Selected, used: tuple[int, ...]) -> object:
    reader = field.reader
    if reader is None or isinstance(reader, Attribute):
        return reader and reader.name
    given = used.index(reader.slot) if reader.arguments is None else sorted(reader.arguments.items(), key=_name)
    return reader.function.__module__, reader.function.__qualname__, given


def _name(item: tuple[str, Any]) -> str:
    return item[0]
