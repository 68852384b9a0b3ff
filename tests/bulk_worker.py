"""A worker of bulk operations whose work costs nothing: `python tests/bulk_worker.py '{"url": …, "folder": …}'`.

The selection says what it does beside repeating each birth's reference; see `Trouble`.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import structlog

from jobs.births import Row
from jobs.broker import make_broker
from jobs.folder_store import FolderStore
from jobs.ledger import Ledger
from jobs.lines import Line
from jobs.tuning import Tuning
from jobs.worker import Worker, WorkerSettings
from runtime.clients import records_client
from tests.bulk import Echo


class Trouble(msgspec.Struct, frozen=True):
    """What the work does to whom.

    Args:
        seconds: that each birth takes.
        kills: references of births that kill the worker.
        raises: references of births that raise.
        hangs: references of births that never end.
        unready: whether the work cannot be made.
    """

    seconds: float = 0.0
    kills: tuple[str, ...] = ()
    raises: tuple[str, ...] = ()
    hangs: tuple[str, ...] = ()
    unready: bool = False


class Troubled:
    """A work that repeats what it was given, and makes trouble."""

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble

    def run(self, births: Sequence[Row], first: int) -> list[Line]:
        for birth in births:
            if birth.ref in self._trouble.kills:
                os.kill(os.getpid(), signal.SIGKILL)
            if birth.ref in self._trouble.hangs:
                time.sleep(3600)
            if birth.ref in self._trouble.raises:
                raise ZeroDivisionError
        time.sleep(self._trouble.seconds * len(births))
        return Echo().run(births, first)


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """How a worker of the tests is started."""

    url: str
    folder: str
    broker_url: str | None = None
    tuning: Tuning = Tuning()
    chunks: int = 1_000_000
    stop_seconds: float = 10.0
    watch_seconds: float = 1.0


def make_work(selection: bytes, _settings: bytes) -> Troubled:
    trouble = msgspec.json.decode(selection or b"{}", type=Trouble)
    if trouble.unready:
        raise ZeroDivisionError
    return Troubled(trouble)


def main() -> None:
    started = msgspec.json.decode(sys.argv[1], type=Started)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    client = records_client(started.url)
    settings = WorkerSettings(
        name=f"worker-{os.getpid()}",
        tuning=started.tuning,
        chunks=started.chunks,
        memory_bytes=10**12,
        stop_seconds=started.stop_seconds,
        watch_seconds=started.watch_seconds,
    )
    broker = make_broker(started.broker_url, client)
    sys.exit(Worker(settings, Ledger(client), FolderStore(Path(started.folder)), broker, make_work).run())


if __name__ == "__main__":
    main()
