"""A server of live answers alone, in a process of its own: GET, POST, PUT, DELETE and WebSocket at /graphql.

`python live_server.py` prints its port, and answers until SIGTERM.
"""

from __future__ import annotations

import asyncio
import os
import socket

from xingpan_ephemeris import get_ephe_path

os.environ["SE_EPHE_PATH"] = get_ephe_path()

import orjson
import uvicorn
from graphql import OperationType
from starlette.types import Message, Receive, Scope, Send

from graph.answers import Answer, headed
from graph.context import Context
from graph.drain import DrainingServer, OpenStreams
from graph.endpoint import refusal
from graph.http import PLAIN_JSON, parsed_body, parsed_query, read_body
from graph.multipart import send_multipart
from graph.operations import Begun, Outcome
from graph.requests import GraphQLRequest, RequestError, refused
from graph.sse import send_events
from graph.sse_connections import SingleConnections, is_reservation, stream_token
from graph.streaming import Results, opener, wants_stream
from graph.websocket import WebSocketEndpoint
from tests.served import context, operations

SLOW = "query Slow"


async def document_of(request: GraphQLRequest) -> str:
    """The document, which must be there."""
    if request.query is None:
        raise refused(404, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound", "Send the query.")
    return request.query


async def finish(begun: Begun, _context: Context) -> Outcome:
    """An operation named Slow takes a second."""
    name = begun.operation.name
    await asyncio.sleep(1 if name and name.value == "Slow" else 0)
    return await operations().finish(begun)


class Server:
    """The parts, wired as an application does."""

    def __init__(self) -> None:
        self.streams = OpenStreams()
        self.open = opener(operations(), context, document_of, finish)
        self.single = SingleConnections(self.open, self.streams)
        self.sockets = WebSocketEndpoint(self.open, self.streams)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
        elif scope["type"] == "websocket":
            await self.sockets(scope, receive, send)
        else:
            try:
                await self.answer(scope, receive, send)
            except RequestError as error:
                await refusal(error, PLAIN_JSON).send(send)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """By a stream where one is wanted."""
        if is_reservation(scope):
            await self.single.manage(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request = await self.request(scope, headers, receive)
        token = stream_token(scope)
        if token is not None:
            await self.single.submit(token, request, send)
            return
        kind = operations().prepare(request.query or "").kind(request.operation_name)
        wanted = wants_stream(kind, headers.get(b"accept", b"").decode())
        if wanted == "sse":
            await send_events(request, self.open, receive, send, self.streams)
        elif wanted == "multipart":
            await send_multipart(await self.open(request), receive, send, self.streams)
        elif kind is OperationType.SUBSCRIPTION:
            raise refused(406, "BAD_REQUEST", "A subscription has no single answer.", "Accept a stream.")
        else:
            await self.single_answer(await self.open(request), send)

    async def request(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> GraphQLRequest:
        """What is asked."""
        if scope["method"] == "GET":
            return parsed_query(scope["query_string"])
        return parsed_body(await read_body(headers, receive), headers.get(b"content-type", b"").decode())

    async def single_answer(self, results: Results, send: Send) -> None:
        """The one result as JSON."""
        body = orjson.dumps(await anext(results))
        await Answer(200, headed(PLAIN_JSON, len(body), "identity", "no-store"), body).send(send)


async def lifespan(receive: Receive, send: Send) -> None:
    """Nothing to begin, nothing to end."""
    message: Message = await receive()
    while message["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
        message = await receive()
    await send({"type": "lifespan.shutdown.complete"})


def main() -> None:
    """Serve on a free port of this machine alone."""
    server = Server()
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(server, log_level="warning", ws="websockets-sansio", loop="uvloop")
    print(listener.getsockname()[1], flush=True)
    DrainingServer(config, server.streams).run(sockets=[listener])


if __name__ == "__main__":
    main()
