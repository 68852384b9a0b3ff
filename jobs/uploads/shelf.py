"""Uploads that wait to be submitted: what is known of each stands beside its slices, and nowhere else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable
from contextlib import suppress
from typing import NamedTuple

import msgspec

from jobs.errors import MissingPart
from jobs.ids import Ids
from jobs.ledger import AsyncLedger, had
from jobs.parts import INDEXES
from jobs.refusals import LimitError, NotFoundError, RecordsDownError
from jobs.retention import ORPHAN_SECONDS
from jobs.stores import ResultStore
from jobs.submitting import Upload
from jobs.uploads.forms import UploadForm
from jobs.uploads.problems import LineProblem
from jobs.uploads.receive import Received, UploadLimits, receive

WAITING_SECONDS = int(ORPHAN_SECONDS) - 3600
"""Within which an upload has to be submitted: none is, while a sweep removes it."""

WAITING_MAX = 20
"""Uploads of one client that nobody submitted yet, those under way included."""

DEFAULT_LIMITS = UploadLimits(1_000_000, 1 << 30)

_MARK = "u-"
"""An operation's id has no such beginning, so that neither is taken for the other."""

_NOTE = f"{INDEXES}upload"


class Note(msgspec.Struct, frozen=True, array_like=True):
    """What is known of an upload: whose it is, how many births it has, and the digest of its text."""

    client: str
    total: int
    digest: str


class Uploaded(NamedTuple):
    """An upload that was kept.

    Args:
        expires: Unix seconds until which it can be submitted.
        failed: rows that are no births and were let through.
        problems: of the first of these.
    """

    upload: Upload
    expires: int
    failed: int
    problems: tuple[LineProblem, ...]


class Shelf:
    """Takes uploads in and finds them again. One for each event loop."""

    def __init__(
        self, ledger: AsyncLedger, store: ResultStore, ids: Ids, limits: UploadLimits = DEFAULT_LIMITS
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._ids = ids
        self.limits = limits

    async def receive(self, client: str, body: AsyncIterable[bytes], form: UploadForm) -> Uploaded:
        """Keep a client's births under a new id; whatever goes wrong, nothing of them stays.

        Raises:
            UploadError: it is refused.
            LimitError: too many uploads of the client wait.
            StoreError: it cannot be kept.
            RecordsDownError: the records cannot be had now, so that it could not be submitted either.
        """
        owner, now = self._ids.client(client), int(time.time())
        expires = now + WAITING_SECONDS
        id = _MARK + self._ids.make(expires)
        await self._wait(owner, id, now, expires)
        try:
            received = await receive(self._store, id, body, form, self.limits)
            await asyncio.to_thread(self._note, id, Note(owner, received.rows, received.digest))
        except BaseException:  # whoever goes away leaves no place taken
            await asyncio.shield(self._taken(owner, id))
            raise
        return _uploaded(id, expires, received)

    async def find(self, id: str, client: str) -> Upload:
        """A client's upload.

        Raises:
            NotFoundError: there is none of that id, or it is another's, or it waited too long.
            StoreError: the store cannot be asked.
        """
        expires = self._ids.expiry(id.removeprefix(_MARK)) if id.startswith(_MARK) else None
        note = None
        if expires is not None and expires > time.time():
            note = await asyncio.to_thread(self._noted, id)
        if note is None or note.client != self._ids.client(client):
            raise NotFoundError(id, "upload")
        return Upload(id, note.total, note.digest)

    async def submitted(self, id: str, client: str) -> None:
        """The upload waits no more: it stays for as long as operations have it. No record of that, no harm."""
        await self._taken(self._ids.client(client), id)

    async def _wait(self, owner: str, id: str, now: int, expires: int) -> None:
        waiting = await had(self._ledger.upload_waits(owner, id, now, expires))
        if waiting > WAITING_MAX:
            await self._taken(owner, id)
            raise LimitError("CLIENT_UPLOADS", WAITING_MAX, 60)

    async def _taken(self, owner: str, id: str) -> None:
        with suppress(RecordsDownError):  # it is forgotten when it expires
            await had(self._ledger.upload_taken(owner, id))

    def _note(self, id: str, note: Note) -> None:
        try:
            self._store.put(id, _NOTE, msgspec.msgpack.encode(note))
        except BaseException:
            self._store.delete(id)
            raise

    def _noted(self, id: str) -> Note | None:
        try:
            return msgspec.msgpack.decode(self._store.get(id, _NOTE), type=Note)
        except MissingPart:
            return None


def _uploaded(id: str, expires: int, received: Received) -> Uploaded:
    return Uploaded(Upload(id, received.rows, received.digest), expires, received.failed, received.problems)
