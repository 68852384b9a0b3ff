"""What is wrong, as data: on items of lists, and the same fields in `errors[].extensions`."""

from __future__ import annotations

from typing import Any

import msgspec
import strawberry

from ephemeris.civil import offset_text
from ephemeris.errors import ChartError, LocalTimeError
from ephemeris.moments import Candidate
from ephemeris.words import Disambiguation, ErrorCode
from graph.fields import said
from graph.scalars import DateTime, UtcOffset, instant_text


@strawberry.type(description="One reading of a local time.")
class MomentCandidate:
    utc: DateTime = said("The instant, UTC.")
    utc_offset: UtcOffset = said("Its offset.")
    abbreviation: str | None = said("IST, +0630 …")
    daylight_saving: bool = said("Whether summer or war time.")
    disambiguation: Disambiguation = said("What to send as BirthInput.disambiguation for this one.")


@strawberry.type(description="What is wrong, where, and what to do. The same fields stand in `errors[].extensions`.")
class Problem:
    code: ErrorCode = said("Stable code.")
    message: str = said("For people, in English, with the value.")
    remedy: str = said("What to change.")
    path: list[str] = said("Argument path: [births, 3, latitude].")
    candidates: list[MomentCandidate] = said(
        "For ambiguous and nonexistent local times: the readings, earlier first; empty for every other problem."
    )
    retry_after_seconds: int | None = said("For RATE_LIMITED and UNAVAILABLE.")


class ProblemValue(msgspec.Struct, frozen=True):
    """What a `Problem` is read from."""

    code: ErrorCode
    message: str
    remedy: str
    path: tuple[str, ...]
    candidates: tuple[Candidate, ...] = ()
    retry_after_seconds: int | None = None


def problem_of(error: ChartError, *argument: str | int) -> ProblemValue:
    """An error as data. Args: argument: where in the request the value stood that the error's path begins in."""
    candidates = error.candidates if isinstance(error, LocalTimeError) else ()
    path = tuple([str(step) for step in (*argument, *error.path)])
    return ProblemValue(error.code, error.message, error.remedy, path, candidates)


def extensions_of(error: ChartError, *argument: str | int) -> dict[str, Any]:
    """An error as the extensions of a GraphQL error: the fields of `Problem` but the message, spelt as in the schema."""
    return told(problem_of(error, *argument))


def told(problem: ProblemValue) -> dict[str, Any]:
    """A problem as the extensions of a GraphQL error."""
    found = {
        "code": problem.code.name,
        "remedy": problem.remedy,
        "path": list(problem.path),
        "candidates": [_candidate(candidate) for candidate in problem.candidates],
    }
    later = problem.retry_after_seconds
    return found if later is None else {**found, "retryAfterSeconds": later}


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "utc": instant_text(candidate.utc),
        "utcOffset": offset_text(candidate.utc_offset),
        "abbreviation": candidate.abbreviation,
        "daylightSaving": candidate.daylight_saving,
        "disambiguation": candidate.disambiguation.name,
    }
