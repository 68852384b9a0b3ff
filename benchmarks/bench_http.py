"""The server on the wire beside a bare ASGI application that sends the same bytes on the same uvicorn.

Needs `wrk` (a Debian package). Each side is one process; both are loaded in turn in one run.
"""

from __future__ import annotations

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
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.births import FOLDER
from benchmarks.ratios import Aim, Measured, report

SECONDS = 2
CONNECTIONS = 16
REPETITIONS = 3
GRAHAS = "grahas { graha name rashi rashiNumber degreeInRashi bhava dignity retrograde part }"
BIRTH = '{date: "1990-03-15", time: "10:30", latitude: 19.076, longitude: 72.878, zone: {offset: "+05:30"}}'
SIXTEEN = f"{{ chart(birth: {BIRTH}) {{ vargas {{ code lagna {{ rashi }} {GRAHAS} }} }} }}"
KNOWN = "query One($birth: BirthInput!) { chart(birth: $birth) { lagna { rashi } } }"


@contextmanager
def served(application: str) -> Iterator[int]:
    """The port of a process that serves one of `benchmarks.applications`; it ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as state:
        environment = os.environ | {"SE_EPHE_PATH": str(FOLDER), "HOME": state, "GRAHAQL_LOG_LEVEL": "error"}
        command = [sys.executable, "-m", "benchmarks.applications", application, str(port)]
        process = subprocess.Popen(command, env=environment)
        try:
            _await_port(port)
            yield port
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


def rate(port: int, path: str, headers: dict[str, str], script: str = "") -> float:
    """Requests a second that wrk counts; every answer must be a 2xx or a 304."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("wrk is not installed: apt-get install wrk")
    lines = [argument for name, value in headers.items() for argument in ("-H", f"{name}: {value}")]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        lua.write(script)
        lua.flush()
        scripted = ["-s", lua.name] if script else []
        command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *lines, *scripted, f"http://127.0.0.1:{port}{path}"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told:
        raise SystemExit(told)
    return float(re.findall(r"Requests/sec:\s+([\d.]+)", told)[0])


def microseconds(port: int, path: str, headers: dict[str, str], script: str = "") -> float:
    """Median time of a request by the rate at which one process answers."""
    return 1e6 / statistics.median([rate(port, path, headers, script) for _ in range(REPETITIONS)])


def address(query: str) -> str:
    """The address of a query by GET."""
    return "/graphql?" + urllib.parse.urlencode({"query": query})


def etag(port: int, path: str) -> str:
    """The ETag of an answer."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        return str(answer.headers["etag"])


def new_birth_script() -> str:
    """A wrk script that posts the known document with another minute of birth each time."""
    body = (
        '{\\"query\\": \\"'
        + KNOWN
        + '\\", \\"variables\\": {\\"birth\\": {\\"date\\": \\"%s\\", \\"time\\": \\"10:30\\", '
        '\\"latitude\\": 19.076, \\"longitude\\": 72.878, \\"zone\\": {\\"offset\\": \\"+05:30\\"}}}}'
    )
    return f"""
local n = 0
wrk.headers["content-type"] = "application/json"
request = function()
  n = n + 1
  local date = string.format("%04d-%02d-%02d", 1900 + math.floor(n / 336) % 200, math.floor(n / 28) % 12 + 1, n % 28 + 1)
  return wrk.format("POST", nil, nil, string.format("{body}", date))
end
"""


def main() -> None:
    """Measure ours, the bare application and plain strawberry."""
    path = address(SIXTEEN)
    with served("grahaql") as ours, served("bare") as bare, served("strawberry") as strawberry:
        named = {"if-none-match": etag(ours, path)}
        plain = microseconds(bare, path, {})
        kept = microseconds(ours, path, {})
        rows = [
            Measured(
                Aim("GET kept, 16 vargas (rate ratio ≥ 0.85)", "bare ASGI, same bytes", at_most=1 / 0.85), kept, plain
            ),
            Measured(
                Aim("304 (rate ratio ≥ 1.1)", "bare ASGI, same bytes", at_most=1 / 1.1),
                microseconds(ours, path, named),
                plain,
            ),
            Measured(
                Aim("GET kept, 16 vargas", "plain strawberry view, same query", at_least=50),
                kept,
                microseconds(strawberry, path, {}),
            ),
            Measured(
                Aim("POST, known document, new birth, whole", "bare ASGI", at_most=None),
                microseconds(ours, "/graphql", {}, new_birth_script()),
                plain,
            ),
        ]
    report("HTTP, µs a request of one process", rows)


if __name__ == "__main__":
    main()
