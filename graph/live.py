"""Requests that are answered by a stream: which they are, and by which transport."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal, NamedTuple

from graphql import OperationType
from starlette.types import Receive, Scope, Send

from graph.defer_forms import EVENTS, Form, wants_pieces
from graph.documents import Documents
from graph.drain import OpenStreams
from graph.frames import DEFAULT_PACE
from graph.multipart import PARTS_PACE, send_multipart, send_pieces
from graph.operations import Operations, Prepared
from graph.requests import GraphQLRequest, RequestError
from graph.sse import refused_by_event, send_events, send_refusal
from graph.sse_connections import TOKEN_HEADER, SingleConnections, is_reservation, stream_token
from graph.streaming import Open, wants_stream

_RESERVING = ("PUT", "DELETE")
_STREAMED = ("text/event-stream", "multipart/mixed")


class Received(NamedTuple):
    """An HTTP request whose body was read, with the two ends that a stream needs."""

    scope: Scope
    accept: str
    parse: Callable[[], GraphQLRequest]
    receive: Receive
    send: Send


class LiveAnswers:
    """Answers by streams what is asked so.

    Args:
        operations, documents: tell what kind of operation a request means.
        open_request: opens one.
        streams: what is open in this process.
        stalled_seconds: after which a client that takes nothing is given up.
    """

    def __init__(
        self,
        operations: Operations,
        documents: Documents,
        open_request: Open,
        streams: OpenStreams,
        stalled_seconds: float = DEFAULT_PACE.stalled_seconds,
    ) -> None:
        self._operations = operations
        self._documents = documents
        self._open = open_request
        self._streams = streams
        self._events_pace = DEFAULT_PACE._replace(stalled_seconds=stalled_seconds)
        self._parts_pace = PARTS_PACE._replace(stalled_seconds=stalled_seconds)
        self._single = SingleConnections(open_request, streams, pace=self._events_pace)

    async def reserved(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Answer what is about a reserved stream itself; whether that was so."""
        if scope["method"] in _RESERVING or (_names_token(scope) and is_reservation(scope)):
            await self._single.manage(scope, receive, send)
            return True
        return False

    async def took(self, received: Received) -> bool:
        """Answer a request by a stream where one is wanted; whether that was so. Refuses as whoever answers it otherwise.

        Raises:
            RequestError: the request is refused, and its answer is no stream.
        """
        if received.scope["method"] == "HEAD":
            return False
        if await self.reserved(received.scope, received.receive, received.send):
            return True
        token = stream_token(received.scope) if _names_token(received.scope) else None
        if token is None and not any(media in received.accept for media in _STREAMED):
            return False
        request = received.parse()
        if token is not None:
            await self._single.submit(token, request, received.send)
            return True
        try:
            prepared = self._operations.prepare(await self._documents.text(request))
        except RequestError as error:
            if not refused_by_event(error, received.accept):
                raise
            await send_refusal(error, received.receive, received.send, self._events_pace)
            return True
        kind = prepared.kind(request.operation_name)
        wanted = _wanted(prepared, request.operation_name, received.accept)
        if wanted is None or (kind is OperationType.MUTATION and received.scope["method"] == "GET"):
            return False
        receive, send = received.receive, received.send
        if wanted == EVENTS:
            await send_events(request, self._open, receive, send, self._streams, self._events_pace)
        elif wanted == "multipart":
            await send_multipart(await self._open(request), receive, send, self._streams, self._parts_pace)
        else:
            await send_pieces(await self._open(request), wanted, receive, send, self._streams, self._parts_pace)
        return True


def _wanted(prepared: Prepared, name: str | None, accept: str) -> Form | Literal["sse", "multipart"] | None:
    """By which stream the named operation is to be answered; None where by none."""
    return wants_pieces(accept) if prepared.defers(name) else wants_stream(prepared.kind(name), accept)


def _names_token(scope: Scope) -> bool:
    return b"token=" in scope["query_string"] or any(name == TOKEN_HEADER for name, _ in scope["headers"])


def registering(documents: Documents, operations: Operations) -> Callable[[GraphQLRequest], Awaitable[str]]:
    """Finds a request's document for a stream, and keeps one that came with its hash and is valid."""

    async def text(request: GraphQLRequest) -> str:
        found = await documents.text(request)
        if request.persisted_query is not None and operations.prepare(found).refusal is None:
            await documents.register(request)
        return found

    return text
