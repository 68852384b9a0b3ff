"""The protocol graphql-transport-ws, case by case: those of the reference server's own tests, and what it lets pass."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

import orjson
import pytest

from graph.clients import ClientSettings
from graph.drain import OpenStreams
from graph.messages import PROTOCOL
from graph.requests import GraphQLRequest, RequestError, refused
from graph.streaming import Open, Results, opener
from graph.websocket import DEFAULT_SOCKETS, SocketSettings, WebSocketEndpoint
from tests.served import context, operations
from tests.streams import SECONDS, Source

QUICK = SocketSettings(init_seconds=0.05)
VERSION = "{ engine { zoneDatabase } }"
SKY = 'subscription { sky(place: {latitude: 19, longitude: 72.8, zone: {offset: "+05:30"}}, every: 3600) { at } }'
ACK = {"type": "connection_ack"}


async def document_of(request: GraphQLRequest) -> str:
    """A document by its text, or the only one that is known by an id."""
    known = {"sha256:known": VERSION}
    if request.query is None and request.document_id not in known:
        raise refused(404, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound", "Send the query.")
    return request.query or known[request.document_id or ""]


REAL = opener(operations(), context, document_of)


class Client:
    """The other end of a socket, without a network."""

    def __init__(self, endpoint: WebSocketEndpoint, protocols: list[str], headers: list[tuple[bytes, bytes]]) -> None:
        self.to_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.from_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.taking = asyncio.Event()
        self.taking.set()
        self.sent = 0
        scope = {"type": "websocket", "path": "/graphql", "headers": headers, "subprotocols": protocols}
        self.to_server.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.ensure_future(endpoint(scope, self.to_server.get, self._take))

    async def _take(self, event: dict[str, Any]) -> None:
        await self.taking.wait()
        self.sent += 1
        await self.from_server.put(event)

    def say(self, message: object) -> None:
        text = message if isinstance(message, str) else orjson.dumps(message).decode()
        self.to_server.put_nowait({"type": "websocket.receive", "text": text})

    def leave(self) -> None:
        self.to_server.put_nowait({"type": "websocket.disconnect", "code": 4321})

    async def event(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.from_server.get(), SECONDS)

    async def hear(self) -> dict[str, Any]:
        event = await self.event()
        assert event["type"] == "websocket.send", event
        message: dict[str, Any] = orjson.loads(event["text"])
        return message

    async def closed(self) -> tuple[int, str]:
        event = await self.event()
        assert event["type"] == "websocket.close", event
        await asyncio.wait_for(self.task, SECONDS)
        return event["code"], event["reason"]

    async def silent(self, seconds: float = 0.05) -> None:
        await asyncio.sleep(seconds)
        assert self.from_server.empty(), self.from_server.get_nowait()
        assert not self.task.done()


@asynccontextmanager
async def connecting(
    open_request: Open = REAL,
    settings: SocketSettings = DEFAULT_SOCKETS,
    streams: OpenStreams | None = None,
    protocols: tuple[str, ...] = (PROTOCOL,),
    **headers: str,
) -> AsyncIterator[Client]:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    client = Client(WebSocketEndpoint(open_request, streams or OpenStreams(), settings), list(protocols), raw)
    try:
        yield client
    finally:
        client.taking.set()
        client.leave()
        await asyncio.wait_for(client.task, SECONDS)


@asynccontextmanager
async def connected(
    open_request: Open = REAL, settings: SocketSettings = DEFAULT_SOCKETS, streams: OpenStreams | None = None
) -> AsyncIterator[Client]:
    async with connecting(open_request, settings, streams) as client:
        assert await client.event() == {"type": "websocket.accept", "subprotocol": PROTOCOL}
        client.say({"type": "connection_init"})
        assert await client.hear() == ACK
        yield client


def subscribe(name: str, query: str = VERSION, **more: object) -> dict[str, object]:
    return {"id": name, "type": "subscribe", "payload": {"query": query, **more}}


# ── connect ──


async def test_a_client_that_begins_is_acknowledged() -> None:
    async with connected() as client:
        await client.silent()


async def test_a_client_may_send_parameters_when_it_begins() -> None:
    async with connecting() as client:
        await client.event()
        client.say({"type": "connection_init", "payload": {"some": "string", "number": 10}})
        assert await client.hear() == ACK


async def test_a_client_that_never_begins_is_closed_with_4408() -> None:
    async with connecting(settings=QUICK) as client:
        await client.event()
        assert await client.closed() == (4408, "Connection initialisation timeout")


async def test_pings_before_the_beginning_buy_no_time() -> None:
    async with connecting(settings=QUICK) as client:
        await client.event()
        client.say({"type": "ping"})
        assert await client.hear() == {"type": "pong"}
        assert (await client.closed())[0] == 4408


async def test_a_client_that_began_is_not_timed_out() -> None:
    async with connected(settings=QUICK) as client:
        await client.silent(0.15)


async def test_beginning_twice_is_closed_with_4429() -> None:
    async with connected() as client:
        client.say({"type": "connection_init"})
        assert await client.closed() == (4429, "Too many initialisation requests")


async def test_beginning_twice_at_once_is_closed_with_4429() -> None:
    async with connecting() as client:
        client.say({"type": "connection_init"})
        client.say({"type": "connection_init"})
        await client.event()
        assert await client.hear() == ACK
        assert (await client.closed())[0] == 4429


@pytest.mark.parametrize("protocols", [(), ("graphql-ws",), ("graphql-TransPort-ws",), (PROTOCOL + "nah",), ("",)])
async def test_another_protocol_is_closed_with_4406(protocols: tuple[str, ...]) -> None:
    async with connecting(protocols=protocols) as client:
        assert await client.event() == {"type": "websocket.accept"}
        assert await client.closed() == (4406, "Subprotocol not acceptable")


async def test_the_protocol_is_chosen_wherever_it_stands() -> None:
    async with connecting(protocols=("graphql-ws", PROTOCOL, "other")) as client:
        assert (await client.event())["subprotocol"] == PROTOCOL


@pytest.mark.parametrize(
    ("origin", "allowed", "accepted"),
    [
        ("https://charts.test", (), True),
        ("https://charts.test:444", (), False),
        ("https://elsewhere.test", (), False),
        ("https://elsewhere.test", ("https://elsewhere.test",), True),
        ("https://elsewhere.test", ("*",), True),
        ("null", (), False),
        ("http://[", (), False),
    ],
)
async def test_pages_of_other_sites_may_not_connect(origin: str, allowed: tuple[str, ...], accepted: bool) -> None:
    settings = SocketSettings(origins=allowed)
    async with connecting(settings=settings, host="charts.test", origin=origin) as client:
        assert (await client.event())["type"] == ("websocket.accept" if accepted else "websocket.close")


# ── ping and pong ──


async def test_a_ping_is_answered() -> None:
    async with connecting() as client:
        await client.event()
        client.say({"type": "ping"})
        assert await client.hear() == {"type": "pong"}


@pytest.mark.parametrize("payload", [{"iCome": "back"}, {}])
async def test_a_pong_brings_the_payload_of_its_ping_back(payload: dict[str, str]) -> None:
    async with connected() as client:
        client.say({"type": "ping", "payload": payload})
        assert await client.hear() == {"type": "pong", "payload": payload}


async def test_nothing_answers_a_pong() -> None:
    async with connected() as client:
        client.say({"type": "pong", "payload": {"unasked": True}})
        await client.silent()


async def test_the_server_pings_who_began() -> None:
    async with connected(settings=SocketSettings(ping_seconds=0.02)) as client:
        assert await client.hear() == {"type": "ping"}
        client.say({"type": "pong"})
        assert await client.hear() == {"type": "ping"}


# ── messages ──

BAD = [
    "", "no json", "[]", '"text"', "null", "5", "true", "{}", '{"type":5}', '{"type":null}', '{"type":"unknown"}',
    '{"type":"start","id":"1","payload":{"query":"{a}"}}', '{"type":"connection_init","payload":"x"}',
    '{"type":"connection_init","payload":[]}', '{"type":"ping","payload":1}', '{"type":"pong","payload":"x"}',
    '{"type":"connection_ack"}', '{"type":"next","id":"1","payload":{}}', '{"type":"error","id":"1","payload":[]}',
    '{"type":"complete"}', '{"type":"complete","id":""}', '{"type":"complete","id":5}',
    '{"type":"subscribe"}', '{"type":"subscribe","id":"1"}', '{"type":"subscribe","id":"1","payload":null}',
    '{"type":"subscribe","id":"1","payload":"x"}', '{"type":"subscribe","id":"1","payload":{}}',
    '{"type":"subscribe","id":"","payload":{"query":"{a}"}}', '{"type":"subscribe","id":7,"payload":{"query":"{a}"}}',
    '{"type":"subscribe","id":"1","payload":{"query":5}}', '{"type":"subscribe","id":"1","payload":{"query":null}}',
    '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":"x"}}',
    '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}',
    '{"type":"subscribe","id":"1","payload":{"query":"{a}","operationName":1}}',
    '{"type":"subscribe","id":"1","payload":{"query":"{a}","extensions":[1]}}',
    '{"type":"subscribe","id":"1","payload":{"documentId":5}}', "[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("text", BAD, ids=[text[:60] for text in BAD])
async def test_what_is_no_message_is_closed_with_4400(text: str) -> None:
    async with connected() as client:
        client.say(text)
        assert await client.closed() == (4400, "Invalid message received")


async def test_binary_frames_are_closed_with_4400() -> None:
    async with connected() as client:
        client.to_server.put_nowait({"type": "websocket.receive", "bytes": b'{"type":"ping"}'})
        assert (await client.closed())[0] == 4400


async def test_a_message_over_the_limit_is_closed_with_1009() -> None:
    async with connected(settings=SocketSettings(message_bytes=1000)) as client:
        client.say({"type": "ping", "payload": {"long": "é" * 490}})
        assert (await client.closed())[0] == 1009


# ── subscribe ──


async def test_an_operation_before_the_acknowledgement_is_closed_with_4401() -> None:
    async with connecting() as client:
        await client.event()
        client.say(subscribe("1", "subscription NoAck {}"))
        assert await client.closed() == (4401, "Unauthorized")


async def test_a_query_has_one_result_and_completes() -> None:
    async with connected() as client:
        client.say(subscribe("1", "query Q($n: [Int!]) { engine { zoneDatabase } }", operationName="Q", variables={}))
        result = {"id": "1", "type": "next", "payload": {"data": {"engine": {"zoneDatabase": "2026f"}}}}
        assert await client.hear() != result  # $n is not used
        client.say(subscribe("1"))
        assert await client.hear() == result
        assert await client.hear() == {"id": "1", "type": "complete"}


async def test_variables_may_be_null() -> None:
    async with connected() as client:
        client.say(subscribe("1", variables=None, operationName=None, extensions=None))
        assert (await client.hear())["type"] == "next"


@pytest.mark.parametrize(
    "query", ["{", "{ nogql }", "query A { engine { version } } query B { engine { version } }", "# -"]
)
async def test_a_wrong_document_is_an_error_of_its_operation_alone(query: str) -> None:
    async with connected() as client:
        client.say(subscribe("live", SKY))
        assert (await client.hear())["type"] == "next"
        client.say(subscribe("wrong", query))
        told = await client.hear()
        assert (told["id"], told["type"]) == ("wrong", "error")
        assert all(error["message"] and error["extensions"]["code"] for error in told["payload"])
        client.say(subscribe("wrong"))
        assert [(await client.hear())["type"] for _ in range(2)] == ["next", "complete"]


async def test_a_subscription_tells_its_results_and_completes() -> None:
    source = Source()
    for number in range(5):
        source.results.put_nowait({"data": {"number": number}})
    source.results.put_nowait(None)
    async with connected(source.open) as client:
        client.say(subscribe("1"))
        told = [await client.hear() for _ in range(6)]
    assert [message.get("payload") for message in told] == [*({"data": {"number": k}} for k in range(5)), None]
    assert told[-1] == {"id": "1", "type": "complete"}


async def test_nothing_follows_a_completed_subscription() -> None:
    source = Source()
    async with connected(source.open) as client:
        client.say(subscribe("1"))
        source.results.put_nowait({"data": 1})
        await client.hear()
        client.say({"id": "1", "type": "complete"})
        await client.silent()
        assert source.closed == 1
        source.results.put_nowait({"data": 2})
        await client.silent()


async def test_a_query_may_be_completed_before_its_result_is_there() -> None:
    source = Source()
    source.may_open.clear()
    async with connected(source.open) as client:
        client.say(subscribe("1"))
        await source.opened.wait()
        client.say({"id": "1", "type": "complete"})
        await client.silent()
        source.may_open.set()
        source.results.put_nowait({"data": 1})
        await client.silent()


async def test_completing_what_is_not_there_does_nothing() -> None:
    async with connected() as client:
        client.say({"id": "never", "type": "complete"})
        await client.silent()


@pytest.mark.parametrize("preparing", [False, True])
async def test_an_id_in_use_is_closed_with_4409(preparing: bool) -> None:
    source = Source()
    if preparing:
        source.may_open.clear()
    async with connected(source.open) as client:
        client.say(subscribe("not-unique"))
        client.say(subscribe("not-unique"))
        assert await client.closed() == (4409, "Subscriber for not-unique already exists")


async def test_a_long_id_in_use_does_not_overflow_the_reason() -> None:
    async with connected(Source().open) as client:
        client.say(subscribe("é" * 100))
        client.say(subscribe("é" * 100))
        assert await client.closed() == (4409, "Subscriber already exists")


async def test_an_id_is_free_again_after_it_completed() -> None:
    async with connected() as client:
        for _ in range(3):
            client.say(subscribe("again"))
            assert [(await client.hear())["type"] for _ in range(2)] == ["next", "complete"]


async def test_persisted_operations_are_found() -> None:
    async with connected() as client:
        client.say({"id": "1", "type": "subscribe", "payload": {"documentId": "sha256:known"}})
        assert (await client.hear())["payload"]["data"]
        assert (await client.hear())["type"] == "complete"
        client.say({"id": "2", "type": "subscribe", "payload": {"extensions": {"persistedQuery": {"version": 1}}}})
        told = await client.hear()
        assert (told["type"], told["payload"][0]["message"]) == ("error", "PersistedQueryNotFound")


async def test_extensions_reach_whoever_resolves() -> None:
    source = Source()
    async with connected(source.open) as client:
        client.say(subscribe("1", extensions={"persistedQuery": {"version": 1}}, variables={"a": 1}, operationName="N"))
        await source.opened.wait()
    assert source.requests == [
        GraphQLRequest(VERSION, {"a": 1}, "N", {"persistedQuery": {"version": 1}}, client="address local"),
    ]


async def test_a_key_may_come_in_the_first_message() -> None:
    digest, source = sha256(b"key").hexdigest(), Source()
    settings = SocketSettings(clients=ClientSettings((digest,)))
    for payload, client_name in (({"authorization": "Bearer key"}, f"key {digest}"), ({"authorization": 7}, None)):
        async with connecting(source.open, settings) as client:
            await client.event()
            client.say({"type": "connection_init", "payload": payload})
            assert await client.hear() == ACK
            source.opened.clear()
            client.say(subscribe("1"))
            await source.opened.wait()
        assert source.requests[-1].client == client_name


async def test_more_operations_than_allowed_are_refused_one_by_one() -> None:
    source = Source()
    async with connected(source.open, SocketSettings(operations=2)) as client:
        for name in "123":
            client.say(subscribe(name))
        told = await client.hear()
        assert (told["id"], told["type"]) == ("3", "error")
        client.say({"id": "1", "type": "complete"})
        await client.silent()
        client.say(subscribe("3"))
        await client.silent()


async def test_a_fault_of_ours_is_an_error_behind_a_number() -> None:
    async def broken(_request: GraphQLRequest) -> Results:
        raise ZeroDivisionError("secret")

    async with connected(broken) as client:
        client.say(subscribe("1"))
        told = await client.hear()
        assert (told["type"], told["payload"][0]["extensions"]["code"]) == ("error", "INTERNAL")
        assert "secret" not in str(told)
        await client.silent()


async def test_a_source_that_fails_is_an_error_of_its_operation() -> None:
    async def failing() -> AsyncGenerator[dict[str, Any], None]:
        yield {"data": 1}
        raise RequestError(500, [{"message": "no more"}])

    async def open_failing(_request: GraphQLRequest) -> Results:
        return Results(failing(), live=True)

    async with connected(open_failing) as client:
        client.say(subscribe("1"))
        assert (await client.hear())["type"] == "next"
        assert await client.hear() == {"id": "1", "type": "error", "payload": [{"message": "no more"}]}


# ── the end ──


async def test_who_leaves_takes_all_operations_along() -> None:
    source = Source()
    async with connected(source.open) as client:
        client.say(subscribe("1"))
        client.say(subscribe("2"))
        source.results.put_nowait({"data": 1})
        await client.hear()
        await asyncio.sleep(0)
    assert source.closed == 2
    assert client.task.done()


async def test_who_leaves_while_an_operation_is_prepared_hears_nothing_more() -> None:
    source = Source()
    source.may_open.clear()
    async with connected(source.open) as client:
        client.say(subscribe("1"))
        await source.opened.wait()
    source.may_open.set()
    await asyncio.sleep(0.02)
    assert client.from_server.empty()


async def test_a_slow_client_holds_one_result_of_each_operation() -> None:
    made = 0

    async def endless() -> AsyncGenerator[dict[str, Any], None]:
        nonlocal made
        while True:
            made += 1
            yield {"data": made}

    async def open_endless(_request: GraphQLRequest) -> Results:
        return Results(endless(), live=True)

    async with connected(open_endless) as client:
        client.taking.clear()
        for name in "123":
            client.say(subscribe(name))
        await asyncio.sleep(0.05)
        assert made == 3
        client.leave()


async def test_a_client_that_takes_nothing_is_given_up() -> None:
    source = Source()
    async with connected(source.open, SocketSettings(stalled_seconds=0.05)) as client:
        client.say(subscribe("1"))
        client.taking.clear()
        source.results.put_nowait({"data": 1})
        await asyncio.wait_for(client.task, SECONDS)
    assert source.closed == 1


async def test_draining_completes_what_is_live_and_finishes_the_rest() -> None:
    source, streams = Source(), OpenStreams()
    query = asyncio.Event()

    async def one() -> AsyncGenerator[dict[str, Any], None]:
        await query.wait()
        yield {"data": "finished"}

    async def open_either(request: GraphQLRequest) -> Results:
        return Results(one(), live=False) if request.query == "query" else await source.open(request)

    async with connected(open_either, streams=streams) as client:
        client.say(subscribe("live"))
        client.say(subscribe("once", "query"))
        source.results.put_nowait({"data": 1})
        await client.hear()
        drained = asyncio.ensure_future(streams.drain(SECONDS))
        assert await client.hear() == {"id": "live", "type": "complete"}
        await client.silent()
        query.set()
        assert await client.hear() == {"id": "once", "type": "next", "payload": {"data": "finished"}}
        assert await client.hear() == {"id": "once", "type": "complete"}
        assert await client.closed() == (1001, "Going away")
        assert await drained
    assert streams.count == 0


async def test_an_idle_socket_leaves_at_once_when_draining() -> None:
    streams = OpenStreams()
    async with connected(streams=streams) as client:
        assert await streams.drain(SECONDS)
        assert (await client.closed())[0] == 1001


async def test_a_socket_that_comes_while_draining_is_sent_away() -> None:
    streams = OpenStreams()
    await streams.drain(SECONDS)
    async with connecting(streams=streams) as client:
        await client.event()
        assert (await client.closed())[0] == 1001


async def test_draining_waits_no_longer_than_it_may() -> None:
    source, streams = Source(), OpenStreams()
    source.may_open.clear()
    async with connected(source.open, streams=streams) as client:
        client.say(subscribe("1"))
        await source.opened.wait()
        assert not await streams.drain(0.05)
        assert streams.count == 1
