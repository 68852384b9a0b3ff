"""A worker of the pool as the API process sees it: a child started by exec, and a socket to ask it over."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from asyncio import IncompleteReadError, StreamReader, StreamWriter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from resolvers.wire import LENGTH_BYTES, Question, Reply, decode_hello, decode_reply, frame

START_SECONDS = 20.0
"""How long a worker may take until it says hello; it takes a tenth of a second."""

ANSWER_SECONDS = 10.0
"""How long a slice may take before its worker is given up; it takes a hundredth."""

_SECRETS = ("GRAHAQL_", "REDIS_URL", "CACHE_URL", "JOBS_URL")


Told = TypeVar("Told")


class WorkerError(Exception):
    """Raised when a worker cannot be started, or ends or falls silent while it is asked."""


class Worker(Protocol):
    """What a pool asks: a child process, or a stub in tests."""

    async def ask(self, questions: Sequence[Question]) -> Reply:
        """The reply to one slice. Raises: WorkerError when there will be none."""

    def end(self) -> None:
        """End it now, whatever it does."""


class WorkerCommand(msgspec.Struct, frozen=True):
    """How to start a worker.

    Args:
        folder: of the ephemeris files.
        versions: what the release digests beside the ephemeris.
        release: what the worker must say: one that found other code or data on the disk is refused.
        argv: the program, before the worker's own arguments.
    """

    folder: Path
    versions: tuple[str, ...]
    release: str
    argv: tuple[str, ...] = (sys.executable, "-m", "resolvers.pool_worker")

    async def start(self) -> Worker:
        """A worker that has said hello. Raises: WorkerError."""
        ours, theirs = socket.socketpair()
        with theirs:
            reader, writer = await asyncio.open_unix_connection(sock=ours)
            try:
                process = self._executed(theirs.fileno())
            except OSError as error:
                writer.close()
                raise WorkerError(f"{self.argv[0]} cannot be executed: {error.strerror}.") from error
        worker = WorkerProcess(process, reader, writer)
        try:
            self._check(await worker.receive(decode_hello, START_SECONDS))
        except BaseException:
            worker.end()
            raise
        return worker

    def _check(self, found: str) -> None:
        if found != self.release:
            raise WorkerError(f"The code or data on the disk is of release {found}, this process of {self.release}.")

    def _executed(self, descriptor: int) -> subprocess.Popen[bytes]:
        """The child. Nothing runs between fork and exec, so that the ephemeris open here is never touched there."""
        arguments = (str(descriptor), str(os.getpid()), str(self.folder), *self.versions)
        return subprocess.Popen(  # noqa: S603  no shell, and the arguments are ours
            (*self.argv, *arguments),
            env=worker_environment(os.environ, self.folder),
            pass_fds=(descriptor,),
            stdin=subprocess.DEVNULL,
            process_group=0,
        )


class WorkerProcess:
    """A child that answers over a socket, one slice at a time."""

    def __init__(self, process: subprocess.Popen[bytes], reader: StreamReader, writer: StreamWriter) -> None:
        self.process = process
        self._reader = reader
        self._writer = writer

    async def ask(self, questions: Sequence[Question]) -> Reply:
        """The reply to one slice. Raises: WorkerError when the child ended or is silent."""
        self._writer.write(frame(questions))
        return await self.receive(decode_reply, ANSWER_SECONDS)

    async def receive(self, decode: Callable[[bytes], Told], seconds: float) -> Told:
        """What the next frame says. Raises: WorkerError."""
        try:
            async with asyncio.timeout(seconds):
                head = await self._reader.readexactly(LENGTH_BYTES)
                return decode(await self._reader.readexactly(int.from_bytes(head, "little")))
        except (IncompleteReadError, OSError, TimeoutError, msgspec.DecodeError) as error:
            raise WorkerError(f"Worker {self.process.pid} ended, is silent or talks nonsense: {error!r}.") from error

    def end(self) -> None:
        """Kill the child, whatever it does, and reap it."""
        self._writer.close()
        self.process.kill()
        self.process.wait()


def worker_environment(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """What a worker inherits: where its ephemeris is, and none of the secrets.

    >>> worker_environment({"LANG": "C", "GRAHAQL_SECRET_KEY": "hunter2"}, Path("/data"))
    {'LANG': 'C', 'SE_EPHE_PATH': '/data'}
    """
    kept = {name: text for name, text in environ.items() if not name.startswith(_SECRETS)}
    return {**kept, "SE_EPHE_PATH": str(folder)}
