"""Manifests of trusted documents, as the build tools of clients write them: Apollo, Relay and graphql-codegen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import md5
from pathlib import Path
from typing import Any

import orjson
from graphql import GraphQLError, GraphQLSchema, parse, validate

from resolvers.trusted import LONGEST_DOCUMENT, LONGEST_ID, digest_of
from runtime.errors import StartError

APOLLO_FORMAT = "apollo-persisted-query-manifest"

FirstError = Callable[[str], str | None]
"""What is wrong with a document; None where it can be executed."""

_CUSTOM = r"[A-Za-z0-9._~-]+"
_ID = re.compile(rf"sha256:{_CUSTOM}|x-{_CUSTOM}:{_CUSTOM}|{_CUSTOM}")
"""The specification's appendix on persisted documents, "Document identifier syntax"."""

_HASHES = (
    (re.compile(r"sha256:(.*)"), "SHA-256", digest_of),
    (re.compile(r"([0-9a-fA-F]{64})"), "SHA-256", digest_of),
    (re.compile(r"([0-9a-fA-F]{32})"), "MD5", lambda text: md5(text.encode(), usedforsecurity=False).hexdigest()),
)
"""Ids that are hashes by their look, how they are called, and what they must equal."""


class ManifestError(StartError):
    """Raised when a manifest cannot be trusted: names the file, the document's id, and what is wrong."""

    def __init__(self, path: Path, reason: str, document_id: str | None = None) -> None:
        super().__init__(f"{path}: {reason}" if document_id is None else f"{path}: document {document_id!r}: {reason}")
        self.path = path
        self.document_id = document_id


def read_manifests(paths: Iterable[Path], first_error: FirstError) -> dict[str, str]:
    """The documents of several manifests by id.

    Raises:
        ManifestError: a file is no manifest, an id does not fit its text, a text does not fit the schema, or two files
            have different texts of one id.
    """
    known: dict[str, str] = {}
    for path in paths:
        for document_id, text in read_manifest(path, first_error).items():
            if known.setdefault(document_id, text) != text:
                raise ManifestError(path, "an earlier file has another text of this id.", document_id)
    return known


def read_manifest(path: Path, first_error: FirstError) -> dict[str, str]:
    """The documents of one manifest by id, as the file spells it.

    Raises:
        ManifestError: see `read_manifests`.
    """
    known: dict[str, str] = {}
    for document_id, text in _entries(path):
        wrong = _wrong_id(document_id, text) or _wrong_length(text) or first_error(text)
        if wrong:
            raise ManifestError(path, wrong, document_id)
        if known.setdefault(document_id, text) != text:
            raise ManifestError(path, "the file has two texts of this id.", document_id)
    return known


def validator(schema: GraphQLSchema) -> FirstError:
    """What graphql-core finds wrong with a document on *schema* first, with its line and column.

    >>> from graphql import build_schema
    >>> first_error = validator(build_schema("type Query { a: Int }"))
    >>> first_error("{ a }"), first_error("{ sun }"), first_error("{")
    (None, "Cannot query field 'sun' on type 'Query'. (line 1, column 3)", 'Syntax Error: Expected Name, found <EOF>. ...')
    """

    def first_error(text: str) -> str | None:
        try:
            errors = validate(schema, parse(text), max_errors=1)
        except GraphQLError as error:
            errors = [error]
        return _told(errors[0]) if errors else None

    return first_error


def _told(error: GraphQLError) -> str:
    places = [f"line {place.line}, column {place.column}" for place in error.locations or ()]
    return f"{error.message} ({places[0]})" if places else error.message


def _entries(path: Path) -> Iterator[tuple[str, str]]:
    found = _json(path)
    pairs = _apollo(path, found) if "format" in found else found.items()
    for document_id, text in pairs:
        if not isinstance(document_id, str) or not isinstance(text, str):
            raise ManifestError(path, "id and document must be texts.", str(document_id))
        yield document_id, text


def _json(path: Path) -> dict[str, Any]:
    try:
        found = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ManifestError(path, f"it cannot be read: {error.strerror}.") from None
    except orjson.JSONDecodeError as error:
        raise ManifestError(path, f"it is no JSON: {error}.") from None
    if not isinstance(found, dict):
        raise ManifestError(path, "it is no manifest of Apollo, Relay or graphql-codegen: all three are JSON objects.")
    return found


def _apollo(path: Path, found: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    kind, version, operations = found["format"], found.get("version"), found.get("operations")
    if kind != APOLLO_FORMAT or version != 1:
        raise ManifestError(path, f"it has format {kind!r}, version {version!r}; {APOLLO_FORMAT!r}, 1 is understood.")
    if not isinstance(operations, list) or not all(isinstance(operation, dict) for operation in operations):
        raise ManifestError(path, "its operations are no list of objects.")
    for operation in operations:
        yield operation.get("id"), operation.get("body")


def _wrong_id(document_id: str, text: str) -> str | None:
    if len(document_id) > LONGEST_ID or not _ID.fullmatch(document_id):
        return f"the id must be sha256:…, x-…:… or at most {LONGEST_ID} of the characters A-Z a-z 0-9 - . _ ~."
    for look, name, hashed in _HASHES:
        digest = look.fullmatch(document_id)
        if digest is not None and digest[1] != hashed(text):
            return f"the id is not the {name} of the text, which is {hashed(text)}."
    return None


def _wrong_length(text: str) -> str | None:
    if 0 < len(text) <= LONGEST_DOCUMENT:
        return None
    return f"the document has {len(text):,} characters; 1 to {LONGEST_DOCUMENT:,} can be kept."
