"""GraphQL over HTTP (specification of September 2026): requests read, answers negotiated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson
from graphql import OperationType
from starlette.types import Message, Receive, Scope, Send

from graph.context import Context
from graph.engine_facts import EngineFacts
from graph.errors import BAD_REQUEST
from graph.operations import Operations, Outcome
from resolvers.engine import Engine

GRAPHQL_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"
LONGEST_BODY = 4 * 1024 * 1024
"""Bytes. A list of 1,000 births in full is a tenth of it."""


class Params(NamedTuple):
    """What a request asks: a document, variables, and which operation."""

    query: str
    variables: Mapping[str, Any] | None
    operation_name: str | None


class HttpError(Exception):
    """Raised when a request is refused before GraphQL sees it: its status, what is wrong, and headers."""

    def __init__(self, status: int, message: str, remedy: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.remedy = remedy
        self.headers = headers


class GraphQLEndpoint:
    """The ASGI application behind one path.

    Args:
        operations: executes documents.
        engine: what answers.
        facts: what `engine` says of itself.
    """

    def __init__(self, operations: Operations, engine: Engine, facts: EngineFacts) -> None:
        self._operations = operations
        self._engine = engine
        self._facts = facts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        media = PLAIN_JSON
        try:
            media = negotiated(headers.get("accept", ""))
            params = await self._params(scope, headers, receive)
            context = Context(self._engine, self._facts)
            outcome = await self._operations.execute(params.query, params.variables, params.operation_name, context)
            await answer(send, status_of(outcome, media), outcome.body, media)
        except HttpError as error:
            told = {"message": str(error), "extensions": {"code": BAD_REQUEST, "remedy": error.remedy, "path": []}}
            await answer(send, error.status, {"errors": [told]}, media, **error.headers)

    async def _params(self, scope: Scope, headers: Mapping[str, str], receive: Receive) -> Params:
        method = scope["method"]
        if method == "POST":
            return parsed_body(await read_body(headers, receive), headers.get("content-type", ""))
        if method in ("GET", "HEAD"):
            params = parsed_query(scope["query_string"])
            kind = self._operations.operation_type(params.query, params.operation_name)
            if kind not in (OperationType.QUERY, None):
                raise HttpError(405, f"A {kind.value} cannot be sent by GET.", "Send it by POST.", allow="POST")
            return params
        raise HttpError(405, f"{method} is not understood here.", "Send GET or POST.", allow="GET, HEAD, POST")


def negotiated(accept: str) -> str:
    """The media type of the answer.

    Raises:
        HttpError: 406 when the client wants neither of the two.

    >>> negotiated("text/html, application/graphql-response+json;q=0.9"), negotiated("*/*")
    ('application/graphql-response+json', 'application/json')
    """
    wanted = dict(sorted((_quality(part) for part in accept.split(",") if part.strip()), key=lambda pair: pair[1]))
    best = [(wanted.get(media, 0.0), media) for media in (PLAIN_JSON, GRAPHQL_JSON)]
    quality, media = max(best)
    if quality > 0:
        return media
    if not wanted or wanted.get("*/*") or wanted.get("application/*"):
        return PLAIN_JSON
    raise HttpError(406, f"{accept[:80]!r} is not offered.", f"Accept {GRAPHQL_JSON} or {PLAIN_JSON}.")


def _quality(part: str) -> tuple[str, float]:
    media, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return media, float(parameter[2:])
            except ValueError:
                return media, 0.0
    return media, 1.0


def status_of(outcome: Outcome, media: str) -> int:
    """The status of an outcome: 200, 294 for data beside errors, 400 for a document that is none, 422 for a refused one.

    A client that only knows application/json gets 200 instead of 294, as the specification asks.
    """
    if not outcome.executed:
        return 400 if outcome.syntax else 422
    return 294 if "errors" in outcome.body and media == GRAPHQL_JSON else 200


async def answer(send: Send, status: int, body: Mapping[str, Any], media: str, **headers: str) -> None:
    """Write an answer as JSON."""
    payload = orjson.dumps(body)
    lines = {
        "content-type": f"{media}; charset=utf-8",
        "content-length": str(len(payload)),
        "vary": "Accept",
        "x-content-type-options": "nosniff",
        **headers,
    }
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in lines.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": payload})


async def read_body(headers: Mapping[str, str], receive: Receive) -> bytes:
    """The body of a request.

    Raises:
        HttpError: 413 beyond LONGEST_BODY.
    """
    stated = headers.get("content-length", "")
    if stated.isdigit() and int(stated) > LONGEST_BODY:
        raise _too_large()
    body = bytearray()
    more = True
    while more:
        message: Message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LONGEST_BODY:
            raise _too_large()
    return bytes(body)


def _too_large() -> HttpError:
    return HttpError(413, f"The request is larger than {LONGEST_BODY} bytes.", "Send fewer births at a time.")


def parsed_body(body: bytes, content_type: str) -> Params:
    """The parameters of a POST.

    Raises:
        HttpError: 415 for another media type, 400 for what is no JSON, 422 for parameters of a wrong type.
    """
    media, _, rest = content_type.partition(";")
    if media.strip().lower() != PLAIN_JSON or not _is_utf8(rest):
        raise HttpError(415, f"Content-Type is {content_type[:80]!r}.", f"Send {PLAIN_JSON} in UTF-8.")
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise HttpError(400, f"The body is no JSON: {error}.", "Send an object with query and variables.") from None
    if not isinstance(request, dict):
        raise HttpError(422, "The body is no JSON object.", "Send an object with query and variables.")
    return _checked(request)


def _is_utf8(parameters: str) -> bool:
    stated = [piece.strip().lower() for piece in parameters.split(";") if piece.strip().lower().startswith("charset=")]
    return all(charset.removeprefix("charset=").strip('"') in ("utf-8", "utf8") for charset in stated)


def parsed_query(query_string: bytes) -> Params:
    """The parameters of a GET; an empty one counts as absent.

    Raises:
        HttpError: 400 for variables that are no JSON, 422 for those of a wrong type.
    """
    try:
        pairs = {name: value for name, value in parse_qsl(query_string.decode("ascii"), errors="strict") if value}
        variables = orjson.loads(pairs["variables"]) if "variables" in pairs else None
    except (UnicodeDecodeError, orjson.JSONDecodeError):
        raise HttpError(400, "The address cannot be read.", "Send variables as a JSON object in UTF-8.") from None
    return _checked({"query": pairs.get("query"), "variables": variables, "operationName": pairs.get("operationName")})


def _checked(request: Mapping[str, Any]) -> Params:
    query, variables, name = request.get("query"), request.get("variables"), request.get("operationName")
    if not isinstance(query, str) or not query:
        raise HttpError(422, "There is no query.", 'Send "query": a GraphQL document as text.')
    if not isinstance(variables, dict | None):
        raise HttpError(422, "The variables are no JSON object.", 'Send "variables": {…}, or leave them out.')
    if not isinstance(name, str | None):
        raise HttpError(422, "The operation's name is no text.", 'Send "operationName" as text, or leave it out.')
    return Params(query, variables, name)
