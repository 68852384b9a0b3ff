"""Births are personal: what is kept and no record knows of goes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from jobs.stores import ResultStore

ORPHAN_SECONDS = 86_400.0
"""Births come before their record does, and a large upload takes its time; no upload takes a day."""

Known = Callable[[Sequence[str]], Collection[str]]
"""Which of these operations and uploads have a record. It raises where it cannot tell: then nothing is removed."""


def sweep(store: ResultStore, known: Known, older_than: float = ORPHAN_SECONDS) -> list[str]:
    """Remove what has no record and is not new; answers the ids that went.

    Args:
        store: where parts are.
        known: tells which ids have a record.
        older_than: seconds for which parts may lie without one.

    Raises:
        StoreError: parts could not be listed or removed.
    """
    old = [kept.operation for kept in store.kept() if kept.age > older_than]
    orphans = sorted(set(old) - set(known(old))) if old else []
    for operation in orphans:
        store.delete(operation)
    return orphans
