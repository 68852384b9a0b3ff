"""What tests of live answers share: results that come when the test says so, and a reader of a body that grows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from starlette.types import Receive, Send

from graph.requests import GraphQLRequest
from graph.streaming import Results

SECONDS = 5.0
"""That a test waits for anything."""


class Source:
    """Requests that are answered when the test says so."""

    def __init__(self) -> None:
        self.results: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self.opened = asyncio.Event()
        self.may_open = asyncio.Event()
        self.may_open.set()
        self.closed = 0
        self.requests: list[GraphQLRequest] = []

    async def open(self, request: GraphQLRequest) -> Results:
        self.requests.append(request)
        self.opened.set()
        await self.may_open.wait()
        return Results(self._told(), live=True)

    async def _told(self) -> AsyncGenerator[dict[str, Any], None]:
        try:
            while (result := await self.results.get()) is not None:
                yield result
        finally:
            self.closed += 1


class Reader:
    """The other end of an answer over HTTP, without a network; it can stop taking, and leave."""

    def __init__(self, answer: Callable[[Receive, Send], Awaitable[None]]) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.pieces: asyncio.Queue[bytes] = asyncio.Queue()
        self.whole = b""
        self.ended = False
        self.taking = asyncio.Event()
        self.taking.set()
        self._gone = asyncio.Event()
        self.task = asyncio.ensure_future(answer(self._receive, self._send))

    async def piece(self) -> bytes:
        return await asyncio.wait_for(self.pieces.get(), SECONDS)

    async def body(self) -> bytes:
        """All of it, once it ended."""
        await asyncio.wait_for(self.task, SECONDS)
        return self.whole

    async def leave(self) -> None:
        self._gone.set()
        await asyncio.wait_for(self.task, SECONDS)

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, event: Any) -> None:
        await asyncio.sleep(0)
        await self.taking.wait()
        if event["type"] == "http.response.start":
            self.status = event["status"]
            self.headers = {name.decode(): value.decode() for name, value in event["headers"]}
            return
        assert not self.ended
        self.whole += event["body"]
        self.ended = not event.get("more_body", False)
        self.pieces.put_nowait(event["body"])
