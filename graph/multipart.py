"""Results as parts of one body, as Apollo Client reads them: those of subscriptions, and the pieces of a deferred one.

Each part is followed by its delimiter at once, so that a client need not wait for the next part to know that this one ended.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import orjson
from starlette.types import Receive, Send

from graph.defer import Piece
from graph.defer_forms import Form
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
    async with aclosing(results):
        with streams.keep(results.stop):
            async with aclosing(_parts(results)) as parts:
                await send_frames(parts, PARTS, receive, send, pace)


async def _parts(results: Results) -> AsyncGenerator[bytes, None]:
    try:
        async for result in results:
            yield part({"payload": result})
    except RequestError as error:
        yield part({"payload": None, "errors": error.errors})


async def send_pieces(
    results: Results, form: Form, receive: Receive, send: Send, streams: OpenStreams, pace: Pace = PARTS_PACE
) -> None:
    """Answer a request with @defer. Raises: RequestError: before anything is sent, where there is not even a first piece."""
    media = ";".join(["multipart/mixed;boundary=graphql", *filter(None, [form.parameter])])
    framing = PARTS._replace(media=media, heartbeat=part({"hasNext": True}))
    async with aclosing(results):
        with streams.keep(results.stop):
            first = await anext(results)
            async with aclosing(_pieces(first, results, form)) as parts:
                await send_frames(parts, framing, receive, send, pace)


async def _pieces(first: Piece, results: Results, form: Form) -> AsyncGenerator[bytes, None]:
    spelled = form.speller()
    try:
        yield part(spelled(first if "hasNext" in first else first | _LAST))
        async for piece in results:
            yield part(spelled(piece))
    except RequestError as error:
        yield part({"errors": error.errors} | _LAST)


_LAST = {"hasNext": False}
"""Said of a result that came whole after all, too."""


def part(body: object) -> bytes:
    """One part with the delimiter after it."""
    return _HEAD + orjson.dumps(body) + _DELIMITER
