"""GrahaQL as its clients meet it: an engine in this process, and `grahaql serve` in processes of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from xingpan_ephemeris import get_ephe_path

from graph.app import AppSettings, create_app
from graph.compiled.plans import Compile
from graph.context import Context
from graph.engine_facts import engine_facts
from graph.operations import Operations
from graph.schema import schema
from resolvers.engine import Engine, open_engine

ROOT = Path(__file__).parents[1]
COMMAND = Path(sys.executable).with_name("grahaql")
GRAPHQL_JSON = "application/graphql-response+json"

MUMBAI: dict[str, Any] = {
    "date": "1990-03-15",
    "time": "10:30",
    "latitude": 19.076,
    "longitude": 72.878,
    "zone": {"name": "Asia/Kolkata"},
}
"""A birth for which two paid services were asked, too (`mumbai_1990` among the oracles)."""


COMPILED = Compile(os.environ.get("GRAHAQL_COMPILED", "again"))
"""Which operations are compiled, in this process and in those that it starts: the whole suite runs with each."""


@cache
def engine() -> Engine:
    """An engine with memory alone."""
    return open_engine(Path(get_ephe_path()), bytes(32), None)


@cache
def operations() -> Operations:
    """Operations on the schema."""
    return Operations(schema(), compiled=COMPILED)


def context() -> Context:
    """A fresh operation's way to the engine."""
    return Context(engine(), engine_facts(engine(), "/source.tar.gz"))


async def asked(document: str, variables: dict[str, Any] | None = None, name: str | None = None) -> dict[str, Any]:
    """The body of the answer to a document."""
    return (await operations().execute(document, variables, name, context())).body


async def data(document: str, variables: dict[str, Any] | None = None, name: str | None = None) -> dict[str, Any]:
    """The data of an answer that must have no errors."""
    body = await asked(document, variables, name)
    assert "errors" not in body, body["errors"]
    found: dict[str, Any] = body["data"]
    return found


def client() -> httpx.AsyncClient:
    """A client of the application in this process; what it raises comes out as 500."""
    transport = httpx.ASGITransport(create_app(engine(), AppSettings(compiled=COMPILED)), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://grahaql.test", headers={"accept": GRAPHQL_JSON})


class Service(NamedTuple):
    """A running `grahaql serve`."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path


def logged(log: Path) -> list[dict[str, Any]]:
    """The whole lines of a log, each an event."""
    return [json.loads(line) for line in log.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a newcomer's shell has, and *more*."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "GRAHAQL_COMPILED": COMPILED.value, **more}


@contextmanager
def serving(folder: Path, **more: str) -> Iterator[Service]:
    """`grahaql serve` on a free port, its home and log in *folder*, ended with the block."""
    home, log = folder / "home", folder / "log"
    home.mkdir()
    ours = {"GRAHAQL_PORT": "0", "GRAHAQL_API_PROCESSES": "1", "GRAHAQL_WORKERS": "0", "GRAHAQL_LOG_FORMAT": "json"}
    variables = environment(home, **ours | more)
    with log.open("wb") as output:
        process = subprocess.Popen([COMMAND, "serve"], env=variables, cwd=folder, stdout=output, stderr=output)
    try:
        yield Service(process, _address(process, log), log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where it listens, once it answers; it says so itself, for port 0 takes a free one."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        said = [str(event["at"]) for event in logged(log) if event["event"] == "service.starting"]
        if said and _is_ready(said[0].removesuffix("/graphql")):
            return said[0].removesuffix("/graphql")
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def _is_ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health/ready", timeout=5).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return _stat(pid)[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children_of(pid: int) -> list[int]:
    """The processes that a process started and that are still there."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if _stat(int(folder.name))[1] == str(pid):
                found.append(int(folder.name))
    return found


def _stat(pid: int) -> list[str]:
    """State, parent and the rest of what the kernel says of a process."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
