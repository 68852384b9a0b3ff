"""Child processes that die with their parent: what one is, and how it is started."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

PR_SET_PDEATHSIG = 1
"""Linux, prctl(2): the signal that this process gets when the thread that made it ends."""

LOG_BYTES_MAX = 1_000_000

EX_RECYCLED = 75
"""The exit code of a child that did its part and wants to be started afresh, at once (sysexits.h: a temporary end)."""


class ChildSpec(msgspec.Struct, frozen=True, kw_only=True):
    """How to start one child, as often as needed.

    Args:
        name: for the log, as `api-0`.
        argv: the command, the program's path first.
        environment: all of the child's environment; None for the parent's own.
        pass_fds: descriptors the child inherits under their numbers.
        log: file for what the child prints; None for the parent's own output.
        orphan_signal: what the kernel sends the child when its parent dies (Linux). SIGKILL leaves nothing behind;
            SIGTERM is for servers that write their data first and always obey.
        nice: 0 to 19, by how much the child yields to others.
        vital: whether the service ends with a child that cannot start; any other is tried again for ever.
        slot: the child's number among those that leave figures in the folder of metrics; None for one that leaves none.
    """

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] | None = None
    pass_fds: tuple[int, ...] = ()
    log: Path | None = None
    orphan_signal: int = signal.SIGKILL
    nice: int = 0
    vital: bool = True
    slot: int | None = None


class Running(NamedTuple):
    """A child that was started."""

    spec: ChildSpec
    process: subprocess.Popen[bytes]


def launch(spec: ChildSpec) -> subprocess.Popen[bytes]:
    """The started child, in a process group of its own: Ctrl-C reaches the parent alone, which ends its children.

    Call it from the main thread of a process that has no other: the kernel watches the thread that forked, and the
    function that runs between fork and exec may only rely on locks that no other thread can hold.

    Raises:
        OSError: the program does not exist or cannot be executed.
    """
    output = None if spec.log is None else _open_log(spec.log)
    try:
        return subprocess.Popen(  # noqa: S603  (no shell, and argv is ours)
            spec.argv,
            env=spec.environment,
            pass_fds=spec.pass_fds,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            process_group=0,
            preexec_fn=_in_the_child(spec),  # noqa: PLW1509  (no threads here: see above)
        )
    finally:
        if output is not None:
            os.close(output)


def end(processes: Iterable[subprocess.Popen[bytes]], seconds: float) -> None:
    """Send SIGTERM to all, and SIGKILL to those that are left after *seconds*; none is left when this returns."""
    started = tuple(processes)
    deadline = time.monotonic() + seconds
    for process in started:
        process.terminate()
    for process in started:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def die_with_parent(parent: int, orphan_signal: int = signal.SIGKILL) -> None:
    """Ask the kernel to send *orphan_signal* to this process when its parent dies; elsewhere than on Linux, nothing.

    Args:
        parent: process id of the parent; if it is already gone, this process ends at once.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, orphan_signal, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def _in_the_child(spec: ChildSpec) -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        die_with_parent(parent, spec.orphan_signal)
        os.nice(spec.nice)

    return prepare


def _open_log(path: Path) -> int:
    too_long = path.exists() and path.stat().st_size > LOG_BYTES_MAX
    return os.open(path, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if too_long else os.O_APPEND), 0o600)
