"""Births that cannot be worked at are found by halving, so that those beside them get their lines."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import structlog

from jobs.births import Row
from jobs.lines import Line
from jobs.record import Problem
from jobs.work import Work

WORKER_FAILED = "WORKER_FAILED"
_REMEDY = "Ask for this birth by itself; report what it answers."

_log = structlog.get_logger(__name__)


class WrongLinesError(Exception):
    """Raised when a work answers other lines than those of its births."""


def lines_of(work: Work, births: Sequence[Row], first: int, tries: int) -> list[Line]:
    """One line for each birth, whatever the work raises.

    Args:
        first: the index of the first birth.
        tries: how often a birth is tried by itself before its line says why there is no chart.
    """
    try:
        return _checked(work.run(births, first), first, len(births))
    except Exception as error:  # noqa: BLE001  whatever a birth may cause: it is narrowed down, counted and told
        reason = type(error).__name__
    if len(births) > 1:
        half = len(births) // 2
        before, after = births[:half], births[half:]
        return [*lines_of(work, before, first, tries), *lines_of(work, after, first + half, tries)]
    if tries > 1:
        return lines_of(work, births, first, tries - 1)
    _log.error("birth.failed", error=reason)
    return [failed_line(first, f"Working at this birth raised {reason}, each time it was tried.")]


def failed_line(index: int, reason: str) -> Line:
    """The line of a birth that the worker could not work at.

    >>> failed_line(7, "It ended its worker.").code
    'WORKER_FAILED'
    """
    body = msgspec.json.encode({"problem": Problem(WORKER_FAILED, reason, _REMEDY)})
    return Line(index, body, WORKER_FAILED)


def _checked(lines: list[Line], first: int, count: int) -> list[Line]:
    if [line.index for line in lines] != list(range(first, first + count)):
        raise WrongLinesError
    return lines
