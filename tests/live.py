"""A server of live answers in a process of its own, and the npm clients that ask it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "tests" / "integration" / "live_server.py"
CLIENTS = ROOT / "tests" / "integration" / "live_clients.mjs"
PACKAGES = (
    "graphql@16.15.0", "graphql-ws@6.4.2", "graphql-sse@2.6.1", "ws@8", "@apollo/client@4.3.8", "rxjs@7", "@urql/core@6.0.3",
)  # fmt: skip


class LiveServer(NamedTuple):
    """A running server; its address without a scheme."""

    process: subprocess.Popen[str]
    address: str


@contextmanager
def live_server() -> Iterator[LiveServer]:
    """The server on a free port of this machine, ended with the block."""
    command = [sys.executable, str(SCRIPT)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            address = f"127.0.0.1:{int(process.stdout.readline())}/graphql"
            httpx.get(f"http://{address}", params={"query": "{ __typename }"}, timeout=10).raise_for_status()
            yield LiveServer(process, address)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            finally:
                process.kill()


def install(folder: Path) -> str | None:
    """Install the clients; answers why not where that is not possible."""
    if not (shutil.which("node") and shutil.which("npm")):
        return "node and npm are not here"
    command = ["npm", "install", "--no-audit", "--no-fund", "--legacy-peer-deps", "--prefix", str(folder), *PACKAGES]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return "npm took too long"
    shutil.copy(CLIENTS, folder)
    return None if done.returncode == 0 else f"npm: {done.stderr[-300:]}"
