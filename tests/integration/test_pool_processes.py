"""The pool over real workers: the same bytes, whatever is killed, and an event loop that stays free."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from ephemeris import swiss
from ephemeris.chart import NatalChart
from ephemeris.errors import EphemerisError
from ephemeris.settings import PRESETS, settings
from ephemeris.varga_rules import SHODASHAVARGA
from resolvers.calculator import Inline, Pooled
from resolvers.engine import open_engine
from resolvers.keys import Keys
from resolvers.kinds import NATAL, VARGAS
from resolvers.pool import Pool
from resolvers.release import release
from resolvers.requests import NatalRequest, conventions, natal_request
from resolvers.workers import WorkerCommand, WorkerError, WorkerProcess
from tests.questions import MUMBAI, OUTSIDE, bare, question, varga_question

FOLDER = Path(os.environ["SE_EPHE_PATH"])
OPENED = swiss.open_ephemeris(FOLDER)
COMMAND = WorkerCommand(FOLDER, ("test",), release([OPENED.version, *OPENED.files, "test"]))
KEYS = Keys(bytes(32), "r")


class Watched:
    """A pool of real workers and the processes it ever had."""

    def __init__(self, size: int, command: WorkerCommand = COMMAND) -> None:
        self.command = command
        self.processes: list[subprocess.Popen[bytes]] = []
        self.pool = Pool(size, self._start)
        self.calculator = Pooled(KEYS, self.pool)

    async def _start(self) -> WorkerProcess:
        worker = await self.command.start()
        assert isinstance(worker, WorkerProcess)
        self.processes.append(worker.process)
        return worker


@pytest.fixture
async def pool() -> AsyncIterator[Watched]:
    watched = Watched(1)
    assert await watched.pool.started()
    yield watched
    await watched.calculator.close()
    assert all(process.returncode is not None for process in watched.processes)


def births(count: int) -> list[NatalRequest]:
    return [question(number) for number in range(count)]


def status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def environment(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


# ── the same answers ──


async def test_natal_charts_of_every_preset_are_the_same_bytes_as_here(pool: Watched) -> None:
    asked = [
        natal_request(question(number).instant, MUMBAI, conventions(settings(preset)), outer=bool(number % 2))
        for preset in PRESETS
        for number in range(20)
    ]
    there = await pool.calculator.compute(NATAL, asked)
    here = await Inline(KEYS).compute(NATAL, asked)
    assert [(request.token, written) for request, _, written in there] == [
        (request.token, written) for request, _, written in here
    ]
    for (_, one, _), (_, other, _) in zip(there, here, strict=True):
        assert isinstance(one, NatalChart)
        assert isinstance(other, NatalChart)
        assert one.frame.key == other.frame.key
        assert one.aspects == other.aspects


async def test_vargas_are_the_same_bytes_as_here(pool: Watched) -> None:
    charts = [
        answer for _, answer, _ in await Inline(KEYS).compute(NATAL, births(60)) if isinstance(answer, NatalChart)
    ]
    asked = [varga_question(chart, *SHODASHAVARGA, 144, 300) for chart in charts]
    there = await pool.calculator.compute(VARGAS, asked)
    here = await Inline(KEYS).compute(VARGAS, asked)
    assert [written for _, _, written in there] == [written for _, _, written in here]
    for (request, vargas, _), (_, others, _) in zip(there, here, strict=True):
        assert isinstance(vargas, tuple)
        assert isinstance(others, tuple)
        assert vargas[8].frame.natal is request.frame
        assert vargas[8].frame.key == others[8].frame.key


async def test_an_instant_outside_the_files_is_the_same_error_as_here(pool: Watched) -> None:
    asked = [*births(200), OUTSIDE]
    there = {request.token: answer for request, answer, _ in await pool.calculator.compute(NATAL, asked)}
    here = {request.token: answer for request, answer, _ in await Inline(KEYS).compute(NATAL, [OUTSIDE])}
    one, other = there[OUTSIDE.token], here[OUTSIDE.token]
    assert isinstance(one, EphemerisError)
    assert isinstance(other, EphemerisError)
    assert (one.code, one.message, one.remedy, one.path) == (other.code, other.message, other.remedy, other.path)
    assert sum(isinstance(answer, NatalChart) for answer in there.values()) == 200


async def test_an_engine_with_a_pool_answers_as_one_without() -> None:
    pooled, plain = (open_engine(FOLDER, bytes(32), None, pool_processes=size) for size in (1, 0))
    await pooled.cache.fetch(NATAL, births(100))  # starts the pool, answered here
    calculator = pooled.cache.calculator
    assert isinstance(calculator, Pooled)
    assert await calculator._pool.started()
    pooled.cache.clear_memory()
    one, other = await pooled.cache.fetch(NATAL, births(500)), await plain.cache.fetch(NATAL, births(500))
    assert list(map(bare, one)) == list(map(bare, other))
    await pooled.close()
    await plain.close()


# ── what may happen to a worker ──


@pytest.mark.parametrize("size", [1, 2])
async def test_workers_killed_in_the_middle_of_a_batch_spoil_nothing(size: int) -> None:
    watched = Watched(size)
    assert await watched.pool.started()
    asked = births(1500)
    request = asyncio.create_task(watched.calculator.compute(NATAL, asked))
    await asyncio.sleep(0.05)
    for process in list(watched.processes):
        process.send_signal(signal.SIGKILL)
    found = await request
    assert len(watched.processes) > size, "they were replaced"
    assert {recorded.token for recorded, _, _ in found} == {recorded.token for recorded in asked}
    assert all(isinstance(answer, NatalChart) for _, answer, _ in found)
    await watched.calculator.close()


async def test_a_cancelled_request_leaves_the_worker_free_for_the_next(pool: Watched) -> None:
    await pool.calculator.compute(NATAL, births(100))
    started = time.perf_counter()
    await pool.calculator.compute(NATAL, births(3000))
    whole = time.perf_counter() - started
    request = asyncio.create_task(pool.calculator.compute(NATAL, births(3000)))
    await asyncio.sleep(0.02)
    request.cancel()
    await asyncio.gather(request, return_exceptions=True)
    started = time.perf_counter()
    await pool.calculator.compute(NATAL, births(100))
    assert time.perf_counter() - started < whole / 2


async def test_a_worker_of_other_code_or_data_is_refused() -> None:
    with pytest.raises(WorkerError, match="release"):
        await msgspec.structs.replace(COMMAND, release="another").start()


async def test_a_worker_without_its_files_does_not_start(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WorkerError, match="ended"):
        await msgspec.structs.replace(COMMAND, folder=tmp_path).start()
    assert "sepl_18.se1 cannot be read" in capfd.readouterr().err


async def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkerError, match="No such file"):
        await msgspec.structs.replace(COMMAND, argv=(str(tmp_path / "none"),)).start()


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_their_parent(stop: signal.Signals) -> None:
    story = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from resolvers.engine import open_engine\n"
        "from resolvers.kinds import NATAL\n"
        "from tests.questions import question\n"
        "async def main():\n"
        "    engine = open_engine(Path(sys.argv[1]), bytes(32), None, pool_processes=2)\n"
        "    pool = engine.cache.calculator._pool\n"
        "    assert await pool.started()\n"
        "    print(*[worker.process.pid for worker in pool.workers], flush=True)\n"
        "    while True:\n"
        "        engine.cache.clear_memory()\n"
        "        await engine.cache.fetch(NATAL, [question(number) for number in range(1000)])\n"
        "asyncio.run(main())\n"
    )
    root = Path(__file__).parents[2]
    argv = (sys.executable, "-c", story, str(FOLDER))
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}
    ) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.send_signal(stop)
        parent.wait()
    deadline = time.monotonic() + 5
    while any(map(is_running, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(map(is_running, pids))


# ── what it is for ──


async def ninth_tenth_of_the_lags(watched: Watched, asked: list[NatalRequest]) -> float:
    lags: list[float] = []

    async def beat() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            lags.append(time.perf_counter() - before - 0.001)

    heart = asyncio.create_task(beat())
    gc.collect()
    gc.disable()
    try:
        await watched.calculator.compute(NATAL, asked)
    finally:
        gc.enable()
        heart.cancel()
    return sorted(lags)[len(lags) * 9 // 10]


async def test_the_event_loop_stays_free_while_a_thousand_charts_are_computed(pool: Watched) -> None:
    assert await ninth_tenth_of_the_lags(pool, births(1000)) < 0.01


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_a_worker_is_small(pool: Watched) -> None:
    await pool.calculator.compute(NATAL, births(1000))
    assert status(pool.processes[0].pid, "VmRSS") < 60_000


async def test_a_worker_has_none_of_the_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAHAQL_SECRET_KEY", "hunter2")
    monkeypatch.setenv("REDIS_URL", "redis://:hunter2@h")
    watched = Watched(1)
    assert await watched.pool.started()
    inherited = environment(watched.processes[0].pid)
    assert b"hunter2" not in inherited
    assert b"SE_EPHE_PATH" in inherited
    await watched.calculator.close()
