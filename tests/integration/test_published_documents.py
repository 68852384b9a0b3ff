"""Published documents where they are asked for: known by every transport, refused for now without their server, withdrawn."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.answers import Answer
from graph.app import AppSettings
from graph.kept import Asked, KeptAnswers
from resolvers.documents import DocumentStore
from resolvers.shared import SharedTier
from resolvers.trusted import WATCH_SECONDS, DocumentError, TrustedDocuments, digest_of
from runtime.clients import cache_client
from tests.integration.test_bounds import FACTS, FIRST_DATE, OTHER, application, client_of, code, over_socket
from tests.live import install
from tests.redises import PrivateValkey
from tests.served import COMMAND, ROOT, environment, serving

EVENTS = {"accept": "text/event-stream"}
MISS = {"errors": [{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}]}


@pytest.fixture
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateValkey]:
    server = PrivateValkey(tmp_path_factory.mktemp("v")).start()
    yield server
    server.kill()


@pytest.fixture
async def tier(valkey: PrivateValkey) -> AsyncIterator[Callable[[], SharedTier]]:
    """Makes the way of another process to the one server."""
    made: list[SharedTier] = []

    def tier() -> SharedTier:
        made.append(SharedTier(cache_client(valkey.url, timeout_seconds=1.0)))
        return made[-1]

    yield tier
    for each in made:
        await each.close()


def by_hash(text: str, **more: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest_of(text)}}, **more}


# ── without its server ──


@pytest.mark.parametrize("known_only", [False, True])
async def test_an_id_of_which_nobody_can_say_whether_it_is_known_is_refused_for_now(
    tier: Callable[[], SharedTier], valkey: PrivateValkey, known_only: bool
) -> None:
    await TrustedDocuments(tier()).publish({"start": FACTS})
    app = application(AppSettings(known_documents_only=known_only), DocumentStore(SharedTier(None), durable=tier()))
    async with client_of(app) as web:
        assert (await web.get("/graphql/nothing")).status_code == 404
        valkey.kill()
        answers = [
            await web.get("/graphql/start"),
            await web.get("/graphql", params={"documentId": f"sha256:{digest_of(FACTS)}"}),
            await web.post("/graphql", json={"documentId": "start"}),
            await web.post("/graphql", json={"documentId": "start"}, headers=EVENTS),
        ]
        for answer in answers:
            assert (answer.status_code, code(answer), answer.headers["retry-after"]) == (503, "UNAVAILABLE", "1")
            assert answer.headers["cache-control"] == "no-store"
        refused = await over_socket(app, {"documentId": "start"})
        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "UNAVAILABLE")
        valkey.start()
        await TrustedDocuments(tier()).publish({"start": FACTS})
        await asyncio.sleep(1.1)  # the circuit rests for a second
        assert (await web.get("/graphql/start")).json() == FIRST_DATE


async def test_texts_are_refused_for_now_where_only_known_ones_are_answered(
    tier: Callable[[], SharedTier], valkey: PrivateValkey
) -> None:
    store = DocumentStore(SharedTier(None), durable=tier())
    store.named.trust({"file": OTHER})
    valkey.kill()
    async with client_of(application(AppSettings(known_documents_only=True), store)) as web:
        for sent in ({"query": FACTS}, by_hash(FACTS), by_hash(FACTS, query=FACTS)):
            assert (await web.post("/graphql", json=sent)).status_code == 503
        assert (await web.post("/graphql", json={"documentId": "file"})).status_code == 200


async def test_without_any_server_a_hash_is_a_miss_so_that_the_client_registers_its_text(
    tier: Callable[[], SharedTier], valkey: PrivateValkey
) -> None:
    store = DocumentStore(tier(), durable=tier())
    valkey.kill()
    async with client_of(application(AppSettings(), store)) as web:
        missed = await web.post("/graphql", json=by_hash(FACTS))
        assert (missed.status_code, missed.json()) == (200, MISS)
        assert (await web.post("/graphql", json=by_hash(FACTS, query=FACTS))).json() == FIRST_DATE
        assert (await web.post("/graphql", json=by_hash(FACTS))).json() == FIRST_DATE
        beside = await web.post("/graphql", json={"id": "request-17", "query": FACTS})
        assert beside.json() == FIRST_DATE  # such an `id` need not be one of a document


# ── withdrawn ──


async def test_a_withdrawn_document_is_dropped_by_every_process_at_its_next_look(
    tier: Callable[[], SharedTier],
) -> None:
    publisher, one, other = (TrustedDocuments(tier()) for _ in range(3))
    await publisher.publish({"start": FACTS, "begin": FACTS, "next": OTHER})
    assert await one.load() == 5
    assert await other.find("start") == FACTS
    assert await publisher.withdraw(["start"]) == 1
    assert (one.held("start"), other.held("start")) == (FACTS, FACTS)
    assert [await each.refresh() for each in (one, other, one)] == [True, True, False]
    for each in (publisher, one, other):
        assert [await each.find(name) for name in ("start", "begin", digest_of(FACTS))] == [None] * 3
        assert await each.find("next") == OTHER


async def test_an_id_that_was_withdrawn_may_stand_for_another_text(tier: Callable[[], SharedTier]) -> None:
    publisher, process = TrustedDocuments(tier()), TrustedDocuments(tier())
    await publisher.publish({"start": FACTS})
    assert await process.find("start") == FACTS
    await publisher.withdraw(["start"])
    await publisher.publish({"start": OTHER})
    assert await process.refresh()
    assert await process.find("start") == OTHER


async def test_what_cannot_be_withdrawn_is_named_and_nothing_is(
    tier: Callable[[], SharedTier], valkey: PrivateValkey
) -> None:
    documents = TrustedDocuments(tier())
    documents.trust({"file": OTHER})
    await documents.publish({"start": FACTS})
    with pytest.raises(DocumentError, match=r"has the id 'file'\. One of a file of GRAHAQL_PERSISTED_FILES"):
        await documents.withdraw(["start", "file"])
    assert await TrustedDocuments(tier()).find("start") == FACTS
    valkey.kill()
    with pytest.raises(DocumentError, match="does not answer"):
        await documents.withdraw(["start"])


async def test_a_server_that_is_silent_or_lost_everything_withdraws_nothing(
    tier: Callable[[], SharedTier], valkey: PrivateValkey
) -> None:
    documents = TrustedDocuments(tier())
    await documents.publish({"start": FACTS, "next": OTHER})
    await documents.withdraw(["next"])
    assert not await documents.refresh()
    valkey.kill()
    assert not await documents.refresh()
    valkey.start()
    assert not await documents.refresh()
    assert documents.held("start") == FACTS


async def test_what_is_being_asked_for_while_it_is_withdrawn_is_not_held_after_it(
    tier: Callable[[], SharedTier],
) -> None:
    way, may_answer = tier(), asyncio.Event()
    read = way.read_fields

    async def slowly(name: str, fields: Any) -> Any:
        found = await read(name, fields)
        await may_answer.wait()
        return found

    publisher, process = TrustedDocuments(tier()), TrustedDocuments(way)
    await publisher.publish({"start": FACTS})
    way.read_fields = slowly  # type: ignore[method-assign]
    asking = asyncio.create_task(process.find("start"))
    await asyncio.sleep(0.05)
    await publisher.withdraw(["start"])
    way.read_fields = read  # type: ignore[method-assign]
    await process.refresh()
    may_answer.set()
    assert await asking == FACTS
    assert process.held("start") is None


def test_an_answer_that_was_begun_before_a_withdrawal_is_not_kept_after_it() -> None:
    kept, asked = KeptAnswers(), Asked("GET", "/graphql/start", b"", b"", b"", b"")
    answer = Answer(200, [], b"{}", b'"etag"')
    began = kept.forgotten
    kept.put(asked, answer, began)
    assert kept.get(asked) is not None
    kept.forget()
    kept.put(asked, answer, began)
    assert kept.get(asked) is None


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    variables = environment(folder / "home")
    return subprocess.run([COMMAND, *words], env=variables, capture_output=True, text=True, timeout=60, check=False)


def statuses(address: str, count: int = 24) -> set[int]:
    """Of requests by connections of their own, which all processes of the service take."""
    own = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(limits=own) as web, ThreadPoolExecutor(8) as threads:
        return set(threads.map(lambda _: web.get(address).status_code, range(count)))


def test_both_processes_of_a_service_answer_a_published_document_until_it_is_withdrawn(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"start": FACTS}))
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps({"kept": OTHER}))
    more = {"GRAHAQL_API_PROCESSES": "2", "GRAHAQL_PERSISTED_FILES": str(kept), "GRAHAQL_KNOWN_DOCUMENTS_ONLY": "true"}
    with serving(tmp_path, **more) as service:
        start = f"{service.address}/graphql/start"
        assert statuses(start) == {404}
        assert command(tmp_path, "persist", str(manifest)).returncode == 0
        assert statuses(start) == {200}
        of_a_file = command(tmp_path, "withdraw", "kept")
        assert (of_a_file.returncode, "GRAHAQL_PERSISTED_FILES" in of_a_file.stderr) == (1, True)
        done = command(tmp_path, "withdraw", "start")
        assert (done.returncode, done.stdout.partition(";")[0]) == (0, "1 document is withdrawn")
        time.sleep(WATCH_SECONDS + 0.5)
        assert statuses(start) == {404}
        text = httpx.post(f"{service.address}/graphql", json={"query": FACTS})
        assert (text.status_code, code(text)) == (403, "PERSISTED_QUERY_REQUIRED")
        assert statuses(f"{service.address}/graphql/kept") == {200}


# ── refused by events ──


def event_of(answer: httpx.Response) -> dict[str, Any]:
    """What the only event before the end says."""
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    said, ended = [part for part in answer.text.split("\n\n") if part.startswith("event")]
    assert ended.startswith("event: complete")
    found: dict[str, Any] = json.loads(said.removeprefix("event: next\ndata: "))
    return found


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        ({"documentId": "nothing"}, "PERSISTED_QUERY_NOT_FOUND"),
        (by_hash(FACTS), "PERSISTED_QUERY_NOT_FOUND"),
        ({"query": FACTS}, "PERSISTED_QUERY_REQUIRED"),
        (by_hash(FACTS, query=FACTS), "PERSISTED_QUERY_NOT_SUPPORTED"),
        (by_hash(OTHER, query=FACTS), "BAD_REQUEST"),
    ],
)
async def test_who_accepts_events_alone_is_told_of_a_refused_document_by_one(
    sent: dict[str, Any], refusal: str
) -> None:
    async with client_of(application(AppSettings(known_documents_only=True))) as web:
        (error,) = event_of(await web.post("/graphql", json=sent, headers=EVENTS))["errors"]
        assert error["extensions"]["code"] == refusal
        plain = await web.post("/graphql", json=sent, headers={"accept": "text/event-stream, application/json"})
        assert plain.headers["content-type"].startswith("application/json")
        assert code_of(plain) == refusal


def code_of(answer: httpx.Response) -> str:
    found: str = answer.json()["errors"][0]["extensions"]["code"]
    return found


@pytest.mark.parametrize(
    ("content", "media", "status"),
    [(b"[", "application/json", 400), (b"{}", "text/plain", 415), (b"{}", "application/json", 422)],
)
async def test_a_body_that_is_no_request_keeps_its_status_whatever_is_accepted(
    content: bytes, media: str, status: int
) -> None:
    async with client_of(application(AppSettings())) as web:
        answer = await web.post("/graphql", content=content, headers=EVENTS | {"content-type": media})
        assert (answer.status_code, code(answer)) == (status, "BAD_REQUEST")


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clients")
    reason = install(folder)
    if reason:
        pytest.skip(reason)
    shutil.copy(ROOT / "tests" / "integration" / "document_clients.mjs", folder)
    return folder


def ask(clients: Path, mode: str, address: str, document_id: str) -> dict[str, Any]:
    words = ["node", "document_clients.mjs", mode, f"{address}/graphql", document_id]
    done = subprocess.run(words, cwd=clients, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_graphql_sse_is_told_at_once_that_a_document_is_unknown(clients: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"start": FACTS}))
    with serving(tmp_path, GRAHAQL_PERSISTED_FILES=str(manifest)) as service:
        for mode, requests in (("distinct", 1), ("single", 3)):  # one that reserves, one that opens, one that asks
            known = ask(clients, mode, service.address, "start")
            assert (known["results"], known["asked"]) == ([FIRST_DATE], requests)
        distinct = ask(clients, "distinct", service.address, "nothing")
        assert distinct["asked"] == 1
        (result,) = distinct["results"]
        assert result["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
        single = ask(clients, "single", service.address, "nothing")
        assert (single["status"], single["results"]) == (
            404,
            [],
        )  # as its protocol says; it aborts before the body is read
