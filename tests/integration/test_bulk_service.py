"""`grahaql serve` and `grahaql worker` with their workers: a selection over births, from the outside."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
import orjson
import pytest

from graph.bulk import open_bulk
from graph.bulk_work import Selection
from jobs.births import BirthRow, FailedRow
from jobs.calls import Brief
from jobs.operations import Operations
from jobs.record import Record
from jobs.states import State
from jobs.submitting import Request
from runtime.children import EX_RECYCLED
from runtime.errors import EX_CONFIG
from runtime.settings import read_settings
from tests.served import COMMAND, MUMBAI, ROOT, Service, data, environment, logged, serving

DOCUMENT = "query ($birth: BirthInput!) { chart(birth: $birth) { lagna { longitude } grahas { graha longitude } } }"
BRIEF = Brief(msgspec.msgpack.encode(Selection(DOCUMENT)), b"")
PATIENCE_SECONDS = 40.0


def operations_of(service: Service) -> Operations:
    """Bulk operations as an API process of the service has them."""
    (started,) = [event for event in logged(service.log) if event["event"] == "redis.embedded"]
    settings = read_settings({"HOME": str(service.log.parent / "home"), "JOBS_URL": str(started["jobs"])})
    found = open_bulk(settings, bytes(32))
    assert found is not None
    return found


def start_workers(folder: Path, **variables: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([COMMAND, "worker"], env=environment(folder, **variables), cwd=folder)


async def finished(operations: Operations, id: str) -> Record:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return [event.operation async for event in operations.progress(id)][-1]


def pids_of(service: Service, kind: str) -> list[int]:
    started = [event for event in logged(service.log) if event["event"] == "child.started"]
    return [int(event["pid"]) for event in started if str(event["child"]).startswith(kind)]


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


async def test_a_selection_is_run_over_births_as_a_query_would_answer(tmp_path: Path) -> None:
    births = [
        BirthRow("a", "1990-03-15", "10:30", 19.076, 72.878),
        BirthRow("b", "1990-02-30", "10:30", 19.076, 72.878),
        FailedRow("c", "LINE_INVALID", "Line 3 is no birth.", "Mend it."),
    ]
    with serving(tmp_path, GRAHAQL_WORKERS="1") as service:
        operations = operations_of(service)
        submitted = await operations.submit(Request(client="c", births=births, brief=BRIEF))
        found = await finished(operations, submitted.operation.id)
        assert (found.state, found.done, found.failed) == (State.COMPLETED, 3, 2)
        lines = (await operations.results(found, 10)).lines
        assert orjson.loads(lines[0].body) == await data(DOCUMENT, {"birth": {**MUMBAI, "ref": "a"}})
        assert [line.code for line in lines] == [None, "DATE_INVALID", "LINE_INVALID"]
        assert orjson.loads(lines[1].body)["problem"]["path"]
        await operations.close()


def test_workers_that_die_are_started_again_and_nobody_else_notices(tmp_path: Path) -> None:
    with serving(tmp_path, GRAHAQL_WORKERS="2") as service:
        for pid in pids_of(service, "worker"):
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: len(pids_of(service, "worker")) >= 4)
        assert httpx.get(f"{service.address}/health/ready").status_code == httpx.codes.OK
        assert len(pids_of(service, "api")) == 1


SUPERVISED = """
import sys
import structlog
from runtime.children import ChildSpec
from runtime.supervisor import Supervisor

structlog.configure(processors=[structlog.processors.JSONRenderer()])
worker = ChildSpec(name="worker", argv=(sys.executable, "-c", f"raise SystemExit({sys.argv[1]})"), vital=False)
other = ChildSpec(name="other", argv=(sys.executable, "-c", "import time; time.sleep(60)"))
sys.exit(Supervisor([worker, other]).run())
"""


@pytest.mark.parametrize(
    ("code", "event"), [(EX_CONFIG, "child.ended"), (1, "child.ended"), (EX_RECYCLED, "child.recycled")]
)
def test_a_worker_that_ends_is_started_again_whatever_it_says(tmp_path: Path, code: int, event: str) -> None:
    log = tmp_path / "log"
    with log.open("wb") as output:
        argv = [sys.executable, "-c", SUPERVISED, str(code)]
        process = subprocess.Popen(argv, env=environment(tmp_path, PYTHONPATH=str(ROOT)), stdout=output)
    wait_until(lambda: sum(found["event"] == event for found in logged(log)) >= 3)
    assert process.poll() is None
    process.terminate()
    assert process.wait(30) == 0


async def test_workers_of_another_host_work_for_the_service(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        operations = operations_of(service)
        (started,) = [event for event in logged(service.log) if event["event"] == "redis.embedded"]
        state = str(service.log.parent / "home" / ".local" / "state" / "grahaql")
        variables = {"REDIS_URL": str(started["jobs"]), "GRAHAQL_WORKERS": "1", "GRAHAQL_STATE_DIR": state}
        workers = start_workers(tmp_path, **variables)
        births = [BirthRow(None, "1990-03-15", "10:30", 19.076, 72.878)] * 10
        submitted = await operations.submit(Request(client="c", births=births, brief=BRIEF))
        assert (await finished(operations, submitted.operation.id)).state is State.COMPLETED
        await operations.close()
        workers.terminate()
        assert workers.wait(30) == 0


def test_workers_alone_want_a_server(tmp_path: Path) -> None:
    found = subprocess.run([COMMAND, "worker"], env=environment(tmp_path), capture_output=True, check=False, timeout=30)
    assert found.returncode == 78
    assert b"REDIS_URL is unset" in found.stderr
