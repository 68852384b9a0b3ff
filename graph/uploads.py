"""`POST /bulk/births`: births as they come over the wire, for `submitBulk` to name by their upload's id."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from graph.answers import NEVER_KEPT, Answer, headed
from graph.bulk import BulkDoor
from graph.bulk_errors import answered, known, told_problem
from graph.clients import ClientSettings
from graph.coding import IDENTITY
from graph.errors import BAD_REQUEST, TIMEOUT
from graph.http import PLAIN_JSON
from graph.requests import refused, unavailable
from graph.scalars import instant_text
from jobs.uploads.forms import Coding, UploadForm, upload_form
from jobs.uploads.problems import UPLOAD_TOO_LARGE, UploadError
from jobs.uploads.receive import UploadLimits
from jobs.uploads.shelf import Uploaded

UPLOADS_AT_ONCE = 16
"""That a process takes at a time: each parses in the event loop's pauses."""

CLIENT_AT_ONCE = 4
STALLED_SECONDS = 60.0
"""After which a client that sends nothing is given up."""


class UploadEndpoint:
    """The ASGI application behind `/bulk/births`.

    Args:
        door: leads to bulk operations.
        clients: how clients are told apart.
        stalled_seconds: that a client may take between two pieces of its body.
    """

    def __init__(self, door: BulkDoor, clients: ClientSettings, stalled_seconds: float = STALLED_SECONDS) -> None:
        self._door = door
        self._clients = clients
        self._stalled_seconds = stalled_seconds
        self._running: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take an upload in, and answer by its id or by what is wrong with it."""
        request = Request(scope, receive)
        with suppress(ClientDisconnect):  # nothing of it was kept, and nobody is there to be told
            answer = await answered(self._answered(request))
            await answer.send(send)

    async def _answered(self, request: Request) -> Answer:
        if request.method != "POST":
            raise refused(
                405, BAD_REQUEST, f"{request.method} is not understood here.", "Send POST.", {"allow": "POST"}
            )
        client, uploads = known(request.scope, self._clients), self._door.operations.uploads
        form = _form(request)
        _check_length(request, form, uploads.limits)
        with self._turn(client):
            return _told(await uploads.receive(client, self._body(request), form))

    async def _body(self, request: Request) -> AsyncIterator[bytes]:
        """The body's pieces, the next one read when this one was taken. Raises: ClientDisconnect, RequestError: 408."""
        pieces = request.stream()
        while True:
            try:
                async with asyncio.timeout(self._stalled_seconds):
                    piece = await anext(pieces, None)
            except TimeoutError:
                message = f"Nothing came for {self._stalled_seconds:g} seconds."
                raise refused(408, TIMEOUT, message, "Send it again.", {"connection": "close"}) from None
            if piece is None:
                return
            yield piece

    @contextmanager
    def _turn(self, client: str) -> Iterator[None]:
        """Count an upload within the block. Raises: RequestError: 429, 503."""
        if self._running[client] >= CLIENT_AT_ONCE:
            message = f"{CLIENT_AT_ONCE} of your uploads are under way."
            raise refused(429, "BULK_LIMIT", message, "Wait for one of them.", {"retry-after": "5"})
        if self._running.total() >= UPLOADS_AT_ONCE:
            raise unavailable("Too many uploads are under way.", "Try again in five seconds.", 5)
        self._running[client] += 1
        try:
            yield
        finally:
            self._running[client] -= 1
            self._running += Counter()  # who has none under way is forgotten


def _form(request: Request) -> UploadForm:
    headers = request.headers
    return upload_form(
        headers.get("content-type", ""), headers.get("content-encoding", ""), request.query_params.get("onError", "")
    )


def _check_length(request: Request, form: UploadForm, limits: UploadLimits) -> None:
    """Refuse plain text that says itself that it is too long, before it is sent. Raises: UploadError."""
    stated = request.headers.get("content-length", "")
    if form.coding is Coding.IDENTITY and stated.isdecimal() and int(stated[:20]) > limits.bytes:
        message = f"The text has more than {limits.bytes:,} bytes."
        raise UploadError(UPLOAD_TOO_LARGE, message, "Send it as several uploads.")


def _told(found: Uploaded) -> Answer:
    told: dict[str, Any] = {
        "uploadId": found.upload.id,
        "births": found.upload.total,
        "digest": found.upload.digest,
        "expiresAt": instant_text(datetime.fromtimestamp(found.expires, UTC)),
    }
    if found.failed:
        told |= {"failed": found.failed, "problems": [told_problem(problem) for problem in found.problems]}
    body = orjson.dumps(told)
    return Answer(201, headed(PLAIN_JSON, len(body), IDENTITY, NEVER_KEPT), body)
