"""What is kept without a record goes when it is old enough."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from jobs.folder_store import FolderStore
from jobs.retention import ORPHAN_SECONDS, sweep

KNOWN, ORPHAN, FRESH = "known_operation", "orphan_operation", "fresh_upload"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    store = FolderStore(tmp_path)
    for operation in (KNOWN, ORPHAN, FRESH):
        store.put(operation, "in/0", b"x")
        if operation != FRESH:
            long_ago = time.time() - ORPHAN_SECONDS - 60
            os.utime(tmp_path / f"operation-{operation}", (long_ago, long_ago))
    return store


def kept(store: FolderStore) -> set[str]:
    return {kept.operation for kept in store.kept()}


def test_what_has_no_record_and_is_old_is_removed_and_nothing_else(store: FolderStore) -> None:
    asked: list[Sequence[str]] = []

    def known(operations: Sequence[str]) -> list[str]:
        asked.append(sorted(operations))
        return [KNOWN]

    assert sweep(store, known) == [ORPHAN]
    assert asked == [[KNOWN, ORPHAN]]
    assert kept(store) == {KNOWN, FRESH}
    assert sweep(store, known) == []


def test_records_that_cannot_be_asked_for_are_not_taken_for_absent(store: FolderStore) -> None:
    def down(operations: Sequence[str]) -> list[str]:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        sweep(store, down)
    assert kept(store) == {KNOWN, ORPHAN, FRESH}
