"""`submitBulk`: everything that can be wrong is said at once; what is right becomes an operation, or an estimate of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ephemeris.errors import ChartError
from ephemeris.settings import Settings
from ephemeris.words import ErrorCode
from graph.bulk_births import rows_of
from graph.bulk_face import Way, face_of, way_of
from graph.bulk_inputs import BulkBirthsInput, SubmitBulkInput
from graph.bulk_problems import problem_of_bulk
from graph.bulk_selection import Chosen, SelectionError
from graph.bulk_settings import encode
from graph.bulk_work import packed
from graph.context import Context
from graph.types.problems import ProblemValue, problem_of
from jobs.births import BirthRow
from jobs.calls import Brief
from jobs.errors import BulkError
from jobs.operations import Operations
from jobs.record import Record
from jobs.submitting import KEEP_HOURS_MAX, Request, Upload
from jobs.webhooks.targets import target_of

TOLD_MAX = 100
"""Problems that are told; who mends them hears of the others."""

KEY_MAX = 255
"""Characters of an idempotency key."""

POINTS_A_SECOND = 50_000.0
"""That one worker does: measured over 10,000 births with nine grahas and D9, 36 points each, on two cores that others used, too."""

BYTES_A_POINT = 45.0
"""Of a JSON line, measured on the same charts."""

_INPUT = ("input",)


class Estimate(NamedTuple):
    """What an operation would take."""

    births: int
    cost_per_birth: float
    seconds: float
    bytes: float


class Answer(NamedTuple):
    """What came of it: an operation, an estimate, or problems."""

    operation: Record | None = None
    estimate: Estimate | None = None
    problems: tuple[ProblemValue, ...] = ()
    reused: bool = False


class _Problems:
    """What is wrong with a request, gathered while the rest of it is looked at."""

    def __init__(self) -> None:
        self.found: list[ProblemValue] = []

    def add(self, problems: Sequence[ProblemValue]) -> None:
        self.found += problems

    def told(self) -> tuple[ProblemValue, ...]:
        return tuple(self.found[:TOLD_MAX])


async def submit(sent: SubmitBulkInput, context: Context) -> Answer:
    """What came of a submission. Raises: GraphQLError: UNAUTHENTICATED."""
    try:
        return await _submitted(sent, context, way_of(context))
    except BulkError as error:
        return Answer(problems=(problem_of_bulk(error, *_INPUT),))


async def _submitted(sent: SubmitBulkInput, context: Context, way: Way) -> Answer:
    problems = _Problems()
    settings = _settings(sent, problems)
    births = await _births(sent.births, way, problems)
    chosen = await _chosen(sent, settings, context, problems)
    problems.add(_wrong_words(sent, face_of(context).webhook_hosts))
    if births is None or chosen is None or problems.found:
        return Answer(problems=problems.told())
    total = births.total if isinstance(births, Upload) else len(births)
    estimate = await _estimate(total, chosen.cost, way.operations)
    if sent.dry_run:
        return Answer(estimate=estimate)
    webhook = sent.webhook.encode() if sent.webhook else b""
    made = await way.operations.submit(
        Request(
            client=way.client,
            births=births,
            brief=Brief(packed(chosen.selection), encode(chosen.settings), webhook),
            idempotency_key=sent.idempotency_key or None,
            keep_hours=sent.keep_hours,
        )
    )
    return Answer(made.operation, estimate, reused=made.reused)


def _settings(sent: SubmitBulkInput, problems: _Problems) -> Settings | None:
    """The conventions that were sent, where any were."""
    if not sent.settings:
        return None
    try:
        return sent.settings.resolved()
    except ChartError as error:
        problems.add([problem_of(error, *_INPUT, "settings")])
        return None


async def _births(sent: BulkBirthsInput, way: Way, problems: _Problems) -> list[BirthRow] | Upload | None:
    if sent.upload_id:
        try:
            return await way.operations.uploads.find(sent.upload_id, way.client)
        except BulkError as error:
            problems.add([problem_of_bulk(error, *_INPUT, "births", "uploadId")])
            return None
    rows, wrong = await rows_of(sent.inline or ())
    problems.add(wrong)
    return None if wrong else rows


async def _chosen(
    sent: SubmitBulkInput, settings: Settings | None, context: Context, problems: _Problems
) -> Chosen | None:
    try:
        return await face_of(context).selections.chosen(sent.selection, settings, context)
    except SelectionError as error:
        problems.add(error.problems)
        return None


def _wrong_words(sent: SubmitBulkInput, webhook_hosts: tuple[str, ...]) -> list[ProblemValue]:
    found = []
    if not 1 <= sent.keep_hours <= KEEP_HOURS_MAX:
        found.append(_out_of_range(f"keepHours is {sent.keep_hours}.", f"Send 1 to {KEEP_HOURS_MAX}.", "keepHours"))
    if sent.idempotency_key and len(sent.idempotency_key) > KEY_MAX:
        message = f"The idempotency key has {len(sent.idempotency_key)} characters."
        found.append(_out_of_range(message, f"Send at most {KEY_MAX}.", "idempotencyKey"))
    if sent.webhook:
        try:
            target_of(sent.webhook, webhook_hosts)
        except BulkError as error:
            found.append(problem_of_bulk(error, *_INPUT, "webhook"))
    return found


def _out_of_range(message: str, remedy: str, field: str) -> ProblemValue:
    return ProblemValue(ErrorCode.ARGUMENT_INVALID, message, remedy, (*_INPUT, field))


async def _estimate(births: int, cost: float, operations: Operations) -> Estimate:
    """By the cost and the workers that are alive, as if they had nothing else to do."""
    workers = max(1, (await operations.health()).workers)
    return Estimate(births, cost, births * cost / (POINTS_A_SECOND * workers), births * cost * BYTES_A_POINT)
