"""Requests that may have many results, whatever carries them: a WebSocket, Server-Sent Events, or parts of a body."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable
from contextlib import aclosing
from inspect import isawaitable
from typing import Any, Literal, Self

from graphql import ExecutionResult, GraphQLError, OperationType
from graphql.execution import (
    Executor,
    create_source_event_stream,
    execute_subscription_event,
    map_source_to_response_event,
)

from graph.bounds import Bounds
from graph.context import Context
from graph.cost import CostReport, wants_cost
from graph.defer import pieces, told
from graph.errors import formatted, unforeseen
from graph.http import GRAPHQL_JSON, PLAIN_JSON, wishes
from graph.operations import Begun, Operations, Outcome
from graph.requests import GraphQLRequest, RequestError

Result = dict[str, Any]
"""One result as it is sent: data, errors, or both."""

Contexts = Callable[[], Context]
"""Makes a fresh context: one for a query, one for each event of a subscription."""

Resolve = Callable[[GraphQLRequest], Awaitable[str]]
"""Finds the document of a request that may name it by an id."""

Finish = Callable[[Begun, Context], Awaitable[Outcome]]
"""Executes what was begun, within whatever bounds of number and time there are."""

EVENT_STREAM = "text/event-stream"
MULTIPART = "multipart/mixed"
_SUBSCRIPTION_SPEC = "subscriptionspec=1.0"
_JSON = frozenset({PLAIN_JSON, GRAPHQL_JSON, "application/*", "*/*"})


class Results:
    """Results one after another. Whoever reads them closes them.

    Args:
        events: the results.
        live: whether they go on until they are stopped; else they end by themselves, after one.
    """

    def __init__(self, events: AsyncGenerator[Result, None], *, live: bool) -> None:
        self.live = live
        self._events = events
        self._stopped = False
        self._waiting: asyncio.Timeout | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Result:
        if self._stopped:
            raise StopAsyncIteration
        waiting = asyncio.timeout(None)
        try:
            async with waiting:
                self._waiting = waiting
                return await anext(self._events)
        except TimeoutError:
            if not waiting.expired():
                raise
            raise StopAsyncIteration from None
        finally:
            self._waiting = None

    def stop(self) -> None:
        """End live results before the next one; those that end by themselves still come."""
        if not self.live or self._stopped:
            return
        self._stopped = True
        if self._waiting is not None:
            self._waiting.reschedule(0)

    async def aclose(self) -> None:
        """End them, and all that they hold."""
        await self._events.aclose()


Open = Callable[[GraphQLRequest], Awaitable[Results]]
"""Opens a request. Raises RequestError, and nothing else, when it is refused; so do the results."""


def opener(
    operations: Operations,
    contexts: Contexts,
    resolve: Resolve,
    finish: Finish | None = None,
    bounds: Bounds | None = None,
) -> Open:
    """What a transport needs to know: how to open a request, errors of ours behind a correlation id.

    Args:
        resolve: finds the document.
        finish: executes queries and mutations; absent = without bounds.
        bounds: of what is answered in pieces.
    """
    within = bounds or Bounds()

    async def open_request(request: GraphQLRequest) -> Results:
        try:
            text = await resolve(request)
            return await open_stream(operations, request._replace(query=text), contexts, finish, within)
        except RequestError:
            raise
        except Exception as cause:
            raise _ours(cause) from cause

    return open_request


async def open_stream(
    operations: Operations,
    request: GraphQLRequest,
    contexts: Contexts,
    finish: Finish | None = None,
    bounds: Bounds | None = None,
) -> Results:
    """Begin a request: a subscription is subscribed to, a query or mutation will be executed by its first reader.

    Args:
        request: with its document found.
        finish: executes queries and mutations; absent = without bounds.
        bounds: of what is answered in pieces.

    Raises:
        RequestError: 400 for a document that is none, 422 for one that is refused, or whose source is.
    """

    def fresh() -> Context:
        return contexts().asked_by(request.client)

    context = fresh()
    prepared = operations.prepare(request.query or "")
    defers = prepared.defers(request.operation_name)
    begun = operations.begin(prepared, request.variables, request.operation_name, context, in_pieces=defers)
    if isinstance(begun, Outcome):
        raise RequestError(400 if begun.syntax else 422, begun.body["errors"])
    live = begun.operation.operation is OperationType.SUBSCRIPTION
    if live:
        executor = begun.executor()
        found = _events(executor, await _source(executor), fresh, bounds or Bounds())
    else:
        found = _pieces(begun, context, bounds or Bounds()) if defers else _single(operations, begun, context, finish)
        found = _guarded(found, context)
    return Results(_telling(found, begun.cost) if wants_cost(request.extensions) else found, live=live)


async def _telling(results: AsyncGenerator[Result, None], cost: CostReport) -> AsyncGenerator[Result, None]:
    """The results, the first of which tells what the operation costs."""
    async with aclosing(results):
        extensions = {"extensions": {"cost": cost._asdict()}}
        async for result in results:
            yield result | extensions
            extensions = {}


async def _single(
    operations: Operations, begun: Begun, context: Context, finish: Finish | None
) -> AsyncGenerator[Result, None]:
    outcome = await (finish(begun, context) if finish else operations.finish(begun))
    yield outcome.body


async def _pieces(begun: Begun, context: Context, bounds: Bounds) -> AsyncGenerator[Result, None]:
    with bounds.turn(context) as turn:
        async with aclosing(pieces(begun.executor())) as found:
            while (piece := await turn.run(anext(found, None))) is not None:
                yield piece


async def _guarded(results: AsyncGenerator[Result, None], context: Context) -> AsyncGenerator[Result, None]:
    try:
        async with aclosing(results):
            async for result in results:
                yield result
    except RequestError:
        raise
    except (asyncio.CancelledError, GeneratorExit):  # the client does not want it any more
        context.loaders.cancel()
        raise
    except Exception as cause:
        raise _ours(cause) from cause


async def _source(executor: Executor[Any]) -> AsyncIterable[Any]:
    source = create_source_event_stream(executor)
    found = await source if isawaitable(source) else source
    if isinstance(found, ExecutionResult):
        raise RequestError(422, [dict(formatted(error)) for error in found.errors or ()])
    return found


async def _events(
    executor: Executor[Any], source: AsyncIterable[Any], contexts: Contexts, bounds: Bounds
) -> AsyncGenerator[Result, None]:
    def executed(event: Executor[Any]) -> Any:
        event.context_value = contexts()
        return execute_subscription_event(event)

    try:
        with bounds.subscription():
            async with aclosing(map_source_to_response_event(executor, source, executed)) as results:
                async for result in results:
                    yield told(result)
    except Exception as cause:  # what the source of the events raised
        error = GraphQLError(str(cause), executor.operation, original_error=cause)
        raise RequestError(500, [dict(formatted(error))]) from cause


def _ours(cause: Exception) -> RequestError:
    return RequestError(500, [dict(unforeseen(cause))])


def wants_stream(kind: OperationType | None, accept: str) -> Literal["sse", "multipart"] | None:
    """By what a request is to be answered: a subscription by the stream that the client likes best, else by one answer.

    A query is streamed only to who accepts nothing else, as the npm package graphql-sse; urql lists text/event-stream with
    every request and cannot read a query from it.

    Args:
        kind: of the operation; None where the document is wrong.

    >>> wants_stream(OperationType.SUBSCRIPTION, "text/event-stream, multipart/mixed")
    'sse'
    >>> wants_stream(
    ...     OperationType.SUBSCRIPTION, "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json"
    ... )
    'multipart'
    >>> wants_stream(OperationType.QUERY, "application/json, text/event-stream")
    """
    found = [(wish.quality, wish.value, part) for wish, part in zip(wishes(accept), _parts(accept), strict=True)]
    liked = [(quality, _transport(value, part)) for quality, value, part in found if quality > 0]
    streams = [(quality, transport) for quality, transport in liked if transport]
    if kind is OperationType.SUBSCRIPTION:
        return max(streams, key=lambda row: row[0])[1] if streams else None
    single = any(value in _JSON and quality > 0 for quality, value, _ in found)
    return "sse" if not single and any(transport == "sse" for _, transport in streams) else None


def _parts(accept: str) -> list[str]:
    return [part for part in accept.split(",") if part.strip()]


def _transport(media: str, part: str) -> Literal["sse", "multipart"] | None:
    if media == EVENT_STREAM:
        return "sse"
    plain = part.lower().replace(" ", "").replace('"', "")
    return "multipart" if media == MULTIPART and _SUBSCRIPTION_SPEC in plain.split(";") else None
