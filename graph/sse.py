"""Server-Sent Events for one operation: the protocol graphql-sse, distinct connections."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import orjson
from starlette.types import Receive, Send

from graph.drain import OpenStreams
from graph.frames import DEFAULT_PACE, Framing, Pace, send_frames
from graph.requests import GraphQLRequest, RequestError
from graph.streaming import EVENT_STREAM, Open, Results, wants_stream

HEARTBEAT = b":\n\n"
_FOR_NOW = 503
_MEDIA = f"{EVENT_STREAM}; charset=utf-8"

EVENTS = Framing(_MEDIA, HEARTBEAT, HEARTBEAT, b"event: complete\ndata: \n\n")
"""The first heartbeat makes browsers see that the stream is open; without data EventSource would not see the end."""


def event(name: str, data: object) -> bytes:
    r"""One event, its lines ended as urql reads them.

    >>> event("next", {"data": None})
    b'event: next\ndata: {"data":null}\n\n'
    """
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"


async def send_events(
    request: GraphQLRequest,
    open_request: Open,
    receive: Receive,
    send: Send,
    streams: OpenStreams,
    pace: Pace = DEFAULT_PACE,
) -> None:
    """Answer a request by a stream of its own, its refusal too.

    Raises:
        RequestError: 503, before anything is sent: the client is to come back.
    """
    try:
        results = await open_request(request)
    except RequestError as error:
        if error.status == _FOR_NOW:
            raise
        await send_refusal(error, receive, send, pace)
        return
    async with aclosing(results):
        with streams.keep(results.stop):
            async with aclosing(_events(results)) as frames:
                await send_frames(frames, EVENTS, receive, send, pace)


def refused_by_event(error: RequestError, accept: str) -> bool:
    """Whether a refusal is told by an event: to who accepts nothing but streams, unless it is for now.

    EventSource shows no other body, and the npm package graphql-sse takes every status but 200 for a fault of the network: it
    asks again five times, which is right for 503 alone.
    """
    return error.status != _FOR_NOW and wants_stream(None, accept) == "sse"


async def send_refusal(error: RequestError, receive: Receive, send: Send, pace: Pace = DEFAULT_PACE) -> None:
    """Tell a refusal as the only result of a stream."""
    async with aclosing(_refusal(error)) as frames:
        await send_frames(frames, EVENTS, receive, send, pace)


async def _events(results: Results) -> AsyncGenerator[bytes, None]:
    try:
        async for result in results:
            yield event("next", result)
    except RequestError as error:
        yield event("next", {"errors": error.errors})


async def _refusal(error: RequestError) -> AsyncGenerator[bytes, None]:
    yield event("next", {"errors": error.errors})
