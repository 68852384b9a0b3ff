"""Manifests of trusted documents: what the three tools write is read, and whatever is wrong in one is named."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from graph.manifests import FirstError, ManifestError, read_manifest, read_manifests, validator
from graph.schema import schema
from resolvers.trusted import digest_of
from runtime.errors import EX_CONFIG

QUERY = "{ a }"

# ── what the tools write ──
# Verbatim, for this schema in November 2026: @apollo/generate-persisted-query-manifest 1.4.0, relay-compiler 21.0.1 with
# `persistConfig: {algorithm: "MD5"}`, and @graphql-codegen/client-preset 6.2.0 with `persistedDocuments: true`.

APOLLO = r"""{
  "format": "apollo-persisted-query-manifest",
  "version": 1,
  "operations": [
    {
      "id": "2f6236346245240f2dd21f3ccae71c012c4f634df5ee54a1431d7125ce97c32f",
      "name": "Signs",
      "type": "query",
      "body": "query Signs($birth: BirthInput!) {\n  chart(birth: $birth) {\n    lagna {\n      rashi\n      __typename\n    }\n    ...Grahas\n    __typename\n  }\n}\n\nfragment Grahas on Chart {\n  grahas {\n    graha\n    rashi\n    __typename\n  }\n  __typename\n}"
    }
  ]
}"""
RELAY = r"""{
  "93e2764dbd58027de762a082e973a6c0": "query AppSignsQuery(\n  $birth: BirthInput!\n) {\n  chart(birth: $birth) {\n    lagna {\n      rashi\n      id\n    }\n    id\n  }\n}\n"
}"""
CODEGEN = r"""{
  "sha256:dc2e71cc03a47a068e00be82b292c2a6d0b0fa0e6edb69888e09b97c4c089ba5": "query Signs($birth: BirthInput!) { chart(birth: $birth) { lagna { rashi } } }"
}"""
REAL = {"Apollo": APOLLO, "Relay": RELAY, "graphql-codegen": CODEGEN}

TOOLS = (
    "graphql@16",
    "typescript@5",
    "@apollo/client@4",
    "rxjs@7",
    "@apollo/generate-persisted-query-manifest@1",
    "relay-compiler@21",
    "@graphql-codegen/cli@7",
    "@graphql-codegen/client-preset@6",
)
ASKED = "query AskedQuery($birth: BirthInput!) { chart(birth: $birth) { lagna { rashi } } }"
SOURCES = {
    "src/asked.js": f'import {{ gql }} from "@apollo/client";\ngql`{ASKED}`;',
    "relay/Asked.js": f'import {{ graphql }} from "react-relay";\ngraphql`{ASKED}`;',
    "codegen/asked.ts": f'import {{ graphql }} from "../gen";\ngraphql(`{ASKED}`);',
    "relay-documents.json": "{}",
    "relay.config.json": json.dumps(
        {
            "src": "./relay",
            "schema": "./schema.graphql",
            "language": "javascript",
            "persistConfig": {"file": "./relay-documents.json", "algorithm": "SHA256"},
        }
    ),
    "codegen.cjs": """module.exports = {schema: "schema.graphql", documents: ["codegen/*.ts"],
        generates: {"./gen/": {preset: "client", presetConfig: {persistedDocuments: true}}}};""",
}


def accept(_text: str) -> None:
    """Nothing is wrong with any document."""


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(manifest: Any, name: str = "manifest.json") -> Path:
        path = tmp_path / name
        path.write_text(manifest if isinstance(manifest, str) else json.dumps(manifest), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def first_error() -> FirstError:
    return validator(schema()._schema)


def apollo(*operations: Any, **head: Any) -> dict[str, Any]:
    return {"format": "apollo-persisted-query-manifest", "version": 1, "operations": list(operations), **head}


@pytest.mark.parametrize("manifest", REAL.values(), ids=REAL)
def test_what_the_tools_write_is_read_and_fits_the_schema(
    manifest: str, written: Callable[..., Path], first_error: FirstError
) -> None:
    [(document_id, text)] = read_manifest(written(manifest), first_error).items()
    assert document_id in manifest
    assert json.dumps(text) in manifest


@pytest.mark.long
def test_the_tools_of_today_write_what_is_read(tmp_path: Path, first_error: FirstError) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: the three tools are JavaScript")
    shutil.copy(Path(__file__).parents[2] / "schema.graphql", tmp_path)
    for name, source in SOURCES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(source, encoding="utf-8")
    commands = (
        (npm, "install", "--no-audit", "--no-fund", "--legacy-peer-deps", *TOOLS),
        ("node_modules/.bin/generate-persisted-query-manifest",),
        ("node_modules/.bin/relay-compiler",),
        ("node_modules/.bin/graphql-codegen", "--config", "codegen.cjs"),
    )
    for command in commands:
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    for name in ("persisted-query-manifest.json", "relay-documents.json", "gen/persisted-documents.json"):
        assert len(read_manifest(tmp_path / name, first_error)) == 1


def test_ids_that_are_no_hashes_are_taken_as_they_are(written: Callable[..., Path]) -> None:
    documents = {"start-screen": QUERY, "x-app:start.2": QUERY, "7942225995860428": QUERY}
    assert read_manifest(written(documents), accept) == documents
    custom = apollo({"id": "start-screen", "name": "A", "type": "query", "body": QUERY})
    assert read_manifest(written(custom), accept) == {"start-screen": QUERY}


def test_every_spelling_of_a_hash_is_checked(written: Callable[..., Path]) -> None:
    right = {digest_of(QUERY): QUERY, f"sha256:{digest_of(QUERY)}": QUERY, md5(QUERY.encode()).hexdigest(): QUERY}
    assert read_manifest(written(right), accept) == right


@pytest.mark.parametrize(
    ("document_id", "text", "reason"),
    [
        ("0" * 64, QUERY, f"the id is not the SHA-256 of the text, which is {digest_of(QUERY)}."),
        ("sha256:" + "0" * 64, QUERY, f"the id is not the SHA-256 of the text, which is {digest_of(QUERY)}."),
        ("sha256:short", QUERY, "the id is not the SHA-256 of the text"),
        (digest_of(QUERY).upper(), QUERY, "the id is not the SHA-256 of the text"),
        (digest_of(QUERY), f"{QUERY}\n", "the id is not the SHA-256 of the text"),
        ("0" * 32, QUERY, f"the id is not the MD5 of the text, which is {md5(QUERY.encode()).hexdigest()}."),
        ("", QUERY, "the id must be sha256:"),
        ("md5:" + "0" * 32, QUERY, "the id must be sha256:"),
        ("start screen", QUERY, "the id must be sha256:"),
        ("x" * 257, QUERY, "the id must be sha256:"),
        ("start", "", "the document has 0 characters"),
        ("start", QUERY.ljust(100_001), "the document has 100,001 characters; 1 to 100,000 can be kept."),
        ("start", "{", "Syntax Error: Expected Name, found <EOF>. (line 1, column 2)"),
        ("start", "{\n  sun }", "Cannot query field 'sun' on type 'Query'. (line 2, column 3)"),
    ],
)
def test_a_wrong_document_is_named_with_its_file_and_id(
    document_id: str, text: str, reason: str, written: Callable[..., Path], first_error: FirstError
) -> None:
    one_field = first_error if reason.startswith(("Syntax", "Cannot")) else accept
    for manifest in ({document_id: text}, apollo({"id": document_id, "name": "A", "type": "query", "body": text})):
        path = written(manifest)
        with pytest.raises(ManifestError) as caught:
            read_manifest(path, one_field)
        assert str(caught.value).startswith(f"{path}: document {document_id!r}: {reason}")
        assert caught.value.exit_code == EX_CONFIG


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        ("{", "it is no JSON: "),
        ([], "it is no manifest of Apollo, Relay or graphql-codegen"),
        ({"start": 5}, "document 'start': id and document must be texts."),
        ({"start": {"text": QUERY}}, "document 'start': id and document must be texts."),
        (apollo(version=2), "it has format 'apollo-persisted-query-manifest', version 2; "),
        ({"format": "relay"}, "it has format 'relay', version None; "),
        (apollo(operations=None), "its operations are no list of objects."),
        (apollo("start"), "its operations are no list of objects."),
        (apollo({"id": "start"}), "document 'start': id and document must be texts."),
        (apollo({"body": QUERY}), "document 'None': id and document must be texts."),
        (apollo({"id": "a", "body": "{ a }"}, {"id": "a", "body": "{ b }"}), "document 'a': the file has two texts"),
    ],
)
def test_what_is_no_manifest_is_named(manifest: Any, reason: str, written: Callable[..., Path]) -> None:
    path = written(manifest)
    with pytest.raises(ManifestError) as caught:
        read_manifest(path, accept)
    assert str(caught.value).startswith(f"{path}: {reason}")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="it cannot be read: No such file or directory"):
        read_manifest(tmp_path / "none.json", accept)


def test_several_files_are_one_set_of_documents(written: Callable[..., Path]) -> None:
    files = [written({"a": "{ a }", "b": "{ b }"}, "1.json"), written({"b": "{ b }", "c": "{ c }"}, "2.json")]
    assert read_manifests(files, accept) == {"a": "{ a }", "b": "{ b }", "c": "{ c }"}
    third = written({"a": "{ other }"}, "3.json")
    with pytest.raises(ManifestError, match=r"3\.json: document 'a': an earlier file has another text of this id"):
        read_manifests([*files, third], accept)
