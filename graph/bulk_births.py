"""Births that came with `submitBulk` itself, as an operation keeps them."""

from __future__ import annotations

from collections.abc import Sequence

from ephemeris.words import ErrorCode
from graph.bulk_problems import code_of
from graph.inputs import BirthInput
from graph.types.problems import ProblemValue
from jobs.births import BirthRow
from jobs.uploads.problems import LineError
from jobs.uploads.rows import checked, one_zone
from resolvers.births import ZoneRequest
from resolvers.turns import Turn

INLINE_MAX = 10_000
"""Births of one request; more are uploaded."""

_PATH = ("input", "births", "inline")


async def rows_of(births: Sequence[BirthInput]) -> tuple[list[BirthRow], list[ProblemValue]]:
    """The births as rows, and what is wrong with any; the event loop is let go between slices.

    Dates, times and ranges are checked as those of an upload are; zones when charts are computed.
    """
    if not 0 < len(births) <= INLINE_MAX:
        return [], [_wrong_number(len(births))]
    rows, problems, turn = [], [], Turn()
    for index, birth in enumerate(births):
        try:
            rows.append(_row(index, birth))
        except LineError as error:
            problems.append(_problem(index, error))
        await turn.yield_when_long()
    return rows, problems


def _row(index: int, birth: BirthInput) -> BirthRow:
    sent = birth.request()
    zone = one_zone(index, sent.zone or ZoneRequest(), None)
    row = BirthRow(
        birth.ref or None, sent.date, sent.time, sent.latitude, sent.longitude, sent.altitude, zone, sent.disambiguation
    )
    return checked(index, row)


def _problem(index: int, error: LineError) -> ProblemValue:
    found = error.problem
    return ProblemValue(code_of(found.code), found.message, found.remedy, (*_PATH, str(index), *found.path))


def _wrong_number(count: int) -> ProblemValue:
    if count == 0:
        return ProblemValue(ErrorCode.LIST_EMPTY, "The list of births is empty.", "Send at least one birth.", _PATH)
    message, remedy = (
        f"{count} births are more than {INLINE_MAX}.",
        "Send them to POST /bulk/births, and uploadId here.",
    )
    return ProblemValue(ErrorCode.LIST_TOO_LONG, message, remedy, _PATH)
