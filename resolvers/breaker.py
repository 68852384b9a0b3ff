"""A circuit breaker: when a service fails several times in a row it is left alone for a while, then tried once."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from time import monotonic


class Circuit(Enum):
    """Whether calls pass."""

    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


class Breaker:
    """Counts failures in a row and says whether a call may be tried.

    Args:
        failures: how many in a row open the circuit.
        rest: seconds until one call may probe.
        clock: seconds that only grow.

    >>> now = [0.0]
    >>> breaker = Breaker(failures=1, rest=1.0, clock=lambda: now[0])
    >>> breaker.failed()
    >>> breaker.allows()
    False
    >>> now[0] = 1.5
    >>> breaker.allows(), breaker.allows()
    (True, False)
    """

    def __init__(self, failures: int = 3, rest: float = 1.0, clock: Callable[[], float] = monotonic) -> None:
        self.state = Circuit.CLOSED
        self._limit = failures
        self._rest = rest
        self._clock = clock
        self._in_a_row = 0
        self._since = 0.0

    def allows(self) -> bool:
        """Whether to try now. In an open circuit one caller after each rest is told yes, to probe."""
        if self.state is Circuit.CLOSED:
            return True
        if self._clock() - self._since < self._rest:
            return False
        self.state = Circuit.PROBING
        self._since = self._clock()
        return True

    def succeeded(self) -> None:
        """A call went through."""
        self.state = Circuit.CLOSED
        self._in_a_row = 0

    def failed(self) -> None:
        """A call did not go through."""
        self._in_a_row += 1
        if self.state is Circuit.PROBING or self._in_a_row >= self._limit:
            self.state = Circuit.OPEN
            self._since = self._clock()
