"""The state folder of an instance: who holds it, and the secret key that is made in it once."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import structlog

from runtime import values
from runtime.errors import ConfigurationError, StateInUseError

LOCK_WAIT_SECONDS = 5.0
"""How long a new instance waits for the servers of one that was killed; they end within a second of their parent."""

_log = structlog.get_logger(__name__)


class State(NamedTuple):
    """A state folder that exists and can be written."""

    folder: Path

    def lock(self) -> int:
        """A descriptor that holds the folder for this instance until every copy of it is closed.

        Keep it open, and pass it to every process that uses the folder: a lock that ends before its servers lets a
        second instance take over their sockets.

        Raises:
            StateInUseError: another instance holds the folder.
        """
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + LOCK_WAIT_SECONDS
        while not try_lock(descriptor):
            holder = _holder(descriptor)
            if _is_alive(holder) or time.monotonic() > deadline:
                os.close(descriptor)
                raise StateInUseError(self.folder, holder)
            time.sleep(0.02)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return descriptor

    def secret_key(self) -> bytes:
        """The 32 bytes or more of `secret.key`, made at the first call by whichever process comes first.

        Raises:
            ConfigurationError: the file holds no key.
        """
        path = self.folder / "secret.key"
        with suppress(FileExistsError):
            if not path.exists():
                _make_key(path)
        try:
            return values.secret_key(path.read_text(encoding="ascii"))
        except ValueError:
            raise ConfigurationError("GRAHAQL_SECRET_KEY", None, f"{path} holds no key: delete the file.") from None


def open_state(folder: Path) -> State:
    """The state folder, made with mode 0700 if it is missing; one in the temporary folder is warned of.

    Raises:
        ConfigurationError: it cannot be made or written, or it lies in the temporary folder and is someone else's.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        raise ConfigurationError("GRAHAQL_STATE_DIR", str(folder), "Name a folder that this user may make and write.")
    if folder.parent == Path(tempfile.gettempdir()):
        private_folder(folder)
        _log.warning("state.temporary", folder=str(folder), remedy="Set GRAHAQL_STATE_DIR to keep data over a reboot.")
    return State(folder)


def private_folder(folder: Path) -> Path:
    """*folder* in a place that others may write too, made with mode 0700; refused if it is not ours alone.

    Raises:
        ConfigurationError: it is a link, someone else's, or open to others.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077 or found.st_uid != os.getuid():
        raise ConfigurationError("GRAHAQL_STATE_DIR", str(folder), "Name a folder that belongs to this user alone.")
    return folder


def try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0).strip()
    return int(text) if text.isdigit() else None


def _is_alive(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except OSError as error:
        return error.errno == errno.EPERM  # alive, and someone else's
    return True


def _make_key(path: Path) -> None:
    """Link a finished file to its name: no process ever reads half a key, and the first one wins."""
    descriptor, draft = tempfile.mkstemp(prefix="secret.", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(values.KEY_BYTES_MIN))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        Path(draft).unlink()
