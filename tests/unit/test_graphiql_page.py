"""GraphiQL as it is shipped: the page's headers, its files whole and within bounds, its queries valid, its build repeatable."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from graphql import GraphQLSchema, build_schema, parse, validate
from starlette.applications import Starlette

from graph.graphiql_page import BUILT, built_assets, graphiql_routes

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "graphiql"
TABS = sorted((SOURCE / "src" / "tabs").glob("*.graphql"))
PLAIN = sorted(path for path in BUILT.rglob("*") if path.is_file() and path.suffix not in (".gz", ".br"))
ASSETS = [path for path in PLAIN if path.parent.name == "assets"]
CODE = [path for path in ASSETS if path.suffix in (".js", ".css", ".svg")] + [BUILT / "index.html"]
LARGEST = next(path for path in ASSETS if re.fullmatch(r"monaco-editor-.*\.js", path.name))

# Why an address may stand in the code: it is shown, named or linked for a person to press, and never asked by itself.
MENTIONED = {
    "www.w3.org": "namespaces of SVG and XML",
    "json-schema.org": "names of JSON Schema's dialects",
    "commonmark.org": "named beside the directive @specifiedBy and in Markdown's defaults",
    "en.wikipedia.org": "in the description of Float",
    "react.dev": "in the text of React's errors",
    "prettier.io": "in the text of Prettier's errors",
    "yarnpkg.com": "in the text of an error of graphql-js",
    "code.visualstudio.com": "links in Monaco's help",
    "microsoft.com": "the base of relative links in Monaco",
    "github.com": "links in GraphiQL's own texts",
    "www.onegraph.com": "a link in the explorer",
}


def client(**options: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Starlette(routes=graphiql_routes(**options)))
    return httpx.AsyncClient(transport=transport, base_url="http://testserver", headers={"accept-encoding": ""})


async def test_the_page_may_do_only_what_its_policy_names() -> None:
    async with client() as http:
        page = await http.get("/")
    policy = page.headers["content-security-policy"].split("; ")
    assert policy[:2] == ["default-src 'none'", "script-src 'self'"]
    assert "connect-src 'self'" in policy
    assert {"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} < set(policy)
    assert "unsafe-eval" not in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_the_page_has_no_inline_script() -> None:
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", (BUILT / "index.html").read_text(), re.DOTALL)
    assert scripts == [""]


async def test_a_browser_asks_for_the_page_again_and_hears_304() -> None:
    async with client() as http:
        page = await http.get("/")
        again = await http.get("/", headers={"if-none-match": f'W/{page.headers["etag"]}, "other"'})
        head = await http.head("/")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache")
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", page.headers["etag"])
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(page.content)))


async def test_the_page_is_told_the_endpoint_and_another_endpoint_is_another_page() -> None:
    async with client() as http, client(path="/ide", endpoint='/a"b<c') as other:
        one, two = await http.get("/"), await other.get("/ide")
    assert '<meta name="graphql-endpoint" content="/graphql" />' in one.text
    assert '<meta name="graphql-endpoint" content="/a&quot;b&lt;c" />' in two.text
    assert one.headers["etag"] != two.headers["etag"]


@pytest.mark.parametrize(
    ("accepted", "coding"), [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("identity", "")]
)
async def test_an_asset_is_sent_as_it_was_compressed_beforehand(accepted: str, coding: str) -> None:
    async with (
        client() as http,
        http.stream("GET", f"/graphiql/assets/{LARGEST.name}", headers={"accept-encoding": accepted}) as answer,
    ):
        sent = b"".join([part async for part in answer.aiter_raw()])
    suffix = {"br": ".br", "gzip": ".gz", "": ""}[coding]
    assert sent == LARGEST.with_name(LARGEST.name + suffix).read_bytes()
    assert answer.headers.get("content-encoding", "") == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


async def test_every_asset_answers_get_and_head_with_its_type() -> None:
    async with client() as http:
        for name, asset in built_assets().items():
            got, head = await http.get(f"/graphiql/{name}"), await http.head(f"/graphiql/{name}")
            assert (got.status_code, head.status_code, head.content) == (200, 200, b"")
            assert got.headers["content-type"] == asset.media_type == head.headers["content-type"]
            assert got.headers["content-length"] == head.headers["content-length"] == str(len(got.content))
            assert got.headers["x-content-type-options"] == "nosniff"
            assert "connect-src 'self'" in got.headers["content-security-policy"]


@pytest.mark.parametrize(
    "name", ["index.html", "assets/none.js", "../graphiql_page.py", "%2e%2e/app.py", "source/package.json", "assets/"]
)
async def test_nothing_but_the_assets_is_served(name: str) -> None:
    async with client() as http:
        assert (await http.get(f"/graphiql/{name}")).status_code == 404


def test_every_file_that_is_referred_to_exists_and_none_is_left_over() -> None:
    referred = {
        name for path in CODE for name in re.findall(r"[\w.-]*\w-[\w-]{8}\.(?:js|css|ttf|woff2|svg)", path.read_text())
    }
    assert referred == {path.name for path in ASSETS}


def test_no_code_names_an_address_that_it_could_ask() -> None:
    hosts = {host for path in CODE for host in re.findall(r"\b(?:https?|wss?)://([\w.-]+\w)", path.read_text())}
    assert hosts <= MENTIONED.keys()
    asked = r"""(?:src|href)=["'](?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import|(?:import|fetch|Worker|importScripts)\(["'`]https?:"""
    for path in CODE:
        assert re.findall(asked, path.read_text()) == [], path.name


def test_no_file_names_a_registry_or_a_folder_of_the_machine_that_built_it() -> None:
    pattern = r"registry\.(?:npm|yarn)|unpkg|jsdelivr|esm\.sh|sourceMappingURL=|/home/|node_modules/\.|" + re.escape(
        str(ROOT)
    )
    for path in CODE:
        assert re.findall(pattern, path.read_text()) == [], path.name
    assert '"resolved"' not in (SOURCE / "package-lock.json").read_text()


def test_what_is_sent_stays_within_bounds() -> None:
    def size(suffix: str) -> int:
        files = (path.with_name(path.name + suffix) for path in ASSETS)
        return sum(
            file.stat().st_size if file.exists() else plain.stat().st_size
            for file, plain in zip(files, ASSETS, strict=True)
        )

    assert size("") < 7_500_000
    assert size(".gz") < 2_000_000
    assert size(".br") < 1_700_000


def test_compressed_files_hold_what_the_plain_ones_do() -> None:
    for path in ASSETS:
        if path.suffix != ".woff2":
            assert gzip.decompress(path.with_name(path.name + ".gz").read_bytes()) == path.read_bytes()
            assert path.with_name(path.name + ".br").exists()


@pytest.mark.skipif(shutil.which("node") is None, reason="no node here, and Python reads no Brotli")
def test_brotli_files_hold_what_the_plain_ones_do() -> None:
    script = """
        const { readFileSync, readdirSync } = require("node:fs");
        for (const name of readdirSync(".").filter((name) => name.endsWith(".br"))) {
          const plain = require("node:zlib").brotliDecompressSync(readFileSync(name));
          if (!plain.equals(readFileSync(name.slice(0, -3)))) throw new Error(name);
        }"""
    subprocess.run(["node", "-e", script], cwd=BUILT / "assets", check=True, capture_output=True)


def test_the_licences_of_all_packages_are_told_and_go_with_ours() -> None:
    text = (BUILT / "LICENSES.txt").read_text(encoding="utf-8")
    packages = dict(re.findall(r"^={80}\n(\S+ \d\S*) \((.+)\)\n={80}$", text, re.MULTILINE))
    assert set(packages.values()) <= {"MIT", "Apache-2.0", "BSD-2-Clause", "0BSD", "OFL-1.1"}
    pinned = json.loads((SOURCE / "package.json").read_text())["dependencies"]
    assert {f"{name} {version}" for name, version in pinned.items()} <= packages.keys()


def test_the_bundle_carries_the_sources_it_was_built_from() -> None:
    shipped = BUILT / "source"
    for path in shipped.rglob("*"):
        if path.is_file():
            ours = SOURCE / path.relative_to(shipped)
            assert path.read_bytes() == ours.read_bytes(), f"{ours} has changed: run make graphiql"
    assert {path.name for path in (shipped / "src").rglob("*")} == {path.name for path in (SOURCE / "src").rglob("*")}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.stem)
def test_a_tab_holds_a_valid_query(tab: Path, schema: GraphQLSchema) -> None:
    document = tab.read_text(encoding="utf-8")
    if "\nsubscription" in document and schema.subscription_type is None:
        pytest.skip("schema.graphql has no Subscription yet")
    assert validate(schema, parse(document)) == []


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.stem)
def test_a_tab_has_a_name_and_fits_the_editor_it_opens_in(tab: Path) -> None:
    document = tab.read_text(encoding="utf-8")
    assert re.search(r"^(query|subscription) [A-Z]\w+ \{$", document, re.MULTILINE)
    assert max(map(len, document.splitlines())) <= 60


@pytest.mark.long
@pytest.mark.skipif(shutil.which("npm") is None, reason="no npm here")
def test_the_same_sources_build_the_same_files(tmp_path: Path) -> None:
    shutil.copytree(SOURCE, tmp_path / "graphiql", ignore=shutil.ignore_patterns("node_modules"))
    for command in (["npm", "ci"], ["npm", "run", "build"]):
        subprocess.run(command, cwd=tmp_path / "graphiql", check=True, capture_output=True)
    built = tmp_path / "graph" / "graphiql"
    assert {path.relative_to(BUILT): path.read_bytes() for path in PLAIN} == {
        path.relative_to(built): path.read_bytes()
        for path in built.rglob("*")
        if path.is_file() and path.suffix not in (".gz", ".br")
    }
