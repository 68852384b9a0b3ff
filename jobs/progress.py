"""Live progress: one reader of events in a process, and for each subscriber the latest state, at most four times a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

import msgspec
import structlog
from cachebox import LRUCache
from redis.asyncio import Redis
from redis.exceptions import RedisError

from jobs.cursors import EVENTS, Cursors
from jobs.ledger import AsyncLedger, Event
from jobs.record import Record, after_event
from jobs.states import State

SECONDS_BETWEEN = 0.25
"""Between two events of one subscriber; the last one does not wait."""

BLOCK_MS = 1_000
REFRESH_SECONDS = 5.0
"""After which all that is followed is looked at: a record that was lost tells nothing by itself."""

_PAUSE_SECONDS = 0.2

_log = structlog.get_logger(__name__)

Look = Callable[[str], Awaitable[Record | None]]
"""The record as it is now, LOST where it should be there; None for one that was removed."""


class Progress(NamedTuple):
    """An event for a subscriber.

    Args:
        cursor: to resume after.
        gap: whether events before this one were trimmed.
        operation: as it is now.
        new_lines: that became readable since the last event.
    """

    cursor: str
    gap: bool
    operation: Record
    new_lines: int


class _Place(NamedTuple):
    """What a subscriber has seen: an event, and the lines that were readable then."""

    event: str
    readable: int


class Follower:
    """Feeds the subscribers of a process from one connection.

    Args:
        reader: a client that waits as long as BLOCK_MS for an answer.
        look: finds a record as it is now.
    """

    def __init__(self, ledger: AsyncLedger, reader: Redis, look: Look, cursors: Cursors) -> None:
        self._ledger = ledger
        self._reader = reader
        self._look = look
        self._cursors = cursors
        self._slots: dict[str, set[_Slot]] = {}
        self._sealed: LRUCache[tuple[str, str], str] = LRUCache(1000)
        self._task: asyncio.Task[None] | None = None

    async def follow(self, record: Record, after: str | None) -> AsyncIterator[Progress]:
        """A snapshot, then what changes, until the operation is finished; that is told once, and ends it.

        Args:
            record: the operation as it is now, so that who may not see it is refused before anything begins.
            after: cursor of the last event seen.

        Raises:
            CursorError: the cursor is one of something else.
        """
        seen = self._seen(record.id, after)
        gap = after is not None and await self._is_trimmed(seen, record)
        slot = self._join(record)
        try:
            slot.correct(await self._look(record.id))  # what happened before it joined
            async for found in slot.changes():
                yield Progress(self._cursor(found), gap, found, max(0, found.readable - seen.readable))
                seen, gap = _Place(found.event, max(seen.readable, found.readable)), False
        finally:
            self._leave(record.id, slot)

    async def close(self) -> None:
        """End the reader; subscribers end with the process."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._reader.aclose()

    def _seen(self, id: str, after: str | None) -> _Place:
        if after is None:
            return _Place("0-0", 0)
        event, _, readable = self._cursors.read(EVENTS, id, after).partition(":")
        return _Place(event, int(readable))

    async def _is_trimmed(self, seen: _Place, record: Record) -> bool:
        return seen.event != record.event and _is_before(seen.event, await self._ledger.oldest_event())

    def _cursor(self, found: Record) -> str:
        place = f"{found.event}:{found.readable}"
        sealed: str | None = self._sealed.get((found.id, place))
        if sealed is None:
            sealed = self._sealed[found.id, place] = self._cursors.make(EVENTS, found.id, place)
        return sealed

    def _join(self, record: Record) -> _Slot:
        slot = _Slot(record)
        self._slots.setdefault(record.id, set()).add(slot)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._read())
        return slot

    def _leave(self, id: str, slot: _Slot) -> None:
        self._slots[id].discard(slot)
        if not self._slots[id]:
            del self._slots[id]

    async def _read(self) -> None:
        """Read events while there are subscribers, over every fault of Redis."""
        last, looked = "", 0.0
        while self._slots:
            try:
                if not last:
                    last = await self._ledger.newest_event()
                if time.monotonic() - looked > REFRESH_SECONDS:
                    await self._refresh()
                    looked = time.monotonic()
                for event in await self._ledger.events(self._reader, last, BLOCK_MS):
                    self._offer(event)
                    last = event.event
            except RedisError as error:
                _log.warning("events.away", error=type(error).__name__)
                looked = 0.0
                await asyncio.sleep(_PAUSE_SECONDS)
            except Exception:  # noqa: BLE001  the reader of all subscribers must not die of one event
                _log.exception("events.failed")
                looked = 0.0
                await asyncio.sleep(_PAUSE_SECONDS)

    def _offer(self, event: Event) -> None:
        slots = tuple(self._slots.get(event.id, ()))
        if slots:
            record = after_event(slots[0].latest, event.fields, event.event)  # read once, whoever follows
            for slot in slots:
                slot.offer(record)

    async def _refresh(self) -> None:
        for id in tuple(self._slots):
            found = await self._look(id)
            for slot in self._slots.get(id, ()):
                slot.correct(found)


class _Slot:
    """The latest state for one subscriber: what it was too slow for is left out."""

    def __init__(self, record: Record) -> None:
        self.latest = record
        self._changed, self._due = asyncio.Event(), asyncio.Event()
        self._over = False

    def offer(self, record: Record) -> None:
        """The state after an event; an older one than is known is passed over."""
        if record.version > self.latest.version:
            self.latest = record
            self._changed.set()
            if record.state.finished:
                self._end()

    def correct(self, found: Record | None) -> None:
        """The state as it was looked up; None where it was removed."""
        if found is None:
            self._changed.set()
            self._end()
        elif found.state is State.LOST:
            self.offer(msgspec.structs.replace(self.latest, state=State.LOST, version=self.latest.version + 1))
        else:
            self.offer(found)

    async def changes(self) -> AsyncIterator[Record]:
        """Each state, the first at once, until the last."""
        while True:
            self._changed.clear()
            shown = self.latest
            yield shown
            if shown.state.finished:
                return
            told = time.monotonic()
            await self._changed.wait()
            await self._pause(told + SECONDS_BETWEEN - time.monotonic())
            if self._over and not self.latest.state.finished:
                return

    def _end(self) -> None:
        self._over = True
        self._due.set()

    async def _pause(self, seconds: float) -> None:
        """Wait so long, or until the end; a timer and an event cost a third of what a time-out around a task does."""
        if seconds <= 0 or self._over:
            return
        self._due.clear()
        timer = asyncio.get_running_loop().call_later(seconds, self._due.set)
        try:
            await self._due.wait()
        finally:
            timer.cancel()


def _is_before(event: str, other: str) -> bool:
    """Whether an event is older than another.

    >>> _is_before("9-5", "10-0"), _is_before("10-0", "10-0")
    (True, False)
    """
    return tuple(map(int, event.split("-"))) < tuple(map(int, other.split("-")))
