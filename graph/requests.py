"""A GraphQL request as values, whatever carried it: a body, an address, or a message of a socket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class GraphQLRequest(NamedTuple):
    """What was asked, checked for form only.

    `document_id` is a trusted or persisted document's id as sent (`documentId`, Relay's `id` or `doc_id`, or a segment of
    the path); `persisted_query` is Apollo's `extensions.persistedQuery` as sent. `client` is who asks, as `graph.clients`
    tells it.
    """

    query: str | None
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None
    extensions: Mapping[str, Any] | None = None
    document_id: str | None = None
    client: str | None = None

    @property
    def persisted_query(self) -> object:
        """Apollo's automatic persisted query, None where there is none."""
        return (self.extensions or {}).get("persistedQuery")


class RequestError(Exception):
    """Raised when a request is refused before anything is executed.

    Args:
        status: of HTTP; a socket sends the same errors without it.
        errors: as they stand in the answer, each with its code.
        headers: of HTTP, lower-case.
    """

    def __init__(self, status: int, errors: list[dict[str, Any]], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(errors[0]["message"])
        self.status = status
        self.errors = errors
        self.headers = dict(headers or {})


def refused(
    status: int, code: str, message: str, remedy: str, headers: Mapping[str, str] | None = None
) -> RequestError:
    """One coded error as a refusal.

    >>> refused(415, "BAD_REQUEST", "Content-Type is 'text/plain'.", "Send application/json.").status
    415
    """
    told = {"message": message, "extensions": {"code": code, "remedy": remedy, "path": []}}
    return RequestError(status, [told], headers)


UNAVAILABLE = "UNAVAILABLE"
"""Code of what is refused for now."""


def unavailable(message: str, remedy: str = "Try again in a second.", seconds: int = 1) -> RequestError:
    """A refusal for now: 503, and when to come back.

    >>> unavailable("Too many operations run at once.").headers
    {'retry-after': '1'}
    """
    return refused(503, UNAVAILABLE, message, remedy, {"retry-after": str(seconds)})
