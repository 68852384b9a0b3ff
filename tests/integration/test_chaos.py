"""Everything is killed, stopped and cut off while births run; every line comes once, and who watches sees no step back.

`make chaos` runs it with 100,000 births. A run without the reconciler has to fail: so we know that the test sees loss.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from redis import Redis
from redis.exceptions import RedisError

from jobs.broker import Waker, make_broker
from jobs.calls import Brief
from jobs.errors import BulkError
from jobs.folder_store import FolderStore
from jobs.ids import Ids
from jobs.operations import Operations
from jobs.progress import Progress
from jobs.record import Record
from jobs.states import State
from jobs.submitting import Request
from jobs.tuning import Tuning
from runtime.clients import events_client, operations_client, wakes_client
from tests.bulk import Bench, Crew, births, expected, results
from tests.bulk_worker import Trouble
from tests.proxies import Proxy
from tests.redises import PrivateValkey

TUNING = Tuning(lease_ms=1_500, chunk_ms=200, lost_ms=2_000)
WORKERS = 2


class Run(NamedTuple):
    """One run of chaos.

    Args:
        births: how many; each takes *birth_seconds* of a worker.
        limit: seconds within which it has to be over.
    """

    seed: int
    births: int
    birth_seconds: float
    limit: float


class Chaos:
    """A server, workers over a proxy before it, and someone who watches."""

    def __init__(self, run: Run, sockets: Path, folder: Path, watch_seconds: float = 0.5) -> None:
        self.run = run
        self.valkey = PrivateValkey(sockets, "--appendonly", "yes", "--appendfsync", "everysec").start()
        self.proxy = Proxy(sockets / "p.sock", sockets / "v.sock")
        self.store = FolderStore(folder / "bulk")
        words = {"tuning": msgspec.to_builtins(TUNING), "watch_seconds": watch_seconds}
        self.direct = Crew(self.valkey.url, folder / "bulk", **words).start(WORKERS - 1)
        self.proxied = Crew(self.proxy.url, folder / "bulk", **words).start()
        waker = Waker(make_broker(None, wakes_client(self.valkey.url)))
        clients = operations_client(self.valkey.url), events_client(self.valkey.url)
        self.operations = Operations(*clients, self.store, waker, Ids(bytes(32)), tuning=TUNING)
        self.chance = random.Random(run.seed)
        self.faults: Counter[str] = Counter()
        self.seen: list[Progress] = []

    async def submit(self) -> str:
        """The operation, asked for twice, as a client does whose answer was lost."""
        selection = msgspec.json.encode(Trouble(seconds=self.run.birth_seconds))
        request = Request(
            client="c", births=births(self.run.births), brief=Brief(selection, b""), idempotency_key="once"
        )
        first, second = [await self.operations.submit(request) for _ in range(2)]
        assert (first.operation.id, second.reused) == (second.operation.id, True)
        return first.operation.id

    async def trouble(self) -> None:
        """One fault after another, until it is cancelled."""
        faults: list[Callable[[], Any]] = [
            self._kill_worker, self._kill_worker, self._stop_worker, self._stop_redis, self._kill_redis,
            self._cut_clients, self._silence,
        ]  # fmt: skip
        while True:
            await asyncio.sleep(self.chance.uniform(0.4, 1.2))
            fault = self.chance.choice(faults)
            self.faults[fault.__name__.removeprefix("_")] += 1
            await fault()

    async def tend(self) -> None:
        """What a supervisor does."""
        while True:
            self.direct.tend()
            self.proxied.tend()
            await asyncio.sleep(0.05)

    async def watch(self, id: str) -> None:
        """Follow, and come back with the last cursor whenever the connection was lost or one lost patience."""
        while True:
            after = self.seen[-1].cursor if self.seen else None
            try:
                async with asyncio.timeout(self.chance.uniform(1, 4)):
                    async for event in self.operations.progress(id, after):
                        self.seen.append(event)
                return
            except (TimeoutError, BulkError):
                await asyncio.sleep(0.1)

    def record(self, id: str) -> Record:
        bench = Bench(self.valkey.url)
        try:
            return bench.find(id)
        finally:
            bench.close()

    async def close(self) -> None:
        for crew in (self.direct, self.proxied):
            crew.close()
        await self.operations.close()
        self.proxy.close()
        self.valkey.kill()

    def _worker(self) -> int:
        return self.chance.choice([*self.direct.processes, *self.proxied.processes]).pid

    async def _kill_worker(self) -> None:
        _send(self._worker(), signal.SIGKILL)

    async def _stop_worker(self) -> None:
        pid = self._worker()
        _send(pid, signal.SIGSTOP)
        await asyncio.sleep(self.chance.uniform(1, 3))
        _send(pid, signal.SIGCONT)

    async def _stop_redis(self) -> None:
        self.valkey.pause()
        await asyncio.sleep(self.chance.uniform(0.5, 3))
        self.valkey.resume()

    async def _kill_redis(self) -> None:
        self.valkey.kill()
        await asyncio.sleep(self.chance.uniform(0, 0.5))
        await asyncio.to_thread(self.valkey.start)

    async def _cut_clients(self) -> None:
        for kind in ("normal", "pubsub"):
            try:
                await asyncio.to_thread(self.valkey.ask, "CLIENT", "KILL", "TYPE", kind)
            except RedisError:
                self.faults["cut_itself"] += 1

    async def _silence(self) -> None:
        self.proxy.silent = True
        await asyncio.sleep(self.chance.uniform(0.5, 3))
        self.proxy.silent = False


def _send(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):  # another fault was faster
        os.kill(pid, number)


@pytest.fixture
async def start(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> AsyncIterator[Callable[..., Chaos]]:
    started: list[Chaos] = []

    def start(run: Run, **more: float) -> Chaos:
        started.append(Chaos(run, tmp_path_factory.mktemp("c"), tmp_path, **more))
        return started[-1]

    yield start
    for chaos in started:
        await chaos.close()


async def endure(chaos: Chaos, id: str) -> bool:
    """Whether the operation came to its end, as its watcher was told, in the time it has."""
    tasks = [asyncio.create_task(task) for task in (chaos.trouble(), chaos.tend())]
    watching = asyncio.create_task(chaos.watch(id))
    try:
        await asyncio.wait([watching, *tasks], timeout=chaos.run.limit, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            assert not task.done(), task.exception()
        return watching.done()
    finally:
        for task in (*tasks, watching):
            task.cancel()
        await asyncio.wait([*tasks, watching])
        chaos.valkey.resume()
        chaos.proxy.silent = False


def check(chaos: Chaos, id: str) -> None:
    """Every line once and as it should be, the counts true, the end told once, no version twice."""
    found, events = chaos.record(id), [event.operation for event in chaos.seen]
    assert (found.state, found.done, found.readable) == (State.COMPLETED, chaos.run.births, chaos.run.births)
    with Redis.from_url(chaos.valkey.url) as client:
        lines = results(chaos.store, client, id)
        left = [name for name in client.scan_iter() if name.endswith((b":lease", b":again", b":tries", b":open"))]
    assert lines == expected(chaos.run.births)
    assert found.failed == sum(line.code is not None for line in lines)
    assert not left
    versions = [event.version for event in events]
    assert versions == sorted(versions)
    assert [event.state.finished for event in events] == [False] * (len(events) - 1) + [True]
    assert sum(event.new_lines for event in chaos.seen) == chaos.run.births


async def chaotic(chaos: Chaos) -> None:
    id, began = await chaos.submit(), time.monotonic()
    assert await endure(chaos, id), chaos.record(id)
    check(chaos, id)
    print(f"seed {chaos.run.seed}: {time.monotonic() - began:.1f} s, {dict(chaos.faults)}, {len(chaos.seen)} events")


async def test_a_short_run_loses_nothing(start: Callable[..., Chaos]) -> None:
    await chaotic(start(Run(seed=2, births=20_000, birth_seconds=0.001, limit=120.0)))


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_hundred_thousand_births_lose_nothing(start: Callable[..., Chaos], seed: int) -> None:
    await chaotic(start(Run(seed=seed, births=100_000, birth_seconds=0.0003, limit=400.0)))


@pytest.mark.long
async def test_without_the_reconciler_births_are_lost_and_this_test_sees_it(start: Callable[..., Chaos]) -> None:
    chaos = start(Run(seed=1, births=8_000, birth_seconds=0.001, limit=60.0), watch_seconds=0.0)
    id = await chaos.submit()
    assert not await endure(chaos, id)
    with pytest.raises(AssertionError):
        check(chaos, id)
