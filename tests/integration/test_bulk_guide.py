"""docs/bulk.md as its reader follows it: every command, against `grahaql serve` with a worker."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.served import COMMAND, ROOT, Service, environment, serving

GUIDE = (ROOT / "docs" / "bulk.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="the commands are curl's, and it is not installed")

CSV = """ref,date,time,latitude,longitude,zone
a,1990-03-15,10:30,19.076,72.878,Asia/Kolkata
b,1961-08-04,19:24,21.3,-157.858,-10
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("guide")
    (folder / "births.csv").write_text(CSV)
    with serving(folder, GRAHAQL_WORKERS="1") as started:
        yield started


def block(marker: str) -> str:
    """The code block under a marker of the guide."""
    found = re.search(rf"<!-- {marker} -->\n```\w+\n(.*?)\n```\n", GUIDE, re.DOTALL)
    assert found, marker
    return found[1]


def run(service: Service, command: str) -> str:
    """What a command of the guide prints."""
    folder = service.log.parent
    ours = f"{COMMAND} bulk --url {service.address}"
    local = command.replace("http://localhost:8000", service.address).replace("grahaql bulk", ours)
    ended = subprocess.run(
        ["sh", "-c", local], env=environment(folder), cwd=folder, capture_output=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.decode()


def test_an_upload_is_answered_as_the_guide_says(service: Service) -> None:
    printed, said = json.loads(run(service, block("upload"))), json.loads(block("uploaded"))
    assert list(printed) == list(said)
    assert printed["births"] == said["births"]
    assert printed["uploadId"].startswith("u-")


def test_births_become_results_by_the_commands_of_the_guide(service: Service) -> None:
    folder = service.log.parent
    upload = json.loads(run(service, block("upload")))["uploadId"]
    submitted = json.loads(run(service, block("submit").replace("<uploadId>", upload)))["data"]["submitBulk"]
    assert submitted["problems"] == []
    id = submitted["operation"]["id"]
    assert run(service, f"grahaql bulk --operation {id} --output whole.jsonl").startswith("whole.jsonl: 2 of 2 lines")
    run(service, block("download").replace("<id>", id))
    assert (folder / "succeeded.csv").read_text().count("\n") == 3
    whole = (folder / "whole.jsonl").read_bytes()
    (folder / "results.jsonl").write_bytes(whole[:50])
    run(service, block("resume").replace("<id>", id))
    assert (folder / "results.jsonl").read_bytes() == whole


def test_the_command_of_the_guide_and_that_of_README_write_results(service: Service) -> None:
    assert run(service, block("command")) == "results.csv: 2 of 2 lines, 0 of them failed\n"
    assert run(service, block("estimate")) == ""
    readme = re.search(r"<!-- bulk -->\n```sh\n\.venv/bin/(.*?)\n```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert readme
    assert run(service, readme[1]) == "results.jsonl: 2 of 2 lines, 0 of them failed\n"


def test_every_command_of_the_guide_is_run_here() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    markers = re.findall(r"<!-- (\w+) -->\n```sh", GUIDE)
    assert len(markers) == GUIDE.count("```sh")
    assert [marker for marker in markers if f'block("{marker}")' not in here] == []
