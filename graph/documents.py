"""Which document a request means: the text it brings, one it names by id, or one it names and brings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from graph.errors import BAD_REQUEST
from graph.requests import GraphQLRequest, RequestError, refused, unavailable
from resolvers.documents import DocumentStore
from resolvers.trusted import UnreachableError, digest_of, plain_id

NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
REQUIRED = "PERSISTED_QUERY_REQUIRED"

NEVER_KEPT = {"cache-control": "private, no-cache, must-revalidate"}
"""What Apollo Server sends with a miss: the same address has an answer as soon as the document is registered."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_SENT = 'Send "persistedQuery": {"version": 1, "sha256Hash": "<64 lower-case hexadecimal digits>"}.'


class Documents:
    """Where an endpoint finds documents.

    Args:
        store: the documents that are known by id.
        known_only: whether trusted documents alone are answered.
    """

    def __init__(self, store: DocumentStore, *, known_only: bool) -> None:
        self.store = store
        self._known_only = known_only

    async def text(self, request: GraphQLRequest) -> str:
        """The text of the document that a request means. Raises: RequestError as `resolved`."""
        return await resolved(request, self.store, self._known_only, registers=False)

    async def register(self, request: GraphQLRequest) -> None:
        """Keep a text that came with its hash, now that it is known to be a valid document."""
        digest = persisted_digest(request.persisted_query)
        if digest is not None and request.query is not None and not self._known_only:
            await self.store.put(digest, request.query)


async def resolved(request: GraphQLRequest, store: DocumentStore, known_only: bool, registers: bool = True) -> str:
    """The text of the document that a request means.

    Args:
        store: the documents that are known by id.
        known_only: whether trusted documents alone are answered.
        registers: whether a text that comes with its hash is kept for the next request.

    Raises:
        RequestError: 400 where id and text contradict each other, 403 where only known documents are answered, 404 for an
            unknown id, 422 where no document is named, 503 where the server of published documents would know it and does
            not answer; 200 for Apollo's two answers, which its client reads by their code.
    """
    digest = persisted_digest(request.persisted_query)
    _refuse_two_ids(digest, request.document_id)
    if request.query is None:
        return await _found(digest, request.document_id, store, known_only)
    await _refuse_another_text(request.query, digest, request.document_id, store)
    if known_only:
        await _refuse_unknown(request.query, digest, store)
    elif digest is not None and registers:
        await store.put(digest, request.query)
    return request.query


def persisted_digest(extension: object) -> str | None:
    """The hash in Apollo's `extensions.persistedQuery`, None where there is no such extension.

    Raises:
        RequestError: 400 for another version and for what is no hash.

    >>> persisted_digest({"version": 1, "sha256Hash": "0a" * 32, "miss": True}) == "0a" * 32
    True
    """
    if extension is None:
        return None
    if not isinstance(extension, Mapping):
        raise _bad(f"persistedQuery is no object but {_shown(extension)}.", _SENT)
    version, digest = extension.get("version"), extension.get("sha256Hash")
    if version != 1 or isinstance(version, bool):
        raise _bad(f"Unsupported persisted query version: {_shown(version)}.", _SENT)
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise _bad(f"sha256Hash is {_shown(digest)}, not 64 lower-case hexadecimal digits.", _SENT)
    return digest


async def _found(digest: str | None, document_id: str | None, store: DocumentStore, known_only: bool) -> str:
    name = digest or document_id
    if name is None:
        raise refused(
            422, BAD_REQUEST, "There is no query.", 'Send "query", a GraphQL document as text, or "documentId".'
        )
    text = await _known(name, store, known_only, registrable=document_id is None)
    if text is None:
        raise _apollo("PersistedQueryNotFound", NOT_FOUND) if document_id is None else _unknown()
    return text


async def _known(name: str, store: DocumentStore, known_only: bool, registrable: bool) -> str | None:
    """The text of an id. Where its server is silent a client that registers texts is told of a miss, which heals it."""
    try:
        return await (store.trusted(name) if known_only else store.get(name))
    except UnreachableError:
        if registrable and not known_only:
            return None
        raise _unreachable() from None


async def _refuse_another_text(query: str, digest: str | None, document_id: str | None, store: DocumentStore) -> None:
    if digest is not None and digest != digest_of(query):
        raise _bad("provided sha does not match query", "Hash the very text that is sent, in UTF-8.")
    if document_id is None or plain_id(document_id) == digest:
        return
    if _DIGEST.fullmatch(plain_id(document_id)):
        differs = plain_id(document_id) != digest_of(query)
    else:
        differs = await _named(document_id, store) not in (None, query)
    if differs:
        raise _bad("documentId and query are different documents.", "Send one of the two.")


async def _named(document_id: str, store: DocumentStore) -> str | None:
    """What an id beside a query names: nothing where it is unknown or its server silent, for an `id` may be of anything."""
    try:
        return await store.trusted(document_id)
    except UnreachableError:
        return None


async def _refuse_unknown(query: str, digest: str | None, store: DocumentStore) -> None:
    if await _known(digest_of(query), store, known_only=True, registrable=False) is not None:
        return
    if digest is not None:
        raise _apollo("PersistedQueryNotSupported", NOT_SUPPORTED)
    remedy = "Publish the document with `grahaql persist`, then send it as it was published, or its id."
    raise refused(403, REQUIRED, "Only known documents are answered here.", remedy, NEVER_KEPT)


def _refuse_two_ids(digest: str | None, document_id: str | None) -> None:
    if digest is not None and document_id is not None and plain_id(document_id) != digest:
        raise _bad("documentId and persistedQuery name different documents.", "Send one of the two.")


def _unknown() -> RequestError:
    remedy = "Send the query itself, or publish it with `grahaql persist`."
    return refused(404, NOT_FOUND, "PersistedQueryNotFound", remedy, NEVER_KEPT)


def _unreachable() -> RequestError:
    return unavailable("The server of published documents does not answer, so whether this is one cannot be said.")


def _apollo(message: str, code: str) -> RequestError:
    """Word for word what Apollo's and urql's clients look for."""
    return RequestError(200, [{"message": message, "extensions": {"code": code}}], NEVER_KEPT)


def _bad(message: str, remedy: str) -> RequestError:
    return refused(400, BAD_REQUEST, message, remedy)


def _shown(value: Any) -> str:
    return "missing" if value is None else repr(value)[:80]
