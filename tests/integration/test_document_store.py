"""Documents on real servers: every process knows them, and memory answers when the servers are gone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from redis import Redis

from graph.cli import main
from graph.persist import durable_url, run_persist
from resolvers.documents import KEPT_SECONDS, REFRESH_SECONDS, DocumentStore
from resolvers.shared import SharedTier
from resolvers.trusted import PUBLISHED, DocumentError, UnreachableError, digest_of
from runtime.clients import cache_client
from runtime.embedded import EmbeddedServers, start_embedded
from runtime.errors import ConfigurationError
from runtime.settings import ServerSettings, read_settings
from runtime.state import open_state

QUERY = "{ __typename }"
DIGEST = digest_of(QUERY)
KEY = f"grahaql:document:{DIGEST}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def servers(folder: Path) -> Iterator[EmbeddedServers]:
    started = start_embedded(open_state(folder))
    assert started is not None
    yield started
    started.stop()


@pytest.fixture
async def another(servers: EmbeddedServers) -> AsyncIterator[Callable[[], DocumentStore]]:
    """Makes the store of another process, on the same two servers."""
    tiers: list[SharedTier] = []

    def another() -> DocumentStore:
        assert servers.cache_url is not None
        assert servers.jobs_url is not None
        tiers.extend(
            SharedTier(cache_client(url, timeout_seconds=1.0)) for url in (servers.cache_url, servers.jobs_url)
        )
        return DocumentStore(tiers[-2], durable=tiers[-1])

    yield another
    for tier in tiers:
        await tier.close()


@pytest.fixture
def cache(servers: EmbeddedServers) -> Iterator[Redis]:
    assert servers.cache_url is not None
    with Redis.from_url(servers.cache_url) as client:
        yield client


@pytest.fixture
def jobs(servers: EmbeddedServers) -> Iterator[Redis]:
    assert servers.jobs_url is not None
    with Redis.from_url(servers.jobs_url) as client:
        yield client


@pytest.fixture
def settings(folder: Path) -> ServerSettings:
    return read_settings({"GRAHAQL_STATE_DIR": str(folder)})


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "documents.json"
    path.write_text(json.dumps({f"sha256:{DIGEST}": QUERY, "start": "{ again: __typename }"}), encoding="utf-8")
    return path


# ── automatic ones ──


async def test_what_one_process_registered_every_process_knows(
    another: Callable[[], DocumentStore], cache: Redis, jobs: Redis
) -> None:
    await another().put(DIGEST, QUERY)
    assert await another().get(f"sha256:{DIGEST}") == QUERY
    assert await another().trusted(DIGEST) is None
    assert KEPT_SECONDS - 10 <= cache.ttl(KEY) <= KEPT_SECONDS
    assert jobs.dbsize() == 0


async def test_a_use_in_another_process_is_written_down_after_a_day(
    another: Callable[[], DocumentStore], cache: Redis
) -> None:
    cache.set(KEY, QUERY, ex=KEPT_SECONDS - REFRESH_SECONDS + 60)
    store = another()
    assert await store.get(DIGEST) == QUERY
    await asyncio.sleep(0.1)
    assert cache.ttl(KEY) <= KEPT_SECONDS - REFRESH_SECONDS + 60
    cache.expire(KEY, KEPT_SECONDS - REFRESH_SECONDS - 60)
    reader = another()
    assert [await reader.get(DIGEST) for _ in range(2)] == [QUERY] * 2
    await reader._shared.settle()
    assert cache.ttl(KEY) > KEPT_SECONDS * 0.89  # give or take the tenth that spreads expiry


async def test_a_value_that_is_not_the_text_of_its_hash_is_passed_over(
    another: Callable[[], DocumentStore], cache: Redis
) -> None:
    cache.set(KEY, "{ somethingElse }")
    assert await another().get(DIGEST) is None


async def test_without_its_servers_a_process_answers_from_memory(
    another: Callable[[], DocumentStore], servers: EmbeddedServers
) -> None:
    store, other = another(), another()
    await store.put(DIGEST, QUERY)
    await store.named.publish({"start": QUERY})
    for running in servers.processes:
        running.process.kill()
        running.process.wait()
    assert (await store.get(DIGEST), await store.trusted("start")) == (QUERY, QUERY)
    with pytest.raises(UnreachableError):
        await other.trusted("start")
    late = "{ late: __typename }"
    await store.put(digest_of(late), late)
    assert await store.get(digest_of(late)) == late
    with pytest.raises(DocumentError, match="does not answer"):
        await store.named.publish({"late": late})
    with pytest.raises(UnreachableError):
        await store.trusted("late")


# ── trusted ones ──


async def test_what_was_published_every_running_process_knows_at_once(
    another: Callable[[], DocumentStore], cache: Redis, jobs: Redis
) -> None:
    running = another()
    assert await running.trusted("start") is None
    assert await another().named.publish({"start": QUERY, "again": "{ again: __typename }"}) == 2
    assert await running.trusted("start") == QUERY
    assert await running.trusted(DIGEST) == QUERY
    assert jobs.ttl(PUBLISHED) == -1
    assert cache.dbsize() == 0


async def test_published_documents_are_loaded_once_and_outlast_the_server(
    another: Callable[[], DocumentStore], servers: EmbeddedServers
) -> None:
    await another().named.publish({"start": QUERY})
    store = another()
    assert await store.named.load() == 2  # by its id and by its SHA-256
    for running in servers.processes:
        running.process.kill()
        running.process.wait()
    assert await store.trusted("start") == QUERY


async def test_publishing_again_is_nothing_new_and_never_changes_a_text(
    another: Callable[[], DocumentStore], jobs: Redis
) -> None:
    assert await another().named.publish({"start": QUERY}) == 1
    assert await another().named.publish({"start": QUERY, "next": "{ next: __typename }"}) == 1
    with pytest.raises(DocumentError, match="'start' already stands for another document"):
        await another().named.publish({"fresh": "{ fresh: __typename }", "start": "{ other: __typename }"})
    assert (jobs.hget(PUBLISHED, "start"), jobs.hexists(PUBLISHED, "fresh")) == (QUERY.encode(), False)


# ── the command ──


def test_the_command_finds_the_running_service_and_says_how_many_were_new(
    servers: EmbeddedServers, manifest: Path, settings: ServerSettings, jobs: Redis, capsys: pytest.CaptureFixture[str]
) -> None:
    assert servers.jobs_url == durable_url(settings)
    assert run_persist(settings, [manifest]) == 0
    assert run_persist(settings, [manifest]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(";")[0] for line in told] == [f"{new} of 2 documents were new" for new in (2, 0)]
    assert jobs.hget(PUBLISHED, DIGEST) == QUERY.encode()


def test_the_command_line_reads_files_and_ends_with_its_code(
    servers: EmbeddedServers,
    folder: Path,
    manifest: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GRAHAQL_STATE_DIR", str(folder))
    with pytest.raises(SystemExit) as done:
        main(["persist", str(manifest)])
    assert done.value.code == 0
    manifest.write_text('{"start": "{ sun }"}', encoding="utf-8")
    with pytest.raises(SystemExit) as refused:
        main(["persist", str(manifest)])
    assert refused.value.code == 78
    assert "document 'start': Cannot query field 'sun'" in capsys.readouterr().err


def test_a_text_that_contradicts_a_published_one_ends_the_command_with_1(
    servers: EmbeddedServers, settings: ServerSettings, manifest: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_persist(settings, [manifest]) == 0
    manifest.write_text('{"start": "{ other: __typename }"}', encoding="utf-8")
    assert run_persist(settings, [manifest]) == 1
    assert "'start' already stands for another document" in capsys.readouterr().err


def test_without_a_server_the_command_says_what_to_do(settings: ServerSettings, manifest: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"JOBS_URL is unset: .*REDIS_URL.*grahaql serve.*jobs\.sock"):
        run_persist(settings, [manifest])


def test_a_server_that_is_gone_ends_the_command_with_1(
    settings: ServerSettings, manifest: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = msgspec.structs.replace(settings, jobs_url="redis://127.0.0.1:1/0")
    assert run_persist(gone, [manifest]) == 1
    assert "does not answer" in capsys.readouterr().err
