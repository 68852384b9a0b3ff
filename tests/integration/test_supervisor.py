"""The supervisor over real processes: it restarts what dies, ends everything in order, and leaves nothing behind."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from runtime.api_children import listen
from runtime.errors import ConfigurationError

ROOT = Path(__file__).parents[2]

APP = """
import asyncio, os, socket, sys, uvicorn

async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    if scope["path"] == "/slow":
        await asyncio.sleep(0.5)
    if scope["path"] == "/hang":
        await asyncio.sleep(60)
    shown = " ".join(os.environ.get(name, "-") for name in ("GRAHAQL_SLOT", "SE_EPHE_PATH", "CACHE_URL", "JOBS_URL"))
    body = f"{os.getpid()} {shown}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})

config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])
"""

SERVICE = """
import os, sys
from runtime.api_children import api_children, listen
from runtime.embedded import provide_redis
from runtime.logs import configure_logs
from runtime.settings import read_settings
from runtime.state import open_state
from runtime.supervisor import Supervisor
import structlog

settings = read_settings(os.environ)
configure_logs(settings)
settings, servers = provide_redis(settings, open_state(settings.state_dir))
listener = listen(settings.host, settings.port)
structlog.get_logger().info("listening", port=listener.getsockname()[1], pid=os.getpid())
specs = api_children(settings, [listener], lambda fds: [sys.executable, *sys.argv[1:], *map(str, fds)], os.environ)
supervisor = Supervisor(specs, listeners=[listener], servers=servers, grace_seconds=settings.grace_seconds)
sys.exit(supervisor.run())
"""


class Service:
    """A supervisor in a process of its own, and what it logged so far."""

    def __init__(self, folder: Path, *command: str, **environ: str) -> None:
        environment = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "GRAHAQL_PORT": "0", "GRAHAQL_API_PROCESSES": "2",
            "GRAHAQL_STATE_DIR": str(folder / "state"), "REDIS_URL": "redis://cache.invalid", **environ,
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVICE, *command], env=environment, cwd=folder, stdout=subprocess.PIPE
        )
        self.events: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.port = self.wait_for("listening")["port"]

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in list(self.events) if event["event"] == kind]

    def wait_for(self, kind: str, count: int = 1, limit: float = 5.0) -> dict[str, Any]:
        deadline = time.monotonic() + limit
        while len(self.of(kind)) < count:
            assert time.monotonic() < deadline, f"{count} × {kind} not within {limit} s: {self.events}"
            time.sleep(0.01)
        return self.of(kind)[count - 1]

    def pids(self) -> dict[str, int]:
        """The process that each child was last started as."""
        return {event["child"]: event["pid"] for event in self.of("child.started")}

    def get(self, path: str = "/", limit: float = 5.0) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=limit)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def ended(self, limit: float = 5.0) -> int:
        code = self.process.wait(limit)
        self._reader.join(limit)
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reader.join(2.0)
        if not self._reader.is_alive() and self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Starts a service of the small application, or of *program* in its place."""
    services: list[Service] = []

    def serve(program: str = APP, **environ: str) -> Service:
        (tmp_path / "program.py").write_text(program)
        services.append(Service(tmp_path, "program.py", **environ))
        return services[-1]

    yield serve
    for service in services:
        service.close()


def is_running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def assert_gone(pids: list[int], limit: float = 2.0) -> None:
    deadline = time.monotonic() + limit
    while any(map(is_running, pids)):
        assert time.monotonic() < deadline, f"still running after {limit} s: {[pid for pid in pids if is_running(pid)]}"
        time.sleep(0.01)


class Load:
    """Four clients that ask without pause, on a new connection each time, and ask once more when one breaks.

    That is what browsers and proxies do with a GET: nothing else can save what a killed process had already accepted.
    A refused connection is not asked again: there must be none.
    """

    def __init__(self, service: Service) -> None:
        self.answered = 0
        self.broken = 0
        self.failures: list[str] = []
        self._service, self._over = service, threading.Event()
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(4)]

    def _ask(self) -> None:
        while not self._over.is_set():
            try:
                self._get_at_most_twice()
                self.answered += 1
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))

    def _get_at_most_twice(self) -> None:
        try:
            self._service.get()
        except (ConnectionResetError, http.client.IncompleteRead):
            self.broken += 1
            self._service.get()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(5.0)


def test_children_share_one_socket_and_know_their_slot_and_paths(serve: Callable[..., Service]) -> None:
    service = serve()
    seen: dict[str, int] = {}
    deadline = time.monotonic() + 4.0
    while len(seen) < 2 and time.monotonic() < deadline:
        pid, slot, ephemeris, *urls = service.get().split()
        seen[slot] = int(pid)
        assert Path(ephemeris, "semo_18.se1").is_file()
        assert urls == ["redis://cache.invalid?db=1", "redis://cache.invalid"]
    assert seen == {name.removeprefix("api-"): pid for name, pid in service.pids().items()}


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM])
def test_ending_one_process_loses_no_request(serve: Callable[..., Service], blow: signal.Signals) -> None:
    service = serve()
    service.get()
    before = service.pids()
    with Load(service) as load:
        time.sleep(0.3)
        os.kill(before["api-0"], blow)
        service.wait_for("child.started", 3)
        time.sleep(0.5)
    assert (load.answered > 200, load.failures) == (True, [])
    assert load.broken <= 4, "at most what the process had in its hands: one request of each client"
    (ended,) = service.of("child.ended")
    assert (ended["child"], ended["pid"], ended["again_in_seconds"]) == ("api-0", before["api-0"], 0.1)
    assert service.pids()["api-1"] == before["api-1"]
    assert service.process.poll() is None


@pytest.mark.parametrize("request_to_stop", [signal.SIGTERM, signal.SIGINT])
def test_a_request_to_stop_lets_requests_finish_and_ends_everything(
    serve: Callable[..., Service], request_to_stop: signal.Signals
) -> None:
    service = serve()
    service.get()
    answers: list[str] = []
    slow = threading.Thread(target=lambda: answers.append(service.get("/slow")))
    slow.start()
    time.sleep(0.2)
    service.process.send_signal(request_to_stop)
    began = time.monotonic()
    assert service.ended() == 0
    slow.join(5.0)
    assert len(answers) == 1
    assert time.monotonic() - began < 2.0
    assert_gone(list(service.pids().values()))
    with pytest.raises(ConnectionRefusedError):
        service.get()


@pytest.mark.parametrize("second_signal", [False, True])
def test_what_hangs_is_killed_after_the_grace_period_or_a_second_signal(
    serve: Callable[..., Service], *, second_signal: bool
) -> None:
    grace = 30.0 if second_signal else 0.5
    service = serve(GRAHAQL_GRACE_SECONDS=str(grace))
    service.get()
    hanging = socket.create_connection(("127.0.0.1", service.port))
    hanging.sendall(b"GET /hang HTTP/1.1\r\nhost: x\r\n\r\n")
    time.sleep(0.2)
    service.process.terminate()
    service.wait_for("service.stopping")
    time.sleep(0.2)
    with pytest.raises(ConnectionRefusedError):
        service.get()
    if second_signal:
        service.process.terminate()
    assert service.ended(limit=2.0) == 0
    assert_gone(list(service.pids().values()))
    hanging.close()


def test_a_child_that_refuses_its_configuration_ends_the_service_with_78(serve: Callable[..., Service]) -> None:
    service = serve("import os, sys, time\nif os.environ['GRAHAQL_SLOT'] == '0': sys.exit(78)\ntime.sleep(60)")
    assert service.ended() == 78
    (failed,) = service.of("service.failed")
    assert (failed["child"], failed["code"]) == ("api-0", 78)
    assert_gone(list(service.pids().values()))


def test_a_child_that_fails_its_first_start_ends_the_service_with_its_code(serve: Callable[..., Service]) -> None:
    assert serve("raise SystemExit(3)").ended() == 3


def test_a_child_that_keeps_dying_is_restarted_ever_more_slowly(serve: Callable[..., Service]) -> None:
    service = serve("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", GRAHAQL_API_PROCESSES="1")
    service.wait_for("child.ended", 4)
    assert [event["again_in_seconds"] for event in service.of("child.ended")] == [0.1, 0.2, 0.4, 0.8]
    assert {event["code"] for event in service.of("child.ended")} == {-9}
    service.process.terminate()
    assert service.ended() == 0


def test_a_killed_supervisor_leaves_nothing_running(serve: Callable[..., Service], tmp_path: Path) -> None:
    service = serve(REDIS_URL="")
    service.get()
    servers = [pid for pid in _children(service.process.pid) if pid not in service.pids().values()]
    assert len(servers) == 2
    service.process.kill()
    service.process.wait()
    assert_gone([*service.pids().values(), *servers])


def test_private_servers_are_restarted_and_end_last(serve: Callable[..., Service], tmp_path: Path) -> None:
    service = serve(REDIS_URL="")
    urls = service.get().split()[3:]
    assert urls == [f"unix://{tmp_path}/state/{name}.sock" for name in ("cache", "jobs")]
    (jobs_server,) = [pid for pid in _children(service.process.pid) if "jobs.sock" in _command(pid)]
    os.kill(jobs_server, signal.SIGKILL)
    service.wait_for("child.ended")
    service.wait_for("child.started", 3)
    assert service.pids()["redis-jobs"] != jobs_server
    assert service.get().split()[3:] == urls
    service.process.terminate()
    assert service.ended() == 0
    assert_gone(list(service.pids().values()))


def test_a_taken_port_and_a_foreign_host_are_named() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
        with pytest.raises(ConfigurationError, match=f"GRAHAQL_PORT='{port}': Listening on 127.0.0.1 failed"):
            listen("127.0.0.1", port)
    with pytest.raises(ConfigurationError, match=r"GRAHAQL_HOST='host\.invalid'"):
        listen("host.invalid", 0)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
