"""What a newcomer does, in the order of README: start the server, send the query, read the answer, print the chart, stop."""

from __future__ import annotations

import io
import json
import re
import shutil
import signal
import subprocess
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.oracles import load
from tests.served import COMMAND, ROOT, Service, children_of, environment, is_running, serving

README = (ROOT / "README.md").read_text(encoding="utf-8")
SHORT = {"ARIES": "Ar", "TAURUS": "Ta", "GEMINI": "Ge", "CANCER": "Cn", "LEO": "Le", "VIRGO": "Vi", "LIBRA": "Li",
         "SCORPIO": "Sc", "SAGITTARIUS": "Sg", "CAPRICORN": "Cp", "AQUARIUS": "Aq", "PISCES": "Pi"}  # fmt: skip
PRINTED_ARCSECONDS = 0.1
"""What is left between the service asked in 2026 and us: its files are older."""


def block(marker: str) -> str:
    """The code block under a marker of README."""
    found = re.search(rf"<!-- {marker} -->\n```\w+\n(.*?)\n```\n", README, re.DOTALL)
    assert found, marker
    return found[1]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("newcomer")) as started:
        yield started


@pytest.fixture(scope="module")
def printed() -> dict[str, Any]:
    """The chart that README prints."""
    chart: dict[str, Any] = json.loads(block("answer"))["data"]["chart"]
    return chart


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The lines of the chart on a terminal, by README's own command."""
    home = tmp_path_factory.mktemp("terminal")
    command = block("chart").replace(".venv/bin/grahaql", str(COMMAND))
    ended = subprocess.run(
        ["sh", "-c", command], env=environment(home), cwd=home, capture_output=True, timeout=30, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    return ended.stdout.decode().splitlines()


@pytest.mark.skipif(shutil.which("curl") is None, reason="README's command is curl's, and it is not installed")
def test_the_command_of_README_gives_the_answer_of_README(service: Service, tmp_path: Path) -> None:
    command = block("query")
    assert command.count("http://localhost:8000/") == 1
    ended = subprocess.run(
        ["sh", "-c", command.replace("http://localhost:8000", service.address)],
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == json.loads(block("answer"))


def degrees(text: str) -> float:
    whole, minutes, seconds = re.fullmatch(r"(\d+)°(\d\d)'(\d\d\.\d\d)\"", text).groups()  # type: ignore[union-attr]
    return int(whole) + int(minutes) / 60 + float(seconds) / 3600


def test_the_answer_of_README_is_what_a_paid_service_answered_for_the_same_birth(printed: dict[str, Any]) -> None:
    mumbai = next(row for row in load("commercial_api_refs.json")["births"] if row["id"] == "mumbai_1990")
    theirs = mumbai["astrologyapi"]["planets"]
    assert len(printed["grahas"]) == 9
    for row in printed["grahas"]:
        service = theirs[row["graha"]]
        assert (row["rashi"].title(), row["bhava"]) == (service["sign"], service["house"])
        assert degrees(row["text"]) == pytest.approx(service["fullDegree"] % 30, abs=PRINTED_ARCSECONDS / 3600)
    assert printed["lagna"]["rashi"].title() == theirs["Ascendant"]["sign"]


def test_the_terminal_prints_the_numbers_of_README(printed: dict[str, Any], page: list[str]) -> None:
    rows = {line.split()[0].upper(): line.split() for line in page if line.strip()}
    divided = {row["graha"]: row["rashi"] for row in printed["navamsha"]["grahas"]}
    for row in printed["grahas"]:
        line = " ".join(rows[row["graha"]])
        whole, rest = row["text"].split("°")
        assert f"{whole} {SHORT[row['rashi']]} {rest.replace(chr(39), chr(39) + ' ', 1)}" in line
        assert line.endswith(f" {SHORT[divided[row['graha']]]}")
    lagna, star = printed["lagna"], printed["lagna"]["nakshatra"].title()
    assert rows["LAGNA"][2] == SHORT[lagna["rashi"]]
    assert f"{star} {lagna['pada']}" in " ".join(rows["LAGNA"])


def test_the_service_says_that_it_is_ready(service: Service) -> None:
    ready = httpx.get(f"{service.address}/health/ready", timeout=10)
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "ephemeris": "up", "redis": "up"})


def test_the_source_that_the_service_names_has_the_code_and_the_licence(service: Service) -> None:
    query = {"query": "{ engine { sourceUrl } }"}
    answer = httpx.post(f"{service.address}/graphql", json=query, timeout=10).json()
    assert "errors" not in answer, answer
    named = answer["data"]["engine"]["sourceUrl"]
    fetched = httpx.get(f"{service.address}{named}", timeout=10)
    assert named == "/source.tar.gz"
    with tarfile.open(fileobj=io.BytesIO(fetched.content), mode="r:gz") as archive:
        names = set(archive.getnames())
        licence = archive.extractfile("grahaql/LICENSE")
        assert licence
        assert licence.read() == (ROOT / "LICENSE").read_bytes()
    for room in ("ephemeris", "graph", "jobs", "resolvers", "runtime"):
        ours = {f"grahaql/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / room).rglob("*.py")}
        assert ours <= names
    assert {"grahaql/NOTICE", "grahaql/resolvers/data/zones.zip", "grahaql/graph/locale/hi.toml"} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith("/")]


def test_README_names_only_files_that_are_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_SIGTERM_ends_the_service_with_0_and_leaves_no_process(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        running = [service.process.pid, *children_of(service.process.pid)]
        assert len(running) >= 4, "a supervisor, an API process, two private servers"
        assert all(map(is_running, running))
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(30) == 0
    deadline = time.monotonic() + 5
    while any(map(is_running, running)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [pid for pid in running if is_running(pid)] == []
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{service.address}/health/live", timeout=5)
