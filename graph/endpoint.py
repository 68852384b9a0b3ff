"""The GraphQL endpoint: from an HTTP request to its answer, executing only what no cache has."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple
from urllib.parse import quote

import orjson
from graphql import OperationType
from starlette.types import Receive, Scope, Send

from graph.answers import (
    IMMUTABLE,
    NEVER_KEPT,
    REVALIDATED,
    Answer,
    Headers,
    etag_of,
    headed,
    matches,
    names,
)
from graph.bounds import Bounds
from graph.bulk_face import BulkFace
from graph.clients import DEFAULT_CLIENTS, ClientSettings, client_of
from graph.coding import IDENTITY, SMALLEST_CODED, chosen_coding, coded
from graph.context import Context
from graph.cost import wants_cost
from graph.counts import OperationCounts, Timed
from graph.documents import Documents
from graph.engine_facts import EngineFacts
from graph.errors import BAD_REQUEST, unforeseen
from graph.http import PLAIN_JSON, Profile, negotiated, parsed_body, parsed_query, read_body, status_of
from graph.kept import Asked, KeptAnswers
from graph.live import LiveAnswers, Received
from graph.operations import Begun, Operations, Outcome
from graph.requests import GraphQLRequest, RequestError, refused
from resolvers.engine import Engine

_METHODS = "DELETE, GET, HEAD, OPTIONS, POST, PUT"


class EndpointSettings(NamedTuple):
    """How the endpoint behaves.

    Args:
        profile: which statuses answer what is wrong.
        private: answers may be kept by the client alone, not by what stands between.
        seconds: after which an operation is given up.
        at_once: how many operations run at a time; more are told to come back.
        clients: how clients are told apart.
    """

    profile: Profile = Profile.SEPTEMBER_2026
    private: bool = False
    seconds: float = 30.0
    at_once: int = 256
    clients: ClientSettings = DEFAULT_CLIENTS


DEFAULT_ENDPOINT = EndpointSettings()


class GraphQLEndpoint:
    """The ASGI application behind one path.

    Args:
        path: where it stands; below it documents are asked by their ids.
        operations: executes documents.
        engine: what answers.
        facts: what `engine` says of itself.
        documents: finds the document of a request.
        settings: how it behaves.
        counts: where operations are counted.
        bulk: leads to bulk operations; None where there are none.
    """

    live: LiveAnswers | None = None
    """Answers by streams; None where there are none."""

    def __init__(
        self,
        path: str,
        operations: Operations,
        engine: Engine,
        facts: EngineFacts,
        documents: Documents,
        settings: EndpointSettings,
        counts: OperationCounts,
        bulk: BulkFace | None = None,
    ) -> None:
        self._path = path
        self._operations = operations
        self._engine = engine
        self._facts = facts
        self._documents = documents
        self._settings = settings
        self._counts = counts
        self.bounds = Bounds(settings.seconds, settings.at_once)
        self.kept = KeptAnswers()
        self.contexts = partial(Context, engine, facts, bulk=bulk)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: by what is kept under its very bytes, or by reading it."""
        headers = dict(scope["headers"])
        method = scope["method"]
        try:
            sent = await read_body(headers, receive) if method == "POST" else scope["query_string"]
        except RequestError as error:
            await refusal(error, PLAIN_JSON).send(send)
            return
        asked = Asked(
            "GET" if method == "HEAD" else method,
            scope["path"],
            sent,
            headers.get(b"accept", b""),
            headers.get(b"accept-encoding", b""),
            headers.get(b"content-type", b"") if method == "POST" else b"",
        )
        named = headers.get(b"if-none-match", b"") if method != "POST" else b""
        kept = self.kept.get(asked)
        if kept is not None:
            answer = kept.to_whom(named)
        else:
            accept = asked.accept.decode("latin-1")
            client = client_of(scope, self._settings.clients)
            received = Received(scope, accept, partial(self._request, asked, client), receive, send)
            found = await self._answered(asked, accept, named, received)
            if found is None:
                return
            answer = found.not_modified() if named and matches(named, found.etag) else found
        await answer.send(send, body=method != "HEAD")

    async def _answered(self, asked: Asked, accept: str, named: bytes, received: Received) -> Answer | None:
        """The answer; None where it went out as a stream."""
        media = PLAIN_JSON
        try:
            if self.live is not None and await self.live.took(received):
                return None
            media = negotiated(accept)
            request = received.parse()
            return await self._executed(asked, request, media, named)
        except RequestError as error:
            self._counts.told(error.errors)
            return refusal(error, media)
        except Exception as error:  # noqa: BLE001  the edge: a server's own traceback would quote births
            fault = RequestError(500, [dict(unforeseen(error))])
            self._counts.told(fault.errors)
            return refusal(fault, media)

    def _request(self, asked: Asked, client: str | None) -> GraphQLRequest:
        """What is asked by whom, the path's last segment being a document's id and the one before it a release."""
        if asked.method == "OPTIONS":
            raise RequestError(204, [{"message": ""}], {"allow": _METHODS})
        if asked.method not in ("GET", "POST"):
            remedy = "Send GET or POST."
            raise refused(405, BAD_REQUEST, f"{asked.method} is not understood here.", remedy, {"allow": _METHODS})
        profile = self._settings.profile
        segments = asked.path.removeprefix(self._path).strip("/").split("/")
        self._redirect(asked, segments)
        named = segments[-1] or None
        if asked.method == "POST":
            found = parsed_body(asked.sent, asked.content_type.decode("latin-1"), profile, named)
        else:
            found = parsed_query(asked.sent, profile, named)
        return found._replace(client=client)

    def _redirect(self, asked: Asked, segments: list[str]) -> None:
        """Send an address that names another release to that of this one."""
        if len(segments) == _RELEASE_AND_ID and segments[0] != self._facts.release:
            query = "?" + quote(asked.sent, safe=_PRINTABLE) if asked.method == "GET" and asked.sent else ""
            target = f"{self._path}/{self._facts.release}/{quote(segments[1], safe=':')}{query}"
            remedy = "Follow the redirect."
            headers = {"location": target, "cache-control": "no-cache"}
            raise refused(307, BAD_REQUEST, "That release is not served any more.", remedy, headers)
        if len(segments) > _RELEASE_AND_ID:
            raise refused(404, BAD_REQUEST, "There is nothing at this address.", f"Ask {self._path}.")

    async def _executed(self, asked: Asked, request: GraphQLRequest, media: str, named: bytes) -> Answer:
        since = self.kept.forgotten
        prepared = self._operations.prepare(await self._documents.text(request))
        self._check_kind(asked, prepared.kind(request.operation_name))
        if request.persisted_query is not None and prepared.refusal is None:
            await self._documents.register(request)
        context = self.contexts().asked_by(request.client)
        begun = self._operations.begin(prepared, request.variables, request.operation_name, context)
        if isinstance(begun, Outcome):
            self._counts.told(begun.body["errors"])
            return self._plain(begun, media)
        costed = wants_cost(request.extensions)
        if not begun.pure:
            return self._plain(await self._finished(begun, context, costed), media)
        token = begun.token(self._facts.source_url, told=costed)
        coding = chosen_coding(asked.accept_encoding.decode("latin-1"))
        etag = etag_of(token, self._facts.release, media, coding)
        if asked.method == "GET" and names(named, etag):
            return Answer(200, headed(media, 0, IDENTITY, self._cache_control(asked), etag), b"", etag)
        body = await self._engine.responses.get(token)
        if body is None:
            outcome = await self._finished(begun, context, costed)
            if not outcome.perfect or context.loaders.failed:
                return self._plain(outcome, media)
            body = orjson.dumps(outcome.body)
            self._engine.responses.put(token, body)
        answer = self._written(asked, body, media, coding, etag)
        self.kept.put(asked, answer, since)
        return answer

    def _written(self, asked: Asked, body: bytes, media: str, coding: str, etag: bytes) -> Answer:
        """A perfect answer in its coding."""
        coding = coding if len(body) >= SMALLEST_CODED else IDENTITY
        written = coded(body, coding)
        return Answer(200, headed(media, len(written), coding, self._cache_control(asked), etag), written, etag)

    def _check_kind(self, asked: Asked, kind: OperationType | None) -> None:
        if kind is OperationType.SUBSCRIPTION:
            raise refused(
                406, BAD_REQUEST, "A subscription has no single answer.",
                "Accept text/event-stream or multipart/mixed, or use a WebSocket.",
            )  # fmt: skip
        if asked.method == "GET" and kind is OperationType.MUTATION:
            raise refused(405, BAD_REQUEST, "A mutation cannot be sent by GET.", "Send it by POST.", {"allow": "POST"})

    def _cache_control(self, asked: Asked) -> str:
        if asked.method == "POST":
            return NEVER_KEPT
        value = IMMUTABLE if asked.path.startswith(f"{self._path}/{self._facts.release}/") else REVALIDATED
        return value.replace("public", "private") if self._settings.private else value

    def _plain(self, outcome: Outcome, media: str) -> Answer:
        body = orjson.dumps(outcome.body)
        status = status_of(outcome, media, self._settings.profile)
        return Answer(status, headed(media, len(body), IDENTITY, NEVER_KEPT), body)

    async def _finished(self, begun: Begun, context: Context, costed: bool) -> Outcome:
        outcome = await self.finish(begun, context)
        return outcome.telling(cost=begun.cost._asdict()) if costed else outcome

    async def finish(self, begun: Begun, context: Context) -> Outcome:
        """Execute within the bounds of number and time; what runs out of time is stopped."""
        with Timed(self._counts, begun) as timed, self.bounds.turn(context) as turn:
            return timed.came_to(await turn.run(self._operations.finish(begun)))


_RELEASE_AND_ID = 2
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
"""What of a query string goes into a header as it came."""


def refusal(error: RequestError, media: str) -> Answer:
    """A refusal as an answer, never to be kept."""
    body = orjson.dumps({"errors": error.errors}) if error.status not in _WITHOUT_BODY else b""
    own = [(name.encode(), value.encode()) for name, value in error.headers.items()]
    cache_control = error.headers.get("cache-control", NEVER_KEPT)
    left_out = {b"cache-control"} if body else {b"cache-control", b"content-type", b"content-length"}
    given = [row for row in headed(media, len(body), IDENTITY, cache_control) if row[0] not in left_out]
    return Answer(error.status, [*given, *_with_cache_control(own, cache_control)], body)


def _with_cache_control(own: Headers, cache_control: str) -> Headers:
    return (
        own if any(name == b"cache-control" for name, _ in own) else [*own, (b"cache-control", cache_control.encode())]
    )


_WITHOUT_BODY = frozenset({204})
