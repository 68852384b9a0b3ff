"""`grahaql bulk` as a back office runs it, against `grahaql serve` with a worker."""

from __future__ import annotations

import gzip
import json
import signal
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.served import COMMAND, Service, environment, serving

FRAGMENT = "fragment Line on Chart { lagna { rashi } grahas { graha longitude rashi nakshatra } }"
BIRTH = {"date": "1990-03-15", "time": "10:30", "latitude": 19.076, "longitude": 72.878}
BROKEN = BIRTH | {"ref": "b", "zone": {"name": "Asia/Nowhere"}}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("command"), GRAHAQL_WORKERS="1") as started:
        yield started


def lines(*births: dict[str, object]) -> bytes:
    return b"".join(json.dumps(birth).encode() + b"\n" for birth in births)


def command(folder: Path, address: str, *words: str) -> list[str]:
    return [str(COMMAND), "bulk", *words, "--url", address]


def run(folder: Path, address: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, address, *words), cwd=folder, env=environment(folder), capture_output=True, text=True,
        timeout=90, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_a_file_of_births_becomes_a_file_of_results(service: Service, tmp_path: Path) -> None:
    (tmp_path / "births.jsonl.gz").write_bytes(gzip.compress(lines(*[BIRTH] * 100)))
    ended = run(tmp_path, service.address, "births.jsonl.gz", "--fragment", FRAGMENT)
    assert (ended.returncode, ended.stdout) == (0, "results.jsonl: 100 of 100 lines, 0 of them failed\n"), ended.stderr
    results = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    assert len(results) == 100
    assert results[0]["lagna"] == {"rashi": "TAURUS"}
    assert list(tmp_path.glob("*.part")) == []


def test_lines_that_failed_are_told_and_are_an_exit_code(service: Service, tmp_path: Path) -> None:
    (tmp_path / "births.jsonl").write_bytes(lines(BIRTH, BROKEN))
    ended = run(tmp_path, service.address, "births.jsonl", "--fragment", FRAGMENT, "--output", "all.csv")
    assert ended.returncode == 1
    assert "Birth 2 (b): " in ended.stderr
    assert "Asia/Nowhere" in ended.stderr
    assert (tmp_path / "all.csv").read_text().count("\n") == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["births.jsonl"], "Say what of each chart"),
        (["births.jsonl", "--fragment", "fragment A on Chart {"], "Syntax"),
        (["births.jsonl", "--fragment", "fragment A on Chart { nothing }"], "nothing"),
        (["broken.jsonl", "--fragment", FRAGMENT], "Line 2"),
        (["births.txt", "--fragment", FRAGMENT], "says no format"),
        (["absent.csv", "--fragment", FRAGMENT], "absent.csv"),
        ([], "Say either a FILE of births, or --operation"),
        (["--operation", "unknown"], "unknown"),
        (["births.jsonl", "--fragment", FRAGMENT, "--api-key-env", "NO_KEY"], "NO_KEY"),
    ],
    ids=lambda value: "" if isinstance(value, list) else value,
)
def test_what_is_wrong_is_told_and_is_an_exit_code(
    service: Service, tmp_path: Path, words: list[str], told: str
) -> None:
    (tmp_path / "births.jsonl").write_bytes(lines(BIRTH))
    (tmp_path / "births.txt").write_bytes(lines(BIRTH))
    (tmp_path / "broken.jsonl").write_bytes(lines(BIRTH) + b"{]\n")
    ended = run(tmp_path, service.address, *words)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_service_that_is_not_there_is_an_exit_code(tmp_path: Path) -> None:
    (tmp_path / "births.jsonl").write_bytes(lines(BIRTH))
    ended = run(tmp_path, "http://127.0.0.1:1", "births.jsonl", "--fragment", FRAGMENT)
    assert ended.returncode == 4
    assert "cannot be reached" in ended.stderr


def test_a_dry_run_tells_what_it_would_take(service: Service, tmp_path: Path) -> None:
    (tmp_path / "births.jsonl").write_bytes(lines(*[BIRTH] * 10))
    ended = run(tmp_path, service.address, "births.jsonl", "--fragment", FRAGMENT, "--dry-run")
    assert (ended.returncode, list(tmp_path.glob("results*"))) == (0, [])
    assert "10 births" in ended.stderr


def test_the_same_key_follows_the_same_operation(service: Service, tmp_path: Path) -> None:
    (tmp_path / "births.jsonl").write_bytes(lines(*[BIRTH] * 10))
    words = ["births.jsonl", "--fragment", FRAGMENT, "--idempotency-key", "one"]
    first, second = [run(tmp_path, service.address, *words).stderr for _ in range(2)]
    told = [line for line in first.splitlines() if "The operation is" in line]
    assert told
    assert told == [line for line in second.splitlines() if "The operation is" in line]


def test_Ctrl_C_in_a_script_cancels_and_keeps_what_is_done(service: Service, tmp_path: Path) -> None:
    (tmp_path / "births.jsonl").write_bytes(lines(*[BIRTH | {"longitude": n / 500} for n in range(60_000)]))
    words = command(tmp_path, service.address, "births.jsonl", "--fragment", FRAGMENT)
    process = subprocess.Popen(
        words, cwd=tmp_path, env=environment(tmp_path), stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "The operation is" in line:
            break
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 3, rest
    assert "was cancelled" in rest
    assert len((tmp_path / "results.jsonl").read_text().splitlines()) < 60_000


def test_a_connection_that_breaks_again_and_again_loses_no_line(service: Service, tmp_path: Path) -> None:
    (tmp_path / "births.jsonl").write_bytes(lines(*[BIRTH | {"ref": str(n)} for n in range(2_000)]))
    with cutting(service, after=150_000) as address:
        ended = run(tmp_path, address, "births.jsonl", "--fragment", FRAGMENT)
    assert ended.returncode == 0, ended.stderr
    assert len((tmp_path / "results.jsonl").read_bytes()) > 4 * 150_000
    run(tmp_path, service.address, "births.jsonl", "--fragment", FRAGMENT, "--output", "whole.jsonl")
    assert (tmp_path / "results.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


@contextmanager
def cutting(service: Service, after: int) -> Iterator[str]:
    """The address of a proxy before the service, which cuts each answer off after so many bytes."""
    host, port = service.address.removeprefix("http://").split(":")

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((host, int(port))) as server:
                asking = threading.Thread(target=passed_on, args=(self.request, server))
                asking.start()
                passed_on(server, self.request, after)
                asking.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as proxy:
        threading.Thread(target=proxy.serve_forever).start()
        yield f"http://127.0.0.1:{proxy.server_address[1]}"
        proxy.shutdown()


def passed_on(source: socket.socket, sink: socket.socket, most: int | None = None) -> None:
    """Pass bytes on to the end, or until so many were; then cut both off."""
    passed = 0
    with suppress(OSError):
        while (most is None or passed < most) and (data := source.recv(65_536)):
            passed += len(data)
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
