"""GraphQL over WebSocket: the protocol graphql-transport-ws, on ASGI."""

from __future__ import annotations

from functools import partial

from starlette.types import Receive, Scope, Send

from graph.clients import client_of
from graph.drain import OpenStreams
from graph.messages import (
    PROTOCOL,
    try_later,
    unacceptable_protocol,
)
from graph.socket_connection import Connection, close
from graph.socket_settings import DEFAULT_SOCKETS, SocketSettings
from graph.streaming import Open

__all__ = ["DEFAULT_SOCKETS", "SocketSettings", "WebSocketEndpoint", "may_connect"]


class WebSocketEndpoint:
    """The ASGI application behind one path, for scopes of type websocket.

    Args:
        open_request: opens what a client subscribes to.
        streams: what is open in this process.
        settings: how sockets behave.
    """

    def __init__(self, open_request: Open, streams: OpenStreams, settings: SocketSettings = DEFAULT_SOCKETS) -> None:
        self._open = open_request
        self._streams = streams
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket from its handshake to its end."""
        if (await receive())["type"] != "websocket.connect":
            return
        if not may_connect(scope, self._settings.origins):
            await send({"type": "websocket.close", "code": 1008, "reason": "Origin not allowed"})  # becomes a 403
            return
        if PROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept"})
            await close(send, unacceptable_protocol())
            return
        if self._streams.full:
            await send({"type": "websocket.accept", "subprotocol": PROTOCOL})  # a browser shows no status, but a code
            await close(send, try_later())
            return
        tell = partial(client_of, scope, self._settings.clients)
        connection = Connection(self._open, receive, send, self._settings, tell)
        with self._streams.keep(connection.stop):
            await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
            await connection.serve()


def may_connect(scope: Scope, origins: tuple[str, ...]) -> bool:
    """Whether the page that connects is of this host, or of an allowed site; programs send no Origin."""
    headers: dict[bytes, str] = {name: value.decode("latin-1") for name, value in scope["headers"]}
    origin = headers.get(b"origin")
    if origin is None or "*" in origins or origin in origins:
        return True
    return origin.partition("://")[2].lower() == headers.get(b"host", "").lower()
