"""Births uploaded and results downloaded over HTTP, beside records on a real server and parts in a real folder."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import os
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import orjson
import pyarrow.parquet
import pytest
import zstandard

from graph.app import AppSettings, create_app
from graph.bulk import BulkDoor
from graph.clients import ClientSettings
from graph.endpoint import EndpointSettings
from jobs import calls
from jobs.births import SLICE_ROWS, get_births
from jobs.broker import Waker, make_broker
from jobs.calls import Brief
from jobs.chunks import Chunks
from jobs.folder_store import FolderStore
from jobs.hands import Hands
from jobs.ids import Ids
from jobs.operations import Operations
from jobs.reconciler import Reconciler
from jobs.refusals import NotFoundError
from jobs.submitting import Request, Upload
from jobs.uploads.receive import UploadLimits
from jobs.uploads.shelf import WAITING_MAX
from jobs.work import Workbench
from runtime.clients import events_client, operations_client, wakes_client
from tests.bulk import Bench, Echo, births, expected, server
from tests.redises import PrivateValkey
from tests.served import engine

CLIENT = "address 127.0.0.1"
LIMITS = UploadLimits(rows=150_000, bytes=20_000_000)
BIRTH = {"ref": "a", "date": "1990-03-15", "time": "10:30", "latitude": 19.076, "longitude": 72.878}
LINE = orjson.dumps(BIRTH) + b"\n"
JSONL = {"content-type": "application/jsonl"}
CSV_TEXT = b"birth_date,birth_time,latitude,longitude,timezone_offset\n1990-03-15,10:30,19.076,72.878,5.5\n"
KEYED = ClientSettings(api_keys=("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",))
"""The digest of the key `test`."""


class Site:
    """The application over operations, and a worker in this process that works when it is told to."""

    def __init__(self, valkey: PrivateValkey, folder: Path, clients: ClientSettings) -> None:
        self.valkey = valkey
        self.store = FolderStore(folder)
        self.bench = Bench(valkey.url)
        self.waker = Waker(make_broker(None, wakes_client(valkey.url)))
        redis = operations_client(valkey.url), events_client(valkey.url)
        self.operations = Operations(*redis, self.store, self.waker, Ids(bytes(32)), upload_limits=LIMITS)
        self.door = BulkDoor(lambda: self.operations)
        workbench = Workbench(self.bench.ledger, lambda _selection, _settings: Echo())
        self.chunks = Chunks(self.bench.ledger, self.store, workbench, self.bench.tuning)
        self.app = create_app(
            engine(), AppSettings(endpoint=EndpointSettings(clients=clients), cors_origins=("*",)), bulk=self.door
        )
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://grahaql.test")
        self.http.headers["accept-encoding"] = "identity"

    async def upload(self, body: bytes, headers: dict[str, str] = JSONL, **parameters: str) -> httpx.Response:
        return await self.http.post("/bulk/births", content=body, headers=headers, params=parameters)

    async def submit(self, count: int, client: str = CLIENT) -> str:
        request = Request(client=client, births=births(count), brief=Brief(b"s", b""))
        return (await self.operations.submit(request)).operation.id

    async def finished(self, count: int) -> str:
        id = await self.submit(count)
        await asyncio.to_thread(self.work)
        return id

    def work(self, chunks: int = 1_000_000) -> None:
        for _ in range(chunks):
            taken = self.bench.ledger.do(calls.take("", self.bench.tuning))
            if taken is None:
                return
            self.chunks.run(taken)

    async def results(self, id: str, format: str = "jsonl", **headers: str) -> httpx.Response:
        return await self.http.get(f"/bulk/{id}/results.{format}", headers=headers)

    def look(self) -> None:
        """What a reconciler does once."""
        Reconciler("w", self.bench.ledger, self.store, self.waker, Hands(), self.bench.tuning).look()


@pytest.fixture
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateValkey]:
    with server("valkey", tmp_path_factory.mktemp("v"), "--appendonly", "yes") as found:
        yield found


@pytest.fixture
async def site(valkey: PrivateValkey, tmp_path: Path) -> AsyncIterator[Site]:
    async for found in _opened(valkey, tmp_path / "bulk", ClientSettings()):
        yield found


@pytest.fixture
async def keyed(valkey: PrivateValkey, tmp_path: Path) -> AsyncIterator[Site]:
    async for found in _opened(valkey, tmp_path / "bulk", KEYED):
        yield found


async def _opened(valkey: PrivateValkey, folder: Path, clients: ClientSettings) -> AsyncIterator[Site]:
    site = Site(valkey, folder, clients)
    async with site.door.opened(), site.http:
        yield site
    site.bench.close()


def told(answer: httpx.Response) -> dict[str, Any]:
    """The error of an answer."""
    (error,) = answer.json()["errors"]
    return {"message": error["message"], **error["extensions"]}


def whole(count: int) -> bytes:
    """What `Echo` makes of so many births, as JSON lines."""
    return b"".join(line.body + b"\n" for line in expected(count))


# ── uploads ──


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (LINE * 3, JSONL),
        (gzip.compress(LINE * 3), {**JSONL, "content-encoding": "gzip"}),
        (zstandard.compress(LINE * 3), {**JSONL, "content-encoding": "zstd"}),
        (CSV_TEXT, {"content-type": "text/csv; charset=utf-8"}),
    ],
    ids=["plain", "gzip", "zstd", "csv"],
)
async def test_an_upload_is_kept_and_told_by_its_id(site: Site, body: bytes, headers: dict[str, str]) -> None:
    answer = await site.upload(body, headers)
    assert answer.status_code == 201
    found = answer.json()
    assert sorted(found) == ["births", "digest", "expiresAt", "uploadId"]
    upload = await site.operations.uploads.find(found["uploadId"], CLIENT)
    assert upload == Upload(found["uploadId"], found["births"], found["digest"])
    assert len(get_births(site.store, upload.id, 0, 10)) == upload.total


async def test_the_same_births_have_the_same_digest_in_every_coding(site: Site) -> None:
    plain = await site.upload(LINE * 3)
    coded = await site.upload(gzip.compress(LINE * 3), {**JSONL, "content-encoding": "gzip"})
    other = await site.upload(LINE * 4)
    assert plain.json()["digest"] == coded.json()["digest"] != other.json()["digest"]


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (LINE, {"content-type": "text/plain"}, 415, "FORMAT_UNSUPPORTED"),
        (LINE, {**JSONL, "content-encoding": "compress"}, 415, "CODING_UNSUPPORTED"),
        (LINE, {"content-type": "text/csv; charset=latin-1"}, 415, "WRONG_ENCODING"),
        (gzip.compress(LINE * 99)[:-9], {**JSONL, "content-encoding": "gzip"}, 400, "TRUNCATED"),
        (b"no gzip at all", {**JSONL, "content-encoding": "gzip"}, 400, "CODING_DAMAGED"),
        (b"", JSONL, 422, "LIST_EMPTY"),
        (LINE + b"{]\n", JSONL, 422, "UPLOAD_REFUSED"),
        (b"date,hour\n", {"content-type": "text/csv"}, 422, "COLUMN_UNKNOWN"),
        (gzip.compress((b" " * 99 + b"\n") * 200_001), {**JSONL, "content-encoding": "gzip"}, 413, "UPLOAD_TOO_LARGE"),
        (b"x" * 20_000_001, JSONL, 413, "UPLOAD_TOO_LARGE"),
        (gzip.compress(LINE * 150_001), {**JSONL, "content-encoding": "gzip"}, 413, "LIST_TOO_LONG"),
    ],
    ids=lambda value: str(value) if isinstance(value, int | str) else "",
)
async def test_what_is_wrong_with_an_upload_has_a_status_and_a_code(
    site: Site, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await site.upload(body, headers)
    error = told(answer)
    assert (answer.status_code, error["code"]) == (status, code)
    assert error["remedy"]
    assert site.store.kept() == []


async def test_broken_lines_in_a_long_upload_are_told_by_their_numbers(site: Site) -> None:
    lines = [LINE] * 100_000
    for place in range(50_000, 50_150):
        lines[place] = b'{"date": "1990-02-30", "time": "10:30", "latitude": 1, "longitude": 2}\n'
    error = told(await site.upload(b"".join(lines)))
    assert (error["total"], len(error["problems"])) == (150, 100)
    assert error["problems"][0]["line"] == 50_001
    assert error["problems"][0]["code"] == "DATE_INVALID"
    assert site.store.kept() == []


async def test_broken_lines_are_let_through_on_request(site: Site) -> None:
    found = (await site.upload(LINE + b"{]\n", onError="skip")).json()
    assert (found["births"], found["failed"], found["problems"][0]["line"]) == (2, 1, 2)
    wrong = await site.upload(LINE, onError="ignore")
    assert (wrong.status_code, told(wrong)["code"]) == (400, "PARAMETER_INVALID")


async def test_a_client_that_goes_away_in_the_middle_leaves_nothing(site: Site) -> None:
    messages = [{"type": "http.request", "body": LINE * (3 * SLICE_ROWS), "more_body": True}]
    seen: list[int] = []

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        seen.append(len(site.store.kept()))
        return {"type": "http.disconnect"}

    assert await _sent(site, "POST", "/bulk/births", [(b"content-type", b"application/jsonl")], receive) == []
    assert seen == [1]
    assert site.store.kept() == []


async def test_an_upload_becomes_an_operation_and_may_become_another(site: Site) -> None:
    found = (await site.upload(LINE * 5)).json()
    upload = await site.operations.uploads.find(found["uploadId"], CLIENT)
    request = Request(client=CLIENT, births=upload, brief=Brief(b"s", b""))
    first, second = [(await site.operations.submit(request)).operation.id for _ in range(2)]
    await site.operations.delete(first)
    await asyncio.to_thread(site.look)
    assert len(get_births(site.store, upload.id, 0, 10)) == 5
    await site.operations.delete(second)
    assert site.store.kept() == []
    with pytest.raises(NotFoundError):
        await site.operations.uploads.find(upload.id, CLIENT)


async def test_an_upload_is_its_clients_alone(site: Site) -> None:
    id = (await site.upload(LINE)).json()["uploadId"]
    for asked, client in ((id, "address 192.0.2.7"), (id[:-1] + "A", CLIENT), ("../etc", CLIENT), (id[2:], CLIENT)):
        with pytest.raises(NotFoundError):
            await site.operations.uploads.find(asked, client)


async def test_uploads_that_nobody_submits_are_bounded_and_swept(site: Site) -> None:
    for _ in range(WAITING_MAX):
        id = (await site.upload(LINE)).json()["uploadId"]
    answer = await site.upload(LINE)
    assert (answer.status_code, told(answer)["code"]) == (429, "BULK_LIMIT")
    assert int(answer.headers["retry-after"]) > 0
    upload = await site.operations.uploads.find(id, CLIENT)
    await site.operations.submit(Request(client=CLIENT, births=upload, brief=Brief(b"s", b"")))
    assert (await site.upload(LINE)).status_code == 201
    _age(site)
    await asyncio.to_thread(site.look)
    assert upload.id in {kept.operation for kept in site.store.kept()}
    assert len(site.store.kept()) == 1


def _age(site: Site) -> None:
    """Make all that is kept two days old."""
    for path in site.store._folder.rglob("*"):
        os.utime(path, (time.time() - 172_800,) * 2)


async def test_without_the_jobs_server_an_upload_is_told_to_come_back(site: Site) -> None:
    site.valkey.kill()
    answer = await site.upload(LINE)
    assert (answer.status_code, told(answer)["code"]) == (503, "BULK_UNAVAILABLE")
    assert answer.headers["retry-after"] == "5"


async def test_other_methods_and_unknown_formats_are_refused(site: Site) -> None:
    assert (await site.http.get("/bulk/births")).status_code == 405
    assert (await site.http.delete("/bulk/a/results.csv")).status_code == 405
    assert (await site.http.get("/bulk/a/results.xlsx")).status_code == 404


async def test_with_keys_uploads_and_downloads_need_one(keyed: Site) -> None:
    for answer in (await keyed.upload(LINE), await keyed.results("a" * 36)):
        assert (answer.status_code, told(answer)["code"]) == (401, "UNAUTHENTICATED")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert (await keyed.upload(LINE, {**JSONL, "authorization": "Bearer test"})).status_code == 201


# ── downloads ──


async def test_results_are_downloaded_in_every_format(site: Site) -> None:
    id = await site.finished(25)
    lines = await site.results(id)
    assert (lines.status_code, lines.content) == (200, whole(25))
    assert lines.headers["content-type"] == "application/jsonl"
    rows = list(csv.DictReader(io.StringIO((await site.results(id, "csv")).text, newline="")))
    table = pyarrow.parquet.read_table(io.BytesIO((await site.results(id, "parquet")).content))
    assert [row["ref"] for row in rows] == [row["ref"] or "" for row in table.to_pylist()]
    assert len(rows) == 25
    assert [row["index"] for row in rows if row["problem.code"]] == ["3", "13", "23"]


@pytest.mark.parametrize(("coding", "format"), [("gzip", "jsonl"), ("zstd", "csv")])
async def test_a_coded_download_is_another_representation(site: Site, coding: str, format: str) -> None:
    id = await site.finished(25)
    plain, coded = await site.results(id, format), await site.results(id, format, **{"accept-encoding": coding})
    assert coded.headers["content-encoding"] == coding
    assert coded.content == plain.content
    assert coded.headers["etag"] == f'{plain.headers["etag"][:-1]}-{coding}"'
    parquet = await site.results(id, "parquet", **{"accept-encoding": coding})
    assert "content-encoding" not in parquet.headers


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
async def test_a_broken_download_is_resumed_at_any_byte(site: Site, format: str) -> None:
    id = await site.finished(40)
    full = await site.results(id, format)
    etag, data = full.headers["etag"], full.content
    part = await site.results(id, format, range="bytes=100-", **{"if-range": etag})
    assert (part.status_code, part.content) == (206, data[100:])
    assert part.headers["content-range"] == f"bytes 100-{len(data) - 1}/{len(data)}"
    assert (await site.results(id, format, range="bytes=-7")).content == data[-7:]
    other = await site.results(id, format, range="bytes=100-", **{"if-range": '"of another time"'})
    assert (other.status_code, other.content) == (200, data)
    behind = await site.results(id, format, range=f"bytes={len(data)}-")
    assert (behind.status_code, behind.headers["content-range"]) == (416, f"bytes */{len(data)}")
    head = await site.http.head(f"/bulk/{id}/results.{format}")
    assert (head.content, head.headers["content-length"], head.headers["etag"]) == (b"", str(len(data)), etag)


async def test_who_has_the_file_is_told_so(site: Site) -> None:
    id = await site.finished(10)
    full = await site.results(id)
    again = await site.results(id, **{"if-none-match": full.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", full.headers["etag"])
    assert full.headers["cache-control"] == "private, no-cache"


async def test_while_it_runs_a_download_ends_at_the_first_gap_and_says_where_to_go_on(site: Site) -> None:
    id, got, cursor = await site.submit(400), b"", ""
    for _ in range(100):
        await asyncio.to_thread(site.work, 1)
        answer = await site.http.get(f"/bulk/{id}/results.jsonl", params={"after": cursor})
        got += answer.content
        assert got == whole(400)[: len(got)]
        if "x-next-cursor" not in answer.headers:
            break
        cursor = answer.headers["x-next-cursor"]
        assert "etag" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        assert answer.links["next"]["url"].endswith(f"after={cursor}")
    assert got == whole(400)


async def test_failed_and_succeeded_lines_are_downloaded_apart(site: Site) -> None:
    id = await site.finished(30)
    failed = await site.http.get(f"/bulk/{id}/results.jsonl?only=failed")
    succeeded = await site.http.get(f"/bulk/{id}/results.jsonl?only=succeeded")
    assert failed.content == b"".join(line.body + b"\n" for line in expected(30) if line.code)
    assert succeeded.content == b"".join(line.body + b"\n" for line in expected(30) if not line.code)
    wrong = await site.http.get(f"/bulk/{id}/results.jsonl?only=some")
    assert (wrong.status_code, told(wrong)["code"]) == (400, "PARAMETER_INVALID")


async def test_an_operation_of_another_client_is_not_there(site: Site) -> None:
    id = await site.submit(10, client="address 192.0.2.7")
    for asked in (id, "a" * 36, "nonsense"):
        answer = await site.results(asked)
        assert (answer.status_code, told(answer)["code"]) == (404, "NOT_FOUND")


async def test_a_cursor_of_another_operation_is_refused(site: Site) -> None:
    first, second = await site.submit(100), await site.submit(100)
    cursor = (await site.results(first)).headers["x-next-cursor"]
    answer = await site.http.get(f"/bulk/{second}/results.jsonl", params={"after": cursor})
    assert (answer.status_code, told(answer)["code"]) == (400, "CURSOR_INVALID")


async def test_a_lost_operation_says_so(site: Site) -> None:
    id = await site.submit(10)
    site.bench.client.flushall()
    answer = await site.results(id)
    assert (answer.status_code, told(answer)["code"]) == (410, "LOST")


async def test_a_part_that_cannot_be_trusted_cuts_the_download_off(site: Site) -> None:
    id = await site.finished(400)
    *_, last = await site.operations.stored(await site.operations.find(id))
    kept = site.store.get(id, last.chunk.name)
    site.store.put(id, last.chunk.name, kept[:-3] + b"xxx")
    sent = await _sent(site, "GET", f"/bulk/{id}/results.jsonl")
    assert sent[0]["status"] == 200
    assert sent[-1]["more_body"] is True


async def test_parts_that_are_gone_are_no_file_without_them(site: Site) -> None:
    id = await site.finished(400)
    site.store.delete(id)
    answer = await site.results(id)
    assert (answer.status_code, told(answer)["code"]) == (503, "PART_MISSING")


async def test_pages_of_other_sites_may_read_the_headers(site: Site) -> None:
    answer = await site.results(await site.finished(5), origin="https://example.org")
    exposed = answer.headers["access-control-expose-headers"]
    assert "ETag" in exposed
    assert "X-Next-Cursor" in exposed


async def test_a_slow_reader_is_sent_nothing_that_it_does_not_take(site: Site) -> None:
    id, released, sent = await site.finished(3000), asyncio.Event(), []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        if len(sent) > 1:
            await released.wait()

    asked = asyncio.create_task(_ask(site, "GET", f"/bulk/{id}/results.jsonl", send))
    await asyncio.sleep(0.5)
    assert len(sent) == 2
    released.set()
    await asked
    assert b"".join(message.get("body", b"") for message in sent) == whole(3000)


async def _sent(site: Site, method: str, path: str, *asked: Any) -> list[dict[str, Any]]:
    """The messages that the application sent. Args: asked: headers, and what the client sends."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await _ask(site, method, path, send, *asked)
    return sent


async def _silent() -> dict[str, Any]:
    await asyncio.Event().wait()
    raise AssertionError


async def _ask(
    site: Site, method: str, path: str, send: Any, headers: Sequence[tuple[bytes, bytes]] = (), receive: Any = _silent
) -> None:
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"",
        "headers": [*headers], "client": ("127.0.0.1", 1), "server": ("grahaql.test", 80), "scheme": "http",
    }  # fmt: skip
    await site.app(scope, receive, send)
