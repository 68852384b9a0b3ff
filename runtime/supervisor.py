"""One process that keeps the others alive: starts them, restarts what dies, ends them all in order.

Plain synchronous code in one thread: the children's parent-death signal is bound to the thread that started them, and
the function between fork and exec is safe only without other threads.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType, TracebackType
from typing import Any, Self

import structlog

from runtime.children import EX_RECYCLED, ChildSpec, end, launch
from runtime.embedded import STOP_SECONDS, EmbeddedServers
from runtime.errors import EX_CONFIG

BACKOFF_FIRST_SECONDS = 0.1
BACKOFF_MAX_SECONDS = 5.0
SETTLED_SECONDS = 30.0
"""A child that lived this long is taken to be well: its next restart is a first one again."""

TRIAL_SECONDS = 10.0
"""A child that fails within this time of its very first start would fail again: the service ends with its code."""

_log = structlog.get_logger(__name__)


def backoff_seconds(failures: int) -> float:
    """How long to wait before a restart: 0.1 s after the first failure, doubling to 5 s.

    >>> [backoff_seconds(n) for n in (1, 2, 3, 7, 10_000)]
    [0.1, 0.2, 0.4, 5.0, 5.0]
    """
    return min(BACKOFF_MAX_SECONDS, BACKOFF_FIRST_SECONDS * 2.0 ** min(failures - 1, 10))


class Supervisor:
    """Keeps children alive until a signal, or a child that cannot serve, ends the service.

    Args:
        specs: the children: API processes and workers.
        listeners: the sockets that the API processes share. They are closed as the first thing at the end, so that a new
            connection is refused rather than left waiting for nobody.
        servers: the private servers; restarted like the children, and ended after them.
        grace_seconds: how long children may take to finish after SIGTERM before they are killed.
        forget: what is to be done about the slot of a child that ended.
    """

    def __init__(
        self,
        specs: Sequence[ChildSpec],
        *,
        listeners: Sequence[socket.socket] = (),
        servers: EmbeddedServers | None = None,
        grace_seconds: float = 20.0,
        forget: Callable[[int], None] | None = None,
    ) -> None:
        self._children = [_Child(spec) for spec in specs]
        self._server_children = [_Child(*running) for running in servers.processes] if servers else []
        self._listeners = listeners
        self._servers = servers
        self._grace_seconds = grace_seconds
        self._forget = forget
        self._exit_code: int | None = None

    def run(self) -> int:
        """The exit code of the service: 0 after SIGTERM or SIGINT, else that of the child that could not serve.

        A second SIGTERM or SIGINT ends the grace period. Call it once, from the main thread; it takes over the
        process's children, all of them.

        Raises:
            OSError: a child's program cannot be started at all.
        """
        with _Signals() as signals:
            try:
                self._watch(signals)
            finally:
                self._end(signals)
        return self._exit_code or 0

    def _watch(self, signals: _Signals) -> None:
        while self._exit_code is None and not signals.stops:
            for child in self._absent():
                child.start_if_due()
            signals.wait(min((child.seconds_until_due() for child in self._absent()), default=None))
            self._reap()

    def _absent(self) -> list[_Child]:
        return [child for child in (*self._server_children, *self._children) if child.process is None]

    def _reap(self) -> None:
        """Collect every process that ended: as process 1 of a container this one inherits orphans too."""
        by_pid = {child.process.pid: child for child in (*self._server_children, *self._children) if child.process}
        for pid, code in _ended_processes():
            if pid in by_pid:
                self._ended(by_pid[pid], code)

    def _ended(self, child: _Child, code: int) -> None:
        if child.ended(code):
            self._exit_code = code
            _log.error("service.failed", child=child.spec.name, code=code, remedy="See its message above.")
        if self._forget is not None and child.spec.slot is not None:
            self._forget(child.spec.slot)

    def _end(self, signals: _Signals) -> None:
        for listener in self._listeners:
            listener.close()
        self._end_children(signals)
        end((child.process for child in self._server_children if child.process), STOP_SECONDS)
        if self._servers is not None:
            self._servers.stop()
        _log.info("service.ended", code=self._exit_code or 0)

    def _end_children(self, signals: _Signals) -> None:
        deadline, stops = time.monotonic() + self._grace_seconds, signals.stops
        running = [child.process for child in self._children if child.process]
        for process in running:
            process.terminate()
        while any(process.poll() is None for process in running):
            if signals.stops > stops or time.monotonic() >= deadline:
                break
            signals.wait(deadline - time.monotonic())
        end(running, 0.0)


class _Child:
    """One child over all its lives. Adopted with its process, or started when it is first due, at once."""

    def __init__(self, spec: ChildSpec, process: subprocess.Popen[bytes] | None = None) -> None:
        self.spec = spec
        self.process = process
        self._proven = process is not None
        self._failures = 0
        self._started = self._due = time.monotonic()

    def seconds_until_due(self) -> float:
        return max(0.0, self._due - time.monotonic())

    def start_if_due(self) -> None:
        if self.seconds_until_due():
            return
        self._started = time.monotonic()
        try:
            self.process = launch(self.spec)
        except OSError as error:
            if not self._proven:
                raise
            _log.error("child.not_started", child=self.spec.name, reason=error.strerror, again_in_seconds=self._fail())
        else:
            _log.info("child.started", child=self.spec.name, pid=self.process.pid)

    def ended(self, code: int) -> bool:
        """Whether the service must end with the child, which exited with *code* (negative: by that signal)."""
        assert self.process is not None
        pid, self.process.returncode, self.process = self.process.pid, code, None
        lived_seconds = time.monotonic() - self._started
        on_trial, self._proven = not self._proven and lived_seconds < TRIAL_SECONDS, True
        if code == EX_RECYCLED:
            self._failures, self._due = 0, time.monotonic()
            _log.info("child.recycled", child=self.spec.name, pid=pid)
            return False
        if self.spec.vital and (code == EX_CONFIG or (on_trial and code > 0)):
            return True
        if lived_seconds >= SETTLED_SECONDS:
            self._failures = 0
        _log.warning("child.ended", child=self.spec.name, pid=pid, code=code, again_in_seconds=self._fail())
        return False

    def _fail(self) -> float:
        self._failures += 1
        delay = backoff_seconds(self._failures)
        self._due = time.monotonic() + delay
        return delay


class _Signals:
    """Waits for a signal or for time to pass; counts the requests to stop. Portable, unlike sigtimedwait."""

    def __init__(self) -> None:
        self.stops = 0
        self._waker, self._wakened = socket.socketpair()
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._waker.setblocking(False)
        self._wakened.setblocking(False)
        self._previous_waker = signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        handlers: dict[int, Callable[[int, FrameType | None], None]] = {
            signal.SIGTERM: self._stop,
            signal.SIGINT: self._stop,
            signal.SIGCHLD: lambda _number, _frame: None,
        }
        self._previous = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._previous_waker)
        self._waker.close()
        self._wakened.close()

    def wait(self, seconds: float | None) -> None:
        """Return after *seconds* (None: never), or at once when a signal came since the last call."""
        readable, _, _ = select.select([self._wakened], [], [], None if seconds is None else max(0.0, seconds))
        if readable:
            self._wakened.recv(4096)

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        self.stops += 1
        _log.info("service.stopping", signal=signal.Signals(number).name)


def _ended_processes() -> Iterator[tuple[int, int]]:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, os.waitstatus_to_exitcode(status)
