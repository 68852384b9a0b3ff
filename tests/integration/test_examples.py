"""The examples as a frontend developer runs them, against a real server: what they print, and what goes over the wire."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from graphql import GraphQLInterfaceType, GraphQLList, GraphQLObjectType, GraphQLUnionType, build_schema
from graphql.type import get_named_type, get_nullable_type

from graph.schema import sdl
from tests.oracles import load
from tests.served import COMMAND, ROOT, Service, environment, serving

EXAMPLES = ROOT / "examples"
WIRE = ROOT / "tests" / "integration" / "wire.mjs"
INSTALL_SECONDS = 150
RUN_SECONDS = 60

MOON = "Moon: LIBRA SWATI 2"
MISS = "PersistedQueryNotFound"
SKY = re.compile(r"Sky: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:30 [A-Z]+ 9")


class Ran(NamedTuple):
    """What an example printed, and the requests it made."""

    lines: list[str]
    wire: list[dict[str, Any]]

    def requests(self) -> list[tuple[str, bool, str | None]]:
        """Of each request: its method, whether it had the document's text, and the error it was answered with."""
        return [(row["method"], row["text"], row["error"]) for row in self.wire]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("examples")) as started:
        yield started


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the examples with their packages, one for all processes of the tests."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (base / "examples.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = base / "examples.txt"
        if not told.exists():
            told.write_text(install(base / "checkout") or "", encoding="utf-8")
    if told.read_text(encoding="utf-8"):
        pytest.skip(told.read_text(encoding="utf-8"))
    return base / "checkout" / "examples"


def install(checkout: Path) -> str | None:
    """Install the examples' packages as locked; answers why not where that is not possible."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "node and npm are not here"
    made = shutil.ignore_patterns("node_modules", "__generated__", "gql", "build")
    shutil.copytree(EXAMPLES, checkout / "examples", ignore=made)
    shutil.copy(ROOT / "schema.graphql", checkout)
    try:
        command = [npm, "ci", "--no-audit", "--no-fund"]
        done = subprocess.run(
            command, cwd=checkout / "examples", capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"npm took more than {INSTALL_SECONDS} seconds"
    assert "EUSAGE" not in done.stderr, done.stderr  # the lock and package.json differ: ours to mend
    return f"npm: {done.stderr[-300:]}" if done.returncode else None


def run(command: list[str], folder: Path, variables: Mapping[str, str]) -> tuple[list[str], str]:
    done = subprocess.run(
        command, cwd=folder, env=dict(variables), capture_output=True, text=True, timeout=RUN_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines(), done.stderr


def node(script: str, folder: Path, service: Service) -> Ran:
    variables = environment(folder, GRAHAQL_URL=f"{service.address}/graphql")
    lines, told = run(["node", "--import", WIRE.as_uri(), script], folder, variables)
    return Ran(lines, [json.loads(line) for line in told.splitlines() if line.startswith('{"method"')])


def test_the_Moon_of_the_examples_is_where_a_paid_service_has_it() -> None:
    births = load("commercial_api_refs.json")["births"]
    moon = next(row for row in births if row["id"] == "mumbai_1990")["astrologyapi"]["planets"]["MOON"]
    assert f"Moon: {moon['sign']} {moon['nakshatra']} {moon['nakshatra_pad']}".upper() == MOON.upper()


# ── over HTTP ──


def test_fetch_alone_gets_charts_problems_and_an_answer_to_keep(folder: Path, service: Service) -> None:
    ran = node("fetch.mjs", folder, service)
    assert ran.lines == [
        f"{MOON} 12°32'47.46\"",
        "mumbai: lagna in TAURUS",
        "kolkata: LOCAL_TIME_AMBIGUOUS, send EARLIER 1945-10-14T17:00:00Z, LATER 1945-10-14T18:00:00Z",
        "GET: 200 public, max-age=31536000, immutable TAURUS",
        "GET again: 304",
    ]
    assert [row["status"] for row in ran.wire] == [200, 200, 200, 200, 304]
    assert [row["kept"] for row in ran.wire[:3]] == ["no-store"] * 3
    kept = ran.wire[3]
    assert re.fullmatch(r"/graphql/[^/]+/sha256:[0-9a-f]{64}", kept["path"])
    assert (kept["text"], kept["birth"]) == (False, False)


def test_urql_registers_a_document_by_GET_once(folder: Path, service: Service) -> None:
    first, second = (node("urql.mjs", folder, service) for _ in range(2))
    for ran in (first, second):
        assert ran.lines[:2] == [MOON, "Navamsha: lagna AQUARIUS Moon CAPRICORN"]
        assert [bool(SKY.fullmatch(line)) for line in ran.lines[2:]] == [True, True]
        assert ran.wire[-1]["type"] == "text/event-stream; charset=utf-8"
        assert not any(row["birth"] for row in ran.wire)
    registered, known = ("GET", True, None), ("GET", False, None)
    assert first.requests() == [("POST", True, None), ("GET", False, MISS), registered, ("POST", True, None)]
    assert second.requests() == [("POST", True, None), known, ("POST", True, None)]
    assert first.wire[1]["kept"] == "private, no-cache, must-revalidate"
    assert first.wire[2]["kept"].startswith("public")


def test_Apollo_registers_documents_by_POST_and_joins_values_in_its_cache(folder: Path, service: Service) -> None:
    first, second = (node("apollo.mjs", folder, service) for _ in range(2))
    joined = "Cache: 1990-03-15T10:30:00+05:30 is 1990-03-15T05:00:00Z Moon still at 12°32'47.46\""
    for ran in (first, second):
        assert ran.lines[:2] == [MOON, joined]
        assert [bool(SKY.fullmatch(line)) for line in ran.lines[2:]] == [True, True]
        assert not any(row["birth"] for row in ran.wire)
    moon = [("POST", False, MISS), ("POST", True, None), ("POST", False, None)]
    assert first.requests() == [*moon, ("GET", False, MISS), ("POST", True, None)]
    assert second.requests() == [("POST", False, None), ("POST", False, None), ("GET", False, None)]


# ── documents made known ──


def test_what_Relay_compiles_is_published_and_asked_by_its_id(folder: Path, service: Service) -> None:
    run(["npm", "run", "relay"], folder, os.environ)
    manifest = folder / "relay" / "persisted.json"
    assert json.loads(manifest.read_text()) == json.loads((EXAMPLES / "relay" / "persisted.json").read_text())
    home = service.log.parent / "home"
    lines, _ = run([str(COMMAND), "persist", str(manifest)], folder, environment(home))
    assert lines == ["1 of 1 documents were new; every process of the service answers them now."]
    ran = node("relay/ask.mjs", folder, service)
    assert (ran.lines, ran.requests()) == ([MOON], [("POST", False, None)])


def test_what_graphql_codegen_writes_is_answered_where_nothing_else_is(folder: Path, tmp_path: Path) -> None:
    run(["npm", "run", "codegen"], folder, os.environ)
    files = str(folder / "codegen" / "gql" / "persisted-documents.json")
    with serving(tmp_path, GRAHAQL_PERSISTED_FILES=files, GRAHAQL_KNOWN_DOCUMENTS_ONLY="true") as strict:
        ran = node("codegen/build/moon.js", folder, strict)
    assert ran.lines == [f"{MOON} 1990-03-15T05:00:00Z", "Another document: PERSISTED_QUERY_REQUIRED"]
    assert [(row["text"], row["status"]) for row in ran.wire] == [(False, 200), (True, 403)]


# ── Python ──


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the Python example names in its head."""
    written = (EXAMPLES / "python_gql.py").read_text(encoding="utf-8")
    found = re.search(r'^# dependencies = \["(.+)"\]$', written, re.MULTILINE)
    assert found
    target = tmp_path_factory.mktemp("packages")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target), found[1]]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"pip took more than {INSTALL_SECONDS} seconds")
    if done.returncode:
        pytest.skip(f"pip: {done.stderr[-300:]}")
    return target


def test_gql_for_Python_asks_and_subscribes(packages: Path, service: Service, tmp_path: Path) -> None:
    variables = environment(tmp_path, GRAHAQL_URL=f"{service.address}/graphql", PYTHONPATH=str(packages))
    began = time.monotonic()
    lines, _ = run([sys.executable, str(EXAMPLES / "python_gql.py")], tmp_path, variables)
    assert time.monotonic() - began < RUN_SECONDS
    assert lines[:2] == [MOON, "Problem: LATITUDE_INVALID birth.latitude"]
    assert [bool(SKY.fullmatch(line)) for line in lines[2:]] == [True, True]


# ── what is written ──


def test_the_cache_configuration_names_the_values_of_the_schema(tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not here")
    script = f"import * as told from {json.dumps((EXAMPLES / 'apollo-cache.mjs').as_uri())}; console.log(JSON.stringify(told))"
    lines, _ = run(["node", "--input-type=module", "--eval", script], tmp_path, environment(tmp_path))
    told = json.loads(lines[0])
    assert told["typePolicies"] == {name: {"merge": True} for name in values()}
    assert told["possibleTypes"] == possible_types()


def values() -> set[str]:
    """The types without an id that a field of what is asked by queries holds alone, not in a list."""
    query = build_schema(sdl()).query_type
    assert query is not None
    seen: set[str] = set()
    found: set[str] = set()
    todo = [query]
    while todo:
        holder = todo.pop()
        for field in holder.fields.values():
            kind = get_named_type(field.type)
            if not isinstance(kind, GraphQLObjectType):
                continue
            if "id" not in kind.fields and not isinstance(get_nullable_type(field.type), GraphQLList):
                found.add(kind.name)
            if kind.name not in seen:
                seen.add(kind.name)
                todo.append(kind)
    return found


def possible_types() -> dict[str, list[str]]:
    """The members of unions and interfaces."""
    made = build_schema(sdl())
    abstract = [kind for kind in made.type_map.values() if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType)]
    return {kind.name: [member.name for member in made.get_possible_types(kind)] for kind in abstract}


def test_an_example_is_short_and_its_lock_names_no_addresses() -> None:
    for path in EXAMPLES.rglob("*"):
        if path.suffix in {".mjs", ".py", ".ts"} and not {"node_modules", "gql", "build"} & set(path.parts):
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 70, path
    packages = json.loads((EXAMPLES / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, row in packages.items() if "resolved" in row] == []
