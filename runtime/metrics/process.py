"""What a process says of itself: time, memory, descriptors, and how late its event loop is."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from runtime.metrics.rows import Label, Metric, Reading, Type
from runtime.metrics.spread import FROM_100_US, Spread

_PROCESS = Label("process", bound="one per process: api-0, api-1 and so on, the same after a restart")

CPU = Metric("process_cpu_seconds_total", Type.COUNTER, "Processor time that a process took.", (_PROCESS,))
MEMORY = Metric("process_resident_memory_bytes", Type.GAUGE, "Memory that a process holds.", (_PROCESS,))
DESCRIPTORS = Metric("process_open_fds", Type.GAUGE, "Descriptors that a process has open.", (_PROCESS,))
STARTED = Metric("process_start_time_seconds", Type.GAUGE, "When a process began, since 1970.", (_PROCESS,))
LAG = Metric("event_loop_lag_seconds", Type.HISTOGRAM, "How late the event loop wakes a task, ten times a second.")

PROCESS_METRICS = (CPU, MEMORY, DESCRIPTORS, STARTED, LAG)

_STATM = Path("/proc/self/statm")
_DESCRIPTORS = Path("/dev/fd")


class ProcessReadings:
    """Reads this process.

    Args:
        name: in the label `process`.
    """

    def __init__(self, name: str) -> None:
        self._labels = (name,)
        self._started = time.time()
        self.lag = Spread(FROM_100_US)

    def __call__(self) -> Iterator[Reading]:
        """All readings that this system can give."""
        yield Reading(CPU, time.process_time(), self._labels)
        yield Reading(STARTED, self._started, self._labels)
        yield Reading(LAG, self.lag)
        if _STATM.exists():
            pages = int(_STATM.read_text(encoding="ascii").split()[1])
            yield Reading(MEMORY, pages * os.sysconf("SC_PAGE_SIZE"), self._labels)
        if _DESCRIPTORS.exists():
            yield Reading(DESCRIPTORS, len(os.listdir(_DESCRIPTORS)) - 1, self._labels)  # noqa: PTH208  names alone are cheaper
