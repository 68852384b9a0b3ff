"""Bulk operations as an API process asks for them: the face is built on this alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from jobs import calls
from jobs.births import Row, births_at, put_births
from jobs.broker import Waker
from jobs.calls import Brief, Call
from jobs.cursors import OPERATIONS, Cursors
from jobs.errors import BulkError
from jobs.exports.downloads import Downloads
from jobs.health import Health, HealthCheck
from jobs.ids import Ids
from jobs.ledger import AsyncLedger, had
from jobs.pages import Kind, LinePage, LinePages, RecordPage
from jobs.progress import Follower, Progress
from jobs.record import Record, Stored
from jobs.refusals import NotFoundError, RecordsDownError, StateError
from jobs.states import State
from jobs.stores import ResultStore
from jobs.submitting import Request, Submitted, Upload, submission
from jobs.tuning import Limits, Tuning
from jobs.uploads.receive import UploadLimits
from jobs.uploads.shelf import DEFAULT_LIMITS, Shelf

OPERATIONS_MAX = 100
"""Operations of a page."""

SENDING_MAX = 100
"""Batches of wake-ups that wait for a silent broker; more are left to the reconcilers."""

_T = TypeVar("_T")

_log = structlog.get_logger(__name__)


class Operations:
    """Submits, finds, stops, follows and removes operations. One for each event loop.

    Where *client* is asked for, another client's operation is as if there were none; None is the operator, who sees all.
    Every method raises RecordsDownError where the records cannot be had now.
    """

    def __init__(
        self,
        client: Redis,
        reader: Redis,
        store: ResultStore,
        waker: Waker,
        ids: Ids,
        *,
        limits: Limits | None = None,
        tuning: Tuning | None = None,
        upload_limits: UploadLimits = DEFAULT_LIMITS,
    ) -> None:
        self._client = client
        self._ledger = AsyncLedger(client)
        self._store = store
        self._waker = waker
        self._ids = ids
        self._cursors = Cursors(ids)
        self._limits = limits or Limits()
        self._tuning = tuning or Tuning()
        self._pages = LinePages(self._ledger, store, self._cursors)
        self._follower = Follower(self._ledger, reader, self._look, self._cursors)
        self._health = HealthCheck(self._ledger)
        self.uploads = Shelf(self._ledger, store, ids, upload_limits)
        self.downloads = Downloads(self._ledger, store, self._cursors)
        self._sender = ThreadPoolExecutor(1, "wakes")
        self._sending: set[asyncio.Future[bool]] = set()

    async def submit(self, request: Request) -> Submitted:
        """The operation, waiting for a worker: when this returns, it outlives every crash.

        Raises:
            InputError: there are no births.
            ConflictError: the idempotency key was used for another payload.
            LimitError: it would be too much now.
            StoreError: the births could not be kept.
        """
        asked = await asyncio.to_thread(submission, request, self._ids, int(time.time()))
        created = await self._do(calls.create(asked, self._limits, self._tuning))
        found = await self.find(created.id)
        if found.state is State.RECEIVING:  # an older one, too, whose submission was cut off
            await self._receive(found, request.births)
            if isinstance(request.births, Upload):
                await self.uploads.submitted(request.births.id, request.client)
        return Submitted(await self.find(created.id), created.reused)

    async def find(self, id: str, client: str | None = None) -> Record:
        """The operation; LOST where it is one of ours and its record is gone. Raises: NotFoundError."""
        found = await had(self._look(id))
        if found is None or not self._is_of(found, client):
            raise NotFoundError(id)
        return found

    async def of_client(
        self, client: str, first: int, after: str | None = None, states: Collection[State] = tuple(State)
    ) -> RecordPage:
        """A page of a client's operations, newest first. Raises: CursorError."""
        owner = self._ids.client(client)
        before = "+inf" if after is None else self._cursors.read(OPERATIONS, owner, after)
        first, found = min(first, OPERATIONS_MAX), list[tuple[Record, int]]()
        while len(found) <= first:
            rows = await had(self._ledger.of_client(owner, before, OPERATIONS_MAX))
            records = await had(self._ledger.find([id for id, _ in rows]))
            made = [made for _, made in rows]
            found += [
                (record, at) for record, at in zip(records, made, strict=True) if record and record.state in states
            ]
            if len(rows) < OPERATIONS_MAX:
                break
            before = str(made[-1])
        shown = found[:first]
        cursors = tuple(self._cursors.make(OPERATIONS, owner, str(at)) for _, at in shown)
        return RecordPage(tuple(record for record, _ in shown), cursors, len(found) > first)

    async def cancel(self, id: str, client: str | None = None) -> Record:
        """The operation, stopping or stopped; a finished one as it is. Raises: NotFoundError."""
        await self.find(id, client)
        await self._do(calls.cancel(id))
        return await self.find(id, client)

    async def retry_failed(self, id: str, client: str | None = None) -> Record:
        """The operation, its failed births waiting again. Raises: NotFoundError, StateError: it is not COMPLETED."""
        found = await self.find(id, client)
        if await self._do(calls.retry(id)) < 0:
            raise StateError(found.state)
        await self._wake()
        return await self.find(id, client)

    async def delete(self, id: str, client: str | None = None) -> None:
        """Remove the operation, its births and its results, at once. Raises: NotFoundError."""
        await self.find(id, client)
        source = await self._do(calls.delete(id, self._tuning))
        for name in {id, source or id}:
            try:
                await asyncio.to_thread(self._store.delete, name)
            except BulkError as error:  # a reconciler does it, and once more for what a worker may still write
                _log.warning("parts.not_removed", operation=id, code=error.code)

    async def brief(self, id: str, client: str | None = None) -> Brief:
        """What it does with each birth. Raises: NotFoundError."""
        await self.find(id, client)
        found = await had(self._ledger.brief(id))
        if found is None:
            raise NotFoundError(id)
        return found

    async def results(self, record: Record, first: int, after: str | None = None, only: Kind = Kind.ALL) -> LinePage:
        """A page of its lines in input order, up to the first gap. Raises: CursorError, StoreError, DamagedPart."""
        return await had(self._pages.page(record, first, after, only))

    async def births(self, record: Record, indexes: Sequence[int]) -> list[Row]:
        """Its births of these indexes, in their order. Raises: StoreError, DamagedPart."""
        return await asyncio.to_thread(births_at, self._store, record.source, indexes)

    async def stored(self, record: Record) -> list[Stored]:
        """The chunks of its results that are there, in order; those before the first gap end at `readable`."""
        return await had(self._ledger.stored(record.id, 0, record.total))

    async def progress(self, id: str, after: str | None = None, client: str | None = None) -> AsyncIterator[Progress]:
        """A snapshot, then at most four changes a second, then the end, once. Raises: NotFoundError, CursorError."""
        record = await self.find(id, client)
        try:
            async for event in self._follower.follow(record, after):
                yield event
        except RedisError as error:
            raise RecordsDownError.of(error) from error

    async def health(self) -> Health:
        """Whether operations can be had and kept, and why not; it never raises."""
        return await self._health.look()

    async def close(self) -> None:
        """End what runs beside, and let connections go."""
        await self._follower.close()
        self._sender.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._waker.close)
        await self._client.aclose()

    async def _receive(self, record: Record, births: Sequence[Row] | Upload) -> None:
        try:
            if not isinstance(births, Upload):
                await asyncio.to_thread(put_births, self._store, record.id, births)
        except BulkError:
            await self._do(calls.delete(record.id, self._tuning))
            raise
        await self._do(calls.begin(record.id))
        await self._wake()

    async def _wake(self) -> None:
        """Send wake-ups in a thread, for it may wait; nobody waits for it, for what is not sent a reconciler sends."""
        tokens = await self._do(calls.wake(self._tuning))
        if len(self._sending) >= SENDING_MAX:
            return
        sent = asyncio.get_running_loop().run_in_executor(self._sender, self._waker.send, tokens)
        self._sending.add(sent)
        sent.add_done_callback(self._sending.discard)

    async def _look(self, id: str) -> Record | None:
        expires = self._ids.expiry(id)
        if expires is None:
            return None
        (found,) = await self._ledger.find([id])
        if found is not None or expires <= time.time() or await self._ledger.deleted(id):
            return found
        return Record(id=id, client="", state=State.LOST, total=0, created=0, expires=expires * 1000)

    def _is_of(self, found: Record, client: str | None) -> bool:
        return client is None or found.state is State.LOST or found.client == self._ids.client(client)

    async def _do(self, call: Call[_T]) -> _T:
        return await had(self._ledger.do(call))
