"""@defer: a result in pieces, the first without the fragments that are deferred, each of these in a later one.

Pieces are in the format of the specification's draft: `pending` announces a fragment by an id, `incremental` brings its
data, `completed` says that there is no more of it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from inspect import isawaitable
from typing import Any

from graphql import DirectiveNode, DocumentNode, ExecutionResult, GraphQLError, Visitor, visit
from graphql.execution import (
    CompletedResult,
    Executor,
    IncrementalDeferResult,
    InitialIncrementalExecutionResult,
    PendingResult,
    SubsequentIncrementalExecutionResult,
)

from graph.errors import formatted

Piece = dict[str, Any]
"""A result, or a piece of one, as it is sent."""

DEFER = "defer"

MOST_DEFERRED = 1_000
"""Fragments of one operation: each takes some 100 microseconds to deliver. Where there are more, none is deferred."""


class _Finder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_directive(self, node: DirectiveNode, *_args: object) -> None:
        self.found = self.found or node.name.value == DEFER


def has_defer(text: str, document: DocumentNode) -> bool:
    """Whether the directive stands anywhere in a document; its *text* answers for nearly all that have none.

    >>> from graphql import parse
    >>> texts = "{ a ... @ defer { b } }", "{ defer }"
    >>> [has_defer(text, parse(text)) for text in texts]
    [True, False]
    """
    if DEFER not in text:
        return False
    finder = _Finder()
    visit(document, finder)
    return finder.found


async def pieces(executor: Executor[Any]) -> AsyncGenerator[Piece, None]:
    """What an incremental executor comes to: one ordinary result where nothing is deferred after all.

    A deferred fragment is executed when the piece after the first is asked for.
    """
    answer = executor.execute_operation()
    found = await answer if isawaitable(answer) else answer
    if isinstance(found, ExecutionResult):
        yield told(found)
        return
    yield _first(found.initial_result)
    async with aclosing(found.subsequent_results) as rest:
        async for piece in rest:
            yield _later(piece)


def told(result: ExecutionResult) -> Piece:
    """An ordinary result as it is sent."""
    return _with_errors(result.errors) | {"data": result.data}


def _first(piece: InitialIncrementalExecutionResult) -> Piece:
    return _with_errors(piece.errors) | {"data": piece.data, **_announced(piece.pending), "hasNext": piece.has_next}


def _later(piece: SubsequentIncrementalExecutionResult) -> Piece:
    found = _announced(piece.pending)
    if piece.incremental:
        found["incremental"] = [_brought(row) for row in piece.incremental]
    if piece.completed:
        found["completed"] = [_ended(row) for row in piece.completed]
    return found | {"hasNext": piece.has_next}


def _announced(pending: Iterable[PendingResult] | None) -> Piece:
    rows = [dict(row.formatted) for row in pending or ()]
    return {"pending": rows} if rows else {}


def _brought(row: Any) -> Piece:
    assert isinstance(row, IncrementalDeferResult)  # the schema has no @stream
    below = {"subPath": row.sub_path} if row.sub_path else {}
    return _with_errors(row.errors) | {"data": row.data, "id": row.id, **below}


def _ended(row: CompletedResult) -> Piece:
    return {"id": row.id} | _with_errors(row.errors)


def _with_errors(errors: Sequence[GraphQLError] | None) -> Piece:
    return {"errors": [formatted(error) for error in errors]} if errors else {}
