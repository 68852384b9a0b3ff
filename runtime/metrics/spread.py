"""Values counted by their size in plain integers: what a histogram is before anybody reads it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


class Spread:
    """How many values lie between each two bounds. To add one costs 0.2 microseconds.

    Args:
        bounds: ascending; a value equal to one is counted below it.

    >>> spread = Spread((0.1, 1.0))
    >>> for seconds in (0.05, 0.1, 7.0):
    ...     spread.add(seconds)
    >>> spread.counts, spread.total
    ([2, 0, 1], 7.15)
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float, times: int = 1) -> None:
        """Count a value, once or so many times."""
        self.counts[bisect_left(self.bounds, value)] += times
        self.total += value * times


class Spreads(dict[Key, Spread]):
    """Spreads over the same bounds, each made when it is first asked for.

    >>> by_kind = Spreads[str]((1.0,))
    >>> by_kind["natal"].add(0.5)
    >>> by_kind["natal"].counts
    [1, 0]
    """

    def __init__(self, bounds: Sequence[float]) -> None:
        super().__init__()
        self._bounds = bounds

    def __missing__(self, key: Key) -> Spread:
        spread = self[key] = Spread(self._bounds)
        return spread


FROM_100_US = (1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds: from a kept answer to an operation that is given up."""
UP_TO_1000 = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
"""How many at once: from one to the longest list."""
