"""Bulk operations end to end: rate, memory, the event loop meanwhile, events to a thousand subscribers, the first line.

Some 30 seconds; `--full` runs 100,000 births, `--million` a million.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from benchmarks.bulk_reference import FRAGMENT
from benchmarks.ratios import Aim, Measured, report
from graph.remote.operation import Operation, follow, submit, upload
from graph.remote.saving import save
from graph.remote.site import Site

WORKERS = 2
SUBSCRIBERS = 1000
CONFLATED_SECONDS = 0.25
"""Between two events of a subscriber: one that comes sooner waits by design."""

_LAG = re.compile(r'event_loop_lag_seconds_bucket\{[^}]*le="([^"]+)"[^}]*\} (\S+)')
_CURSOR = re.compile(rb'"cursor":"e\.(\d+)-')
_LINES = Path("results.jsonl")


class Service(NamedTuple):
    """A running `grahaql serve` with one API process and two workers."""

    address: str
    pid: int
    folder: Path

    @property
    def site(self) -> Site:
        """As a client asks it."""
        return Site(self.address)

    def peaks(self) -> dict[int, int]:
        """The most memory that each process had, in kB."""
        found = {pid: Path(f"/proc/{pid}/status").read_text() for pid in self.children()}
        return {pid: int(re.search(r"VmHWM:\s+(\d+)", text)[1]) for pid, text in found.items() if "VmHWM" in text}  # type: ignore[index]  # it is there

    def worker_seconds(self) -> float:
        """Processor time of all workers so far, their own and the kernel's for them."""
        ticks = 0
        for pid in self.children():
            if b"graph.bulk_worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def children(self) -> list[int]:
        """Its processes."""
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def lags(self) -> dict[float, float]:
        """How often the event loop of the API was late by at most so many seconds."""
        with urllib.request.urlopen(f"{self.address}/metrics") as answer:
            rows = _LAG.findall(answer.read().decode())
        found: dict[float, float] = {}
        for bound, count in rows:
            found[float(bound)] = found.get(float(bound), 0) + float(count)
        return found


@contextmanager
def serving() -> Iterator[Service]:
    """A service of its own, ended with the block."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        variables = {"HOME": text, "PATH": os.environ["PATH"], "GRAHAQL_PORT": "0", "GRAHAQL_API_PROCESSES": "1",
                     "GRAHAQL_WORKERS": str(WORKERS), "GRAHAQL_LOG_FORMAT": "json"}  # fmt: skip
        with (folder / "log").open("wb") as log:
            command = [str(Path(sys.executable).with_name("grahaql")), "serve"]
            process = subprocess.Popen(command, env=variables, cwd=folder, stdout=log, stderr=log)
        try:
            yield Service(_address(folder / "log"), process.pid, folder)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _address(log: Path) -> str:
    for _ in range(600):
        time.sleep(0.05)
        said = re.search(r'"at":\s*"(http://[^"]+)/graphql"', log.read_text())
        if said and log.read_text().count('"worker.started"') == WORKERS:
            return said[1]
    raise SystemExit(f"the service did not start: {log.read_text()}")


def write_births(file: Path, count: int, seed: int = 1) -> Path:
    """Births as JSON lines, the same for the same seed."""
    chance = random.Random(seed)
    with file.open("w", encoding="utf-8") as opened:
        for _ in range(count):
            date = f"{chance.randint(1900, 2099)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
            birth = {
                "date": date,
                "time": f"{chance.randint(0, 23):02}:{chance.randint(0, 59):02}",
                "latitude": round(chance.uniform(-60, 60), 4),
                "longitude": round(chance.uniform(-180, 180), 4),
                "zone": {"offset": "+05:30"},
            }
            opened.write(json.dumps(birth) + "\n")
    return file


class Ran(NamedTuple):
    """One operation: seconds from submitting to its end, and how it ended."""

    seconds: float
    last: Operation


def run(service: Service, births: Path) -> Ran:
    """Upload, submit and follow."""
    with births.open("rb") as body:
        id = upload(service.site, body, births.stat().st_size, {"Content-Type": "application/jsonl"})
    started = time.perf_counter()
    asked = {"births": {"uploadId": id}, "selection": {"fragment": FRAGMENT}}
    found = submit(service.site, asked).operation
    assert found is not None
    *_, last = follow(service.site, found.id)
    return Ran(time.perf_counter() - started, last)


class Bare(NamedTuple):
    """The bare engine: the slowest process' seconds, and processor time of all."""

    seconds: float
    cpu: float


def reference(folder: Path, births: Path) -> Bare:
    """The same lines by the bare engine in as many processes."""
    command = [sys.executable, "-m", "benchmarks.bulk_reference", str(births)]
    processes = [
        subprocess.Popen(
            [*command, str(folder / f"bare{n}"), str(n), str(WORKERS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for n in range(WORKERS)
    ]
    time.sleep(3.0)  # until each has read its births
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
    outputs = [[float(word) for word in process.communicate()[0].split()] for process in processes]
    return Bare(max(seconds for seconds, _ in outputs), sum(cpu for _, cpu in outputs))


def check_lines(service: Service, ran: Ran, folder: Path) -> None:
    """Both sides must have made the same lines."""
    save(service.site, ran.last.id, "jsonl", folder / _LINES, lambda _: None)
    ours = (folder / _LINES).read_bytes().splitlines()
    for number in range(WORKERS):
        if (folder / f"bare{number}").read_bytes().splitlines() != ours[number::WORKERS]:
            raise SystemExit("the reference makes other lines")


def p99_of(before: dict[float, float], after: dict[float, float]) -> float:
    """The least bound that 99 of 100 moments stayed within, in seconds."""
    counts = sorted((bound, count - before.get(bound, 0.0)) for bound, count in after.items())
    total = counts[-1][1]
    return next(bound for bound, count in counts if count >= 0.99 * total)


def rate(service: Service, count: int) -> list[Measured]:
    """Births a second beside the bare engine, and how late the event loop was meanwhile."""
    births = write_births(service.folder / "births.jsonl", count)
    before, cpu = service.lags(), service.worker_seconds()
    ran = run(service, births)
    lag, cpu = p99_of(before, service.lags()), service.worker_seconds() - cpu
    bare = reference(service.folder, births)
    check_lines(service, ran, service.folder)
    us = 1e6 / count
    name = f"a birth of {count:,}, by {WORKERS} workers"
    return [
        Measured(Aim(name, f"bare engine, {WORKERS} processes", at_most=2.0), ran.seconds * us, bare.seconds * us),
        Measured(Aim(f"{name}: processor time", "the same", at_most=2.0), cpu * us, bare.cpu * us),
        Measured(Aim("event loop late meanwhile, p99", "10 ms", at_most=1.0), lag * 1e6, 10_000),
    ]


def memory(service: Service, count: int) -> list[Measured]:
    """The most memory of any process, beside 300 MB."""
    run(service, write_births(service.folder / "more.jsonl", count, seed=2))
    return [peak_row(service, count)]


def peak_row(service: Service, count: int) -> Measured:
    """The most memory that any process had so far, in kB."""
    return Measured(Aim(f"memory at {count:,} births, kB", "300 MB", at_most=1.0), max(service.peaks().values()), 3e5)


def first_lines(service: Service, times: int = 20) -> Measured:
    """From submitting ten births to their first line, nothing else being done: the median."""
    birth = {
        "date": "1990-03-15",
        "time": "10:30",
        "latitude": 19.076,
        "longitude": 72.878,
        "zone": {"offset": "+05:30"},
    }
    waited = []
    for _ in range(times):
        time.sleep(0.3)
        started = time.perf_counter()
        asked = {"births": {"inline": [birth] * 10}, "selection": {"fragment": FRAGMENT}}
        found = submit(service.site, asked).operation
        assert found is not None
        with service.site.asked("GET", f"/bulk/{found.id}/results.jsonl", {}) as answer:
            line = answer.readline()
        while not line:
            with service.site.asked("GET", f"/bulk/{found.id}/results.jsonl", {}) as answer:
                line = answer.readline()
        waited.append(time.perf_counter() - started)
    return Measured(Aim("submit to first line, idle", "150 ms", at_most=1.0), statistics.median(waited) * 1e6, 150_000)


async def deliveries(service: Service, id: str) -> list[float]:
    """How late each event came to each of the subscribers, in seconds."""
    late: list[float] = []
    host, port = service.address.removeprefix("http://").split(":")
    body = json.dumps({"query": f'subscription {{ bulkProgress(id: "{id}") {{ cursor operation {{ id done }} }} }}'})
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: {host}\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )

    async def subscriber() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write((head + body).encode())
        due = time.time() + 1e9  # the first is the snapshot
        while data := await reader.read(65_536):
            now = time.time()
            for stamp in _CURSOR.findall(data):
                at = int(stamp) / 1000
                due = at if due > now + 1e6 else max(at, due + CONFLATED_SECONDS)
                late.append(now - due)
            if b"event: complete" in data:
                break
        writer.close()

    await asyncio.gather(*(subscriber() for _ in range(SUBSCRIBERS)))
    return late[SUBSCRIBERS:]


def subscribers(service: Service, count: int) -> Measured:
    """A thousand followers of one operation."""
    births = write_births(service.folder / "followed.jsonl", count, seed=3)
    with births.open("rb") as body:
        upload_id = upload(service.site, body, births.stat().st_size, {"Content-Type": "application/jsonl"})
    asked = {"births": {"uploadId": upload_id}, "selection": {"fragment": FRAGMENT}}
    found = submit(service.site, asked).operation
    assert found is not None
    late = statistics.quantiles(asyncio.run(deliveries(service, found.id)), n=100, method="inclusive")
    Console().print(f"{SUBSCRIBERS} subscribers: median {late[49] * 1000:.1f} ms, p99 {late[98] * 1000:.1f} ms")
    return Measured(Aim(f"event to {SUBSCRIBERS} subscribers, p99", "50 ms", at_most=1.0), late[98] * 1e6, 50_000)


def main() -> None:
    """Measure on a service of its own."""
    words = argparse.ArgumentParser()
    words.add_argument("--full", action="store_true")
    words.add_argument("--million", action="store_true")
    chosen, _ = words.parse_known_args()
    larger = 1_000_000 if chosen.million else 100_000 if chosen.full else 20_000
    with serving() as service:
        rows = [*rate(service, 10_000), peak_row(service, 10_000), first_lines(service), *memory(service, larger)]
        rows.append(subscribers(service, 10_000))
    report("Bulk operations, µs", rows, repetitions=1)


if __name__ == "__main__":
    main()
