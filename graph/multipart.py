"""Subscriptions as parts of one body, as Apollo Client reads them: multipart/mixed with subscriptionSpec=1.0.

Each part is followed by its delimiter at once, so that a client need not wait for the next part to know that this one ended.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import orjson
from starlette.types import Receive, Send

from graph.drain import OpenStreams
from graph.frames import Framing, Pace, send_frames
from graph.requests import RequestError
from graph.streaming import Results

_HEAD = b"\r\ncontent-type: application/json\r\n\r\n"
_DELIMITER = b"\r\n--graphql"
HEARTBEAT = _HEAD + b"{}" + _DELIMITER

PARTS = Framing("multipart/mixed;boundary=graphql;subscriptionSpec=1.0", _DELIMITER.lstrip(), HEARTBEAT, b"--\r\n")
PARTS_PACE = Pace(heartbeat_seconds=5.0)
"""Apollo's own servers beat this often."""


async def send_multipart(
    results: Results, receive: Receive, send: Send, streams: OpenStreams, pace: Pace = PARTS_PACE
) -> None:
    """Answer a request whose results are open; a refusal to open them is a plain answer, for whoever opens to send."""
    with streams.keep(results.stop):
        async with aclosing(results), aclosing(_parts(results)) as parts:
            await send_frames(parts, PARTS, receive, send, pace)


async def _parts(results: Results) -> AsyncGenerator[bytes, None]:
    try:
        async for result in results:
            yield part({"payload": result})
    except RequestError as error:
        yield part({"payload": None, "errors": error.errors})


def part(body: object) -> bytes:
    """One part with the delimiter after it."""
    return _HEAD + orjson.dumps(body) + _DELIMITER
