"""What is wrong with an upload, each with its line."""

from __future__ import annotations

from typing import NamedTuple

from ephemeris.errors import ChartError
from jobs.errors import BulkError

FORMAT_UNSUPPORTED = "FORMAT_UNSUPPORTED"
CODING_UNSUPPORTED = "CODING_UNSUPPORTED"
CODING_DAMAGED = "CODING_DAMAGED"
TRUNCATED = "TRUNCATED"
WRONG_ENCODING = "WRONG_ENCODING"
PARAMETER_INVALID = "PARAMETER_INVALID"
UPLOAD_TOO_LARGE = "UPLOAD_TOO_LARGE"
UPLOAD_REFUSED = "UPLOAD_REFUSED"
LINE_TOO_LONG = "LINE_TOO_LONG"
LINE_INVALID = "LINE_INVALID"
COLUMN_UNKNOWN = "COLUMN_UNKNOWN"
COLUMN_MISSING = "COLUMN_MISSING"
FIELD_INVALID = "FIELD_INVALID"
LIST_EMPTY = "LIST_EMPTY"
LIST_TOO_LONG = "LIST_TOO_LONG"
"""Codes of uploads; a birth's own problems have the codes of `ephemeris.words.ErrorCode`."""

TOLD_MAX = 100
"""Problems that are told; the others are counted."""


class LineProblem(NamedTuple):
    """What is wrong in one line.

    Args:
        line: its number in the upload, from 1.
        path: the field of the birth, as BirthInput names it.
    """

    line: int
    code: str
    message: str
    remedy: str
    path: tuple[str, ...] = ()


class UploadError(BulkError):
    """Raised when an upload is refused as a whole: nothing of it is kept.

    Its messages quote what was sent, so they go to the client and into no log.

    Args:
        problems: the first of them, at most TOLD_MAX.
        total: how many there are.
    """

    def __init__(
        self, code: str, message: str, remedy: str, problems: tuple[LineProblem, ...] = (), total: int = 0
    ) -> None:
        super().__init__(code, message, remedy)
        self.problems = problems
        self.total = max(total, len(problems))


class LineError(Exception):
    """Raised when a line cannot be used; the others may be."""

    def __init__(self, problem: LineProblem, ref: str | None = None) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.ref = ref


def at_line(line: int, code: str, message: str, remedy: str, *path: str) -> LineError:
    """An error of one line."""
    return LineError(LineProblem(line, code, message, remedy, path))


def of_birth(line: int, error: ChartError, ref: str | None) -> LineError:
    """An error of the engine as one of a line."""
    path = tuple([str(step) for step in error.path])
    return LineError(LineProblem(line, error.code.name, error.message, error.remedy, path), ref)


def refused(problem: LineProblem) -> UploadError:
    """The whole upload refused because of one line."""
    return UploadError(problem.code, f"Line {problem.line:,}: {problem.message}", problem.remedy, (problem,))
