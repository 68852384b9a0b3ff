"""Live answers over real connections, to real clients."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from tests.live import LiveServer, install, live_server

PROTOCOL = Subprotocol("graphql-transport-ws")
SECONDS = 10
VERSION = "{ engine { zoneDatabase } }"
SKY = 'subscription { sky(place: {latitude: 19.076, longitude: 72.878, zone: {offset: "+05:30"}}, every: 1) { at } }'
ANSWER = {"data": {"engine": {"zoneDatabase": "2026f"}}}


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with live_server() as running:
        yield running


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clients")
    reason = install(folder)
    if reason:
        pytest.skip(reason)
    return folder


def ask(clients: Path, name: str, server: LiveServer) -> dict[str, Any]:
    command = ["node", "live_clients.mjs", name, f"http://{server.address}"]
    done = subprocess.run(command, cwd=clients, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


async def begun(server: LiveServer) -> ClientConnection:
    socket = await connect(f"ws://{server.address}", subprotocols=[PROTOCOL])
    await socket.send(json.dumps({"type": "connection_init"}))
    assert json.loads(await socket.recv()) == {"type": "connection_ack"}
    return socket


async def hear(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), SECONDS))
    return message


# ── real clients ──


@pytest.mark.parametrize("name", ["ws", "sse", "sse-single"])
def test_graphql_ws_and_graphql_sse_are_served(name: str, clients: Path, server: LiveServer) -> None:
    told = ask(clients, name, server)
    first, second = (event["data"]["sky"] for event in told["events"])
    assert first["at"] < second["at"]
    assert len(first["grahas"]) == 9
    assert told["query"] == told["again"] == ANSWER
    assert told["other"] == 1
    assert (
        "nogql" in str(told["wrong"]) or name == "sse-single"
    )  # there the refusal is a status, which it does not read


@pytest.mark.parametrize("name", ["apollo", "urql"])
def test_apollo_and_urql_get_streams_and_single_answers_from_one_address(
    name: str, clients: Path, server: LiveServer
) -> None:
    told = ask(clients, name, server)
    assert [len(event["data"]["sky"]["grahas"]) for event in told["events"]] == [9, 9]
    assert not any(event.get("error") for event in told["events"])
    assert told["query"]["data"]["engine"]["zoneDatabase"] == "2026f"


# ── sockets ──


async def test_a_socket_serves_queries_beside_a_subscription(server: LiveServer) -> None:
    async with await begun(server) as socket:
        await socket.send(json.dumps({"id": "live", "type": "subscribe", "payload": {"query": SKY}}))
        assert (await hear(socket))["payload"]["data"]["sky"]["at"].endswith("+05:30")
        await socket.send(json.dumps({"id": "once", "type": "subscribe", "payload": {"query": VERSION}}))
        told = [await hear(socket) for _ in range(2)]
        assert {"id": "once", "type": "next", "payload": ANSWER} in told
        await socket.send(json.dumps({"id": "live", "type": "complete"}))


@pytest.mark.parametrize("text", ["[]", '"x"', "5", '{"type":"subscribe","id":1}', "no json"])
async def test_bad_messages_close_cleanly(text: str, server: LiveServer) -> None:
    async with await begun(server) as socket:
        await socket.send(text)
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), SECONDS)
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4400, "Invalid message received")


async def test_a_page_of_another_site_cannot_connect(server: LiveServer) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://{server.address}", subprotocols=[PROTOCOL], origin="https://elsewhere.test")  # type: ignore[arg-type]  # a text
    assert refused.value.response.status_code == 403


# ── bodies that grow ──


async def lines(server: LiveServer, accept: str, count: int, query: str = SKY) -> tuple[httpx.Response, list[str]]:
    headers = {"accept": accept}
    found: list[str] = []
    async with (
        httpx.AsyncClient(timeout=SECONDS) as client,
        client.stream("POST", f"http://{server.address}", json={"query": query}, headers=headers) as response,
    ):
        async for line in response.aiter_lines():
            found.append(line)
            if len(found) == count:
                break
    return response, found


async def test_events_arrive_as_they_happen(server: LiveServer) -> None:
    response, found = await lines(server, "text/event-stream", 6)
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert found[:3] == [":", "", "event: next"]
    assert json.loads(found[3].removeprefix("data: "))["data"]["sky"]
    assert found[5] == "event: next"


async def test_parts_arrive_as_they_happen(server: LiveServer) -> None:
    response, found = await lines(server, "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json", 9)
    assert response.headers["content-type"] == "multipart/mixed;boundary=graphql;subscriptionSpec=1.0"
    assert found[:3] == ["--graphql", "content-type: application/json", ""]
    assert json.loads(found[3])["payload"]["data"]["sky"]
    assert found[4] == "--graphql"


async def test_a_refused_subscription_is_an_event_or_a_plain_answer(server: LiveServer) -> None:
    _, found = await lines(server, "text/event-stream", 6, "subscription { nogql }")
    assert "nogql" in found[3]
    assert found[5] == "event: complete"
    response, found = await lines(
        server, "multipart/mixed;subscriptionSpec=1.0,application/json", 1, "subscription { x }"
    )
    assert (response.status_code, response.headers["content-type"]) == (422, "application/json; charset=utf-8")


async def test_a_query_is_one_answer_whatever_the_client_lists(server: LiveServer) -> None:
    response, found = await lines(server, "application/json, text/event-stream, multipart/mixed", 1, VERSION)
    assert response.headers["content-type"].startswith("application/json")
    assert json.loads(found[0]) == ANSWER
