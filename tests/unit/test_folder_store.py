"""The folder of parts: private, whole or not at all, and honest about a disk that is full or closed."""

from __future__ import annotations

import errno
import os
import resource
import stat
import time
from pathlib import Path

import pytest

from jobs import folder_store
from jobs.errors import STORE_FULL, STORE_UNAVAILABLE, StoreError, StoreFullError
from jobs.folder_store import FolderStore

ONE = "q3Zs81xwAb0"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_nobody_else_may_look_into_what_is_kept(tmp_path: Path) -> None:
    FolderStore(tmp_path / "bulk").put(ONE, "in/0", b"x")
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "bulk", *(tmp_path / "bulk").rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


def test_opening_a_store_makes_nothing(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "bulk")
    assert (store.parts(ONE), store.kept()) == ([], [])
    store.delete(ONE)
    assert not (tmp_path / "bulk").exists()


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, STORE_FULL), (errno.EDQUOT, STORE_FULL), (errno.EIO, STORE_UNAVAILABLE)]
)
def test_a_disk_that_fails_half_way_leaves_the_older_part_and_no_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    store = FolderStore(tmp_path)
    store.put(ONE, "out/0-1", b"older")

    def full(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(folder_store.os, "fsync", full)
        with pytest.raises(StoreError) as caught:
            store.put(ONE, "out/0-1", b"newer")
    assert (caught.value.code, os.strerror(number) in str(caught.value)) == (code, True)
    assert [path.read_bytes() for path in files(tmp_path)] == [b"older"]


def test_a_limit_of_the_system_itself_leaves_no_half(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(StoreFullError, match="File too large"):
            store.put(ONE, "out/0-1", bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert files(tmp_path) == []


def test_a_place_that_is_no_folder_is_told_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "bulk").write_text("a file", encoding="ascii")
    store = FolderStore(tmp_path / "bulk")
    for call in (lambda: store.put(ONE, "in/0", b"x"), lambda: store.get(ONE, "in/0"), store.kept):
        with pytest.raises(StoreError) as caught:
            call()
        assert caught.value.code == STORE_UNAVAILABLE
        assert str(tmp_path) not in caught.value.message
        assert "GRAHAQL_BULK_STORE" in caught.value.remedy


def test_drafts_of_a_killed_process_are_no_parts_and_go_with_the_operation(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put(ONE, "out/0-1", b"x")
    (tmp_path / f"operation-{ONE}" / "out" / ".draft-1").write_bytes(b"half")
    assert [part.name for part in store.parts(ONE)] == ["out/0-1"]
    store.delete(ONE)
    assert list(tmp_path.iterdir()) == []


def test_a_removal_that_was_cut_off_is_out_of_sight_and_finished_later(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put(ONE, "out/0-1", b"x")
    (tmp_path / f"operation-{ONE}").rename(tmp_path / ".removed-1")
    assert store.parts(ONE) == []
    assert store.kept() == []
    assert list(tmp_path.iterdir()) == []


def test_other_folders_in_the_same_place_are_no_operations(tmp_path: Path) -> None:
    (tmp_path / "Documents").mkdir()
    (tmp_path / "lost+found").mkdir()
    assert FolderStore(tmp_path).kept() == []


def test_an_operation_is_as_old_as_its_folder(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put(ONE, "in/0", b"x")
    os.utime(tmp_path / f"operation-{ONE}", (0, time.time() - 500))
    (kept,) = store.kept()
    assert 499 < kept.age < 510
