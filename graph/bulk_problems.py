"""What is wrong with a bulk operation, as data and as an error of GraphQL."""

from __future__ import annotations

import math
from collections.abc import Mapping

from graphql import GraphQLError

from ephemeris.words import ErrorCode
from graph.types.problems import ProblemValue, told
from jobs import errors, record, refusals
from jobs.errors import BulkError

SOON_SECONDS = 5
"""After which to ask again for what could not be had."""

CODES: Mapping[str, ErrorCode] = {
    "BULK_LIMIT": ErrorCode.RATE_LIMITED,
    "BULK_UNAVAILABLE": ErrorCode.UNAVAILABLE,
    "BIRTHS_EMPTY": ErrorCode.LIST_EMPTY,
    errors.STORE_UNAVAILABLE: ErrorCode.UNAVAILABLE,
    errors.STORE_FULL: ErrorCode.UNAVAILABLE,
    errors.PART_MISSING: ErrorCode.UNAVAILABLE,
    errors.PART_DAMAGED: ErrorCode.INTERNAL,
}
"""Codes that the schema calls otherwise."""

LOST = ProblemValue(
    ErrorCode.LOST,
    "The server of the records has lost this operation.",
    "Submit it again; whoever runs the service looks at /health/ready.",
    (),
)


def code_of(name: str) -> ErrorCode:
    """A code as the schema calls it; what only GraphQL itself or a later release says is INTERNAL.

    >>> code_of("BULK_LIMIT").name, code_of("DATE_INVALID").name, code_of("BAD_USER_INPUT").name
    ('RATE_LIMITED', 'DATE_INVALID', 'INTERNAL')
    """
    return CODES.get(name) or ErrorCode.__members__.get(name, ErrorCode.INTERNAL)


def problem_of_bulk(error: BulkError, *argument: str | int) -> ProblemValue:
    """An error as data. Args: argument: where in the request what it is about stood."""
    code = code_of(error.code)
    path = tuple(str(step) for step in argument)
    return ProblemValue(code, error.message, error.remedy, path, retry_after_seconds=_later(error, code))


def problem_of_record(found: record.Problem) -> ProblemValue:
    """Why an operation failed, as data."""
    return ProblemValue(code_of(found.code), found.message, found.remedy, ())


def bulk_refusal(error: BulkError, *argument: str | int) -> GraphQLError:
    """An error as one of GraphQL. Args: argument: as above."""
    return GraphQLError(error.message, extensions=told(problem_of_bulk(error, *argument)))


def _later(error: BulkError, code: ErrorCode) -> int | None:
    if isinstance(error, refusals.LimitError):
        return math.ceil(error.retry_after)
    return SOON_SECONDS if code is ErrorCode.UNAVAILABLE else None
