"""What is wrong with a bulk operation as an answer of HTTP: its status, and when to come back."""

from __future__ import annotations

import math
from collections.abc import Awaitable
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Scope

from ephemeris.errors import InputError
from graph.answers import Answer
from graph.clients import ClientSettings, client_of, known_client
from graph.endpoint import refusal
from graph.errors import unforeseen
from graph.http import PLAIN_JSON
from graph.requests import RequestError, refused
from jobs import errors
from jobs.errors import BulkError
from jobs.exports.ranges import RANGE_UNSATISFIABLE, RangeError
from jobs.exports.tables import PARQUET_UNAVAILABLE
from jobs.refusals import LimitError
from jobs.uploads import problems
from jobs.uploads.problems import LineProblem, UploadError

T = TypeVar("T")

_SOON = 5
"""Seconds after which to ask a store or a server again that could not be had."""

STATUSES = {
    "NOT_FOUND": 404,
    "CURSOR_INVALID": 400,
    "BULK_LIMIT": 429,
    "BULK_UNAVAILABLE": 503,
    errors.STORE_UNAVAILABLE: 503,
    errors.STORE_FULL: 503,
    errors.PART_MISSING: 503,
    errors.PART_DAMAGED: 500,
    PARQUET_UNAVAILABLE: 406,
    RANGE_UNSATISFIABLE: 416,
    problems.PARAMETER_INVALID: 400,
    problems.CODING_DAMAGED: 400,
    problems.TRUNCATED: 400,
    problems.FORMAT_UNSUPPORTED: 415,
    problems.CODING_UNSUPPORTED: 415,
    problems.WRONG_ENCODING: 415,
    problems.UPLOAD_TOO_LARGE: 413,
    problems.LIST_TOO_LONG: 413,
}
"""Of each code; all others are about the births themselves, 422."""


def known(scope: Scope, clients: ClientSettings) -> str:
    """The name of the client that asks. Raises: RequestError: 401 where it needs a key and has none that is known."""
    try:
        return known_client(client_of(scope, clients))
    except InputError as error:
        headers = {"www-authenticate": "Bearer"}
        raise refused(401, error.code.name, error.message, error.remedy, headers) from None


async def answered(work: Awaitable[T]) -> T | Answer:
    """The answer, or the refusal that stands in its place. Raises: ClientDisconnect: nobody is there to be answered."""
    try:
        return await work
    except BulkError as error:
        return refusal(refusal_of(error), PLAIN_JSON)
    except RequestError as error:
        return refusal(error, PLAIN_JSON)
    except ClientDisconnect:
        raise
    except Exception as error:  # noqa: BLE001  the edge: a server's own traceback would quote births
        return refusal(RequestError(500, [dict(unforeseen(error))]), PLAIN_JSON)


def refusal_of(error: BulkError) -> RequestError:
    """The error as an answer.

    >>> from jobs.refusals import NotFoundError
    >>> refusal_of(NotFoundError("a")).status
    404
    """
    status = STATUSES.get(error.code, 422)
    found = refused(status, error.code, error.message, error.remedy, _headers(error, status))
    if isinstance(error, UploadError) and error.problems:
        told = {"total": error.total, "problems": [told_problem(problem) for problem in error.problems]}
        found.errors[0]["extensions"] |= told
    return found


def told_problem(problem: LineProblem) -> dict[str, Any]:
    """What is wrong in a line, as it stands in an answer."""
    return problem._asdict()


def _headers(error: BulkError, status: int) -> dict[str, str]:
    if isinstance(error, LimitError):
        return {"retry-after": str(math.ceil(error.retry_after))}
    if isinstance(error, RangeError):
        return {"content-range": f"bytes */{error.size}"}
    return {"retry-after": str(_SOON)} if status == 503 else {}
