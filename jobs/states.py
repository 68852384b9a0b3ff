"""The states of a bulk operation, and which may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where an operation stands; the words are those of the schema."""

    RECEIVING = "RECEIVING"
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    CANCELLING = "CANCELLING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"
    LOST = "LOST"

    @property
    def finished(self) -> bool:
        """Whether nothing changes any more by itself.

        >>> State.COMPLETED.finished, State.CANCELLING.finished
        (True, False)
        """
        return self in FINISHED


FINISHED = frozenset({State.COMPLETED, State.CANCELLED, State.FAILED, State.LOST})

TRANSITIONS: Mapping[State, tuple[State, ...]] = {
    State.RECEIVING: (State.QUEUED, State.CANCELLED, State.FAILED),
    State.QUEUED: (State.RUNNING, State.CANCELLING, State.CANCELLED, State.FAILED),
    State.RUNNING: (State.COMPLETED, State.CANCELLING, State.CANCELLED, State.FAILED),
    State.CANCELLING: (State.CANCELLED,),
    State.COMPLETED: (State.QUEUED,),  # its failed births are run again
    State.CANCELLED: (),
    State.FAILED: (),
}
"""What may follow each state that is ever written; the scripts in Redis are given the same table. LOST is never written:
it is what an operation of ours is called that has no record."""
