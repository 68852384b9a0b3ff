"""What a service bounds: operations at once and their time, the size of requests, who may ask from where, what may be known of
the schema, and which documents are answered."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx
import orjson
import pytest
from graphql import get_introspection_query
from xingpan_ephemeris import get_ephe_path

from ephemeris.varga_rules import DIVISIONS
from graph.app import _WRITTEN_BYTES, AppSettings, create_app
from graph.checks import MOST_BIRTHS
from graph.compiled.plans import _FIELDS_KEPT
from graph.compiled.selection import MOST_FIELDS
from graph.endpoint import DEFAULT_ENDPOINT, EndpointSettings
from graph.http import LONGEST_BODY, LONGEST_QUERY_STRING
from graph.kept import KEPT_BYTES
from graph.messages import PROTOCOL
from graph.operations import _CHARACTERS_KEPT, _LONGEST_KEPT, Begun, Operations, Outcome
from graph.sse_connections import DEFAULT_RESERVATIONS
from graph.uploads import CLIENT_AT_ONCE, STALLED_SECONDS, UPLOADS_AT_ONCE
from graph.websocket import DEFAULT_SOCKETS
from jobs.uploads.shelf import WAITING_MAX
from resolvers.calculator import Inline
from resolvers.documents import CHARACTERS_KEPT, DocumentStore
from resolvers.engine import _RESPONSES_BYTES, open_engine
from resolvers.responses import LARGEST_SHARED
from resolvers.shared import SharedTier
from resolvers.trusted import LONGEST_DOCUMENT, digest_of
from runtime.settings import VARIABLES, read_settings
from tests.asking import births
from tests.questions import SECRET
from tests.served import GRAPHQL_JSON, ROOT, engine
from tests.unit import test_documents as wire

FACTS = "{ engine { firstDate } }"
FIRST_DATE = {"data": {"engine": {"firstDate": "1800-01-01"}}}
CHARTS = "query Charts($births: [BirthInput!]!) { charts(births: $births) { chart { lagna { longitude } } } }"
SECONDS = 5.0
"""That a test waits for anything."""


def application(settings: AppSettings, store: DocumentStore | None = None) -> Any:
    """An application over an engine with nothing in its memory."""
    return create_app(open_engine(Path(get_ephe_path()), SECRET, None), settings, store)


def client_of(app: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://grahaql.test", headers={"accept": GRAPHQL_JSON})


Opened = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def opened() -> AsyncIterator[Opened]:
    clients: list[httpx.AsyncClient] = []

    def opened(store: DocumentStore | None = None, **settings: Any) -> httpx.AsyncClient:
        clients.append(client_of(application(AppSettings(**settings), store)))
        return clients[-1]

    yield opened
    for web in clients:
        await web.aclose()


def code(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    assert error["extensions"]["remedy"]
    found: str = error["extensions"]["code"]
    return found


# ── how many, and how long ──


async def test_more_operations_than_there_may_be_are_told_to_come_back(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = opened(endpoint=EndpointSettings(at_once=2))
    assert (await web.get("/graphql", params={"query": FACTS})).status_code == 200
    may_end, running = asyncio.Event(), asyncio.Semaphore(0)
    finish: Callable[[Operations, Begun], Awaitable[Outcome]] = Operations.finish

    async def slow(operations: Operations, begun: Begun) -> Outcome:
        running.release()
        await may_end.wait()
        return await finish(operations, begun)

    monkeypatch.setattr(Operations, "finish", slow)
    tasks = [asyncio.create_task(web.post("/graphql", json={"query": f"{{ a{n}: __typename }}"})) for n in range(2)]
    for _ in tasks:
        await running.acquire()
    refused = await web.post("/graphql", json={"query": "{ late: __typename }"})
    kept = await web.get("/graphql", params={"query": FACTS})
    wrong = await web.post("/graphql", json={"query": "{ nothing }"})
    may_end.set()
    assert [(await task).status_code for task in tasks] == [200, 200]
    assert (refused.status_code, code(refused), refused.headers["retry-after"]) == (503, "UNAVAILABLE", "1")
    assert refused.headers["cache-control"] == "no-store"
    assert kept.json() == FIRST_DATE  # what is kept costs nothing
    assert wrong.status_code == 422
    assert (await web.post("/graphql", json={"query": "{ late: __typename }"})).status_code == 200


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When each value was computed; a natal chart takes a whole slice of the event loop."""
    times: list[float] = []
    answered = Inline._answered

    def slowly(inline: Inline, kind: Any, question: Any) -> Any:
        time.sleep(0.01)
        times.append(time.monotonic())
        return answered(inline, kind, question)

    monkeypatch.setattr(Inline, "_answered", slowly)
    return times


async def test_an_operation_over_its_time_is_stopped_and_computes_no_more(
    opened: Opened, computed: list[float]
) -> None:
    web = opened(endpoint=EndpointSettings(seconds=0.2))
    sent = {"query": CHARTS, "variables": {"births": births(500)}}
    began = time.monotonic()
    response = await web.post("/graphql", json=sent)
    ended, slices = time.monotonic(), len(computed)
    assert (response.status_code, code(response)) == (504, "TIMEOUT")
    assert response.headers["cache-control"] == "no-store"
    assert ended - began < 2
    await asyncio.sleep(0.3)
    assert 1 < slices < 100
    assert len(computed) == slices
    assert (await web.post("/graphql", json={"query": FACTS})).json() == FIRST_DATE


async def test_one_operation_over_its_time_takes_nothing_from_another_that_asks_the_same(
    computed: list[float],
) -> None:
    engine_of_both = open_engine(Path(get_ephe_path()), SECRET, None)
    hasty = client_of(create_app(engine_of_both, AppSettings(endpoint=EndpointSettings(seconds=0.1))))
    patient = client_of(create_app(engine_of_both, AppSettings()))
    sent = {"query": CHARTS, "variables": {"births": births(30)}}
    first, second = await asyncio.gather(hasty.post("/graphql", json=sent), patient.post("/graphql", json=sent))
    assert first.status_code == 504
    assert (second.status_code, len(second.json()["data"]["charts"])) == (200, 30)
    assert all(item["chart"] for item in second.json()["data"]["charts"])


# ── how much ──


async def test_an_address_over_the_limit_is_refused(opened: Opened) -> None:
    web = opened()
    query = "query=%7B__typename%7D&pad="
    longest = await web.get(f"/graphql?{query.ljust(LONGEST_QUERY_STRING, 'x')}")
    longer = await web.get(f"/graphql?{query.ljust(LONGEST_QUERY_STRING + 1, 'x')}")
    assert (longest.status_code, longer.status_code, code(longer)) == (200, 414, "BAD_REQUEST")


async def sent_raw(headers: list[tuple[bytes, bytes]], pieces: list[bytes]) -> tuple[int, dict[str, Any], int]:
    """Status and body of a POST whose body comes in pieces, and how many of them were taken."""
    taken, events = list[bytes](), list[Any]()

    async def receive() -> dict[str, Any]:
        taken.append(pieces[len(taken)])
        return {"type": "http.request", "body": taken[-1], "more_body": len(taken) < len(pieces)}

    async def send(event: Any) -> None:
        events.append(event)

    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    await create_app(engine())(scope, receive, send)
    return events[0]["status"], orjson.loads(events[1]["body"]), len(taken)


async def test_a_body_over_the_limit_is_refused_before_it_is_read() -> None:
    stated = [(b"content-type", b"application/json"), (b"content-length", str(LONGEST_BODY + 1).encode())]
    status, body, taken = await sent_raw(stated, [b"x"])
    assert (status, body["errors"][0]["extensions"]["code"], taken) == (413, "BAD_REQUEST", 0)


async def test_a_body_that_does_not_state_its_length_is_read_as_far_as_the_limit() -> None:
    piece = b" " * 2**20
    status, body, taken = await sent_raw([(b"content-type", b"application/json")], [piece] * 100)
    assert (status, body["errors"][0]["extensions"]["code"]) == (413, "BAD_REQUEST")
    assert taken == LONGEST_BODY // 2**20 + 1


# ── from where ──


async def test_pages_of_sites_that_are_named_may_ask_and_no_others(opened: Opened) -> None:
    web = opened(cors_origins=("https://app.example",))
    asking = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    preflight = await web.options("/graphql", headers={"origin": "https://app.example", **asking})
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "https://app.example"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert preflight.headers["access-control-allow-headers"] == "content-type"
    assert int(preflight.headers["access-control-max-age"]) == 86_400
    for _ in range(2):
        answer = await web.post("/graphql", json={"query": FACTS}, headers={"origin": "https://app.example"})
        assert answer.json() == FIRST_DATE
        assert answer.headers["access-control-allow-origin"] == "https://app.example"
        assert {"Accept", "Accept-Encoding", "Origin"} <= set(answer.headers["vary"].split(", "))
    foreign = {"origin": "https://other.example"}
    assert (await web.options("/graphql", headers={**foreign, **asking})).status_code == 400
    answer = await web.post("/graphql", json={"query": FACTS}, headers=foreign)
    assert "access-control-allow-origin" not in answer.headers


async def test_where_no_site_is_named_none_is_allowed(opened: Opened) -> None:
    web = opened()
    headers = {"origin": "https://app.example", "access-control-request-method": "POST"}
    answers = [
        await web.options("/graphql", headers=headers),
        await web.post("/graphql", json={"query": FACTS}, headers={"origin": "https://app.example"}),
    ]
    assert all(not name.startswith("access-control") for answer in answers for name in answer.headers)


async def test_OPTIONS_names_the_methods_and_has_no_body(opened: Opened) -> None:
    answer = await opened().options("/graphql")
    assert (answer.status_code, answer.content) == (204, b"")
    assert {"GET", "HEAD", "POST", "OPTIONS"} <= set(answer.headers["allow"].split(", "))
    assert {"content-length", "content-type", "etag"} & set(answer.headers) == set()


# ── what may be known of the schema ──

BIRTH = '{date: "1990-03-15", time: "10:30", latitude: 19, longitude: 72.8, zone: {offset: "+05:30"}}'
NEARLY = {
    "field": ("{ engin { version } }", {}),
    "field below": ("{ engine { versio } }", {}),
    "argument": ("{ vargaRules(divisio: 9) { rule } }", {}),
    "type": ("query ($b: BirthInpu!) { chart(birth: $b) { id } }", {}),
    "type of a fragment": ("{ engine { ... on Engin { version } } }", {}),
    "enum value": ("{ names(language: EM) { language } }", {}),
    "input field": (f"{{ chart(birth: {BIRTH.replace('latitude', 'latitud')}) {{ id }} }}", {}),
    "fragment": ("{ engine { ...Fac } } fragment Fact on Engine { version }", {}),
    "directive": ("{ engine @skp(if: true) { version } }", {}),
    "enum value in a variable": ("query ($l: Language!) { names(language: $l) { language } }", {"l": "EM"}),
    "input field in a variable": ("query ($b: BirthInput!) { chart(birth: $b) { id } }", {"b": {"dat": "1990-03-15"}}),
}
NEVER_SUGGESTED = ("fragment", "directive")


@pytest.mark.parametrize("name", NEARLY)
async def test_without_introspection_no_error_suggests_a_name(opened: Opened, name: str) -> None:
    document, variables = NEARLY[name]
    sent = {"query": document, "variables": variables}
    told = await opened(introspection=True).post("/graphql", json=sent)
    hidden = await opened(introspection=False).post("/graphql", json=sent)
    assert told.status_code == hidden.status_code == 422
    assert ("Did you mean" in told.text) is (name not in NEVER_SUGGESTED)
    assert "Did you mean" not in hidden.text


@pytest.mark.parametrize(
    "document",
    [
        get_introspection_query(),
        "{ __schema { queryType { name } } }",
        '{ __type(name: "Chart") { fields { name } } }',
        "{ a: __schema { types { name } } }",
        "{ ...F } fragment F on Query { __schema { types { name } } }",
        "query A { __typename } query B { __schema { types { name } } }",
    ],
)
async def test_without_introspection_the_schema_cannot_be_asked_for(opened: Opened, document: str) -> None:
    open_, hidden = opened(introspection=True), opened(introspection=False)
    sent = {"query": document, "operationName": "A" if "query A" in document else None}
    assert (await open_.post("/graphql", json=sent)).status_code == 200
    refused = await hidden.post("/graphql", json=sent)
    assert refused.status_code == 422
    assert {error["extensions"]["code"] for error in refused.json()["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}
    assert "data" not in refused.json()


async def test_without_introspection_a_type_still_has_its_name(opened: Opened) -> None:
    answer = await opened(introspection=False).post("/graphql", json={"query": "{ __typename engine { __typename } }"})
    assert answer.json() == {"data": {"__typename": "Query", "engine": {"__typename": "Engine"}}}


# ── known documents only ──


def trusted() -> DocumentStore:
    store = DocumentStore(SharedTier(None))
    store.named.trust({"start": FACTS})
    return store


OTHER = "{ engine { lastDate } }"


async def test_only_known_documents_are_answered_by_POST_and_GET(opened: Opened) -> None:
    web = opened(trusted(), known_documents_only=True)
    by_id = ({"documentId": "start"}, {"id": f"sha256:{digest_of(FACTS)}"}, {"query": FACTS})
    for sent in by_id:
        assert (await web.post("/graphql", json=sent)).json() == FIRST_DATE
        assert (await web.get("/graphql", params=sent)).json() == FIRST_DATE
    for answer in (
        await web.post("/graphql", json={"query": OTHER}),
        await web.get("/graphql", params={"query": OTHER}),
    ):
        assert (answer.status_code, code(answer)) == (403, "PERSISTED_QUERY_REQUIRED")
        assert answer.headers["cache-control"] == "private, no-cache, must-revalidate"
    registering = {"query": OTHER, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest_of(OTHER)}}}
    told = (await web.post("/graphql", json=registering)).json()["errors"][0]
    assert (told["message"], told["extensions"]["code"]) == (
        "PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED",
    )  # fmt: skip
    assert (await web.get(f"/graphql/sha256:{digest_of(OTHER)}")).status_code == 404


async def events_of(web: httpx.AsyncClient, sent: dict[str, Any]) -> dict[str, Any]:
    """The first event of a stream."""
    answer = await web.post("/graphql", json=sent, headers={"accept": "text/event-stream"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    found = re.search(r"event: next\ndata: (.*)\n\n", answer.text)
    assert found is not None
    event: dict[str, Any] = json.loads(found[1])
    return event


async def test_only_known_documents_are_answered_by_events(opened: Opened) -> None:
    web = opened(trusted(), known_documents_only=True)
    assert await events_of(web, {"documentId": "start"}) == FIRST_DATE
    assert await events_of(web, {"query": FACTS}) == FIRST_DATE
    (refused,) = (await events_of(web, {"query": OTHER}))["errors"]
    assert refused["extensions"]["code"] == "PERSISTED_QUERY_REQUIRED"


async def over_socket(app: Any, payload: dict[str, Any]) -> dict[str, Any]:
    """The first message about an operation that is subscribed to."""
    inbox, outbox = asyncio.Queue[dict[str, Any]](), asyncio.Queue[Any]()
    scope = {"type": "websocket", "path": "/graphql", "headers": [], "subprotocols": [PROTOCOL]}
    task = asyncio.ensure_future(app(scope, inbox.get, outbox.put))
    inbox.put_nowait({"type": "websocket.connect"})
    for message in ({"type": "connection_init"}, {"id": "1", "type": "subscribe", "payload": payload}):
        inbox.put_nowait({"type": "websocket.receive", "text": json.dumps(message)})
    events = [await asyncio.wait_for(outbox.get(), SECONDS) for _ in range(3)]
    inbox.put_nowait({"type": "websocket.disconnect", "code": 1000})
    await asyncio.wait_for(task, SECONDS)
    found: dict[str, Any] = json.loads(events[2]["text"])
    return found


async def test_only_known_documents_are_answered_over_a_socket() -> None:
    app = application(AppSettings(known_documents_only=True), trusted())
    answered = await over_socket(app, {"query": FACTS})
    assert (answered["type"], answered["payload"]) == ("next", FIRST_DATE)
    refused = await over_socket(app, {"query": OTHER})
    assert refused["type"] == "error"
    assert [error["extensions"]["code"] for error in refused["payload"]] == ["PERSISTED_QUERY_REQUIRED"]


# ── Apollo's and urql's persisted queries, as they send them ──

FIELD = "settingOptions(name: $name) { name }"
OURS = wire.QUERY.replace("hello(name: $name)", FIELD)
ANSWER = {"data": {"settingOptions": [{"name": "node"}]}}


def on_our_schema(captured: str) -> str:
    """A captured body or address about a document of this schema: everything else is as it was sent."""
    told = captured.strip().replace(wire.DIGEST, digest_of(OURS)).replace("Rohini", "node")
    for form in (str, quote_plus):
        told = told.replace(form("hello(name: $name)"), form(FIELD))
    return told


async def send(web: httpx.AsyncClient, captured: str) -> httpx.Response:
    told = on_our_schema(captured)
    if told.startswith("/"):
        return await web.get(told, headers={"accept-encoding": "gzip"})
    return await web.post("/graphql", content=told, headers={"content-type": "application/json"})


FLOWS = {
    "Apollo by POST": (wire.APOLLO_POST, wire.APOLLO_REGISTRATION),
    "Apollo by GET": (wire.APOLLO_GET, wire.APOLLO_REGISTRATION),
    "urql by GET": (wire.URQL_GET, wire.URQL_REGISTRATION),
}


@pytest.mark.parametrize(("asking", "registering"), FLOWS.values(), ids=FLOWS)
async def test_a_client_asks_by_hash_registers_and_asks_again(opened: Opened, asking: str, registering: str) -> None:
    web = opened()
    missed = await send(web, asking)
    assert (missed.status_code, missed.json()) == (200, wire.MISS)
    assert missed.headers["cache-control"] == wire.APOLLO_CACHE_CONTROL["cache-control"]
    assert "etag" not in missed.headers
    registered, found = await send(web, registering), await send(web, asking)
    assert registered.json() == found.json() == ANSWER
    if asking != wire.APOLLO_POST:
        assert found.headers["cache-control"].startswith("public")
        told = on_our_schema(asking)
        again = await web.get(told, headers={"if-none-match": found.headers["etag"], "accept-encoding": "gzip"})
        assert again.status_code == 304


async def test_a_document_that_is_wrong_is_not_registered(opened: Opened) -> None:
    web = opened()
    refused = await web.post(
        "/graphql", content=wire.APOLLO_REGISTRATION.strip(), headers={"content-type": "application/json"}
    )
    assert (refused.status_code, code(refused)) == (422, "GRAPHQL_VALIDATION_FAILED")
    missed = await web.post("/graphql", content=wire.APOLLO_POST.strip(), headers={"content-type": "application/json"})
    assert missed.json() == wire.MISS


# ── what docs/limits.md says ──


def documented(first: str) -> dict[str, tuple[str, ...]]:
    """The cells of a table by those of its first column; the table is known by the head of that column."""
    text = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8").partition("## Server limits")[2]
    table = text.partition(f"| {first} |")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return {row[0]: tuple(row[1:]) for row in rows}


def in_mib(size: int) -> str:
    return f"{size // 2**20} MiB"


def in_kib(size: int) -> str:
    return f"{size // 2**10} KiB"


SETTINGS = read_settings({"HOME": "/nowhere"})


def test_the_documented_limits_are_those_of_the_code() -> None:
    assert {what: row[0] for what, row in documented("What").items()} == {
        "Body": in_mib(LONGEST_BODY),
        "Query string of an address": in_kib(LONGEST_QUERY_STRING),
        "Births in a list": f"{MOST_BIRTHS:,}",
        "Divisions in a list": str(len(DIVISIONS)),
        "Time of an operation": f"{SETTINGS.operation_seconds:g} s",
        "Operations at once in a process": str(SETTINGS.operations_at_once),
        "Operations at once in a socket": str(DEFAULT_SOCKETS.operations),
        "Message over a socket": in_mib(DEFAULT_SOCKETS.message_bytes),
        "Time until a socket begins": f"{DEFAULT_SOCKETS.init_seconds:g} s",
        "Sockets and streams at once in a process": f"{SETTINGS.streams_at_once:,}",
        "Time that a client takes nothing": f"{SETTINGS.stalled_seconds:g} s",
        "Operations at once in a reserved stream": str(DEFAULT_RESERVATIONS.operations),
        "Reserved streams in a process": f"{DEFAULT_RESERVATIONS.most:,}",
        "Uploads at once of a client in a process": str(CLIENT_AT_ONCE),
        "Uploads of a client that nobody submitted": str(WAITING_MAX),
        "Uploads at once in a process": str(UPLOADS_AT_ONCE),
        "Births of an upload": f"{SETTINGS.upload_rows:,}",
        "Bytes of an upload, unpacked": f"{SETTINGS.upload_bytes >> 30} GiB",
        "Time that an upload sends nothing": f"{STALLED_SECONDS:g} s",
    }
    assert (SETTINGS.operation_seconds, SETTINGS.operations_at_once) == DEFAULT_ENDPOINT[2:4]


def test_the_documented_bounds_of_memory_are_those_of_the_code() -> None:
    assert {what: (row[0], row[2]) for what, row in documented("Kept").items()} == {
        "Answers in their coding, by the bytes of the request": (in_mib(KEPT_BYTES), in_kib(KEPT_BYTES // 64)),
        "Responses, by document and variables": (
            in_mib(_RESPONSES_BYTES),
            f"{in_mib(_RESPONSES_BYTES // 8)}; {in_kib(LARGEST_SHARED)} in Redis",
        ),
        "Charts as they stand in answers, compiled operations alone": (
            in_mib(_WRITTEN_BYTES),
            in_kib(_WRITTEN_BYTES // 64),
        ),
        "Compiled operations": (f"{_FIELDS_KEPT:,} fields", f"{MOST_FIELDS:,} fields"),
        "Charts and sets of vargas": (f"{SETTINGS.l1_bytes >> 20} MiB", "–"),
        "Documents that were read": (f"{_CHARACTERS_KEPT:,} characters", f"{_LONGEST_KEPT:,} characters"),
        "Documents that clients registered": (f"{CHARACTERS_KEPT:,} characters", f"{LONGEST_DOCUMENT:,} characters"),
    }


def test_the_documented_variables_exist() -> None:
    named = {row[1].strip("`") for table in ("What", "Kept") for row in documented(table).values()} - {"–"}
    of_requests = {"GRAHAQL_OPERATION_SECONDS", "GRAHAQL_OPERATIONS_AT_ONCE", "GRAHAQL_L1_BYTES"}
    of_uploads = {"GRAHAQL_UPLOAD_ROWS", "GRAHAQL_UPLOAD_BYTES"}
    assert named == of_requests | of_uploads | {"GRAHAQL_STREAMS_AT_ONCE", "GRAHAQL_STALLED_SECONDS"}
    assert named <= {row.name for row in VARIABLES}
