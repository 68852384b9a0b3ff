"""The application with its requests counted: by method, status and kind, in plain integers."""

from __future__ import annotations

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.counts import HttpCounts
from graph.kept import KeptAnswers

_OK = 200
_STREAMED = (b"text/event-stream", b"multipart/mixed")


class MeasuredApplication:
    """Answers what is kept, and counts what the application answers.

    Args:
        kept: answers to what was asked before.
        app: answers everything else.
        graphql_path: where GraphQL stands in it.
        counts: where requests are counted.
    """

    def __init__(self, kept: KeptAnswers, app: ASGIApp, graphql_path: str, counts: HttpCounts) -> None:
        self._kept = kept
        self._app = app
        self._graphql_path = graphql_path
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it be answered, and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        if scope["method"] == "GET" and (answer := self._kept.of_get(scope)):
            await answer.send(send)
            counted = self._counts.whole if answer.status == _OK else self._counts.unchanged
            counted.add(perf_counter() - started)
            return
        await self._passed_on(scope, receive, send, started)

    async def _passed_on(self, scope: Scope, receive: Receive, send: Send, started: float) -> None:
        seen = _Seen(send)
        self._counts.in_flight += 1
        try:
            await self._app(scope, receive, seen)
        except Exception:
            seen.status = seen.status or 500
            raise
        finally:
            self._counts.in_flight -= 1
            kind = seen.kind or ("graphql" if scope["path"].startswith(self._graphql_path) else "other")
            self._counts.of(scope["method"], seen.status, kind).add(perf_counter() - started)


class _Seen:
    """Passes messages on, and looks at the head of the answer."""

    __slots__ = ("_send", "kind", "status")

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.kind = ""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if any(
                name == b"content-type" and value.startswith(_STREAMED) for name, value in message.get("headers", ())
            ):
                self.kind = "stream"
        await self._send(message)
