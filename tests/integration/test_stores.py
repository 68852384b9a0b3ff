"""What every store of parts promises, asked of each of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs.errors import PART_MISSING, MissingPart, StoreError
from jobs.folder_store import FolderStore
from jobs.parts import Part
from jobs.stores import ResultStore

ONE, OTHER = "q3Zs81xwAb0-_", "-ther_operation0"

Open = Callable[[], ResultStore]


@pytest.fixture(params=["folder"])
def opened(request: pytest.FixtureRequest) -> Open:
    """What opens the same store again and again, as processes do."""
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


@pytest.fixture
def folder(tmp_path: Path) -> Open:
    return lambda: FolderStore(tmp_path / "bulk")


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
        for name in ("in/0", "out/0-1", "index/jsonl"):
            store.put(operation, name, b"x")
    store.delete(ONE)
    store.delete(ONE)
    assert (store.parts(ONE), len(store.parts(OTHER))) == ([], 3)
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
