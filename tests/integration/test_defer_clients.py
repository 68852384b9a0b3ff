"""Deferred fragments as real clients put them together, from a real server."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live import install
from tests.served import ROOT, serving

SCRIPT = ROOT / "tests" / "integration" / "defer_clients.mjs"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("service")) as service:
        yield f"{service.address}/graphql"


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clients")
    reason = install(folder)
    if reason:
        pytest.skip(reason)
    shutil.copy(SCRIPT, folder)
    return folder


def ask(clients: Path, name: str, address: str) -> dict[str, Any]:
    command = ["node", SCRIPT.name, name, address]
    done = subprocess.run(command, cwd=clients, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("apollo-20220824", "multipart/mixed;boundary=graphql;deferSpec=20220824"),
        ("apollo-17alpha9", "multipart/mixed;boundary=graphql;incrementalSpec=v0.2"),
        ("urql", "text/event-stream; charset=utf-8"),
    ],
)
def test_a_client_shows_the_light_fields_first_and_then_all(
    name: str, content: str, clients: Path, address: str
) -> None:
    told = ask(clients, name, address)
    assert told["contents"] == [content]
    first, *_, last = told["states"]
    assert (first["state"], last["state"]) == ("streaming", "complete")
    assert "varga" not in first["data"]["chart"]
    assert list(first["data"]["chart"]["grahas"][8]) == ["__typename", "graha"] or name == "urql"
    chart = last["data"]["chart"]
    assert chart["id"] == first["data"]["chart"]["id"]
    assert (chart["lagna"]["rashi"], chart["varga"]["code"]) == ("TAURUS", "D9")
    assert [sorted({*row} - {"__typename"}) for row in chart["grahas"]] == [["graha", "longitude"]] * 9


@pytest.mark.parametrize("name", ["ws", "sse", "sse-single"])
def test_graphql_ws_and_graphql_sse_get_the_pieces_as_results(name: str, clients: Path, address: str) -> None:
    first, last = ask(clients, name, address)["states"]
    assert first["pending"] == [{"id": "0", "path": ["chart"], "label": "heavy"}]
    assert "varga" not in first["data"]["chart"]
    assert last["completed"] == [{"id": "0"}]
    assert (first["hasNext"], last["hasNext"]) == (True, False)
    rows = {tuple(row.get("subPath", ())): row["data"] for row in last["incremental"]}
    assert rows[()]["varga"]["code"] == "D9"
    assert [rows["grahas", index].keys() for index in range(9)] == [{"longitude"}] * 9
