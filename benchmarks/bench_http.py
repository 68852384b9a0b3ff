"""The server on the wire beside a bare ASGI application that sends the same bytes on the same uvicorn.

Needs `wrk` (a Debian package). Each side is one process; all are loaded in turn, round by round, and medians are compared.
Beside the time by the rate stands the processor time that the server took for a request: on a machine that does other things
too it is the steadier of the two.

What a POST costs outside its resolvers is the cost of the same POST to an application whose `chart` resolver has its answer
ready: everything is done but reading the birth, asking the loader and computing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from benchmarks.births import FOLDER
from benchmarks.ratios import Aim, Measured, report

SECONDS = 1
ROUNDS = 7
CONNECTIONS = 16
GRAHAS = "grahas { graha name rashi rashiNumber degreeInRashi bhava dignity retrograde part }"
BIRTH = '{date: "1990-03-15", time: "10:30", latitude: 19.076, longitude: 72.878, zone: {offset: "+05:30"}}'
SIXTEEN = f"{{ chart(birth: {BIRTH}) {{ vargas {{ code lagna {{ rashi }} {GRAHAS} }} }} }}"
KNOWN = "query One($birth: BirthInput!) { chart(birth: $birth) { lagna { rashi } } }"
PERSISTED = "/graphql/sha256:" + sha256(SIXTEEN.encode()).hexdigest()


class Server(NamedTuple):
    """A process that serves one of `benchmarks.applications`."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Processor time that it took so far, its own and the kernel's for it."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ask(self, path: str, body: object = None) -> dict[str, str]:
        """Headers of an answer."""
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", sent, _JSON)
        with urllib.request.urlopen(request) as answer:
            return {name.lower(): value for name, value in answer.headers.items()}


class Load(NamedTuple):
    """What one server is asked again and again."""

    server: Server
    path: str
    headers: Mapping[str, str] = MappingProxyType({})
    script: str = ""


class Cost(NamedTuple):
    """Microseconds of a request: by the rate of one process, and of its processor."""

    wall: float
    cpu: float


_JSON = {"content-type": "application/json"}


@contextmanager
def served(application: str) -> Iterator[Server]:
    """A process that serves one of `benchmarks.applications`; it ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as state:
        environment = os.environ | {"SE_EPHE_PATH": str(FOLDER), "HOME": state, "GRAHAQL_LOG_LEVEL": "error"}
        command = [sys.executable, "-m", "benchmarks.applications", application, str(port)]
        process = subprocess.Popen(command, env=environment)
        try:
            _await_port(port)
            yield Server(port, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)


def _await_port(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the server did not start")


def cost(load: Load) -> Cost:
    """What a request costs while wrk asks as fast as it is answered; every answer must be a 2xx or a 304."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("wrk is not installed: apt-get install wrk")
    lines = [argument for name, value in load.headers.items() for argument in ("-H", f"{name}: {value}")]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        lua.write(load.script)
        lua.flush()
        scripted = ["-s", lua.name] if load.script else []
        address = f"http://127.0.0.1:{load.server.port}{load.path}"
        before = load.server.cpu_seconds()
        command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *lines, *scripted, address]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        spent = load.server.cpu_seconds() - before
    if "Non-2xx" in told:
        raise SystemExit(told)
    [(count, rate)] = re.findall(r"(\d+) requests in .*Requests/sec:\s+([\d.]+)", told, re.DOTALL)
    return Cost(1e6 / float(rate), spent / int(count) * 1e6)


def costs(loads: Mapping[str, Load], rounds: int = ROUNDS) -> dict[str, Cost]:
    """The median costs of loads that take turns, after one round that does not count."""
    rows = [{name: cost(load) for name, load in loads.items()} for _ in range(rounds + 1)][1:]
    return {name: Cost(*map(statistics.median, zip(*[found[name] for found in rows], strict=True))) for name in loads}


def new_birth_script() -> str:
    """A wrk script that posts the known document with another minute of birth each time, in every round."""
    body = {
        "query": KNOWN,
        "variables": {
            "birth": {
                "date": "%04d-%02d-%02d", "time": "%02d:%02d",
                "latitude": 19.076, "longitude": 72.878, "zone": {"offset": "+05:30"},
            }
        },
    }  # fmt: skip
    return f"""
local n = os.time() * 50000
wrk.headers["content-type"] = "application/json"
request = function()
  n = n + 1
  local day, month, year = math.floor(n / 1440) % 28 + 1, math.floor(n / 40320) % 12 + 1, 1900 + math.floor(n / 483840) % 200
  return wrk.format("POST", nil, nil, string.format([[{json.dumps(body)}]], year, month, day, math.floor(n / 60) % 24, n % 60))
end
"""


def persisted(server: Server) -> dict[str, str]:
    """The document made known as Apollo's client does, and asked once by its id; that answer's headers."""
    digest = PERSISTED.rpartition(":")[2]
    server.ask("/graphql", {"query": SIXTEEN, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}})
    return server.ask(PERSISTED)


AIMS = (
    ("kept", Aim("GET kept, 16 vargas (rate ratio ≥ 0.85)", "bare ASGI, same bytes", at_most=1 / 0.85), "bare"),
    ("counted", Aim("the same with metrics (rate ratio ≥ 0.8)", "bare ASGI, same bytes", at_most=1 / 0.8), "bare"),
    ("named", Aim("304 (rate ratio ≥ 1.1)", "bare ASGI, same bytes", at_most=1 / 1.1), "bare"),
    ("kept", Aim("GET kept, 16 vargas", "plain strawberry view, same query", at_least=50), "strawberry"),
    ("ready", Aim("POST, known document, new birth, outside its resolvers", "bare ASGI", at_most=6), "bare"),
    ("whole", Aim("POST, known document, new birth, whole", "bare ASGI"), "bare"),
)
"""What is loaded, what is asked of it, and what it is compared with."""


def main() -> None:
    """Measure ours, the bare application and plain strawberry."""
    with (
        served("grahaql") as ours,
        served("bare") as bare,
        served("strawberry") as strawberry,
        served("ready") as ready,
        served("counted") as counted,
    ):
        etag = persisted(ours)["etag"]
        persisted(counted)
        query = "/graphql?" + urllib.parse.urlencode({"query": SIXTEEN})
        found = costs(
            {
                "bare": Load(bare, PERSISTED),
                "kept": Load(ours, PERSISTED),
                "counted": Load(counted, PERSISTED),
                "named": Load(ours, PERSISTED, {"if-none-match": etag}),
                "ready": Load(ready, "/graphql", script=new_birth_script()),
                "whole": Load(ours, "/graphql", script=new_birth_script()),
                "strawberry": Load(strawberry, query),
            }
        )
    by_rate = [Measured(aim, found[side].wall, found[other].wall) for side, aim, other in AIMS]
    by_cpu = [Measured(_of_cpu(aim), found[side].cpu, found[other].cpu) for side, aim, other in AIMS]
    report("HTTP, µs a request of one process", [*by_rate, *by_cpu], ROUNDS)


def _of_cpu(aim: Aim) -> Aim:
    return aim._replace(work=f"{aim.work}: processor time")


if __name__ == "__main__":
    main()
