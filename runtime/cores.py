"""How many cores this process may really use."""

from __future__ import annotations

import math
import os
from pathlib import Path

CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""In a container with a CPU limit: microseconds of CPU time and the period in which they may be spent, or `max`."""


def usable_cores(quota: Path = CGROUP_QUOTA) -> int:
    """Cores, 1 or more: those this process may run on, but no more than the container's CPU limit rounded up.

    A container limited to one CPU on a machine of 64 would otherwise start 64 processes that take turns.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, _limit(quota) or allowed))


def _limit(quota: Path) -> int | None:
    try:
        spendable, period = quota.read_text(encoding="ascii").split()
        return math.ceil(int(spendable) / int(period))
    except (OSError, ValueError, ZeroDivisionError):  # no limit ("max"), another version of cgroups, or not Linux
        return None
