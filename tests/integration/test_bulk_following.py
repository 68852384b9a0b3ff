"""Bulk operations followed over every transport by real clients, and the guide's own documents, at a real service."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bulk_asker import Asker, asking, streamed
from tests.integration.test_guides import blocks
from tests.live import install
from tests.served import MUMBAI, serving

CLIENTS = Path(__file__).with_name("bulk_clients.mjs")


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    with serving(tmp_path_factory.mktemp("bulk"), GRAHAQL_WORKERS="2") as service, asking(service) as found:
        yield found


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clients")
    reason = install(folder)
    if reason:
        pytest.skip(reason)
    shutil.copy(CLIENTS, folder)
    return folder


def _of_guide(name: str, **variables: str) -> dict[str, Any]:
    (block,) = [block for block in blocks("docs/frontend.md") if block.kind == "bulk" and f" {name}(" in block.document]
    return {"query": block.document, "variables": block.variables | variables}


async def test_the_guide_is_executed_from_submitting_to_removing(asker: Asker) -> None:
    submitted = asker.data(**_flat(_of_guide("SubmitBulk")))["submitBulk"]
    assert submitted["problems"] == []
    id = submitted["operation"]["id"]
    events = await streamed(asker.address, _of_guide("BulkBar", id=id), "text/event-stream")
    assert events[-1]["data"]["bulkProgress"]["operation"]["state"] == "COMPLETED"
    page = asker.data(**_flat(_of_guide("BulkPage", id=id)))["bulkOperation"]
    (line,) = page["results"]["nodes"]
    assert (line["ref"], line["problem"], line["data"]["lagna"]) == ("c-1042", None, {"rashi": "TAURUS"})
    changed = asker.data(**_flat(_of_guide("Change", id=id)))
    assert changed["retryFailed"]["problems"] == changed["cancelBulk"]["problems"] == []
    assert changed["deleteBulk"] == {"deletedId": id, "problems": []}


def _flat(asked: dict[str, Any]) -> dict[str, Any]:
    return {"query": asked["query"], **asked["variables"]}


def _checked(events: list[dict[str, Any]], total: int) -> None:
    """The events of an operation that was followed to its end."""
    operations = [event["operation"] for event in events]
    versions = [operation["version"] for operation in operations]
    assert versions == sorted(set(versions))
    assert [operation["finished"] for operation in operations] == [False] * (len(events) - 1) + [True]
    assert (operations[-1]["state"], operations[-1]["done"]) == ("COMPLETED", total)
    assert sum(event["newLines"] for event in events) == total


@pytest.mark.parametrize("accept", ["text/event-stream", "multipart/mixed;subscriptionSpec=1.0"])
async def test_a_stream_of_HTTP_follows_to_the_end_and_goes_on_after_a_cursor(asker: Asker, accept: str) -> None:
    id = asker.submit({"inline": [{**MUMBAI, "time": f"10:{n % 60:02}:{n // 60 % 60:02}"} for n in range(1500)]})[
        "operation"
    ]["id"]
    told = await streamed(asker.address, _of_guide("BulkBar", id=id), accept)
    results = [event.get("payload", event) for event in told]
    events = [result["data"]["bulkProgress"] for result in results if result and "data" in result]
    _checked(events, 1500)
    again = await streamed(asker.address, _of_guide("BulkBar", id=id, after=events[0]["cursor"]), "text/event-stream")
    later = [event["data"]["bulkProgress"] for event in again]
    assert (later[-1]["operation"]["finished"], later[0]["gap"]) == (True, False)
    assert sum(event["newLines"] for event in later) == 1500 - events[0]["newLines"]


async def test_who_follows_nothing_is_told_before_the_first_event(asker: Asker) -> None:
    for variables, code in (
        ({"id": "b_nothing"}, "NOT_FOUND"),
        ({"id": asker.submit()["operation"]["id"], "after": "x"}, "CURSOR_INVALID"),
    ):
        (told,) = await streamed(asker.address, _of_guide("BulkBar", **variables), "text/event-stream")
        assert [error["extensions"]["code"] for error in told["errors"]] == [code]


@pytest.mark.parametrize("client", ["ws", "sse"])
def test_real_clients_follow_an_operation_to_its_end(client: str, asker: Asker, clients: Path) -> None:
    births = [{**MUMBAI, "time": f"11:{n % 60:02}:{n // 60 % 60:02}"} for n in range(1500)]
    id = asker.submit({"inline": births})["operation"]["id"]
    command = ["node", "bulk_clients.mjs", client, f"{asker.address}/graphql", json.dumps(_of_guide("BulkBar", id=id))]
    done = subprocess.run(command, cwd=clients, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    _checked([result["data"]["bulkProgress"] for result in json.loads(done.stdout)], 1500)
