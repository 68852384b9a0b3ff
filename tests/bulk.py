"""Bulk operations in tests: records on real servers, submissions, and a work that is cheap and exactly predictable."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from jobs import calls
from jobs.births import BirthRow, Row
from jobs.calls import Brief, Completion, Submission
from jobs.ledger import Ledger, key_of
from jobs.lines import Line, unpack
from jobs.record import Record, Taken, stored_of
from jobs.stores import ResultStore
from jobs.tuning import Limits, Tuning
from tests.redises import PrivateValkey

ROOT = Path(__file__).parents[1]

SERVERS = ("valkey", "redis", "cluster")
"""The embedded server, Debian's Redis 7.0, and a node of a cluster that has all slots."""

FOREVER = 4_000_000_000_000
"""Unix milliseconds, long after every test."""


@contextmanager
def server(kind: str, folder: Path, *options: str) -> Iterator[PrivateValkey]:
    """A running server of the kind, ended with the block."""
    program = None
    if kind == "redis":
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("redis-server is not on PATH (apt install redis-server)")
    if kind == "cluster":
        options = (*options, "--cluster-enabled", "yes", "--bind", "127.0.0.1", "--port", str(free_port()))
    found = PrivateValkey(folder, *options, program=Path(program) if program else None).start()
    try:
        if kind == "cluster":
            found.ask("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
            while b"cluster_state:ok" not in found.ask("CLUSTER", "INFO"):
                pass
        yield found
    finally:
        found.kill()


def free_port() -> int:
    """A port on loopback that was free just now; a cluster's node also takes the one 10,000 above."""
    while True:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port: int = found.getsockname()[1]
        if port < 55_000:
            return port


def births(count: int, first: int = 0) -> list[Row]:
    """Births that are told apart by their references."""
    return [BirthRow(str(first + n), "1990-03-15", "10:30", 19.076, 72.878) for n in range(count)]


def line(index: int, ref: str) -> Line:
    """What `Echo` makes of a birth: every tenth fails."""
    failed = int(ref) % 10 == 3
    body = {"problem": {"code": "TENTH"}} if failed else {"index": index, "ref": ref}
    return Line(index, json.dumps(body).encode(), "TENTH" if failed else None)


class Echo:
    """A work that repeats what it was given."""

    def run(self, rows: Sequence[Row], first: int) -> list[Line]:
        return [line(first + n, str(row.ref)) for n, row in enumerate(rows)]


def submission(
    id: str, total: int, *, client: str = "c", idempotency: str = "", payload: str = "p", selection: bytes = b""
) -> Submission:
    """One that its client may make."""
    brief = Brief(selection, b"settings")
    return Submission(
        id=id, client=client, total=total, expires=FOREVER, idempotency=idempotency, payload=payload, source=id, brief=brief
    )  # fmt: skip


class Bench:
    """A ledger on a server, with every call as a test wants it."""

    def __init__(self, url: str, tuning: Tuning | None = None) -> None:
        self.client = Redis.from_url(url)
        self.ledger = Ledger(self.client)
        self.tuning = tuning or Tuning()

    def submit(self, id: str, total: int, *, client: str = "c") -> str:
        """An operation that waits for a worker."""
        self.ledger.do(calls.create(submission(id, total, client=client), Limits(), self.tuning))
        self.ledger.do(calls.begin(id))
        return id

    def take(self) -> Taken:
        """The next chunk, which there must be."""
        found = self.ledger.do(calls.take("", self.tuning))
        assert found is not None
        return found

    def complete(self, taken: Taken, failed: int = 0, took_ms: int = 350) -> Completion:
        return self.ledger.do(calls.complete(taken, failed, took_ms, self.tuning))

    def run(self, failed_per_chunk: int = 0) -> int:
        """Take and complete whatever there is; answers how many births failed."""
        births = 0
        while (found := self.ledger.do(calls.take("", self.tuning))) is not None:
            failed = min(failed_per_chunk, found.item.length)
            assert self.complete(found, failed) is Completion.DONE
            births += failed
        return births

    def find(self, id: str) -> Record:
        found = self.ledger.find(id)
        assert found is not None
        return found

    def events(self, id: str) -> list[dict[str, str]]:
        """Its events, oldest first."""
        rows = [fields for _, fields in self.client.xrange("grahaql:{bulk}:events")]
        texts = [{name.decode(): value.decode() for name, value in fields.items()} for fields in rows]
        return [fields for fields in texts if fields["id"] == id]

    def close(self) -> None:
        self.client.close()


class Crew:
    """Worker processes over one server and one folder, restarted when they end, as a supervisor would."""

    def __init__(self, url: str, folder: Path, **started: Any) -> None:
        words = {"url": url, "folder": str(folder), **started}
        self._argv = [sys.executable, str(ROOT / "tests" / "bulk_worker.py"), json.dumps(words)]
        self._log = (folder.parent / "workers.log").open("ab")
        self.processes: list[subprocess.Popen[bytes]] = []
        self.codes: list[int] = []

    def start(self, count: int = 1) -> Crew:
        for _ in range(count):
            self.processes.append(self._started())
        return self

    def tend(self) -> None:
        """Start again what ended."""
        for place, process in enumerate(self.processes):
            code = process.poll()
            if code is not None:
                self.codes.append(code)
                self.processes[place] = self._started()

    def end(self) -> list[int]:
        """End all in order; answers their exit codes."""
        for process in self.processes:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        codes = [process.wait(30) for process in self.processes]
        self.processes.clear()
        return codes

    def close(self) -> None:
        """End whatever is left."""
        for process in self.processes:
            process.kill()
            process.wait()
        self._log.close()

    def _started(self) -> subprocess.Popen[bytes]:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(self._argv, env=environment, stdout=self._log, stderr=self._log)


def results(store: ResultStore, client: Redis, id: str) -> list[Line]:
    """All lines of an operation, in the order of its chunks."""
    parts = [stored_of(text).chunk for text in client.zrange(f"{key_of(id)}:parts", 0, -1)]
    return [line for part in parts for line in unpack(store.get(id, part.name))]


def expected(count: int) -> list[Line]:
    """What `Echo` makes of `births(count)`."""
    return [line(index, str(index)) for index in range(count)]
