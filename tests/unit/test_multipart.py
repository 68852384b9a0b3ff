"""Subscriptions as parts of a body, read as Apollo Client reads them and as RFC 2046 has them."""

from __future__ import annotations

import email
from collections.abc import AsyncGenerator
from typing import Any

import orjson

from graph.drain import OpenStreams
from graph.frames import DEFAULT_PACE, Pace
from graph.multipart import send_multipart
from graph.requests import RequestError
from graph.streaming import Results
from tests.streams import SECONDS, Reader, Source

REQUEST: Any = None


async def reader(results: Results, streams: OpenStreams | None = None, pace: Pace = DEFAULT_PACE) -> Reader:
    registry = OpenStreams() if streams is None else streams
    return Reader(lambda receive, send: send_multipart(results, receive, send, registry, pace))


def parts(body: bytes, media: str) -> list[object]:
    """What any reader of mail finds in it."""
    message = email.message_from_bytes(b"content-type: " + media.encode() + b"\r\n\r\n" + body)
    assert message.is_multipart()
    assert message.preamble in (None, "")
    assert not message.defects
    found = message.get_payload()
    assert isinstance(found, list)
    assert all(part.get_content_type() == "application/json" for part in found)  # type: ignore[union-attr]  # they are messages
    return [orjson.loads(part.get_payload(decode=True)) for part in found]  # type: ignore[union-attr, arg-type]  # ditto


async def test_every_result_is_a_payload_in_a_part() -> None:
    source = Source()
    for result in ({"data": {"a": "é\r\n--graphql"}}, {"data": 2}, None):
        source.results.put_nowait(result)
    answer = await reader(await source.open(REQUEST))
    body = await answer.body()
    assert answer.headers["content-type"] == "multipart/mixed;boundary=graphql;subscriptionSpec=1.0"
    assert body.startswith(b"--graphql\r\ncontent-type: application/json\r\n\r\n{")
    assert body.endswith(b"}\r\n--graphql--\r\n")
    assert parts(body, answer.headers["content-type"]) == [
        {"payload": {"data": {"a": "é\r\n--graphql"}}},
        {"payload": {"data": 2}},
    ]


async def test_a_part_is_whole_when_it_arrives() -> None:
    source = Source()
    answer = await reader(await source.open(REQUEST))
    assert await answer.piece() == b"--graphql"
    source.results.put_nowait({"data": 1})
    assert (await answer.piece()).endswith(b"\r\n--graphql")
    await answer.leave()
    assert source.closed == 1


async def test_heartbeats_are_empty_objects() -> None:
    source = Source()
    answer = await reader(await source.open(REQUEST), pace=Pace(heartbeat_seconds=0.01))
    for _ in range(3):
        await answer.piece()
    source.results.put_nowait({"data": 1})
    source.results.put_nowait(None)
    found = parts(await answer.body(), answer.headers["content-type"])
    assert found[:2] == [{}, {}]
    assert found[-1] == {"payload": {"data": 1}}


async def test_a_source_that_fails_has_no_payload_but_errors() -> None:
    async def failing() -> AsyncGenerator[dict[str, Any], None]:
        yield {"data": 1}
        raise RequestError(500, [{"message": "no more"}])

    answer = await reader(Results(failing(), live=True))
    found = parts(await answer.body(), "multipart/mixed;boundary=graphql")
    assert found[-1] == {"payload": None, "errors": [{"message": "no more"}]}


async def test_draining_ends_with_the_closing_boundary() -> None:
    source, streams = Source(), OpenStreams()
    answer = await reader(await source.open(REQUEST), streams)
    source.results.put_nowait({"data": 1})
    await answer.piece()
    await answer.piece()
    assert await streams.drain(SECONDS)
    assert (await answer.body()).endswith(b"\r\n--graphql--\r\n")
    assert answer.ended
