"""The work that is passed in: what makes lines of births. `jobs` knows neither selections nor settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from cachebox import LRUCache

from jobs.births import Row
from jobs.ledger import Ledger
from jobs.lines import Line

WORKS_KEPT = 32
"""Operations whose work a worker keeps ready."""


class Work(Protocol):
    """One operation's selection, ready to be run over its births. Used by one thread at a time."""

    def run(self, births: Sequence[Row], first: int) -> list[Line]:
        """One line for each birth, in their order; a birth that fails is a line with a code.

        The same births give the same lines. What it raises is taken for the fault of one of the births.

        Args:
            first: the index of the first birth.
        """


MakeWork = Callable[[bytes, bytes], Work]
"""Makes the work of a selection and settings; what it raises fails the operation after some attempts."""


class Ready(NamedTuple):
    """An operation's work, and the trace that it belongs to."""

    work: Work
    trace: str


class Workbench:
    """The works of the operations that a worker met lately."""

    def __init__(self, ledger: Ledger, make_work: MakeWork) -> None:
        self._ledger = ledger
        self._make = make_work
        self._works: LRUCache[str, Ready] = LRUCache(WORKS_KEPT)

    def ready(self, id: str) -> Ready | None:
        """The operation's work; None where there is no such operation any more."""
        found: Ready | None = self._works.get(id)
        if found is None and (brief := self._ledger.brief(id)) is not None:
            found = self._works[id] = Ready(self._make(brief.selection, brief.settings), brief.trace)
        return found
