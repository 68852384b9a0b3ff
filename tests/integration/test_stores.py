"""What every store of parts promises, asked of each of them."""

from __future__ import annotations

import secrets
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer

from jobs.errors import PART_MISSING, STORE_FULL, STORE_UNAVAILABLE, MissingPart, StoreError, StoreFullError
from jobs.folder_store import FolderStore
from jobs.parts import Part
from jobs.redis_store import KEEP_SECONDS, RedisStore
from jobs.s3_store import S3Store, open_bucket
from jobs.stores import ResultStore, make_store
from runtime.clients import parts_client
from runtime.errors import ConfigurationError
from runtime.settings import read_settings
from tests.redises import PrivateValkey

ONE, OTHER = "q3Zs81xwAb0-_", "-ther_operation0"
BYTES_MAX = 1_000_000

Open = Callable[[], ResultStore]


@pytest.fixture(params=["folder", "redis", "s3"])
def opened(request: pytest.FixtureRequest) -> Open:
    """What opens the same store again and again, as processes do."""
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


@pytest.fixture
def folder(tmp_path: Path) -> Open:
    return lambda: FolderStore(tmp_path / "bulk")


@pytest.fixture(scope="module")
def valkey() -> Iterator[PrivateValkey]:
    with tempfile.TemporaryDirectory(dir="/tmp") as place:  # a socket's path must be short
        server = PrivateValkey(Path(place), "--maxmemory-policy", "noeviction").start()
        yield server
        server.kill()


@pytest.fixture
def redis(valkey: PrivateValkey) -> Open:
    valkey.ask("FLUSHALL")
    return lambda: RedisStore(parts_client(valkey.url), BYTES_MAX)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """An S3-compatible server of this process, on loopback."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Open:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    bucket = f"births-{secrets.token_hex(8)}"
    httpx.put(f"{endpoint}/{bucket}").raise_for_status()
    return lambda: S3Store(open_bucket(f"s3://{bucket}/some/prefix?endpoint={endpoint}&region=us-east-1"))


@pytest.fixture
def store(opened: Open) -> Iterator[ResultStore]:
    store = opened()
    yield store
    store.close()


def test_a_part_is_read_as_it_was_written_by_another_process(store: ResultStore, opened: Open) -> None:
    data = bytes(range(256)) * 1000
    store.put(ONE, "out/0-250", data)
    assert opened().get(ONE, "out/0-250") == data


def test_a_part_that_is_written_again_is_replaced(store: ResultStore) -> None:
    for data in (b"first", b"second, longer", b""):
        store.put(ONE, "out/0-250", data)
        assert store.get(ONE, "out/0-250") == data
        assert store.parts(ONE) == [Part("out/0-250", len(data))]


@pytest.mark.parametrize(("start", "count", "found"), [(0, 4, b"0123"), (8, 4, b"89"), (10, 4, b""), (3, 1, b"3")])
def test_a_range_is_as_long_as_asked_or_ends_with_the_part(
    store: ResultStore, start: int, count: int, found: bytes
) -> None:
    store.put(ONE, "out/0-250", b"0123456789")
    assert store.get_range(ONE, "out/0-250", start, count) == found


def test_what_is_not_there_is_told_by_its_own_error(store: ResultStore) -> None:
    store.put(ONE, "in/0", b"x")
    for operation, name in ((ONE, "in/1"), (OTHER, "in/0")):
        with pytest.raises(MissingPart) as caught:
            store.get(operation, name)
        assert caught.value.code == PART_MISSING
        with pytest.raises(MissingPart):
            store.get_range(operation, name, 0, 1)
    assert store.parts(OTHER) == []


def test_parts_are_listed_with_their_sizes_and_by_prefix(store: ResultStore) -> None:
    for number in range(30):
        store.put(ONE, f"in/{number}", bytes(number))
    store.put(ONE, "index/jsonl", b"i")
    store.put(OTHER, "in/0", b"other")
    assert sorted(store.parts(ONE, "in/")) == sorted(Part(f"in/{number}", number) for number in range(30))
    assert store.parts(ONE, "index/") == [Part("index/jsonl", 1)]
    assert len(store.parts(ONE)) == 31


def test_deleting_removes_all_of_one_operation_and_nothing_of_another(store: ResultStore) -> None:
    for operation in (ONE, OTHER):
        for name in ("in/0", "index/jsonl", *(f"out/{start}-1" for start in range(60))):  # over a page of a listing
            store.put(operation, name, b"x")
    store.delete(ONE)
    store.delete(ONE)
    assert (store.parts(ONE), len(store.parts(OTHER))) == ([], 62)
    assert [kept.operation for kept in store.kept()] == [OTHER]


def test_operations_are_listed_with_their_age(store: ResultStore) -> None:
    assert list(store.kept()) == []
    store.put(ONE, "in/0", b"x")
    store.put(OTHER, "in/0", b"x")
    kept = {kept.operation: kept.age for kept in store.kept()}
    assert set(kept) == {ONE, OTHER}
    assert all(-2 < age < 60 for age in kept.values())


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("../../etc", "in/0"), ("short", "in/0"), ("x" * 65, "in/0"), ("a/b/c/d/e", "in/0"), ("", "in/0"), ("..", "in/0"),
        (ONE, "../other/in/0"), (ONE, "in/../../0"), (ONE, "in"), (ONE, "in/"), (ONE, "/etc/passwd"), (ONE, "in/.0"),
        (ONE, "in/0\n"), (ONE, "in/0/1"), (ONE, "in/\x00"), (f"{ONE}\n", "in/0"), (f"{ONE}*", "in/0"), (ONE, ""),
    ],
)  # fmt: skip
def test_no_id_and_no_name_leads_out_of_its_place(store: ResultStore, operation: str, name: str) -> None:
    for call in (
        lambda: store.put(operation, name, b"x"),
        lambda: store.get(operation, name),
        lambda: store.get_range(operation, name, 0, 1),
    ):
        with pytest.raises(StoreError, match="is no "):
            call()
    if operation != ONE:
        with pytest.raises(StoreError, match="is no operation"):
            store.delete(operation)
        with pytest.raises(StoreError, match="is no operation"):
            store.parts(operation)
    assert store.kept() == []


def test_threads_that_write_the_same_part_leave_one_of_their_values(store: ResultStore) -> None:
    values = [bytes([number]) * 50_000 for number in range(6)]
    threads = [threading.Thread(target=store.put, args=(ONE, "out/0-250", value)) for value in values]
    for thread in threads:
        thread.start()
    seen = set()
    while any(thread.is_alive() for thread in threads):
        try:
            seen.add(store.get(ONE, "out/0-250"))
        except MissingPart:
            continue
    for thread in threads:
        thread.join()
    assert seen | {store.get(ONE, "out/0-250")} <= set(values)
    assert len(store.parts(ONE)) == 1


# ── what is one store's own ──


def test_redis_takes_so_many_bytes_of_an_operation_and_no_more(redis: Open) -> None:
    store = redis()
    store.put(ONE, "out/0-1", bytes(BYTES_MAX - 10))
    with pytest.raises(StoreFullError, match=f"{BYTES_MAX + 10} bytes, more than the {BYTES_MAX}") as caught:
        store.put(ONE, "out/1-1", bytes(20))
    assert caught.value.code == STORE_FULL
    store.put(ONE, "out/0-1", b"replaced, so there is room")
    store.put(ONE, "out/1-1", bytes(20))
    store.put(OTHER, "out/0-1", bytes(BYTES_MAX))
    assert len(store.parts(ONE)) == 2


def test_redis_forgets_by_itself_what_no_sweep_removed(redis: Open, valkey: PrivateValkey) -> None:
    redis().put(ONE, "in/0", b"x")
    (key,) = valkey.ask("KEYS", "*")
    assert KEEP_SECONDS - 60 < valkey.ask("TTL", key.decode()) <= KEEP_SECONDS


def test_redis_without_memory_is_told_as_full(redis: Open, valkey: PrivateValkey) -> None:
    store = redis()
    valkey.ask("CONFIG", "SET", "maxmemory", 1)
    try:
        with pytest.raises(StoreFullError, match="no memory left"):
            store.put(ONE, "in/0", bytes(1000))
    finally:
        valkey.ask("CONFIG", "SET", "maxmemory", 0)
    assert store.parts(ONE) == []


def test_a_server_that_is_gone_is_told_and_used_again_when_it_is_back(valkey: PrivateValkey) -> None:
    store = RedisStore(parts_client(valkey.url), BYTES_MAX)
    valkey.kill()
    for call in (lambda: store.put(ONE, "in/0", b"x"), lambda: store.get(ONE, "in/0"), store.kept):
        with pytest.raises(StoreError) as caught:
            call()
        assert caught.value.code == STORE_UNAVAILABLE
    valkey.start()
    store.put(ONE, "in/0", b"x")
    assert store.get(ONE, "in/0") == b"x"


def test_a_bucket_that_does_not_exist_is_not_taken_for_a_missing_part(endpoint: str, s3: Open) -> None:
    store = S3Store(open_bucket(f"s3://no-such-bucket?endpoint={endpoint}&region=us-east-1"))
    with pytest.raises(StoreError, match="no such bucket") as caught:
        store.get(ONE, "in/0")
    assert caught.value.code == STORE_UNAVAILABLE
    with pytest.raises(StoreError, match="The object storage refuses"):
        store.put(ONE, "in/0", b"x")


# ── the choice ──


def test_the_setting_chooses_the_store_and_nothing_is_made_by_it(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "GRAHAQL_STATE_DIR": str(tmp_path / "state"), "REDIS_URL": "redis://127.0.0.1:1"}
    kinds = {
        "": FolderStore,
        f"file://{tmp_path}/elsewhere": FolderStore,
        "redis:": RedisStore,
        "redis://127.0.0.1:1/3": RedisStore,
        "s3://births/p?region=eu-central-1": S3Store,
    }
    for url, kind in kinds.items():
        store = make_store(read_settings({**environ, "GRAHAQL_BULK_STORE": url}))
        assert type(store) is kind
        store.close()
    assert list(tmp_path.iterdir()) == []


def test_a_named_folder_and_the_default_one_are_where_they_are_said_to_be(tmp_path: Path) -> None:
    state = {"HOME": str(tmp_path), "GRAHAQL_STATE_DIR": str(tmp_path / "state")}
    make_store(read_settings(state)).put(ONE, "in/0", b"x")
    make_store(read_settings({**state, "GRAHAQL_BULK_STORE": f"file://{tmp_path}/else%20where"})).put(ONE, "in/0", b"x")
    assert (tmp_path / "state" / "bulk" / f"operation-{ONE}" / "in" / "0").is_file()
    assert (tmp_path / "else where" / f"operation-{ONE}" / "in" / "0").is_file()


def test_the_jobs_server_cannot_keep_parts_where_there_is_none(tmp_path: Path) -> None:
    settings = read_settings({"HOME": str(tmp_path), "GRAHAQL_BULK_STORE": "redis:"})
    with pytest.raises(ConfigurationError, match="Set JOBS_URL or REDIS_URL"):
        make_store(settings)


def test_without_its_package_s3_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jobs.s3_store", None)
    settings = read_settings({"HOME": str(tmp_path), "GRAHAQL_BULK_STORE": "s3://births"})
    with pytest.raises(ConfigurationError, match=r"Install grahaql\[s3\]"):
        make_store(settings)
