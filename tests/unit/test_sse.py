"""Server-Sent Events: one operation a stream, and many operations in one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from graphql import OperationType
from starlette.types import Receive, Scope, Send

from graph.answers import Answer
from graph.drain import OpenStreams
from graph.frames import DEFAULT_PACE, Pace
from graph.requests import GraphQLRequest, RequestError, refused
from graph.sse import send_events
from graph.sse_connections import (
    DEFAULT_RESERVATIONS,
    ReservationSettings,
    SingleConnections,
    is_reservation,
    stream_token,
)
from graph.streaming import Open, Results, wants_stream
from tests.streams import SECONDS, Reader, Source

REQUEST = GraphQLRequest("subscription { sky }")
APOLLO = (
    "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json,application/json;q=0.9"
)
URQL_QUERY = (
    "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed"
)
LIVE, ONCE, CHANGE = OperationType.SUBSCRIPTION, OperationType.QUERY, OperationType.MUTATION


def reader(open_request: Open, streams: OpenStreams | None = None, pace: Pace = DEFAULT_PACE) -> Reader:
    registry = OpenStreams() if streams is None else streams
    return Reader(lambda receive, send: send_events(REQUEST, open_request, receive, send, registry, pace))


def next_event(data: object) -> bytes:
    return b"event: next\ndata: " + orjson.dumps(data) + b"\n\n"


COMPLETE = b"event: complete\ndata: \n\n"

# ── which answer ──


@pytest.mark.parametrize(
    ("kind", "accept", "wanted"),
    [
        (LIVE, "text/event-stream, multipart/mixed", "sse"),
        (LIVE, "text/event-stream", "sse"),
        (LIVE, APOLLO, "multipart"),
        (LIVE, 'multipart/mixed; boundary="graphql"; subscriptionSpec="1.0"', "multipart"),
        (LIVE, "multipart/mixed;subscriptionSpec=1.0;q=0.5, text/event-stream;q=0.9", "sse"),
        (LIVE, "multipart/mixed;subscriptionSpec=1.0, text/event-stream;q=0", "multipart"),
        (LIVE, "multipart/mixed", None),
        (LIVE, "multipart/mixed;subscriptionSpec=2.0", None),
        (LIVE, "application/json", None),
        (LIVE, "*/*", None),
        (LIVE, "", None),
        (ONCE, URQL_QUERY, None),
        (ONCE, APOLLO, None),
        (ONCE, "text/event-stream", "sse"),
        (ONCE, "text/event-stream, */*", None),
        (ONCE, "text/event-stream, application/json;q=0", "sse"),
        (ONCE, "multipart/mixed;subscriptionSpec=1.0", None),
        (CHANGE, "text/event-stream", "sse"),
        (CHANGE, URQL_QUERY, None),
        (None, "text/event-stream", "sse"),
        (None, APOLLO, None),
        (None, "", None),
    ],
)
def test_a_stream_is_chosen_for_what_streams(kind: OperationType | None, accept: str, wanted: str | None) -> None:
    assert wants_stream(kind, accept) == wanted


# ── one operation a stream ──


async def test_results_are_events_and_the_last_is_complete() -> None:
    source = Source()
    for result in ({"data": {"text": "two\nlines"}}, {"data": 2}, None):
        source.results.put_nowait(result)
    answer = reader(source.open)
    body = await answer.body()
    assert body == b":\n\n" + next_event({"data": {"text": "two\nlines"}}) + next_event({"data": 2}) + COMPLETE
    assert b"\r" not in body
    assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert "no-cache" in answer.headers["cache-control"]
    assert source.closed == 1


async def test_a_refusal_is_an_event_too() -> None:
    async def refuse(_request: GraphQLRequest) -> Results:
        raise refused(422, "GRAPHQL_VALIDATION_FAILED", "No such field.", "Compare.")

    body = await reader(refuse).body()
    event, data = body.removeprefix(b":\n\n").removesuffix(COMPLETE).strip().split(b"\ndata: ")
    assert (event, orjson.loads(data)["errors"][0]["message"]) == (b"event: next", "No such field.")


async def test_a_source_that_fails_tells_why_and_completes() -> None:
    async def failing() -> AsyncGenerator[dict[str, Any], None]:
        yield {"data": 1}
        raise RequestError(500, [{"message": "no more"}])

    async def open_failing(_request: GraphQLRequest) -> Results:
        return Results(failing(), live=True)

    body = await reader(open_failing).body()
    assert body.endswith(next_event({"errors": [{"message": "no more"}]}) + COMPLETE)


async def test_a_stream_where_nothing_happens_beats() -> None:
    answer = reader(Source().open, pace=Pace(heartbeat_seconds=0.01))
    assert [await answer.piece() for _ in range(3)] == [b":\n\n"] * 3
    await answer.leave()


async def test_who_leaves_ends_the_operation() -> None:
    source = Source()
    answer = reader(source.open)
    source.results.put_nowait({"data": 1})
    assert [await answer.piece(), await answer.piece()] == [b":\n\n", next_event({"data": 1})]
    await answer.leave()
    assert source.closed == 1
    assert COMPLETE not in answer.whole


async def test_results_are_made_as_fast_as_they_are_taken() -> None:
    made = 0

    async def endless() -> AsyncGenerator[dict[str, Any], None]:
        nonlocal made
        while True:
            made += 1
            yield {"data": made}

    async def open_endless(_request: GraphQLRequest) -> Results:
        return Results(endless(), live=True)

    answer = reader(open_endless, pace=Pace(stalled_seconds=0.1))
    answer.taking.clear()
    await asyncio.sleep(0.02)
    assert made == 0
    answer.taking.set()
    await answer.piece()
    answer.taking.clear()
    before = made
    await asyncio.wait_for(answer.task, SECONDS)  # it took nothing for too long
    assert made <= before + 1


async def test_draining_completes_a_stream() -> None:
    source, streams = Source(), OpenStreams()
    answer = reader(source.open, streams)
    source.results.put_nowait({"data": 1})
    await answer.piece()
    await answer.piece()
    assert await streams.drain(SECONDS)
    assert (await answer.body()).endswith(next_event({"data": 1}) + COMPLETE)
    assert answer.ended


# ── many operations in one ──


class Connections:
    """The single connections of a server, as HTTP reaches them."""

    def __init__(self, open_request: Open, settings: ReservationSettings = DEFAULT_RESERVATIONS) -> None:
        self.streams = OpenStreams()
        self.single = SingleConnections(open_request, self.streams, settings)

    def ask(
        self,
        method: str,
        token: str | None = None,
        query: bytes = b"",
        accept: str = "*/*",
        request: GraphQLRequest | None = None,
    ) -> Reader:
        headers = [(b"accept", accept.encode())]
        if token is not None:
            headers.append((b"x-graphql-event-stream-token", token.encode()))
        scope: Scope = {"type": "http", "method": method, "headers": headers, "query_string": query}

        async def answer(receive: Receive, send: Send) -> None:
            try:
                if is_reservation(scope):
                    await self.single.manage(scope, receive, send)
                else:
                    await self.single.submit(stream_token(scope) or "", request or REQUEST, send)
            except RequestError as error:
                await Answer(error.status, [], orjson.dumps(error.errors)).send(send)

        return Reader(answer)

    async def reserve(self) -> str:
        answer = self.ask("PUT")
        token = (await answer.body()).decode()
        assert (answer.status, answer.headers["content-type"]) == (201, "text/plain; charset=utf-8")
        return token

    async def submit(self, token: str, operation: object = "1") -> int:
        extensions = {} if operation is None else {"operationId": operation}
        answer = self.ask("POST", token, request=REQUEST._replace(extensions=extensions), accept="application/json")
        await answer.body()
        return answer.status

    async def status(self, *asked: Any, **more: Any) -> int:
        answer = self.ask(*asked, **more)
        await answer.body()
        return answer.status

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[tuple[str, Reader]]:
        token = await self.reserve()
        stream = self.ask("GET", token, accept="text/event-stream")
        assert await stream.piece() == b":\n\n"
        try:
            yield token, stream
        finally:
            await stream.leave()


def told(operation: str, payload: object) -> bytes:
    return next_event({"id": operation, "payload": payload})


def completed(operation: str) -> bytes:
    return b"event: complete\ndata: " + orjson.dumps({"id": operation}) + b"\n\n"


async def test_results_are_told_in_the_stream_under_the_id_of_their_operation() -> None:
    source = Source()
    connections = Connections(source.open)
    async with connections.opened() as (token, stream):
        assert await connections.submit(token, "one") == 202
        source.results.put_nowait({"data": 1})
        assert await stream.piece() == told("one", {"data": 1})
        source.results.put_nowait(None)
        assert await stream.piece() == completed("one")
        assert await connections.submit(token, "one") == 202
    assert source.closed == 2


async def test_the_token_may_stand_in_the_address() -> None:
    connections = Connections(Source().open)
    token = await connections.reserve()
    stream = connections.ask("GET", None, f"token={token}".encode(), "text/event-stream")
    await stream.piece()
    assert stream.status == 200
    await stream.leave()


async def test_operations_may_begin_before_the_stream_is_open() -> None:
    source = Source()
    connections = Connections(source.open)
    token = await connections.reserve()
    assert await connections.submit(token) == 202
    source.results.put_nowait({"data": 1})
    stream = connections.ask("GET", token, accept="text/event-stream")
    assert [await stream.piece(), await stream.piece()] == [b":\n\n", told("1", {"data": 1})]
    await stream.leave()


async def test_an_operation_is_ended_by_its_id() -> None:
    source = Source()
    connections = Connections(source.open)
    async with connections.opened() as (token, stream):
        await connections.submit(token)
        await asyncio.sleep(0)
        assert await connections.status("DELETE", token, b"operationId=1") == 200
        await asyncio.sleep(0.01)
        source.results.put_nowait({"data": 1})
        assert await connections.status("DELETE", token, b"operationId=never") == 200
        assert await connections.status("DELETE", token) == 400
        await asyncio.sleep(0.01)
        assert stream.pieces.empty()
        assert stream.whole == b":\n\n"


async def test_a_stream_is_opened_once() -> None:
    connections = Connections(Source().open)
    async with connections.opened() as (token, _):
        assert await connections.status("GET", token, accept="text/event-stream") == 409
        assert await connections.status("PUT", token) == 409
    assert await connections.status("GET", token, accept="text/event-stream") == 404
    assert await connections.submit(token) == 404


@pytest.mark.parametrize("operation", [None, "", 5])
async def test_a_request_names_its_operation(operation: object) -> None:
    connections = Connections(Source().open)
    assert await connections.submit(await connections.reserve(), operation) == 400


async def test_an_operation_id_is_used_once_at_a_time() -> None:
    connections = Connections(Source().open, ReservationSettings(operations=2))
    token = await connections.reserve()
    assert [await connections.submit(token, name) for name in ("a", "a", "b", "c")] == [202, 409, 202, 429]


async def test_what_is_refused_is_answered_to_its_request() -> None:
    async def refuse(_request: GraphQLRequest) -> Results:
        raise refused(422, "GRAPHQL_VALIDATION_FAILED", "No such field.", "Compare.")

    connections = Connections(refuse)
    assert await connections.submit(await connections.reserve()) == 422


async def test_a_token_is_plain_text_and_unknown_ones_are_not_found() -> None:
    connections = Connections(Source().open)
    assert await connections.status("PUT", accept="application/json") == 406
    assert await connections.submit("guessed") == 404
    assert await connections.status("DELETE", "guessed", b"operationId=1") == 404
    assert await connections.status("DELETE") == 404


async def test_a_reservation_that_nobody_opens_is_forgotten() -> None:
    source = Source()
    connections = Connections(source.open, ReservationSettings(most=1, seconds=0.05))
    token = await connections.reserve()
    assert await connections.submit(token) == 202
    assert await connections.status("PUT") == 503
    await asyncio.sleep(0.1)
    assert await connections.submit(token) == 404
    await connections.reserve()
    assert source.closed == 1


async def test_who_leaves_the_stream_ends_its_operations() -> None:
    source = Source()
    connections = Connections(source.open)
    async with connections.opened() as (token, _):
        await connections.submit(token, "a")
        await connections.submit(token, "b")
        await asyncio.sleep(0)
    assert source.closed == 2


async def test_draining_completes_the_operations_and_then_the_stream() -> None:
    source = Source()
    connections = Connections(source.open)
    async with connections.opened() as (token, stream):
        for name in "ab":
            await connections.submit(token, name)
        await asyncio.sleep(0)
        assert await connections.streams.drain(SECONDS)
        body = await stream.body()
        assert completed("a") in body
        assert completed("b") in body
        assert stream.ended
