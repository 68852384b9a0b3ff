"""Parts as files: a folder for each operation, each file written beside its place, synced and renamed into it."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from jobs.errors import MissingPart, StoreError, StoreFullError
from jobs.parts import Kept, Part, check_part, operation_at, place_of

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DRAFT = ".draft-"
_REMOVED = ".removed-"
_P = ParamSpec("_P")
_T = TypeVar("_T")


def _told(call: Callable[_P, _T]) -> Callable[_P, _T]:
    """The call with the system's refusals told as ours; neither names a path, for a client may read it."""

    @wraps(call)
    def told(*args: _P.args, **named: _P.kwargs) -> _T:
        try:
            return call(*args, **named)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else type(error).__name__
            if error.errno in _NO_ROOM:
                raise StoreFullError(f"The folder of bulk operations has no room: {reason}.", "Free space.") from error
            remedy = "Look at the folder bulk of GRAHAQL_STATE_DIR, or at the one that GRAHAQL_BULK_STORE names."
            raise StoreError(f"The folder of bulk operations cannot be used: {reason}.", remedy) from error

    return told


class FolderStore:
    """Parts in a folder of this machine, or one that several machines mount; only this user may look into it.

    Args:
        folder: made when the first part is kept, so that a folder that cannot be made refuses a bulk operation and
            nothing else.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @_told
    def put(self, operation: str, name: str, data: bytes) -> None:
        """Keep a part; it is on the disk when this returns. Raises: StoreError, StoreFullError."""
        place = self._place(operation, name)
        _make_private(place.parent, self._folder)
        draft = place.with_name(f"{_DRAFT}{secrets.token_hex(8)}")
        try:
            _write(draft, data)
            draft.replace(place)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        _sync(place.parent)

    @_told
    def get(self, operation: str, name: str) -> bytes:
        """A part. Raises: MissingPart, StoreError."""
        try:
            return self._place(operation, name).read_bytes()
        except FileNotFoundError:
            raise MissingPart(f"There is no part {name}.") from None

    @_told
    def get_range(self, operation: str, name: str, start: int, count: int) -> bytes:
        """Up to *count* bytes from *start* on. Raises: MissingPart, StoreError."""
        try:
            with self._place(operation, name).open("rb") as file:
                file.seek(start)
                return file.read(count)
        except FileNotFoundError:
            raise MissingPart(f"There is no part {name}.") from None

    @_told
    def parts(self, operation: str, prefix: str = "") -> list[Part]:
        """The parts whose names begin with *prefix*. Raises: StoreError."""
        return [part for part in _found(self._folder / place_of(operation)) if part.name.startswith(prefix)]

    @_told
    def delete(self, operation: str) -> None:
        """Remove everything of the operation: first out of sight by one rename, then from the disk. Raises: StoreError."""
        removed = self._folder / f"{_REMOVED}{secrets.token_hex(8)}"
        with suppress(FileNotFoundError):
            (self._folder / place_of(operation)).rename(removed)
            shutil.rmtree(removed)

    @_told
    def kept(self) -> list[Kept]:
        """Every operation of which something is kept; what a crash left of a removal is finished. Raises: StoreError."""
        entries = _entries(self._folder)
        for entry in entries:
            if entry.name.startswith(_REMOVED):
                shutil.rmtree(entry.path, ignore_errors=True)
        return list(_operations(entries, time.time()))

    def close(self) -> None:
        """Nothing is held open."""

    def _place(self, operation: str, name: str) -> Path:
        check_part(operation, name)
        return self._folder / place_of(operation) / name


def _make_private(folder: Path, root: Path) -> None:
    """Make what is missing from *root* down, for this user alone, each kept by its parent before anything lies in it."""
    if folder.is_dir():
        return
    if folder != root:
        _make_private(folder.parent, root)
    folder.mkdir(mode=0o700, parents=folder == root, exist_ok=True)
    _sync(folder.parent)


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _entries(folder: Path | str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []


def _found(root: Path) -> Iterator[Part]:
    for kind in _entries(root):
        for entry in _entries(kind.path):
            with suppress(FileNotFoundError):  # replaced or removed meanwhile
                if not entry.name.startswith("."):
                    yield Part(f"{kind.name}/{entry.name}", entry.stat().st_size)


def _operations(entries: list[os.DirEntry[str]], now: float) -> Iterator[Kept]:
    for entry in entries:
        with suppress(FileNotFoundError):  # removed meanwhile
            if operation := operation_at(entry.name):
                yield Kept(operation, now - entry.stat(follow_symlinks=False).st_mtime)
