"""Clients that take nothing are cut off; those beyond the number that there may be come back later."""

from __future__ import annotations

import base64
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.served import Service, children_of, logged, serving

STALLED_SECONDS = 4
SECONDS = 20.0
"""That a test waits for anything."""

OPERATIONS = 80
LANGUAGES = ("EN", "SA_LATN", "SA", "HI", "MR", "GU", "BN", "TA", "TE", "KN", "ML")
LARGE = (
    "{" + " ".join(f"{each}: names(language: {each}) {{ ...Tables }}" for each in LANGUAGES) + "}"
    "fragment Tables on NameTables { grahas {...Row} rashis {...Row} nakshatras {...Row} dignities {...Row} vargas {...Row} }"
    "fragment Row on NameRow { value full short }"
)
"""Its result has some 80,000 bytes: what many of them come to is more than a kernel takes off our hands."""

SKY = 'subscription { sky(place: {latitude: 19.076, longitude: 72.878, zone: {offset: "+05:30"}}, every: 3600) { at } }'
PROTOCOL = Subprotocol("graphql-transport-ws")
EVENTS = {"accept": "text/event-stream"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    more = {"GRAHAQL_STALLED_SECONDS": str(STALLED_SECONDS), "GRAHAQL_STREAMS_AT_ONCE": "2"}
    with serving(tmp_path_factory.mktemp("service"), **more) as running:
        yield running


# ── stalled ──


def reluctant(service: Service) -> socket.socket:
    """A connection whose end here has next to no room."""
    host, _, port = service.address.removeprefix("http://").partition(":")
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    found.settimeout(SECONDS)
    found.connect((host, int(port)))
    return found


def frame(message: object) -> bytes:
    """A text frame of a client, masked by nought."""
    text = json.dumps(message).encode()
    length = bytes([0x80 | len(text)]) if len(text) < 126 else bytes([0xFE]) + len(text).to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + text


def stalls_in_a_socket(service: Service) -> socket.socket:
    client = reluctant(service)
    key = base64.b64encode(os.urandom(16)).decode()
    lines = (
        "GET /graphql HTTP/1.1", "Host: here", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Protocol: {PROTOCOL}", "", "",
    )  # fmt: skip
    client.sendall("\r\n".join(lines).encode())
    assert client.recv(4096).startswith(b"HTTP/1.1 101 ")
    client.sendall(frame({"type": "connection_init"}))
    for number in range(OPERATIONS):
        client.sendall(frame({"id": str(number), "type": "subscribe", "payload": {"query": LARGE}}))
    return client


def stalls_in_a_stream(service: Service) -> socket.socket:
    client = reluctant(service)
    with httpx.Client(base_url=service.address, timeout=SECONDS) as web:
        token = web.put("/graphql").text
        lines = (
            "GET /graphql HTTP/1.1",
            "Host: here",
            "Accept: text/event-stream",
            f"X-GraphQL-Event-Stream-Token: {token}",
        )
        client.sendall("\r\n".join([*lines, "", ""]).encode())
        for number in range(OPERATIONS):
            sent = {"query": LARGE, "extensions": {"operationId": str(number)}}
            accepted = web.post("/graphql", json=sent, headers={"x-graphql-event-stream-token": token})
            assert accepted.status_code == 202
    return client


def memory(service: Service) -> int:
    """Bytes that the API process occupies."""
    (api,) = [
        pid for pid in children_of(service.process.pid) if b"graph.server" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    return int(Path(f"/proc/{api}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def cuts(service: Service) -> int:
    return sum(event["event"] == "connection.stalled" for event in logged(service.log))


def occupied_until_cut(service: Service, before: int) -> list[int]:
    """What the process occupied, looked at ten times a second, until it cut a client off."""
    found, deadline = [], time.monotonic() + SECONDS
    while cuts(service) == before:
        assert time.monotonic() < deadline, "it was not cut off"
        found.append(memory(service))
        time.sleep(0.1)
    return found


def is_closed(client: socket.socket) -> bool:
    """Whether the connection ends once all that had arrived is read."""
    with suppress(ConnectionResetError):
        while client.recv(1 << 16):
            pass
    return True


@pytest.mark.parametrize("stalls", [stalls_in_a_socket, stalls_in_a_stream], ids=["socket", "stream"])
def test_a_client_that_stops_reading_is_cut_off_and_nothing_grows_until_then(stalls: object, service: Service) -> None:
    before = cuts(service)
    assert callable(stalls)
    with closing(stalls(service)) as client:
        occupied = occupied_until_cut(service, before)
        assert max(occupied[-5:]) - min(occupied[-5:]) < 1_000_000
        assert is_closed(client)
    assert "errors" not in httpx.post(f"{service.address}/graphql", json={"query": LARGE}, timeout=SECONDS).json()
    wrong = [event for event in logged(service.log) if event.get("level") in ("error", "critical")]
    assert wrong == []


def test_a_client_that_reads_slowly_is_not_cut_off(service: Service) -> None:
    before, deadline = cuts(service), time.monotonic() + STALLED_SECONDS + 2
    with closing(stalls_in_a_socket(service)) as client:
        while time.monotonic() < deadline:
            assert client.recv(2048)
            time.sleep(0.05)
        assert cuts(service) == before


# ── too many ──


@contextmanager
def live(service: Service) -> Iterator[None]:
    """A socket with a subscription that waits for its second event."""
    with connect(f"ws{service.address.removeprefix('http')}/graphql", subprotocols=[PROTOCOL]) as found:
        found.send('{"type":"connection_init"}')
        found.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": SKY}}))
        assert [json.loads(found.recv(SECONDS))["type"] for _ in range(2)] == ["connection_ack", "next"]
        yield


def test_beyond_the_most_that_may_be_open_sockets_and_streams_are_told_to_come_back(service: Service) -> None:
    url = f"{service.address}/graphql"
    accepts = ("text/event-stream", "multipart/mixed;subscriptionSpec=1.0,application/json")
    with live(service), live(service):
        with pytest.raises(ConnectionClosed) as closed, live(service):
            pass
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1013, "Too many sockets, try again later")
        for accept in accepts:
            refused = httpx.post(url, json={"query": SKY}, headers={"accept": accept})
            (error,) = refused.json()["errors"]
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
            assert error["extensions"]["code"] == "UNAVAILABLE"
        assert httpx.post(url, json={"query": "{ __typename }"}).status_code == 200
    for accept in accepts:
        with httpx.stream("POST", url, json={"query": SKY}, headers={"accept": accept}) as answer:
            assert answer.status_code == 200
