"""Errors as GraphQL tells them: each with a stable code, the argument's path and what to do."""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Sequence
from typing import Any

import structlog
from graphql import GraphQLError, GraphQLFormattedError

from ephemeris.errors import ChartError
from graph.types.problems import extensions_of

_log = structlog.get_logger(__name__)

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
BAD_USER_INPUT = "BAD_USER_INPUT"
BAD_REQUEST = "BAD_REQUEST"
"""Codes of what is wrong with the document, its variables or the request itself; the words other servers use."""

TIMEOUT = "TIMEOUT"
"""Code of an operation that was stopped because it took too long."""

DOCUMENT_TOO_LARGE = "DOCUMENT_TOO_LARGE"
DOCUMENT_TOO_DEEP = "DOCUMENT_TOO_DEEP"
LITERAL_TOO_LARGE = "LITERAL_TOO_LARGE"
TOO_MANY_ALIASES = "TOO_MANY_ALIASES"
TOO_MANY_DIRECTIVES = "TOO_MANY_DIRECTIVES"
TOO_MANY_FIELDS = "TOO_MANY_FIELDS"
TOO_MANY_FRAGMENTS = "TOO_MANY_FRAGMENTS"
TOO_MANY_MERGES = "TOO_MANY_MERGES"
TOO_MANY_OPERATIONS = "TOO_MANY_OPERATIONS"
TOO_MANY_ROOT_FIELDS = "TOO_MANY_ROOT_FIELDS"
"""Codes of a document that exceeds a limit of `graph.limits`."""

REMEDIES = {
    PARSE_FAILED: "Mend the document where `locations` says.",
    VALIDATION_FAILED: "Compare the document with the schema where `locations` says.",
    BAD_USER_INPUT: "Send what the document's variables and the schema's types ask for.",
}

_LONGEST_MESSAGE = 500
"""Characters: what GraphQL quotes of a document can be as long as the document."""


def refusal(error: ChartError, *argument: str | int) -> GraphQLError:
    """An error of the engine as one of GraphQL. Args: argument: the argument in which its path begins."""
    return GraphQLError(error.message, extensions=extensions_of(error, *argument), original_error=error)


def in_order(errors: Sequence[GraphQLError]) -> list[GraphQLError]:
    """Errors by item, then as they stand in the document: in which order resolvers ended says nothing to anybody."""
    return sorted(errors, key=_place) if len(errors) > 1 else list(errors)


def _place(error: GraphQLError) -> tuple[list[int], int, list[str]]:
    path = error.path or []
    start = error.nodes[0].loc.start if error.nodes and error.nodes[0].loc else 0
    return [step for step in path if isinstance(step, int)], start, [str(step) for step in path]


def formatted(error: GraphQLError, code: str | None = None) -> GraphQLFormattedError:
    """An error as it is sent: coded ones as they are, and what we did not foresee behind a correlation id.

    Args:
        code: for errors that GraphQL itself raised, among them the ValueError of an Int with 5,000 digits.
    """
    cause = error.original_error
    if isinstance(cause, ChartError):
        return _told(error, error.extensions or extensions_of(cause))
    if code is not None and isinstance(cause, GraphQLError | ValueError | None):
        return _told(error, _coded(code) | (error.extensions or {}))
    if isinstance(cause, GraphQLError | None):  # without a code: a null that variables may be and an argument may not
        return _told(error, error.extensions or _coded(BAD_USER_INPUT))
    return {**error.formatted, **unforeseen(cause)}


def _coded(code: str) -> dict[str, Any]:
    return {"code": code, "remedy": REMEDIES[code], "path": []}


def _told(error: GraphQLError, extensions: dict[str, Any] | None) -> GraphQLFormattedError:
    plain = error.formatted
    if len(plain["message"]) > _LONGEST_MESSAGE:
        plain["message"] = f"{plain['message'][:_LONGEST_MESSAGE]}…"
    if extensions:
        plain["extensions"] = extensions
    return plain


def unforeseen(cause: BaseException) -> GraphQLFormattedError:
    """What the client is told of an error inside: the number under which the log has where it was raised.

    Its own message goes nowhere, because it may quote a birth.
    """
    correlation = uuid.uuid4().hex
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(cause.__traceback__)]
    _log.error("resolver.failed", correlation=correlation, error=type(cause).__name__, frames=frames)
    return {
        "message": f"Something went wrong here; it is logged as {correlation}.",
        "extensions": {"code": "INTERNAL", "remedy": "Report the number in the message.", "path": []},
    }
