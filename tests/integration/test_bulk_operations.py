"""Bulk operations as an API process asks for them, over a real server and a real folder."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jobs import calls
from jobs.births import put_births
from jobs.broker import Waker, make_broker
from jobs.calls import Brief
from jobs.chunks import Chunks
from jobs.errors import StoreError
from jobs.exports.export import Export
from jobs.exports.forms import Format
from jobs.folder_store import FolderStore
from jobs.health import EMPTIED, EVICTS, NO_WORKERS, NOT_DURABLE
from jobs.ids import Ids
from jobs.isolation import lines_of
from jobs.lines import pack
from jobs.operations import Operations
from jobs.pages import Kind
from jobs.progress import Progress
from jobs.refusals import (
    ConflictError,
    CursorError,
    InputError,
    LimitError,
    NotFoundError,
    RecordsDownError,
    StateError,
)
from jobs.states import State
from jobs.submitting import Request, Upload, submission
from jobs.tuning import Limits, Tuning
from jobs.work import Workbench
from runtime.clients import events_client, operations_client, wakes_client
from tests.bulk import Bench, Echo, births, expected, server
from tests.redises import PrivateValkey

IDS = Ids(bytes(32))
PATIENCE_SECONDS = 20.0


class Face:
    """Operations, and a worker in this process that works when it is told to."""

    def __init__(self, valkey: PrivateValkey, folder: Path, limits: Limits | None = None) -> None:
        self.valkey = valkey
        self.store = FolderStore(folder)
        self.bench = Bench(valkey.url)
        waker = Waker(make_broker(None, wakes_client(valkey.url)))
        clients = operations_client(valkey.url), events_client(valkey.url)
        self.operations = Operations(*clients, self.store, waker, IDS, limits=limits)
        workbench = Workbench(self.bench.ledger, lambda _selection, _settings: Echo())
        self._chunks = Chunks(self.bench.ledger, self.store, workbench, self.bench.tuning)

    async def submit(self, count: int, **asked: Any) -> str:
        request = Request(client=asked.pop("client", "c"), births=births(count), brief=Brief(b"s", b""), **asked)
        return (await self.operations.submit(request)).operation.id

    def work(self, chunks: int = 1_000_000) -> None:
        """Work at so many chunks, or at all there are."""
        for _ in range(chunks):
            taken = self.bench.ledger.do(calls.take("", self.bench.tuning))
            if taken is None:
                return
            self._chunks.run(taken)

    async def close(self) -> None:
        await self.operations.close()
        self.bench.close()


@pytest.fixture
async def face(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> AsyncIterator[Face]:
    with server("valkey", tmp_path_factory.mktemp("v"), "--appendonly", "yes") as valkey:
        face = Face(valkey, tmp_path / "bulk")
        yield face
        await face.close()


async def told(face: Face, id: str, after: str | None = None) -> list[Progress]:
    """All events of a subscription."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return [event async for event in face.operations.progress(id, after)]


# ── submitting and finding ──


async def test_what_was_submitted_is_found_and_waits(face: Face) -> None:
    id = await face.submit(100)
    found = await face.operations.find(id)
    assert (found.state, found.total, found.done) == (State.QUEUED, 100, 0)
    assert found.expires - found.created == pytest.approx(168 * 3600_000, abs=2_000)
    assert (id[:2], len(id)) == ("b_", 38)
    assert (await face.operations.brief(id)).selection == b"s"


async def test_the_same_key_gives_the_same_operation_and_keeps_no_births_twice(face: Face) -> None:
    request = Request(client="c", births=births(10), brief=Brief(b"s", b""), idempotency_key="k")
    first, second = await face.operations.submit(request), await face.operations.submit(request)
    assert (first.reused, second.reused) == (False, True)
    assert second.operation.id == first.operation.id
    assert len(face.store.kept()) == 1
    other = msgspec.structs.replace(request, births=births(11))
    with pytest.raises(ConflictError) as raised:
        await face.operations.submit(other)
    assert raised.value.older == first.operation.id


async def test_ten_submissions_of_one_key_at_once_are_one_operation(face: Face) -> None:
    request = Request(client="c", births=births(10), brief=Brief(b"s", b""), idempotency_key="k")
    answers = await asyncio.gather(*[face.operations.submit(request) for _ in range(10)])
    assert len({answer.operation.id for answer in answers}) == 1
    face.work()
    assert (await face.operations.find(answers[0].operation.id)).done == 10


async def test_a_submission_that_was_cut_off_is_taken_up_by_the_next_of_its_key(face: Face) -> None:
    request = Request(client="c", births=births(10), brief=Brief(b"s", b""), idempotency_key="k")
    asked = submission(request, IDS, int(time.time()))
    face.bench.ledger.do(calls.create(asked, Limits(), Tuning()))
    submitted = await face.operations.submit(request)
    assert (submitted.operation.id, submitted.operation.state) == (asked.id, State.QUEUED)
    face.work()
    assert (await face.operations.find(asked.id)).state is State.COMPLETED


async def test_no_births_are_refused(face: Face) -> None:
    with pytest.raises(InputError):
        await face.submit(0)


async def test_births_that_cannot_be_kept_leave_no_operation(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreError("There is no room.", "Make some.")

    monkeypatch.setattr(face.store, "put", full)
    with pytest.raises(StoreError):
        await face.submit(10)
    assert (await face.operations.of_client("c", 10)).records == ()


async def test_too_much_at_once_is_refused_with_a_time(face: Face, tmp_path: Path) -> None:
    strict = Face(face.valkey, tmp_path / "bulk", Limits(client_operations=1))
    await strict.submit(10)
    with pytest.raises(LimitError) as raised:
        await strict.submit(10)
    assert raised.value.retry_after >= 1
    await strict.submit(10, client="another")
    await strict.close()


@pytest.mark.parametrize("id", ["", "x", "A" * 36, "é" * 36, "A" * 10_000, "../../etc/passwd", "\ud800" * 36])
async def test_an_id_that_is_none_of_ours_is_not_found(face: Face, id: str) -> None:
    with pytest.raises(NotFoundError):
        await face.operations.find(id)


async def test_another_clients_operation_is_as_if_there_were_none(face: Face) -> None:
    id = await face.submit(10, client="one")
    assert (await face.operations.find(id, "one")).id == id
    for ask in (face.operations.find, face.operations.cancel, face.operations.retry_failed, face.operations.delete):
        with pytest.raises(NotFoundError):
            await ask(id, "another")


async def test_no_name_in_redis_tells_a_birth_or_a_client(face: Face) -> None:
    await face.submit(10, client="192.0.2.7", idempotency_key="order-4711")
    face.work()
    names = b" ".join(face.bench.client.scan_iter())
    assert not [text for text in (b"1990", b"192.0.2.7", b"4711", b"19.07") if text in names]


async def test_operations_are_paged_newest_first_and_filtered(face: Face) -> None:
    ids = [await face.submit(10) for _ in range(5)]
    await face.operations.cancel(ids[2])
    first = await face.operations.of_client("c", 2)
    assert ([found.id for found in first.records], first.has_next) == ([ids[4], ids[3]], True)
    rest = await face.operations.of_client("c", 9, first.cursors[-1])
    assert ([found.id for found in rest.records], rest.has_next) == ([ids[2], ids[1], ids[0]], False)
    stopped = await face.operations.of_client("c", 9, states=[State.CANCELLED])
    assert [found.id for found in stopped.records] == [ids[2]]
    with pytest.raises(CursorError):
        await face.operations.of_client("another", 9, first.cursors[-1])


async def test_births_that_were_uploaded_before_are_worked_at_and_removed_with_the_operation(face: Face) -> None:
    put_births(face.store, "upload-12345678", births(120))
    request = Request(client="c", births=Upload("upload-12345678", 120, "digest"), brief=Brief(b"s", b""))
    id = (await face.operations.submit(request)).operation.id
    face.work()
    found = await face.operations.find(id)
    assert list((await face.operations.results(found, 500)).lines) == expected(120)
    assert set(face.bench.ledger.known([id, "upload-12345678", "another-upload"])) == {id, "upload-12345678"}
    await face.operations.delete(id)
    assert face.store.kept() == []


# ── results ──


async def test_a_download_has_only_chunks_that_were_counted(face: Face) -> None:
    id = await face.submit(200)
    face.store.put(id, "out/0-120", pack(expected(120)))  # of a worker that was killed before it could say so
    face.work()
    found = await face.operations.find(id)
    counted = [stored.chunk for stored in await face.operations.stored(found)]
    export = Export(face.store, id, Format.JSONL, total=200, version=found.version, counted=counted)
    assert b"".join(export.pieces()).splitlines() == [line.body for line in expected(200)]


async def test_lines_are_paged_in_input_order_while_they_come(face: Face) -> None:
    id = await face.submit(200)
    face.work(2)
    found = await face.operations.find(id)
    page = await face.operations.results(found, 500)
    assert 0 < len(page.lines) == found.readable < 200
    assert (list(page.lines), page.has_next) == (expected(200)[: found.readable], True)
    face.work()
    found = await face.operations.find(id)
    rest = await face.operations.results(found, 500, page.cursors[-1])
    assert ([*page.lines, *rest.lines], rest.has_next) == (expected(200), False)


@pytest.mark.parametrize("size", [1, 7, 50])
async def test_pages_of_any_size_hold_every_line_once(face: Face, size: int) -> None:
    found = await face.operations.find(await face.submit(120))
    face.work()
    found, lines, after = await face.operations.find(found.id), [], None
    while True:
        page = await face.operations.results(found, size, after)
        lines += page.lines
        if not page.has_next:
            break
        after = page.cursors[-1]
    assert lines == expected(120)


async def test_lines_are_filtered_by_kind_and_counted(face: Face) -> None:
    id = await face.submit(200)
    face.work()
    found = await face.operations.find(id)
    failed = await face.operations.results(found, 500, only=Kind.FAILED)
    succeeded = await face.operations.results(found, 500, only=Kind.SUCCEEDED)
    assert [line.index for line in failed.lines] == list(range(3, 200, 10))
    assert (failed.total, succeeded.total, len(succeeded.lines)) == (20, 180, 180)
    few = await face.operations.results(found, 5, only=Kind.FAILED)
    assert ([line.index for line in few.lines], few.has_next) == ([3, 13, 23, 33, 43], True)


async def test_a_cursor_of_another_operation_is_refused(face: Face) -> None:
    one, other = await face.submit(10), await face.submit(10)
    face.work()
    page = await face.operations.results(await face.operations.find(one), 5)
    for cursor in (page.cursors[0], "r.1.x", "", "é", "\ud800"):
        with pytest.raises(CursorError):
            await face.operations.results(await face.operations.find(other), 5, cursor)


# ── changing ──


async def test_a_cancelled_operation_keeps_its_lines(face: Face) -> None:
    id = await face.submit(200)
    face.work(1)
    found = await face.operations.cancel(id)
    assert found.state is State.CANCELLED
    page = await face.operations.results(found, 500)
    assert (list(page.lines), page.has_next) == (expected(200)[: found.done], False)
    assert (await face.operations.cancel(id)).version == found.version


async def test_only_failed_births_of_a_completed_operation_run_again(face: Face) -> None:
    id = await face.submit(100)
    with pytest.raises(StateError):
        await face.operations.retry_failed(id)
    face.work()
    assert (await face.operations.retry_failed(id)).done == 90
    face.work()
    found = await face.operations.find(id)
    assert (found.state, found.done, found.failed) == (State.COMPLETED, 100, 10)


async def test_a_removed_operation_is_gone_everywhere_at_once(face: Face) -> None:
    id = await face.submit(100)
    face.work(1)
    await face.operations.delete(id)
    assert face.store.kept() == []
    with pytest.raises(NotFoundError):
        await face.operations.find(id)
    assert (await face.operations.of_client("c", 10)).records == ()


# ── progress ──


async def test_a_subscriber_sees_a_snapshot_then_changes_and_the_end_once(face: Face) -> None:
    id = await face.submit(300)
    following = asyncio.create_task(told(face, id))
    await asyncio.sleep(0.3)
    face.work(2)
    await asyncio.sleep(0.4)
    await asyncio.to_thread(face.work)
    events = await following
    versions = [event.operation.version for event in events]
    assert versions == sorted(set(versions))
    assert events[0].operation.state is State.QUEUED
    assert [event.operation.state.finished for event in events] == [False] * (len(events) - 1) + [True]
    assert sum(event.new_lines for event in events) == 300
    assert not any(event.gap for event in events)


async def test_a_finished_operation_is_told_once_and_ends(face: Face) -> None:
    id = await face.submit(10)
    face.work()
    (event,) = await told(face, id)
    assert (event.operation.state, event.new_lines) == (State.COMPLETED, 10)


async def test_many_changes_are_few_events(face: Face) -> None:
    id = await face.submit(20_000)
    following, began = asyncio.create_task(told(face, id)), time.monotonic()
    await asyncio.to_thread(face.work)
    events = await following
    changes = len(face.bench.events(id))
    assert len(events) <= 2 + 4 * (time.monotonic() - began) < changes


async def test_who_resumes_with_a_cursor_is_told_what_is_new_and_of_no_gap(face: Face) -> None:
    id = await face.submit(300)
    face.work(2)
    following = face.operations.progress(id)
    first = await anext(following)
    await following.aclose()
    face.work()
    (event,) = await told(face, id, first.cursor)
    assert (event.new_lines, event.gap) == (300 - first.operation.readable, False)
    assert event.operation.version > first.operation.version


async def test_who_resumes_after_events_were_trimmed_is_told_of_the_gap(face: Face) -> None:
    id = await face.submit(300)
    following = face.operations.progress(id)
    first = await anext(following)
    await following.aclose()
    face.work()
    face.bench.client.xtrim("grahaql:{bulk}:events", maxlen=1, approximate=False)
    (event,) = await told(face, id, first.cursor)
    assert event.gap


async def test_a_cursor_of_other_events_is_refused(face: Face) -> None:
    one, other = await face.submit(10), await face.submit(10)
    face.work()
    (event,) = await told(face, one)
    for cursor in (event.cursor, "e.0-0:0.x"):
        with pytest.raises(CursorError):
            await told(face, other, cursor)


async def test_subscribers_share_one_connection(face: Face) -> None:
    id = await face.submit(300)
    following = [asyncio.create_task(told(face, id)) for _ in range(200)]
    await asyncio.sleep(0.5)
    before = len(face.bench.client.client_list())
    await asyncio.to_thread(face.work)
    told_to = await asyncio.gather(*following)
    assert len(face.bench.client.client_list()) <= before
    assert before < 60
    assert all([event.operation.state for event in events][-1] is State.COMPLETED for events in told_to)


async def test_subscribers_see_versions_rise_over_a_server_that_is_killed(face: Face) -> None:
    id = await face.submit(300)
    following = asyncio.create_task(told(face, id))
    await asyncio.sleep(0.3)
    face.work(2)
    face.valkey.kill()
    await asyncio.sleep(0.5)
    face.valkey.start()
    await asyncio.to_thread(face.work)
    versions = [event.operation.version for event in await following]
    assert versions == sorted(set(versions))


async def test_a_subscriber_of_a_removed_operation_sees_it_cancelled(face: Face) -> None:
    id = await face.submit(300)
    following = asyncio.create_task(told(face, id))
    await asyncio.sleep(0.3)
    await face.operations.delete(id)
    assert (await following)[-1].operation.state is State.CANCELLED


# ── honesty ──


async def test_an_operation_whose_record_was_lost_says_so(face: Face) -> None:
    id = await face.submit(300)
    following = asyncio.create_task(told(face, id))
    await asyncio.sleep(0.3)
    await face.operations.health()
    face.bench.client.flushall()
    assert (await face.operations.find(id, "anybody")).state is State.LOST
    assert (await following)[-1].operation.state is State.LOST
    assert EMPTIED in (await face.operations.health()).warnings


async def test_an_operation_that_expired_is_not_lost(face: Face) -> None:
    with pytest.raises(NotFoundError):
        await face.operations.find(IDS.make(int(time.time()) - 1))
    assert (await face.operations.find(IDS.make(int(time.time()) + 60))).state is State.LOST


async def test_health_is_quiet_where_all_is_well(face: Face) -> None:
    face.bench.ledger.do(calls.wake(face.bench.tuning, "worker"))
    found = await face.operations.health()
    assert (found.up, found.workers, found.warnings) == (True, 1, ())


async def test_health_names_what_will_lose_operations(face: Face) -> None:
    face.bench.client.config_set("appendonly", "no")
    face.bench.client.config_set("maxmemory", "100mb")
    face.bench.client.config_set("maxmemory-policy", "allkeys-lru")
    assert set((await face.operations.health()).warnings) == {NOT_DURABLE, EVICTS, NO_WORKERS}


async def test_without_the_server_every_question_is_refused_soon_and_health_says_why(face: Face) -> None:
    id = await face.submit(10)
    face.valkey.kill()
    with pytest.raises(RecordsDownError):
        await face.operations.find(id)
    with pytest.raises(RecordsDownError):
        await face.submit(10)
    assert not (await face.operations.health()).up
    face.valkey.start()
    assert (await face.operations.find(id)).state is State.QUEUED


# ── the parts of a worker that need no process ──


class Contrary:
    """A work that answers other lines than those it was asked for."""

    def run(self, rows: Any, first: int) -> Any:
        return Echo().run(rows, first)[1:]


def test_a_work_that_forgets_lines_gives_failed_lines() -> None:
    lines = lines_of(Contrary(), births(5), 0, tries=2)
    assert [(line.index, line.code) for line in lines] == [(index, "WORKER_FAILED") for index in range(5)]


async def test_a_slow_subscriber_is_told_the_end_all_the_same(face: Face) -> None:
    id = await face.submit(300)
    events = []
    async for event in face.operations.progress(id):
        events.append(event)
        if len(events) == 1:
            await asyncio.sleep(0.3)  # until the reader reads
            await asyncio.to_thread(face.work)
            await asyncio.sleep(0.3)
    assert [event.operation.state for event in events] == [State.QUEUED, State.COMPLETED]
