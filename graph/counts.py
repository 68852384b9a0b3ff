"""What the HTTP and GraphQL faces of one process count, in plain integers."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Callable, Iterable, Mapping
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from ephemeris.words import ErrorCode
from graph.documents import NOT_FOUND, NOT_SUPPORTED, REQUIRED
from graph.errors import (
    BAD_REQUEST,
    BAD_USER_INPUT,
    DOCUMENT_TOO_DEEP,
    DOCUMENT_TOO_LARGE,
    LITERAL_TOO_LARGE,
    PARSE_FAILED,
    TIMEOUT,
    TOO_MANY_ALIASES,
    TOO_MANY_DIRECTIVES,
    TOO_MANY_FIELDS,
    TOO_MANY_FRAGMENTS,
    TOO_MANY_MERGES,
    TOO_MANY_OPERATIONS,
    TOO_MANY_ROOT_FIELDS,
    VALIDATION_FAILED,
)
from graph.operations import Begun, Outcome
from graph.requests import RequestError
from runtime.metrics.spread import FROM_100_US, Spread, Spreads

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "other")
STATUSES = ("1xx", "2xx", "3xx", "4xx", "5xx", "none")
KINDS = ("kept", "graphql", "stream", "other")
OUTCOMES = ("ok", "errors", "refused", "stopped", "failed")
NAMES_MAX = 200
"""Names of operations in labels; further ones are `other`."""
OTHER = "other"
CODES = (
    *[code.name for code in ErrorCode],
    *[PARSE_FAILED, VALIDATION_FAILED, BAD_USER_INPUT, BAD_REQUEST, NOT_FOUND, NOT_SUPPORTED, REQUIRED, TIMEOUT],
    *[DOCUMENT_TOO_LARGE, DOCUMENT_TOO_DEEP, LITERAL_TOO_LARGE, TOO_MANY_ALIASES, TOO_MANY_DIRECTIVES, TOO_MANY_FIELDS],
    *[TOO_MANY_FRAGMENTS, TOO_MANY_MERGES, TOO_MANY_OPERATIONS, TOO_MANY_ROOT_FIELDS, OTHER],
)
"""Codes of errors, as they stand in answers."""

_TIMED_OUT = 504


class HttpCounts:
    """Requests of one process by method, status and kind."""

    def __init__(self) -> None:
        self.in_flight = 0
        self.seconds = Spreads[tuple[str, str, str]](FROM_100_US)
        self.whole = self.seconds["GET", "2xx", "kept"]
        self.unchanged = self.seconds["GET", "3xx", "kept"]

    def of(self, method: str, status: int, kind: str) -> Spread:
        """The spread that a request belongs to; status 0 is that of one which was never answered."""
        return self.seconds[method if method in METHODS else OTHER, f"{status // 100}xx" if status else "none", kind]


class OperationNames:
    """Which operations are told apart by their names: those that the operator allows or has published.

    Args:
        allowed: names by a setting.
        published: the text of a document that the operator made known, by its SHA-256 in hexadecimal digits.
    """

    def __init__(self, allowed: frozenset[str], published: Callable[[str], str | None]) -> None:
        self._allowed = allowed
        self._published = published
        self._seen = set(allowed)

    def label(self, begun: Begun) -> str:
        """The name, or `other`."""
        name = begun.operation.name.value if begun.operation.name else ""
        if name in self._allowed:
            return name
        if not name or self._published(begun.prepared.digest.hex()) is None:
            return OTHER
        if len(self._seen) < NAMES_MAX:
            self._seen.add(name)
        return name if name in self._seen else OTHER


class OperationCounts:
    """Operations of one process that were executed, and errors that it told. Args: names: those that are told apart."""

    def __init__(self, names: OperationNames) -> None:
        self._names = names
        self.seconds = Spreads[tuple[str, str, str]](FROM_100_US)
        self.errors = dict.fromkeys(CODES, 0)

    def told(self, errors: Iterable[Mapping[str, Any]]) -> None:
        """Count errors as they stand in an answer."""
        for error in errors:
            code = error.get("extensions", {}).get("code")
            self.errors[code if code in self.errors else OTHER] += 1

    def add(self, begun: Begun, outcome: str, seconds: float) -> None:
        """Count one."""
        self.seconds[begun.operation.operation.value, self._names.label(begun), outcome].add(seconds)


class Timed:
    """Counts the operation that its block executes, by what it came to."""

    def __init__(self, counts: OperationCounts, begun: Begun) -> None:
        self._counts = counts
        self._begun = begun
        self._outcome = "failed"
        self._started = perf_counter()

    def came_to(self, outcome: Outcome) -> Outcome:
        """The outcome, taken note of."""
        if not outcome.perfect:
            self._outcome = "errors"
            self._counts.told(outcome.body.get("errors", ()))
        else:
            self._outcome = "ok"
        return outcome

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        if isinstance(error, CancelledError):  # the client does not want it any more
            self._outcome = "stopped"
        elif isinstance(error, RequestError):
            self._outcome = "stopped" if error.status == _TIMED_OUT else "refused"
        self._counts.add(self._begun, self._outcome, perf_counter() - self._started)
