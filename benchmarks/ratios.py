"""What every benchmark shares: both sides are timed in one run, interleaved, and only their ratio is judged."""

from __future__ import annotations

import gc
import platform
import statistics
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

REPETITIONS = 5
SLACK = 1.15
"""A ratio that misses its aim by more than this fails the run."""


class Aim(NamedTuple):
    """One comparison: the work, its reference, and how many times the reference it may take (or must save).

    `at_most` is the greatest allowed time over the reference's; `at_least` the least factor by which it must be faster.
    """

    work: str
    reference: str
    at_most: float | None = None
    at_least: float | None = None


class Measured(NamedTuple):
    """Median microseconds a unit of both sides."""

    aim: Aim
    work_us: float
    reference_us: float

    @property
    def ratio(self) -> float:
        """As the aim is said: work over reference, or reference over work."""
        if self.aim.at_least is not None:
            return self.reference_us / self.work_us
        return self.work_us / self.reference_us

    @property
    def missed(self) -> bool:
        """Whether it misses by more than the slack."""
        return self._misses(SLACK)

    @property
    def verdict(self) -> str:
        """What the table says of it: nothing where the aim is met, and never nothing where it is not."""
        if self.missed:
            return "missed"
        return "short" if self._misses(1.0) else ""

    def _misses(self, slack: float) -> bool:
        if self.aim.at_least is not None:
            return self.ratio * slack < self.aim.at_least
        return self.aim.at_most is not None and self.ratio > self.aim.at_most * slack


def timed(run: Callable[[], object]) -> float:
    """Seconds of one run, the garbage of earlier ones collected before."""
    gc.collect()
    started = perf_counter()
    run()
    return perf_counter() - started


def compare(aim: Aim, work: Callable[[], object], reference: Callable[[], object], units: int) -> Measured:
    """Run both sides in turn and take the medians. Args: units: how many births one run is over."""
    pairs = [(timed(work), timed(reference)) for _ in range(REPETITIONS)]
    sides = [statistics.median(side) / units * 1e6 for side in zip(*pairs, strict=True)]
    return Measured(aim, *sides)


async def compare_async(
    aim: Aim, work: Callable[[], Awaitable[object]], reference: Callable[[], Awaitable[object]], units: int
) -> Measured:
    """As `compare`, for what is awaited."""
    pairs = [(await _timed_async(work), await _timed_async(reference)) for _ in range(REPETITIONS)]
    sides = [statistics.median(side) / units * 1e6 for side in zip(*pairs, strict=True)]
    return Measured(aim, *sides)


async def _timed_async(run: Callable[[], Awaitable[object]]) -> float:
    gc.collect()
    started = perf_counter()
    await run()
    return perf_counter() - started


def report(title: str, rows: list[Measured], repetitions: int = REPETITIONS) -> None:
    """Print both sides of every comparison; exits with 1 when an aim is missed by more than the slack.

    A ratio within the slack is called `short`, one beyond it `missed`.
    """
    table = Table(title=f"{title} ({platform.python_version()}, {platform.machine()}, medians of {repetitions})")
    for head in ("work", "µs", "reference", "µs", "ratio", "aim", ""):
        table.add_column(head, justify="right" if head in ("µs", "ratio", "aim") else "left")
    for row in rows:
        aim = f"≥ {row.aim.at_least:.3g}" if row.aim.at_least is not None else f"≤ {row.aim.at_most or 0:.3g}"
        aim = "stated" if row.aim.at_least is None and row.aim.at_most is None else aim
        table.add_row(
            row.aim.work,
            f"{row.work_us:.1f}",
            row.aim.reference,
            f"{row.reference_us:.1f}",
            f"{row.ratio:.2f}",
            aim,
            row.verdict,
        )
    Console(width=130).print(table)
    if any(row.missed for row in rows):
        sys.exit(1)
