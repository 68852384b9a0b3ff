"""Metrics: what is counted in plain integers comes out over all processes, bounded, and with nothing personal in it."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from graph.app import AppSettings, create_app
from graph.counts import NAMES_MAX, OTHER, OperationNames
from graph.figures import METRICS
from graph.metrics_page import MetricsAccess
from graph.operations import Begun
from resolvers.documents import DocumentStore
from runtime.metrics.files import MetricFiles, page
from runtime.metrics.flusher import Metrics
from runtime.metrics.folder import open_metrics_folder
from runtime.metrics.process import PROCESS_METRICS
from runtime.metrics.rows import Label, Metric, Reading, Type
from runtime.metrics.spread import Spread
from tests.served import GRAPHQL_JSON, MUMBAI, context, engine, operations

ROWS = Metric("rows_total", Type.COUNTER, "Rows.", (Label("kind", ("a", "b")),))
OPEN = Metric("open_doors", Type.GAUGE, "Doors that are open.")
BUILT = Metric("build_info", Type.GAUGE, "What runs.", greatest=True)
TIME = Metric("work_seconds", Type.HISTOGRAM, "Time of work.")
CHART = "query Chart($birth: BirthInput!) { chart(birth: $birth) { lagna { rashi } varga(division: 9) { code } } }"

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: bytes) -> Samples:
    """Every value of a page, by name and labels."""
    families = text_string_to_metric_families(text.decode())
    return {(row.name, tuple(sorted(row.labels.items()))): row.value for family in families for row in family.samples}


def value(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((name, tuple(sorted(labels.items()))))


def spread(*values: float) -> Spread:
    made = Spread((0.1, 1.0))
    for each in values:
        made.add(each)
    return made


# ── files ──


def write(folder: Path, slot: int, *readings: Reading) -> None:
    """What one process writes in its life."""
    files = MetricFiles(folder, slot)
    files.write(readings)
    files.close()


def test_counts_of_all_processes_are_one_sum(tmp_path: Path) -> None:
    for slot in (0, 1):
        write(tmp_path, slot, Reading(ROWS, 3 + slot, ("a",)), Reading(TIME, spread(0.05, 0.5, 5.0)))
    found = samples(page(tmp_path))
    assert value(found, "rows_total", kind="a") == 7
    assert [value(found, "work_seconds_bucket", le=bound) for bound in ("0.1", "1.0", "+Inf")] == [2, 4, 6]
    assert value(found, "work_seconds_count") == 6
    assert value(found, "work_seconds_sum") == pytest.approx(11.1)


def test_a_process_that_is_started_again_goes_on_counting_in_the_same_files(tmp_path: Path) -> None:
    for lives in (1, 2, 3):
        files = MetricFiles(tmp_path, 0)
        for count in (2, 5):
            files.write([Reading(ROWS, count, ("a",)), Reading(TIME, spread(*[0.5] * count))])
        files.close()
        found = samples(page(tmp_path))
        assert value(found, "rows_total", kind="a") == 5 * lives
        assert value(found, "work_seconds_count") == 5 * lives
    assert len(list(tmp_path.glob("*.db"))) == 2


def test_levels_of_a_process_that_ended_are_told_no_more_but_its_counts_are(tmp_path: Path) -> None:
    folder = open_metrics_folder(tmp_path)
    for slot in (0, 1):
        write(folder.path, slot, Reading(OPEN, 10), Reading(BUILT, 1), Reading(ROWS, 1, ("b",)))
    found = samples(page(folder.path))
    assert (value(found, "open_doors"), value(found, "build_info")) == (20, 1)
    folder.forget(1)
    found = samples(page(folder.path))
    assert (value(found, "open_doors"), value(found, "rows_total", kind="b")) == (10, 2)
    folder.close()


def test_a_level_may_fall_to_nothing(tmp_path: Path) -> None:
    files = MetricFiles(tmp_path, 0)
    for level in (3, 0):
        files.write([Reading(OPEN, level)])
        assert value(samples(page(tmp_path)), "open_doors") == level
    files.close()


def test_services_that_share_a_state_folder_have_a_folder_each_and_find_it_empty(tmp_path: Path) -> None:
    first = open_metrics_folder(tmp_path)
    second = open_metrics_folder(tmp_path)
    assert first.path != second.path
    write(first.path, 0, Reading(OPEN, 1))
    first.close()
    again = open_metrics_folder(tmp_path)
    assert again.path == first.path
    assert list(again.path.glob("*.db")) == []
    again.close()
    second.close()


def test_where_figures_cannot_be_written_it_is_warned_of_once_and_nothing_fails(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path / "gone", 0, "api-0")
    with capture_logs() as logs:
        metrics.flush()
        metrics.flush()
    assert [(row["event"], row["log_level"]) for row in logs] == [("metrics.off", "warning")]


async def test_figures_are_flushed_a_last_time_when_a_process_ends(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path, 0, "api-0")
    metrics.add(lambda: [Reading(ROWS, 4, ("a",))])
    running = asyncio.create_task(metrics.run())
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait([running])
    found = samples(metrics.page())
    assert value(found, "rows_total", kind="a") == 4
    assert (value(found, "process_cpu_seconds_total", process="api-0") or 0) > 0
    assert (value(found, "process_resident_memory_bytes", process="api-0") or 0) > 10_000_000


# ── the table ──


def test_every_metric_has_a_name_of_its_own_and_every_label_is_bounded() -> None:
    names = [row.name for row in METRICS]
    assert len(set(names)) == len(names)
    assert set(PROCESS_METRICS) < set(METRICS)
    for row in METRICS:
        assert row.help.endswith("."), row
        assert (row.type is Type.COUNTER) == row.name.endswith("_total"), row
        for label in row.labels:
            assert bool(label.values) != bool(label.bound), (row.name, label)


# ── the application ──


class Web:
    """An application that counts, and its client."""

    def __init__(self, folder: Path, settings: AppSettings, store: DocumentStore) -> None:
        self.metrics = Metrics(folder, 0, "api-0")
        transport = httpx.ASGITransport(create_app(engine(), settings, store, metrics=self.metrics))
        self.client = httpx.AsyncClient(
            transport=transport, base_url="http://grahaql.test", headers={"accept": GRAPHQL_JSON}
        )

    async def post(self, query: str, variables: Any = None) -> httpx.Response:
        return await self.client.post("/graphql", json={"query": query, "variables": variables})

    async def close(self) -> None:
        self.metrics.close()
        await self.client.aclose()

    async def figures(self) -> Samples:
        answer = await self.client.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        return samples(answer.content)


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    store = DocumentStore(engine().cache.shared)
    store.named.trust({"one": "query Published { __typename engine { firstDate } }"})
    made = Web(tmp_path, AppSettings(metrics_operations=("Chart",)), store)
    yield made
    await made.close()


async def test_requests_are_counted_by_method_status_and_kind(web: Web) -> None:
    address = {"query": "{ __typename }"}
    first = await web.client.get("/graphql", params=address)
    await web.client.get("/graphql", params=address)
    await web.client.get("/graphql", params=address, headers={"if-none-match": first.headers["etag"]})
    await web.client.head("/graphql", params=address)
    await web.post("{ nothing }")
    await web.client.request("BREW", "/graphql")
    await web.client.get("/nowhere")
    subscription = 'subscription { sky(place: {latitude: 19, longitude: 72, zone: {offset: "+05:30"}}) { nothing } }'
    await web.client.get("/graphql", params={"query": subscription}, headers={"accept": "text/event-stream"})
    found = await web.figures()
    counted = {key[1]: count for key, count in found.items() if key[0] == "http_server_request_duration_seconds_count"}
    assert {tuple(dict(labels)[name] for name in ("method", "status", "kind")): count for labels, count in counted.items()} == {
        ("GET", "2xx", "kept"): 1, ("GET", "3xx", "kept"): 1, ("GET", "2xx", "graphql"): 1, ("HEAD", "2xx", "graphql"): 1,
        ("POST", "4xx", "graphql"): 1, ("other", "4xx", "graphql"): 1, ("GET", "4xx", "other"): 1, ("GET", "2xx", "stream"): 1,
    }  # fmt: skip
    assert value(found, "http_server_requests_in_flight") == 1  # this very one
    assert value(found, "http_kept_answers_total", result="hit") == 3


async def test_operations_are_told_apart_by_names_that_are_allowed_or_published_alone(web: Web) -> None:
    await web.post(CHART, {"birth": MUMBAI | {"date": "1971-01-02"}})
    await web.post(CHART, {"birth": MUMBAI | {"date": "1990-02-30"}})
    await web.post("query Published { __typename engine { firstDate } }")
    await web.post("query Published { __typename }")
    await web.post("query Anybody { __typename }")
    found = await web.figures()
    counted = {
        tuple(dict(labels)[name] for name in ("operation_type", "operation_name", "outcome")): count
        for (name, labels), count in found.items()
        if name == "graphql_operation_duration_seconds_count"
    }
    assert counted == {
        ("query", "Chart", "ok"): 1, ("query", "Chart", "errors"): 1,
        ("query", "Published", "ok"): 1, ("query", "other", "ok"): 2,
    }  # fmt: skip
    assert value(found, "graphql_errors_total", code="DATE_INVALID") == 1


async def test_names_in_labels_are_bounded_even_if_more_are_published() -> None:
    names = OperationNames(frozenset({"Allowed"}), lambda _digest: "{ __typename }")
    assert len({names.label(begun(f"N{number}")) for number in range(NAMES_MAX + 50)}) == NAMES_MAX
    assert names.label(begun("Late")) == OTHER
    assert names.label(begun("Allowed")) == "Allowed"
    assert names.label(begun("N0")) == "N0"


def begun(name: str) -> Begun:
    ready = operations().begin(operations().prepare(f"query {name} {{ __typename }}"), None, None, context())
    assert isinstance(ready, Begun)
    return ready


async def test_caches_batches_and_computing_are_counted(web: Web) -> None:
    before = await web.figures()
    birth = MUMBAI | {"date": "1961-07-19"}
    for _ in range(2):
        await web.post(CHART, {"birth": birth})
        await web.post(CHART.replace("rashi }", "rashi nakshatra }"), {"birth": birth})
    after = await web.figures()

    def grown(name: str, **labels: str) -> float:
        return (value(after, name, **labels) or 0) - (value(before, name, **labels) or 0)

    for kind in ("natal", "vargas"):
        assert grown("cache_requests_total", tier="l1", kind=kind, result="miss") == 1
        assert grown("cache_requests_total", tier="l1", kind=kind, result="hit") == 1
        assert grown("loader_batch_size_count", kind=kind) == 2
        assert grown("chart_compute_seconds_count", kind=kind, ayanamsha="LAHIRI") == 1
    assert value(after, "cache_requests_total", tier="l2", kind="natal", result="miss") is None  # there is no Redis


async def test_no_metric_or_label_is_missing_from_the_table_and_none_is_personal(web: Web) -> None:
    await web.post(CHART, {"birth": MUMBAI | {"date": "1953-12-11", "ref": "Somebody"}})
    await web.post("query Somebody { __typename }")
    known = {row.name: {label.name: label for label in row.labels} for row in METRICS}
    for name, labels in await web.figures():
        family = next(ending for ending in (name, name.rpartition("_")[0]) if ending in known)
        for label, given in labels:
            if label != "le":
                row = known[family][label]
                assert given in row.values or row.bound, (name, label, given)
    text = (await web.client.get("/metrics")).text
    for personal in ("Somebody", "1953", "19.076", "Kolkata"):
        assert personal not in text


async def test_promtool_finds_nothing_to_say_about_the_metrics(web: Web) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not here; Debian has it in the package prometheus")
    await web.post(CHART, {"birth": MUMBAI})
    text = (await web.client.get("/metrics")).content
    command = [promtool, "check", "metrics"]
    checked = await asyncio.to_thread(subprocess.run, command, input=text, capture_output=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("sent", "status"),
    [("Bearer abcdefghijklmnop", 200), ("bearer  abcdefghijklmnop", 200), ("Bearer abcdefghijklmnoq", 401), ("", 401),
     ("Basic abcdefghijklmnop", 401), ("Bearer é", 401)],
)  # fmt: skip
async def test_where_a_key_is_set_it_has_to_be_sent(tmp_path: Path, sent: str, status: int) -> None:
    settings = AppSettings(metrics_access=MetricsAccess(key="abcdefghijklmnop"))
    keyed = Web(tmp_path, settings, DocumentStore(engine().cache.shared))
    answer = await keyed.client.get("/metrics", headers={"authorization": sent.encode("latin-1")})
    assert answer.status_code == status
    assert ("www-authenticate" in answer.headers) == (status == 401)
    await keyed.close()


async def test_without_metrics_nothing_is_told() -> None:
    transport = httpx.ASGITransport(create_app(engine()))
    async with httpx.AsyncClient(transport=transport, base_url="http://grahaql.test") as plain:
        assert (await plain.get("/metrics")).status_code == 404


# ── docs/operations.md ──


def rows_of_the_page() -> Iterator[str]:
    text = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line.startswith("| `"))


def test_the_page_lists_every_metric_with_its_labels_and_nothing_else() -> None:
    from graph.metrics_table import rows

    assert list(rows_of_the_page()) == list(rows()), "run: python -m graph.metrics_table"
