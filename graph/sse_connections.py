"""Server-Sent Events for many operations: the protocol graphql-sse, single connection.

A browser speaking HTTP/1.1 opens six connections to a site, so a page with more streams reserves one (PUT), opens it (GET),
and has the results of its requests (POST) told there. A reservation is known to the process that made it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import NamedTuple
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from graph.answers import Answer
from graph.drain import OpenStreams
from graph.errors import BAD_REQUEST
from graph.frames import DEFAULT_PACE, Framing, Pace, send_frames
from graph.http import wishes
from graph.requests import GraphQLRequest, RequestError, refused, unavailable
from graph.sse import EVENTS, HEARTBEAT, event
from graph.streaming import EVENT_STREAM, Open, Results

TOKEN_HEADER = b"x-graphql-event-stream-token"
_PLAIN_TEXT = frozenset({"*/*", "text/*", "text/plain"})
_MANY_EVENTS = Framing(EVENTS.media, HEARTBEAT, HEARTBEAT, HEARTBEAT)
"""Each operation has its own `complete`; the stream itself just ends."""


class ReservationSettings(NamedTuple):
    """How reservations behave.

    Args:
        most: reservations at a time.
        seconds: after which one that nobody opened is forgotten.
        operations: at once in one stream.
    """

    most: int = 1000
    seconds: float = 60.0
    operations: int = 100


DEFAULT_RESERVATIONS = ReservationSettings()


def stream_token(scope: Scope) -> str | None:
    """The token that a request carries, in its header or its address; None where it has none."""
    named = [value for name, value in scope["headers"] if name == TOKEN_HEADER]
    return named[0].decode("latin-1") if named else _parameter(scope, "token")


def is_reservation(scope: Scope) -> bool:
    """Whether a request is about the stream itself, and not a request of GraphQL: PUT, DELETE, or a GET that opens it."""
    if scope["method"] in ("PUT", "DELETE"):
        return True
    return scope["method"] in ("GET", "POST") and stream_token(scope) is not None and _opens(scope)


def _opens(scope: Scope) -> bool:
    accepted = [wish.value for wish in wishes(_accept(scope)) if wish.quality > 0]
    return accepted == [EVENT_STREAM]


def _accept(scope: Scope) -> str:
    return ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"accept")


def _parameter(scope: Scope, name: str) -> str | None:
    found = parse_qs(scope["query_string"].decode("latin-1")).get(name)
    return found[0] if found else None


class _Reserved:
    """One stream: reserved, then opened once.

    Each operation waits until its last event was taken, so that a slow client holds one event of each.
    """

    def __init__(self) -> None:
        self.is_open = False
        self.operations: dict[str, asyncio.Task[None]] = {}
        self._live: set[Results] = set()
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=1)
        self._leaving = False
        self._last: asyncio.Task[None] | None = None

    async def frames(self) -> AsyncGenerator[bytes, None]:
        """Events of all operations, as they come."""
        while (frame := await self._frames.get()) is not None:
            yield frame

    def begin(self, operation: str, results: Results) -> None:
        """Tell the results of an operation."""
        task = self.operations[operation] = asyncio.create_task(self._tell(operation, results))
        task.add_done_callback(lambda done: self._ended(operation, done))

    def stop(self) -> None:
        """Complete what is live, let the rest finish, then end the stream."""
        self._leaving = True
        for results in list(self._live):
            results.stop()
        self._end_when_idle()

    async def close(self) -> None:
        """End the operations that are left."""
        tasks = [*self.operations.values(), *([self._last] if self._last else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _tell(self, operation: str, results: Results) -> None:
        self._live.add(results)
        if self._leaving:
            results.stop()
        try:
            async with aclosing(results):
                async for result in results:
                    await self._frames.put(event("next", {"id": operation, "payload": result}))
        except RequestError as error:
            await self._frames.put(event("next", {"id": operation, "payload": {"errors": error.errors}}))
        finally:
            self._live.discard(results)
        await self._frames.put(event("complete", {"id": operation}))

    def _ended(self, operation: str, task: asyncio.Task[None]) -> None:
        if self.operations.get(operation) is task:
            del self.operations[operation]
        self._end_when_idle()

    def _end_when_idle(self) -> None:
        if self._leaving and not self.operations and self._last is None:
            self._last = asyncio.create_task(self._frames.put(None))


class SingleConnections:
    """The reservations of this process.

    Args:
        open_request: opens what is asked.
        streams: what is open in this process.
    """

    def __init__(
        self,
        open_request: Open,
        streams: OpenStreams,
        settings: ReservationSettings = DEFAULT_RESERVATIONS,
        pace: Pace = DEFAULT_PACE,
    ) -> None:
        self._open = open_request
        self._streams = streams
        self._settings = settings
        self._pace = pace
        self._reserved: dict[str, _Reserved] = {}

    async def manage(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for which `is_reservation` holds.

        Raises:
            RequestError: 400, 404, 406, 409 or 503, for the caller to answer.
        """
        token = stream_token(scope)
        if scope["method"] == "PUT":
            await self._plain(201, self._reserve(token, _accept(scope))).send(send)
        elif scope["method"] == "DELETE":
            self._end(token, _parameter(scope, "operationId"))
            await self._plain(200).send(send)
        else:
            await self._send_stream(token, receive, send)

    async def submit(self, token: str, request: GraphQLRequest, send: Send) -> None:
        """Run a request whose results are told in the stream of *token*, and answer that it was accepted.

        Raises:
            RequestError: what the request, or its token or operation id, is refused for; for the caller to answer.
        """
        reserved = self._find(token)
        operation = self._operation_id(reserved, request)
        results = await self._open(request)
        if self._reserved.get(token) is not reserved or operation in reserved.operations:
            await results.aclose()
            raise refused(409, BAD_REQUEST, "The stream or its operation changed meanwhile.", "Send it again.")
        reserved.begin(operation, results)
        await self._plain(202).send(send)

    # ── the stream ──

    def _reserve(self, token: str | None, accept: str) -> str:
        if accept and not any(wish.value in _PLAIN_TEXT and wish.quality > 0 for wish in wishes(accept)):
            raise refused(406, BAD_REQUEST, f"{accept[:80]!r} is not offered.", "Accept text/plain: a token.")
        if token in self._reserved:
            raise refused(409, BAD_REQUEST, "The stream is registered already.", "Open it by GET, or send no token.")
        if len(self._reserved) >= self._settings.most:
            raise unavailable("Too many streams are reserved.", "Try again in a minute.", 60)
        made = secrets.token_urlsafe(24)
        self._reserved[made] = _Reserved()
        asyncio.get_running_loop().call_later(self._settings.seconds, self._forget_unopened, made)
        return made

    def _forget_unopened(self, token: str) -> None:
        reserved = self._reserved.get(token)
        if reserved is not None and not reserved.is_open:
            del self._reserved[token]
            for task in reserved.operations.values():
                task.cancel()

    async def _send_stream(self, token: str | None, receive: Receive, send: Send) -> None:
        reserved = self._find(token)
        if reserved.is_open:
            raise refused(409, BAD_REQUEST, "The stream is open already.", "Reserve another by PUT.")
        reserved.is_open = True
        try:
            with self._streams.keep(reserved.stop):
                async with aclosing(reserved.frames()) as frames:
                    await send_frames(frames, _MANY_EVENTS, receive, send, self._pace)
        finally:
            self._reserved = {name: other for name, other in self._reserved.items() if other is not reserved}
            await reserved.close()

    # ── its operations ──

    def _find(self, token: str | None) -> _Reserved:
        found = self._reserved.get(token or "")
        if found is None:
            raise refused(404, BAD_REQUEST, "There is no such stream.", "Reserve one by PUT.")
        return found

    def _operation_id(self, reserved: _Reserved, request: GraphQLRequest) -> str:
        operation = (request.extensions or {}).get("operationId")
        if not isinstance(operation, str) or not operation:
            raise refused(400, BAD_REQUEST, "There is no operation id.", "Send extensions.operationId as text.")
        if operation in reserved.operations:
            raise refused(409, BAD_REQUEST, "An operation with this id runs already.", "Send another id.")
        if len(reserved.operations) >= self._settings.operations:
            raise refused(429, BAD_REQUEST, "Too many operations run in this stream.", "End one of them first.")
        return operation

    def _end(self, token: str | None, operation: str | None) -> None:
        reserved = self._find(token)
        if not operation:
            raise refused(400, BAD_REQUEST, "There is no operation id.", "Send operationId in the address.")
        task = reserved.operations.pop(operation, None)
        if task is not None:
            task.cancel()

    @staticmethod
    def _plain(status: int, body: str = "") -> Answer:
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        return Answer(status, headers, body.encode())
