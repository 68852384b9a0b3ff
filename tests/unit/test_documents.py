"""Which document a request means: Apollo's, urql's, Relay's and the specification's ways to name one, and their refusals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import md5
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from graph.documents import NEVER_KEPT, resolved
from graph.requests import GraphQLRequest, RequestError
from resolvers.documents import KEPT_SECONDS, REFRESH_SECONDS, DocumentStore
from resolvers.shared import SharedTier
from resolvers.trusted import LONGEST_DOCUMENT, LONGEST_ID, DocumentError, digest_of

QUERY = "query Hello($name: String) {\n  hello(name: $name)\n}"
DIGEST = "6c97c5fa0199f7dbb5909e01be3e02d6e55476f2ce79620c29f01ea3fda6ddc3"
"""The id that @apollo/generate-persisted-query-manifest 1.4.0 writes for QUERY."""

MISS = {"errors": [{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}]}
APOLLO_CACHE_CONTROL = {"cache-control": "private, no-cache, must-revalidate"}

# ── on the wire ──
# Apollo's and urql's verbatim, captured from @apollo/client 4.3.8 with its persisted-queries link and from @urql/core 6.0.3
# with @urql/exchange-persisted 5.0.1, November 2026; the others by the specification's appendix, and as Relay's
# network layers, which every app writes itself, name the id.

APOLLO_POST = r"""
{"operationName":"Hello","variables":{"name":"Rohini"},"extensions":{"clientLibrary":{"name":"@apollo/client","version":"4.3.8"},"persistedQuery":{"version":1,"sha256Hash":"6c97c5fa0199f7dbb5909e01be3e02d6e55476f2ce79620c29f01ea3fda6ddc3"}}}
"""
APOLLO_REGISTRATION = r"""
{"operationName":"Hello","variables":{"name":"Rohini"},"extensions":{"clientLibrary":{"name":"@apollo/client","version":"4.3.8"},"persistedQuery":{"version":1,"sha256Hash":"6c97c5fa0199f7dbb5909e01be3e02d6e55476f2ce79620c29f01ea3fda6ddc3"}},"query":"query Hello($name: String) {\n  hello(name: $name)\n}"}
"""
APOLLO_GET = """
/graphql?operationName=Hello&variables=%7B%22name%22%3A%22Rohini%22%7D&extensions=%7B%22clientLibrary%22%3A%7B%22name%22%3A%22%40apollo%2Fclient%22%2C%22version%22%3A%224.3.8%22%7D%2C%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%226c97c5fa0199f7dbb5909e01be3e02d6e55476f2ce79620c29f01ea3fda6ddc3%22%7D%7D
"""
URQL_GET = """
/graphql?operationName=Hello&variables=%7B%22name%22%3A%22Rohini%22%7D&extensions=%7B%22persistedQuery%22%3A%7B%22sha256Hash%22%3A%226c97c5fa0199f7dbb5909e01be3e02d6e55476f2ce79620c29f01ea3fda6ddc3%22%2C%22version%22%3A1%7D%7D
"""
URQL_REGISTRATION = """
/graphql?query=query+Hello%28%24name%3A+String%29+%7B%0A++hello%28name%3A+%24name%29%0A%7D&operationName=Hello&variables=%7B%22name%22%3A%22Rohini%22%7D&extensions=%7B%22persistedQuery%22%3A%7B%22miss%22%3Atrue%2C%22sha256Hash%22%3A%226c97c5fa0199f7dbb5909e01be3e02d6e55476f2ce79620c29f01ea3fda6ddc3%22%2C%22version%22%3A1%7D%7D
"""
DOCUMENT_ID_GET = f"/graphql?documentId=sha256:{DIGEST}&variables=%7B%22name%22%3A%22Rohini%22%7D"
DOCUMENT_ID_POST = f'{{"documentId":"sha256:{DIGEST}","variables":{{"name":"Rohini"}}}}'
RELAY_ID = f'{{"id":"{DIGEST}","variables":{{"name":"Rohini"}}}}'
RELAY_DOC_ID = (
    f'{{"doc_id":"{md5(QUERY.encode(), usedforsecurity=False).hexdigest()}","variables":{{"name":"Rohini"}}}}'
)

HASH_ONLY = {"Apollo POST": APOLLO_POST, "Apollo GET": APOLLO_GET, "urql GET": URQL_GET}
REGISTRATIONS = {"Apollo POST": APOLLO_REGISTRATION, "urql GET": URQL_REGISTRATION}
BY_ID = {"GET": DOCUMENT_ID_GET, "POST": DOCUMENT_ID_POST, "Relay id": RELAY_ID, "Relay doc_id": RELAY_DOC_ID}


def received(wire: str) -> GraphQLRequest:
    """A body or an address as values, read in the plainest way."""
    return asked(**json.loads(wire)) if wire.lstrip().startswith("{") else asked(**in_address(wire.strip()))


def in_address(address: str) -> dict[str, Any]:
    pairs = dict(parse_qsl(urlsplit(address).query))
    return {name: json.loads(value) if name in ("variables", "extensions") else value for name, value in pairs.items()}


def asked(**body: Any) -> GraphQLRequest:
    document_id = body.get("documentId") or body.get("id") or body.get("doc_id")
    name, extensions = body.get("operationName"), body.get("extensions")
    return GraphQLRequest(body.get("query"), body.get("variables"), name, extensions, document_id)


def with_hash(extension: object, query: str | None = None) -> GraphQLRequest:
    return GraphQLRequest(query, extensions={"persistedQuery": extension})


@pytest.fixture
def store() -> DocumentStore:
    return DocumentStore(SharedTier(None))


async def refusal(request: GraphQLRequest, store: DocumentStore, *, known_only: bool = False) -> RequestError:
    with pytest.raises(RequestError) as caught:
        await resolved(request, store, known_only)
    return caught.value


def code_of(error: RequestError) -> str:
    assert len(error.errors) == 1
    return str(error.errors[0]["extensions"]["code"])


def told(error: RequestError) -> Mapping[str, Any]:
    return {"errors": error.errors}


# ── a query as it is ──


async def test_a_query_alone_is_the_document(store: DocumentStore) -> None:
    assert await resolved(GraphQLRequest(QUERY), store, known_only=False) == QUERY
    assert await store.get(DIGEST) is None


async def test_an_extension_of_null_is_none(store: DocumentStore) -> None:
    assert await resolved(with_hash(None, QUERY), store, known_only=False) == QUERY


async def test_a_request_that_names_no_document_says_so(store: DocumentStore) -> None:
    assert (await refusal(GraphQLRequest(None), store)).status == 422


# ── Apollo's automatic persisted queries ──


@pytest.mark.parametrize("wire", HASH_ONLY.values(), ids=HASH_ONLY)
async def test_a_miss_is_word_for_word_what_apollo_server_answers_and_is_never_kept(
    wire: str, store: DocumentStore
) -> None:
    error = await refusal(received(wire), store)
    assert (error.status, told(error), error.headers) == (200, MISS, APOLLO_CACHE_CONTROL)


@pytest.mark.parametrize("registration", REGISTRATIONS.values(), ids=REGISTRATIONS)
@pytest.mark.parametrize("wire", HASH_ONLY.values(), ids=HASH_ONLY)
async def test_what_was_registered_once_is_found_by_its_hash(
    wire: str, registration: str, store: DocumentStore
) -> None:
    assert await resolved(received(registration), store, known_only=False) == QUERY
    assert await resolved(received(wire), store, known_only=False) == QUERY


async def test_a_registered_document_answers_to_every_spelling_of_its_hash(store: DocumentStore) -> None:
    await resolved(received(APOLLO_REGISTRATION), store, known_only=False)
    assert await resolved(received(DOCUMENT_ID_GET), store, known_only=False) == QUERY
    assert await resolved(received(RELAY_ID), store, known_only=False) == QUERY


async def test_nothing_is_registered_where_that_is_not_wanted(store: DocumentStore) -> None:
    assert await resolved(received(APOLLO_REGISTRATION), store, known_only=False, registers=False) == QUERY
    assert await store.get(DIGEST) is None


async def test_a_hash_of_another_text_is_refused_and_nothing_is_kept(store: DocumentStore) -> None:
    error = await refusal(with_hash({"version": 1, "sha256Hash": DIGEST}, "{ other }"), store)
    assert (error.status, str(error)) == (400, "provided sha does not match query")
    assert await store.get(DIGEST) is None
    assert await store.get(digest_of("{ other }")) is None


@pytest.mark.parametrize("query", [None, QUERY])
@pytest.mark.parametrize(
    ("extension", "message"),
    [
        ("yes", "persistedQuery is no object but 'yes'."),
        ([1], "persistedQuery is no object but [1]."),
        (True, "persistedQuery is no object but True."),
        ({}, "Unsupported persisted query version: missing."),
        ({"version": 2, "sha256Hash": DIGEST}, "Unsupported persisted query version: 2."),
        ({"version": "1", "sha256Hash": DIGEST}, "Unsupported persisted query version: '1'."),
        ({"version": True, "sha256Hash": DIGEST}, "Unsupported persisted query version: True."),
        ({"version": 1}, "sha256Hash is missing, not 64 lower-case hexadecimal digits."),
        ({"version": 1, "sha256Hash": 5}, "sha256Hash is 5, not 64 lower-case hexadecimal digits."),
        ({"version": 1, "sha256Hash": DIGEST[:63]}, f"sha256Hash is '{DIGEST[:63]}', not 64 lower-case hex"),
        ({"version": 1, "sha256Hash": DIGEST.upper()}, f"sha256Hash is '{DIGEST.upper()}', not 64 lower-case hex"),
        ({"version": 1, "sha256Hash": f"{DIGEST}\n"}, f"sha256Hash is '{DIGEST}\\n', not 64 lower-case hex"),
        ({"version": 1, "sha256Hash": f"sha256:{DIGEST}"}, f"sha256Hash is 'sha256:{DIGEST}', not 64 lower-case hex"),
        ({"version": 1, "sha256Hash": "x" * 9000}, f"sha256Hash is '{'x' * 79}, not 64 lower-case hex"),
    ],
)
async def test_a_malformed_extension_is_refused_with_what_was_sent(
    extension: object, message: str, query: str | None, store: DocumentStore
) -> None:
    error = await refusal(with_hash(extension, query), store)
    assert (error.status, code_of(error)) == (400, "BAD_REQUEST")
    assert str(error).startswith(message)
    assert error.errors[0]["extensions"]["remedy"]


# ── documents by id ──


@pytest.mark.parametrize("wire", BY_ID.values(), ids=BY_ID)
async def test_a_trusted_document_is_found_by_its_id(wire: str, store: DocumentStore) -> None:
    store.named.trust({f"sha256:{DIGEST}": QUERY, md5(QUERY.encode(), usedforsecurity=False).hexdigest(): QUERY})
    for known_only in (False, True):
        assert await resolved(received(wire), store, known_only) == QUERY


@pytest.mark.parametrize("wire", BY_ID.values(), ids=BY_ID)
async def test_an_unknown_id_is_one_error_with_4xx_that_urql_and_apollo_understand(
    wire: str, store: DocumentStore
) -> None:
    error = await refusal(received(wire), store)
    assert (error.status, code_of(error), str(error)) == (404, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
    assert error.headers == NEVER_KEPT


@pytest.mark.parametrize("document_id", ["start-screen", "x-app:start.2", "7942225995860428"])
async def test_custom_ids_are_looked_up_as_they_are(document_id: str, store: DocumentStore) -> None:
    store.named.trust({document_id: QUERY})
    assert await resolved(asked(documentId=document_id), store, known_only=True) == QUERY
    assert (await refusal(asked(documentId=document_id.upper() + "?"), store)).status == 404


@pytest.mark.parametrize("document_id", [f"sha256:{DIGEST.upper()}", DIGEST.upper(), "x" * (LONGEST_ID + 1)])
async def test_other_spellings_and_endless_ids_are_unknown(document_id: str, store: DocumentStore) -> None:
    store.named.trust({DIGEST: QUERY})
    assert (await refusal(asked(documentId=document_id), store)).status == 404


async def test_id_and_query_may_be_sent_together_when_they_are_the_same_document(store: DocumentStore) -> None:
    store.named.trust({"start": QUERY})
    for document_id in (DIGEST, f"sha256:{DIGEST}", "start"):
        assert await resolved(asked(documentId=document_id, query=QUERY), store, known_only=False) == QUERY
        error = await refusal(asked(documentId=document_id, query="{ other }"), store)
        assert (error.status, str(error)) == (400, "documentId and query are different documents.")


async def test_a_query_beside_an_id_that_names_no_document_is_answered(store: DocumentStore) -> None:
    assert await resolved(asked(id="request-17", query=QUERY), store, known_only=False) == QUERY


async def test_two_ids_of_one_request_must_agree(store: DocumentStore) -> None:
    store.named.trust({DIGEST: QUERY})
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": DIGEST}}
    assert await resolved(asked(documentId=f"sha256:{DIGEST}", extensions=extensions), store, known_only=False) == QUERY
    error = await refusal(asked(documentId="other", extensions=extensions), store)
    assert (error.status, str(error)) == (400, "documentId and persistedQuery name different documents.")


# ── known documents only ──


async def test_only_trusted_texts_are_answered_where_only_known_documents_are(store: DocumentStore) -> None:
    store.named.trust({"start": QUERY})
    assert await resolved(GraphQLRequest(QUERY), store, known_only=True) == QUERY
    assert await resolved(received(APOLLO_REGISTRATION), store, known_only=True) == QUERY
    error = await refusal(GraphQLRequest("{ other }"), store, known_only=True)
    assert (error.status, code_of(error), error.headers) == (403, "PERSISTED_QUERY_REQUIRED", NEVER_KEPT)


async def test_registration_is_not_supported_where_only_known_documents_are(store: DocumentStore) -> None:
    error = await refusal(received(APOLLO_REGISTRATION), store, known_only=True)
    extensions = {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}
    assert told(error) == {"errors": [{"message": "PersistedQueryNotSupported", "extensions": extensions}]}
    assert (error.status, error.headers) == (200, APOLLO_CACHE_CONTROL)
    assert await store.get(DIGEST) is None


@pytest.mark.parametrize("wire", [APOLLO_POST, DOCUMENT_ID_POST])
async def test_what_clients_registered_earlier_is_no_trusted_document(wire: str, store: DocumentStore) -> None:
    await resolved(received(APOLLO_REGISTRATION), store, known_only=False)
    assert code_of(await refusal(received(wire), store, known_only=True)) == "PERSISTED_QUERY_NOT_FOUND"


# ── the store's memory ──


async def test_memory_drops_automatic_documents_and_never_trusted_ones() -> None:
    store = DocumentStore(SharedTier(None), capacity=LONGEST_DOCUMENT)
    store.named.trust({"start": QUERY})
    texts = [f"{{ a{number}: {'x' * 30_000} }}" for number in range(6)]
    for text in texts:
        await store.put(digest_of(text), text)
    assert [await store.get(digest_of(text)) is not None for text in texts] == [False] * 3 + [True] * 3
    assert await store.get("start") == QUERY


async def test_a_document_that_is_too_long_is_executed_but_not_kept(store: DocumentStore) -> None:
    text = "{ a }".ljust(LONGEST_DOCUMENT + 1)
    request = with_hash({"version": 1, "sha256Hash": digest_of(text)}, text)
    assert await resolved(request, store, known_only=False) == text
    assert await store.get(digest_of(text)) is None


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ({"": QUERY}, "has not 1 to 256 characters"),
        ({"x" * 257: QUERY}, "has not 1 to 256 characters"),
        ({"start": ""}, "'start' has not 1 to 100,000 characters"),
        ({"start": "{ a }".ljust(100_001)}, "'start' has not 1 to 100,000 characters"),
        ({"sha256:" + "0" * 64: "{ a }", "0" * 64: "{ b }"}, "already stands for another document"),
    ],
)
def test_a_document_that_cannot_be_trusted_is_named(
    documents: dict[str, str], message: str, store: DocumentStore
) -> None:
    with pytest.raises(DocumentError, match=message):
        store.named.trust(documents)


def test_an_id_stands_for_one_text_for_good(store: DocumentStore) -> None:
    store.named.trust({"start": QUERY})
    store.named.trust({"start": QUERY})
    with pytest.raises(DocumentError, match="'start' already stands for another document"):
        store.named.trust({"start": "{ other }"})


async def test_publishing_without_a_server_says_so(store: DocumentStore) -> None:
    with pytest.raises(DocumentError, match="does not answer"):
        await store.named.publish({"start": QUERY})
    assert await store.named.load() == 0


class Writes(SharedTier):
    """Counts what would be written."""

    def __init__(self) -> None:
        super().__init__(None)
        self.kept: list[int] = []
        self.refreshed: list[int] = []

    async def keep(self, key: str, value: bytes, seconds: int) -> None:
        self.kept.append(seconds)

    def write(self, values: Mapping[str, bytes], seconds: int) -> None:
        self.refreshed.append(seconds)


async def test_a_use_is_written_down_once_a_day() -> None:
    now, writes = [0.0], Writes()
    store = DocumentStore(writes, clock=lambda: now[0])
    for _ in range(3):
        await store.put(DIGEST, QUERY)
        assert await store.get(DIGEST) == QUERY
    assert (writes.kept, writes.refreshed) == ([KEPT_SECONDS], [])
    now[0] = REFRESH_SECONDS + 1.0
    assert [await store.get(DIGEST) for _ in range(3)] == [QUERY] * 3
    assert (writes.kept, writes.refreshed) == ([KEPT_SECONDS], [KEPT_SECONDS])
