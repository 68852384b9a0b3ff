"""SIGTERM while sockets, streams and queries are open: everything is completed, and the process ends with 0."""

from __future__ import annotations

import asyncio
import json
import signal
import socket as sockets
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.live import LiveServer, live_server

SECONDS = 10
SKY = 'subscription { sky(place: {latitude: 19.076, longitude: 72.878, zone: {offset: "+05:30"}}, every: 3600) { at } }'
SLOW = "query Slow { engine { zoneDatabase } }"
PARTS = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0"


async def ended(server: LiveServer, since: float) -> None:
    """The process is gone with 0 within five seconds, and said nothing is wrong."""
    _, errors = await asyncio.to_thread(server.process.communicate, timeout=SECONDS)
    assert server.process.returncode == 0, errors
    assert time.monotonic() - since < 5
    assert "Traceback" not in errors, errors
    assert "Exception" not in errors, errors


async def watch_socket(server: LiveServer, opened: asyncio.Event) -> list[object]:
    """What a socket hears after its first event, and how it is closed."""
    told: list[object] = []
    async with connect(f"ws://{server.address}", subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send('{"type":"connection_init"}')
        await socket.recv()
        await socket.send(json.dumps({"id": "sky", "type": "subscribe", "payload": {"query": SKY}}))
        await socket.recv()
        await socket.send(json.dumps({"id": "slow", "type": "subscribe", "payload": {"query": SLOW}}))
        opened.set()
        try:
            while True:
                message = json.loads(await asyncio.wait_for(socket.recv(), SECONDS))
                told.append((message["id"], message["type"]))
        except ConnectionClosed as closed:
            told.append(closed.rcvd.code if closed.rcvd else None)
    return told


async def watch_body(server: LiveServer, accept: str, opened: asyncio.Event) -> bytes:
    """The whole body of a subscription; an error of httpx where it is cut off."""
    body = b""
    async with (
        httpx.AsyncClient(timeout=SECONDS) as client,
        client.stream("POST", f"http://{server.address}", json={"query": SKY}, headers={"accept": accept}) as response,
    ):
        async for piece in response.aiter_bytes():
            body += piece
            if b"sky" in body:
                opened.set()
    return body


async def ask_slowly(server: LiveServer, opened: asyncio.Event) -> httpx.Response:
    """A query that runs for a second."""
    async with httpx.AsyncClient(timeout=SECONDS) as client:
        opened.set()
        return await client.post(f"http://{server.address}", json={"query": SLOW})


@pytest.fixture
async def server() -> AsyncIterator[LiveServer]:
    with live_server() as running:
        yield running


async def test_everything_that_is_open_is_completed(server: LiveServer) -> None:
    opened = [asyncio.Event() for _ in range(4)]
    watched = asyncio.gather(
        watch_socket(server, opened[0]),
        watch_body(server, "text/event-stream", opened[1]),
        watch_body(server, PARTS, opened[2]),
        ask_slowly(server, opened[3]),
    )
    await asyncio.wait_for(asyncio.gather(*[event.wait() for event in opened]), SECONDS)
    await asyncio.sleep(0.3)  # the query was sent, and runs
    since = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    socket, events, parts, answer = await watched
    assert socket == [("sky", "complete"), ("slow", "next"), ("slow", "complete"), 1001]
    assert events.endswith(b"event: complete\ndata: \n\n")
    assert parts.endswith(b"\r\n--graphql--\r\n")
    assert answer.json() == {"data": {"engine": {"zoneDatabase": "2026f"}}}
    await ended(server, since)


async def test_an_idle_server_ends_at_once(server: LiveServer) -> None:
    since = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    await ended(server, since)
    assert time.monotonic() - since < 2


async def test_a_client_that_takes_nothing_does_not_keep_the_process(server: LiveServer) -> None:
    host, _, port = server.address.removesuffix("/graphql").partition(":")
    body = json.dumps({"query": SKY}).encode()
    head = f"POST /graphql HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with sockets.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + body)
        await asyncio.sleep(0.3)
        since = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        await ended(server, since)
