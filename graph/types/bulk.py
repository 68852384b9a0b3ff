"""A bulk operation, its progress and its results, as the schema shows them: holders of what the record says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Annotated, Any, TypeVar, cast

import orjson
import strawberry
from strawberry import ID, Private

from graph.bulk_downloads import downloads_of
from graph.bulk_face import way
from graph.bulk_pages import Page, page_of
from graph.bulk_problems import LOST, bulk_refusal, code_of, problem_of_record
from graph.bulk_settings import decode
from graph.bulk_terms import BulkLineKind, BulkState, DownloadFormat
from graph.directives import ListSize
from graph.fields import InfoOf, given, said
from graph.scalars import JSON, URL, DateTime
from graph.types.chart import Chart
from graph.types.problems import Problem, ProblemValue
from graph.types.settings import Settings
from jobs.births import BirthRow
from jobs.errors import BulkError
from jobs.lines import Line
from jobs.record import Record
from jobs.refusals import NotFoundError
from jobs.states import State

PageSize = Annotated[int, given("Page size, at most 500.")]
After = Annotated[str | None, given("After.")]
OnlyThese = Annotated[BulkLineKind, given("Only these.")]

_T = TypeVar("_T")
Answer = Callable[..., Awaitable[_T]]


def coded(resolver: Answer[_T]) -> Answer[_T]:
    """The resolver, what bulk operations refuse told as an error of GraphQL with its code."""

    @wraps(resolver)
    async def answer(*args: Any, **kwargs: Any) -> _T:
        try:
            return await resolver(*args, **kwargs)
        except BulkError as error:
            raise bulk_refusal(error) from error

    return answer


def _instant(milliseconds: int) -> DateTime | None:
    return DateTime(datetime.fromtimestamp(milliseconds / 1000, UTC)) if milliseconds else None


@strawberry.interface(
    description="Anything stored that can be fetched again by its id. Charts are computed, not stored: they have an id but are "
    "no Node."
)
class Node:
    id: ID = said("Globally unique, opaque.")


@strawberry.type(description="Relay's.")
class PageInfo:
    has_next_page: bool = said("More after; while the operation runs, there may be.")
    has_previous_page: bool = said("More before.")
    start_cursor: str | None = said("First.")
    end_cursor: str | None = said("Last.")


def page_info(cursors: tuple[str, ...], after: str | None, *, more: bool) -> PageInfo:
    """What a page says of itself."""
    first, last = (cursors[0], cursors[-1]) if cursors else (None, None)
    return PageInfo(has_next_page=more, has_previous_page=after is not None, start_cursor=first, end_cursor=last)


# ── lines ──


def _line_id(root: BulkLine) -> ID:
    return ID(f"l_{root.page.record.id.removeprefix('b_')}.{root.line.index}")


def _line_index(root: BulkLine) -> int:
    return root.line.index


@coded
async def _line_ref(root: BulkLine) -> ID | None:
    ref = (await root.page.row(root.line.index)).ref
    return None if ref is None else ID(ref)


@coded
async def _line_chart(root: BulkLine, info: InfoOf) -> Chart | None:
    if root.line.code is not None:
        return None
    row = await root.page.row(root.line.index)
    return await root.page.chart(row, info.context) if isinstance(row, BirthRow) else None


def _line_data(root: BulkLine) -> JSON | None:
    return JSON(orjson.loads(root.line.body)) if root.line.code is None else None


def _line_problem(root: BulkLine) -> Problem | None:
    return cast("Problem | None", problem_of_line(root.line))


def problem_of_line(line: Line) -> ProblemValue | None:
    """Why there is no chart, as the line itself says it."""
    if line.code is None:
        return None
    said_so = orjson.loads(line.body)["problem"]
    path = tuple(str(step) for step in said_so.get("path") or ())
    return ProblemValue(code_of(line.code), said_so["message"], said_so.get("remedy") or "", path)


@strawberry.type(
    description="A line: exactly one of `chart` and `problem`. `data` is the line in the submitted shape, null where there is a "
    "problem."
)
class BulkLine:
    page: Private[Page]
    line: Private[Line]

    id: ID = said("For client caches.", _line_id)
    index: int = said("From 0, as sent.", _line_index)
    ref: ID | None = said("Reference.", _line_ref)
    chart: Chart | None = said("Typed: select again what the page shows.", _line_chart)
    data: JSON | None = said("In the submitted shape.", _line_data)
    problem: Problem | None = said("Why not.", _line_problem)


@strawberry.type(description="Edge.")
class BulkResultEdge:
    cursor: str = said("Cursor.")
    node: BulkLine = said("Line.")


@strawberry.type(description="Page of results.")
class BulkResultConnection:
    edges: list[BulkResultEdge] = said("With cursors.")
    nodes: list[BulkLine] = said("Without.")
    page_info: PageInfo = said("Paging.")
    total_count: int = said("Of the asked kind, so far.")


# ── the operation ──


@strawberry.type(description="A file.")
class BulkDownload:
    format: DownloadFormat = said("Format.")
    url: URL = said("Address on this service.")
    bytes: float | None = said(
        "Bytes (may pass 2^31, so Float). Null for a table that nobody has downloaded yet: its size is known afterwards."
    )
    etag: str = said("Strong ETag.")


def _id(root: BulkOperation) -> ID:
    return ID(root.record.id)


def _state(root: BulkOperation) -> BulkState:
    return BulkState.of(root.record.state)


def _finished(root: BulkOperation) -> bool:
    return root.record.state.finished


def _total(root: BulkOperation) -> int:
    return root.record.total


def _done(root: BulkOperation) -> int:
    return root.record.done


def _failed(root: BulkOperation) -> int:
    return root.record.failed


def _progress(root: BulkOperation) -> float:
    return root.record.progress


def _rate(root: BulkOperation) -> float | None:
    return root.record.rate


def _eta(root: BulkOperation) -> float | None:
    return root.record.seconds_left


def _version(root: BulkOperation) -> int:
    return root.record.version


def _created_at(root: BulkOperation) -> DateTime | None:
    return _instant(root.record.created)


def _started_at(root: BulkOperation) -> DateTime | None:
    return _instant(root.record.started)


def _finished_at(root: BulkOperation) -> DateTime | None:
    return _instant(root.record.finished)


def _expires_at(root: BulkOperation) -> DateTime:
    return DateTime(datetime.fromtimestamp(root.record.expires / 1000, UTC))


def _problem(root: BulkOperation) -> Problem | None:
    if root.record.state is State.LOST:
        return cast("Problem", LOST)
    found = root.record.problem
    return None if found is None else cast("Problem", problem_of_record(found))


@coded
async def _settings(root: BulkOperation, info: InfoOf) -> Settings | None:
    try:
        brief = await way(info.context).operations.brief(root.record.id)
    except NotFoundError:
        return None
    return cast("Settings", decode(brief.settings))


@coded
async def _results(
    root: BulkOperation,
    info: InfoOf,
    first: PageSize = 50,
    after: After = None,
    only: OnlyThese = BulkLineKind.ALL,
) -> BulkResultConnection:
    operations = way(info.context).operations
    found = await operations.results(root.record, first, after, only.kind)
    page = page_of(operations, root.record, found)
    nodes = [BulkLine(page=page, line=line) for line in found.lines]
    return BulkResultConnection(
        edges=[BulkResultEdge(cursor=cursor, node=node) for cursor, node in zip(found.cursors, nodes, strict=True)],
        nodes=nodes,
        page_info=page_info(found.cursors, after, more=found.has_next),
        total_count=found.total,
    )


@coded
async def _downloads(root: BulkOperation, info: InfoOf) -> list[BulkDownload]:
    found = await downloads_of(way(info.context).operations, root.record)
    return [BulkDownload(format=file.format, url=URL(file.url), bytes=file.bytes, etag=file.etag) for file in found]


@strawberry.type(
    description="A bulk operation. Counts live here, not in the event: a subscription that selects operation{id done} updates "
    "every component by normalisation."
)
class BulkOperation(Node):
    record: Private[Record]

    id: ID = said("Global id.", _id)
    state: BulkState = said("State.", _state)
    finished: bool = said("Whether nothing will change any more.", _finished)
    total: int = said("Births.", _total)
    done: int = said("Lines written, failed ones included.", _done)
    failed: int = said("Lines with a problem.", _failed)
    progress: float = said("0 to 1.", _progress)
    rate_per_second: float | None = said("Births a second, lately.", _rate)
    eta_seconds: float | None = said("Seconds left.", _eta)
    version: int = said("Grows with every change; drop events with a smaller one.", _version)
    created_at: DateTime | None = said("When; null when LOST.", _created_at)
    started_at: DateTime | None = said("When.", _started_at)
    finished_at: DateTime | None = said("When.", _finished_at)
    expires_at: DateTime = said("When it is removed.", _expires_at)
    problem: Problem | None = said("Why it failed.", _problem)
    settings: Settings | None = said("Resolved conventions; null when LOST.", _settings)
    results: BulkResultConnection = said(
        "Results in input order, readable while running.",
        _results,
        list_size=ListSize(slicing=("first",), sized=("edges", "nodes")),
    )
    downloads: list[BulkDownload] = said("Files, when completed.", _downloads, list_size=ListSize(3))


@strawberry.type(description="Edge.")
class BulkOperationEdge:
    cursor: str = said("Cursor.")
    node: BulkOperation = said("Operation.")


@strawberry.type(description="Page of operations.")
class BulkOperationConnection:
    edges: list[BulkOperationEdge] = said("With cursors.")
    nodes: list[BulkOperation] = said("Without.")
    page_info: PageInfo = said("Paging.")


@strawberry.type(description="An event.")
class BulkProgress:
    cursor: str = said("To resume after.")
    gap: bool = said("Events before this were trimmed.")
    operation: BulkOperation = said("The operation now.")
    new_lines: int = said("Lines that became readable since the last event.")
