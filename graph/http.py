"""GraphQL over HTTP (specification of September 2026): what a request says, and in which form its answer goes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from functools import lru_cache, wraps
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson
from starlette.types import Message, Receive

from graph.errors import BAD_REQUEST
from graph.operations import Outcome
from graph.requests import GraphQLRequest, RequestError, refused

GRAPHQL_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"
LONGEST_BODY = 4 * 1024 * 1024
"""Bytes. A list of 1,000 births in full is a tenth of it."""
LONGEST_QUERY_STRING = 16 * 1024
"""Bytes of an address. A document of that size belongs into a POST, or is sent by its id."""
_IDS = ("documentId", "id", "doc_id")
"""Names under which a document's id is sent: the specification's, and Relay's two."""


class Profile(Enum):
    """Which statuses answer what is wrong with a request."""

    SEPTEMBER_2026 = "sept2026"
    COMPAT = "compat"


def remembering(read: Callable[[str], str]) -> Callable[[str], str]:
    """The same reading of a header, done once for each text that clients send: there are few, and none of them is long."""
    remembered = lru_cache(maxsize=256)(read)

    @wraps(read)
    def answer(header: str) -> str:
        return remembered(header) if len(header) <= _LONGEST_REMEMBERED else read(header)

    return answer


_LONGEST_REMEMBERED = 256
"""Characters; a client may send headers of any length."""


class Wish(NamedTuple):
    """What a client accepts of one kind, and how gladly, 0 to 1."""

    value: str
    quality: float


def wishes(header: str) -> list[Wish]:
    """The parts of an Accept or Accept-Encoding header.

    >>> wishes("gzip, br;q=0.5")
    [Wish(value='gzip', quality=1.0), Wish(value='br', quality=0.5)]
    """
    return [_wish(part) for part in header.split(",") if part.strip()]


def _wish(part: str) -> Wish:
    value, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return Wish(value, float(parameter[2:]))
            except ValueError:
                return Wish(value, 0.0)
    return Wish(value, 1.0)


@remembering
def negotiated(accept: str) -> str:
    """The media type of a single answer; what a client merely lists beside JSON is not used.

    Raises:
        RequestError: 406 when the client wants neither of the two.

    >>> negotiated("text/html, application/graphql-response+json;q=0.9"), negotiated("*/*")
    ('application/graphql-response+json', 'application/json')
    """
    wanted = dict(wishes(accept))
    quality, media = max((wanted.get(media, 0.0), media) for media in (PLAIN_JSON, GRAPHQL_JSON))
    if quality > 0:
        return GRAPHQL_JSON if wanted.get(GRAPHQL_JSON, 0.0) == quality else media
    if not wanted or wanted.get("*/*") or wanted.get("application/*"):
        return PLAIN_JSON
    raise refused(406, BAD_REQUEST, f"{accept[:80]!r} is not offered.", f"Accept {GRAPHQL_JSON} or {PLAIN_JSON}.")


def status_of(outcome: Outcome, media: str, profile: Profile = Profile.SEPTEMBER_2026) -> int:
    """The status of an outcome.

    By the specification: 200; 294 for data beside errors; 400 for a document that is none, 422 for a refused one. A client
    that only knows application/json gets 200 for 294. In the compatible profile, as the npm package graphql-http audits:
    200 wherever the client only knows application/json, else 400 for any refused document, and never 294.
    """
    if profile is Profile.COMPAT:
        return 200 if outcome.executed or media == PLAIN_JSON else 400
    if not outcome.executed:
        return 400 if outcome.syntax else 422
    return 294 if "errors" in outcome.body and media == GRAPHQL_JSON else 200


async def read_body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    """The body of a request.

    Raises:
        RequestError: 413 beyond LONGEST_BODY.
    """
    stated = headers.get(b"content-length", b"")
    if stated.isdigit() and int(stated) > LONGEST_BODY:
        raise _too_large()
    message: Message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body
    whole = bytearray(body)
    while message.get("more_body", False):
        message = await receive()
        whole += message.get("body", b"")
        if len(whole) > LONGEST_BODY:
            raise _too_large()
    return bytes(whole)


def _too_large() -> RequestError:
    return refused(
        413, BAD_REQUEST, f"The request is larger than {LONGEST_BODY} bytes.", "Send fewer births at a time."
    )


def parsed_body(
    body: bytes, content_type: str, profile: Profile = Profile.SEPTEMBER_2026, document_id: str | None = None
) -> GraphQLRequest:
    """The request that a POST carries.

    Args:
        document_id: that of the path, where the path names a document.

    Raises:
        RequestError: 415 for another media type, 400 for what is no JSON, 422 for parameters of a wrong type.
    """
    media, _, rest = content_type.partition(";")
    if media.strip().lower() != PLAIN_JSON or not _is_utf8(rest):
        raise refused(415, BAD_REQUEST, f"Content-Type is {content_type[:80]!r}.", f"Send {PLAIN_JSON} in UTF-8.")
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise refused(
            400, BAD_REQUEST, f"The body is no JSON: {error}.", "Send an object with query and variables."
        ) from None
    return checked(sent, profile, document_id)


def _is_utf8(parameters: str) -> bool:
    stated = [piece.strip().lower() for piece in parameters.split(";") if piece.strip().lower().startswith("charset=")]
    return all(charset.removeprefix("charset=").strip('"') in ("utf-8", "utf8") for charset in stated)


def parsed_query(
    query_string: bytes, profile: Profile = Profile.SEPTEMBER_2026, document_id: str | None = None
) -> GraphQLRequest:
    """The request that an address carries; an empty parameter counts as absent.

    Args:
        document_id: that of the path, where the path names a document.

    Raises:
        RequestError: 414 for a long one, 400 for what cannot be read, 422 for parameters of a wrong type.
    """
    if len(query_string) > LONGEST_QUERY_STRING:
        raise refused(
            414,
            BAD_REQUEST,
            f"The address is longer than {LONGEST_QUERY_STRING} bytes.",
            "Send it by POST, or by its id.",
        )
    try:
        sent: dict[str, Any] = {
            name: value for name, value in parse_qsl(query_string.decode("ascii"), errors="strict") if value
        }
        for name in ("variables", "extensions"):
            if name in sent:
                sent[name] = orjson.loads(sent[name])
    except (UnicodeDecodeError, orjson.JSONDecodeError):
        raise refused(
            400, BAD_REQUEST, "The address cannot be read.", "Send variables and extensions as JSON objects in UTF-8."
        ) from None
    return checked(sent, profile, document_id)


def checked(sent: object, profile: Profile = Profile.SEPTEMBER_2026, document_id: str | None = None) -> GraphQLRequest:
    """Parameters of the right types; unknown ones are passed over.

    Raises:
        RequestError: 422, in the compatible profile 400, naming the parameter.
    """
    status = 400 if profile is Profile.COMPAT else 422
    if not isinstance(sent, dict):
        raise refused(status, BAD_REQUEST, "The request is no JSON object.", "Send an object with query and variables.")
    document_id = document_id or next((sent[name] for name in _IDS if sent.get(name) is not None), None)
    request = GraphQLRequest(
        sent.get("query"), sent.get("variables"), sent.get("operationName"), sent.get("extensions"), document_id
    )
    for value, kind, name in zip(request[: len(_TYPES)], _TYPES, _NAMES, strict=True):
        if value is not None and not isinstance(value, kind):
            raise refused(status, BAD_REQUEST, f"{name} has a wrong type.", f"Send {name} as {_WORDS[kind]}.")
    if not request.query and request.document_id is None and request.persisted_query is None:
        raise refused(status, BAD_REQUEST, "There is no query.", "Send query, a GraphQL document, or a documentId.")
    return request


_TYPES = (str, dict, str, dict, str)
_NAMES = ("query", "variables", "operationName", "extensions", "documentId")
_WORDS = {str: "text", dict: "a JSON object"}
