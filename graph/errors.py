"""Errors as GraphQL tells them: each with a stable code, the argument's path and what to do."""

from __future__ import annotations

import uuid
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


def refusal(error: ChartError, *argument: str | int) -> GraphQLError:
    """An error of the engine as one of GraphQL. Args: argument: the argument in which its path begins."""
    return GraphQLError(error.message, extensions=extensions_of(error, *argument), original_error=error)


def formatted(error: GraphQLError, code: str | None = None) -> GraphQLFormattedError:
    """An error as it is sent: coded ones as they are, and what we did not foresee behind a correlation id.

    Args:
        code: for errors that GraphQL itself raised.
    """
    cause = error.original_error
    if isinstance(cause, ChartError):
        return _told(error, error.extensions or extensions_of(cause))
    if cause is not None and not isinstance(cause, GraphQLError):
        return _masked(error, cause)
    return _told(error, {"code": code, **(error.extensions or {})} if code else error.extensions)


def _told(error: GraphQLError, extensions: dict[str, Any] | None) -> GraphQLFormattedError:
    plain = error.formatted
    if extensions:
        plain["extensions"] = extensions
    return plain


def _masked(error: GraphQLError, cause: BaseException) -> GraphQLFormattedError:
    """What went wrong inside goes to the log, not to the client."""
    correlation = uuid.uuid4().hex
    _log.error("resolver.failed", correlation=correlation, path=error.path, exc_info=cause)
    plain = error.formatted
    plain["message"] = f"Something went wrong here; it is logged as {correlation}."
    plain["extensions"] = {"code": "INTERNAL", "remedy": "Report the number in the message.", "path": []}
    return plain
