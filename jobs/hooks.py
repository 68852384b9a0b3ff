"""Who wants to be told that an operation has ended: at least once, and again later where it did not work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from jobs.ledger import Ledger
from jobs.record import Record
from jobs.webhooks.webhook import Ended, Outcome, Webhooks, pause_after

TURN_SECONDS = 60.0
"""For which a call is one worker's alone; longer than a call can take."""

Notify = Callable[[Record, str, int], float | None]
"""Calls an address about an operation, after so many calls that failed. Answers in how many seconds it has to be called
again, None where it was told or is given up."""


class Hooks:
    """Has calls made that are due, for whichever operation, by one worker at a time."""

    def __init__(self, ledger: Ledger, notify: Notify) -> None:
        self._ledger = ledger
        self._notify = notify

    def look(self) -> None:
        """Look once. Raises: RedisError."""
        for id in self._ledger.due_hooks():
            if self._ledger.turn(f"hook:{id}", TURN_SECONDS):
                self._call(id)

    def _call(self, id: str) -> None:
        record, brief = self._ledger.find(id), self._ledger.brief(id)
        if record is None or brief is None:
            self._ledger.called(id, None)
            return
        self._ledger.called(id, self._notify(record, brief.webhook.decode(), self._ledger.calls_of(id)))


def calling(webhooks: Webhooks) -> Notify:
    """Tells by webhooks, as long as they say that it is worth it."""

    def notify(record: Record, address: str, calls: int) -> float | None:
        outcome = webhooks.call(address, ended(record))
        return pause_after(calls + 1) if outcome is Outcome.AGAIN else None

    return notify


def ended(record: Record) -> Ended:
    """What a webhook says of an operation.

    >>> from jobs.states import State
    >>> ended(Record(id="a", client="c", state=State.FAILED, total=2, created=0, expires=0, version=7)).id
    'a:7'
    """
    return Ended(
        id=f"{record.id}:{record.version}",
        operation=record.id,
        state=record.state,
        total=record.total,
        done=record.done,
        failed=record.failed,
        finished_at=datetime.fromtimestamp(record.finished / 1000, UTC).isoformat(timespec="milliseconds"),
    )
