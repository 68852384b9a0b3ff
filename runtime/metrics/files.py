"""The files in which each process of a service leaves its figures, and the page that is made of all of them.

They are prometheus-client's own, written through its own reader and writer; why not through its metrics says decision 0012.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.utils import floatToGoString

from runtime.metrics.rows import Metric, Reading, Type
from runtime.metrics.spread import Spread

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

_RESERVED_BYTES = {Type.HISTOGRAM: 1_048_576, Type.COUNTER: 262_144, Type.GAUGE: 65_536}
"""Of each file, written before it is mapped: a full disk then fails the start of counting instead of killing the process."""


class _Cell:
    """One number in a file."""

    __slots__ = ("_file", "_key", "_last")

    def __init__(self, file: MmapedDict, key: str) -> None:
        self._file = file
        self._key = key
        self._last = 0.0
        file.read_value(key)  # it is told from now on, even while it is nothing

    def set(self, value: float) -> None:
        """Let it be *value*."""
        if value != self._last:
            self._file.write_value(self._key, value, 0.0)
            self._last = value

    def grow(self, value: float) -> None:
        """Add what has come since the last time to what the file has, which may be from before a restart."""
        if value != self._last:
            written, _ = self._file.read_value(self._key)
            self._file.write_value(self._key, written + value - self._last, 0.0)
            self._last = value


class MetricFiles:
    """Writes the figures of one process.

    Args:
        folder: that all processes of the service share.
        slot: the process's number, the same after a restart, so that counters go on and files do not pile up.
    """

    def __init__(self, folder: Path, slot: int) -> None:
        self._folder = folder
        self._slot = slot
        self._files: dict[str, MmapedDict] = {}
        self._cells: dict[tuple[str, tuple[str, ...]], list[_Cell]] = {}

    def write(self, readings: Iterable[Reading]) -> None:
        """Bring the files up to date; whatever has not changed is not touched.

        Raises:
            OSError: a file cannot be made.
        """
        for reading in readings:
            series = (reading.metric.name, reading.labels)
            cells = self._cells.get(series)
            if cells is None:
                cells = self._cells[series] = self._opened(reading)
            _write(cells, reading)

    def close(self) -> None:
        """Let the files go."""
        for file in self._files.values():
            file.close()
        self._files.clear()
        self._cells.clear()

    def _opened(self, reading: Reading) -> list[_Cell]:
        metric, value, labels = reading
        file = self._file(metric)
        if not isinstance(value, Spread):
            return [_Cell(file, _key(metric, metric.name, labels))]
        bounds = [floatToGoString(bound) for bound in (*value.bounds, math.inf)]
        buckets = [_Cell(file, _key(metric, f"{metric.name}_bucket", (*labels, bound), "le")) for bound in bounds]
        return [*buckets, _Cell(file, _key(metric, f"{metric.name}_sum", labels))]

    def _file(self, metric: Metric) -> MmapedDict:
        kind = metric.type.value
        if metric.type is Type.GAUGE:
            kind = "gauge_livemax" if metric.greatest else "gauge_livesum"
        if kind not in self._files:
            path = self._folder / f"{kind}_{self._slot}.db"
            _reserve(path, _RESERVED_BYTES[metric.type])
            self._files[kind] = MmapedDict(str(path))
        return self._files[kind]


def _write(cells: list[_Cell], reading: Reading) -> None:
    value = reading.value
    if isinstance(value, Spread):
        for cell, count in zip(cells, (*value.counts, value.total), strict=True):
            cell.grow(count)
    elif reading.metric.type is Type.GAUGE:
        cells[0].set(value)
    else:
        cells[0].grow(value)


def _key(metric: Metric, sample: str, labels: tuple[str, ...], *more: str) -> str:
    """The name of one value in a file, in prometheus-client's form."""
    family = metric.name.removesuffix("_total") if metric.type is Type.COUNTER else metric.name
    names = [label.name for label in metric.labels]
    return mmap_key(family, sample, [*names, *more], list(labels), metric.help)


def _reserve(path: Path, size: int) -> None:
    """Give a file its blocks, under another name until it has them all: nobody reads half a file."""
    if not path.exists():
        draft = path.with_suffix(".new")
        draft.write_bytes(bytes(size))
        draft.rename(path)


def page(folder: Path) -> bytes:
    """The figures of all processes that ever wrote into *folder*, as CONTENT_TYPE; levels of the living alone."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))
    return generate_latest(registry)
