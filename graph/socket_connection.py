"""One socket of graphql-transport-ws: its messages, its operations and its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import Any

import orjson
from starlette.types import Receive, Send

from graph.errors import BAD_REQUEST, unforeseen
from graph.messages import (
    CloseError,
    Message,
    failed,
    going_away,
    initialised_twice,
    never_initialised,
    read_message,
    subscriber_exists,
    unauthorized,
)
from graph.requests import GraphQLRequest, RequestError, refused
from graph.socket_settings import SocketSettings
from graph.streaming import Open, Results


async def close(send: Send, closing: CloseError) -> None:
    """Close a socket, telling why."""
    await send({"type": "websocket.close", "code": closing.code, "reason": closing.reason})


class _Operation:
    """One of a socket's operations."""

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None
        self.results: Results | None = None

    def stop(self) -> None:
        if self.results is not None:
            self.results.stop()

    def cancel(self) -> None:
        if self.task is not None:
            self.task.cancel()


class Connection:
    """A socket that was accepted.

    One task reads; each operation has its own, which waits until the client takes what it sends. So a slow client holds one
    result of each operation, and no more.

    Args:
        tell_client: who connected, by what stands in `authorization` of its first message.
    """

    def __init__(
        self,
        open_request: Open,
        receive: Receive,
        send: Send,
        settings: SocketSettings,
        tell_client: Callable[[str | None], str | None],
    ) -> None:
        self._open = open_request
        self._tell_client = tell_client
        self._client: str | None = None
        self._asgi_receive = receive
        self._asgi_send = send
        self._settings = settings
        self._initialised = False
        self._leaving = False
        self._reading = False
        self._patience = asyncio.timeout(settings.init_seconds)
        self._when_out_of_patience: CloseError | None = never_initialised()
        self._operations: dict[str, _Operation] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._handlers = {
            "connection_init": self._initialise,
            "ping": self._answer_ping,
            "pong": self._ignore,
            "subscribe": self._subscribe,
            "complete": self._complete,
        }

    async def serve(self) -> None:
        """Answer messages until the client leaves or has to; then end what it left behind."""
        pings = asyncio.create_task(self._ping())
        try:
            closing = await self._read_until_closing()
        finally:
            left = [pings, *self._tasks]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        if closing is not None:
            await close(self._asgi_send, closing)

    def stop(self) -> None:
        """Complete what is live, let the rest finish, then leave."""
        self._leaving = True
        for operation in list(self._operations.values()):
            operation.stop()
        self._leave_when_idle()

    # ── reading ──

    async def _read_until_closing(self) -> CloseError | None:
        """Why the socket is to be closed; None where it is closed already, or where nothing would arrive."""
        try:
            async with self._patience:
                self._reading = True
                self._leave_when_idle()
                await self._read()
        except CloseError as closing:
            return closing
        except TimeoutError:
            return self._when_out_of_patience
        except OSError:  # the client is gone
            return None
        except Exception as cause:  # noqa: BLE001  the edge: a fault of ours ends this socket alone, and is logged
            unforeseen(cause)
            return failed()
        finally:
            self._reading = False
        return None

    async def _read(self) -> None:
        while (event := await self._asgi_receive())["type"] != "websocket.disconnect":
            message = read_message(event.get("text"), self._settings.message_bytes)
            await self._handlers[message.type](message)

    async def _initialise(self, message: Message) -> None:
        if self._initialised:
            raise initialised_twice()
        self._initialised = True
        authorization = (message.payload or {}).get("authorization")
        self._client = self._tell_client(authorization if isinstance(authorization, str) else None)
        if self._reading:
            self._patience.reschedule(None)
        await self._send({"type": "connection_ack"})

    async def _answer_ping(self, message: Message) -> None:
        payload = {} if message.payload is None else {"payload": message.payload}
        await self._send({"type": "pong", **payload})

    async def _ignore(self, _message: Message) -> None:
        """It says that the client is there, which we believe without."""

    async def _subscribe(self, message: Message) -> None:
        if not self._initialised:
            raise unauthorized()
        if message.id in self._operations:
            raise subscriber_exists(message.id)
        if len(self._tasks) >= self._settings.operations:
            await self._send({"id": message.id, "type": "error", "payload": self._too_many().errors})
        elif message.request is not None:
            self._begin(message.id, message.request._replace(client=self._client))

    async def _complete(self, message: Message) -> None:
        operation = self._operations.pop(message.id, None)
        if operation is not None:
            operation.cancel()

    # ── operations ──

    def _begin(self, name: str, request: GraphQLRequest) -> None:
        operation = self._operations[name] = _Operation()
        operation.task = asyncio.create_task(self._operate(name, operation, request))
        self._tasks.add(operation.task)
        operation.task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._leave_when_idle()

    async def _operate(self, name: str, operation: _Operation, request: GraphQLRequest) -> None:
        """Send what the request comes to. The id is free again before the last message, which lets the client reuse it."""
        with suppress(OSError):  # the client is gone
            last = await self._forwarded(name, operation, request)
            self._operations.pop(name, None)
            await self._send({"id": name, **last})

    async def _forwarded(self, name: str, operation: _Operation, request: GraphQLRequest) -> dict[str, Any]:
        """Send every result; answers what is to be said last."""
        try:
            await self._forward(name, operation, request)
        except RequestError as error:
            return {"type": "error", "payload": error.errors}
        except OSError:
            raise
        except Exception as cause:  # noqa: BLE001  the edge: a fault of ours ends this operation alone, and is logged
            return {"type": "error", "payload": [unforeseen(cause)]}
        return {"type": "complete"}

    async def _forward(self, name: str, operation: _Operation, request: GraphQLRequest) -> None:
        async with aclosing(await self._open(request)) as results:
            operation.results = results
            if self._leaving:
                results.stop()
            async for result in results:
                await self._send({"id": name, "type": "next", "payload": result})

    def _too_many(self) -> RequestError:
        most = self._settings.operations
        return refused(429, BAD_REQUEST, f"{most} operations run in this socket.", "Complete one of them first.")

    def _leave_when_idle(self) -> None:
        if self._leaving and not self._tasks:
            self._lose_patience(going_away())

    def _lose_patience(self, closing: CloseError | None) -> None:
        if self._reading:
            self._reading = False
            self._when_out_of_patience = closing
            self._patience.reschedule(0)

    # ── sending ──

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(self._settings.ping_seconds)
            if self._initialised:
                await self._send({"type": "ping"})

    async def _send(self, message: dict[str, Any]) -> None:
        """Send a message, or give the client up when it takes none for long. Raises: OSError when it is gone."""
        stalled = asyncio.timeout(self._settings.stalled_seconds)
        try:
            async with stalled:
                await self._asgi_send({"type": "websocket.send", "text": orjson.dumps(message).decode()})
        except TimeoutError:
            if stalled.expired():
                self._lose_patience(None)
            raise
