"""`/metrics` over the real processes of a service, one of which is killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.served import Service, logged, serving

PATIENCE_SECONDS = 30.0
FLUSHED_SECONDS = 1.3
"""Within which every process has flushed once more."""
API = {"api-0", "api-1"}
KEPT = {"query": "{ engine { firstDate } }"}


def figures(service: Service) -> dict[str, float]:
    """Every sum and level of a page, by its name and labels as they are written."""
    families = text_string_to_metric_families(page(service))
    rows = (row for family in families for row in family.samples if not row.name.endswith("_bucket"))
    return {
        f"{row.name}{''.join(f' {label}={row.labels[label]}' for label in sorted(row.labels))}": row.value
        for row in rows
    }


def page(service: Service) -> str:
    with httpx.Client(timeout=5) as one:  # a new connection: whichever process is free answers
        return one.get(f"{service.address}/metrics").raise_for_status().text


def ask(service: Service, times: int) -> None:
    """Ask over connections of their own, so that all processes answer."""
    for _ in range(times):
        httpx.get(f"{service.address}/graphql", params=KEPT, timeout=5).raise_for_status()


def requests_in(found: dict[str, float]) -> float:
    """GETs of GraphQL that were answered, from memory or not."""
    name = "http_server_request_duration_seconds_count kind={} method=GET status=2xx"
    return found.get(name.format("kept"), 0) + found.get(name.format("graphql"), 0)


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def processes(service: Service) -> dict[str, int]:
    """The process that each child was last started as."""
    return {event["child"]: event["pid"] for event in logged(service.log) if event["event"] == "child.started"}


def started(found: dict[str, float]) -> dict[str, float]:
    """When each process that is alive began."""
    name = "process_start_time_seconds process="
    return {key.removeprefix(name): value for key, value in found.items() if key.startswith(name)}


def test_a_killed_process_leaves_its_counts_and_nothing_else(tmp_path: Path) -> None:
    with serving(tmp_path, GRAHAQL_API_PROCESSES="2") as service:
        wait_for(lambda: set(started(figures(service))) >= API)
        ask(service, 40)
        time.sleep(FLUSHED_SECONDS)
        before = figures(service)
        assert requests_in(before) == 40
        files = sorted(path.name for path in (tmp_path / "home").rglob("metrics/*/*.db"))
        assert files

        for _ in range(2):
            began = started(figures(service))["api-0"]
            os.kill(processes(service)["api-0"], signal.SIGKILL)
            wait_for(lambda began=began: started(figures(service)).get("api-0", began) != began)
        ask(service, 10)
        time.sleep(FLUSHED_SECONDS)

        after = figures(service)
        assert requests_in(after) == 50
        assert set(started(after)) >= API
        assert after["cache_circuit_state state=closed"] == 2
        assert after["process_cpu_seconds_total process=api-0"] > before["process_cpu_seconds_total process=api-0"]
        assert sorted(path.name for path in (tmp_path / "home").rglob("metrics/*/*.db")) == files
        checked_by_promtool(page(service))


def checked_by_promtool(text: str) -> None:
    """Nothing, where promtool is not here: a unit test says so."""
    promtool = shutil.which("promtool")
    if promtool is not None:
        done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_port_of_their_own_is_where_figures_are_told_and_a_key_is_asked_for(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    key = "a-key-of-sixteen-or-more"
    own = {"GRAHAQL_METRICS_PORT": str(unused_tcp_port), "GRAHAQL_METRICS_KEY": key}
    with serving(tmp_path, **own) as service:
        address = f"http://127.0.0.1:{unused_tcp_port}/metrics"
        assert httpx.get(f"{service.address}/metrics").status_code == 404
        assert httpx.get(address).status_code == 401
        told = httpx.get(address, headers={"authorization": f"Bearer {key}"})
        assert (told.status_code, "grahaql_build_info" in told.text) == (200, True)
        assert key not in service.log.read_text()


def test_metrics_can_be_turned_off(tmp_path: Path) -> None:
    with serving(tmp_path, GRAHAQL_METRICS="false") as service:
        assert httpx.get(f"{service.address}/metrics").status_code == 404
        assert not list((tmp_path / "home").rglob("metrics"))


@pytest.mark.parametrize(
    ("name", "text"),
    [("GRAHAQL_METRICS_KEY", "short"), ("GRAHAQL_METRICS_OPERATIONS", "One,2two"), ("GRAHAQL_METRICS_PORT", "70000")],
)
def test_a_setting_of_metrics_that_cannot_be_is_refused_at_the_start(name: str, text: str) -> None:
    from runtime.errors import ConfigurationError
    from runtime.settings import read_settings

    with pytest.raises(ConfigurationError, match=name):
        read_settings({"HOME": "/home/a", name: text})
