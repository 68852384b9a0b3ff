"""Where a function crosses zero."""

from __future__ import annotations

from collections.abc import Callable

_MOST_STEPS = 100


def crossing(function: Callable[[float], float], low: float, high: float, tolerance: float) -> float:
    """Where a function that rises from at most zero to at least zero crosses it, within *tolerance*.

    False position with the Illinois correction, and a halving whenever a step gains too little; knows nothing of what the
    function means.

    Args:
        function: continuous, function(low) ≤ 0 ≤ function(high).

    >>> round(crossing(lambda x: x * x - 2, 0, 2, 1e-9), 6)
    1.414214
    """
    below, above = function(low), function(high)
    for step in range(_MOST_STEPS):
        if high - low <= tolerance:
            break
        halved = step % 3 == 2
        middle = (low + high) / 2 if halved or above == below else high - above * (high - low) / (above - below)
        value = function(middle)
        if value < 0:
            low, below, above = middle, value, above if halved else above / 2
        elif value > 0:
            high, above, below = middle, value, below if halved else below / 2
        else:
            return middle
    return (low + high) / 2
