"""How sockets behave."""

from __future__ import annotations

from typing import NamedTuple

from graph.clients import DEFAULT_CLIENTS, ClientSettings
from graph.http import LONGEST_BODY


class SocketSettings(NamedTuple):
    """How sockets behave.

    Args:
        init_seconds: within which a client has to begin.
        ping_seconds: between pings of ours, which keep proxies from closing an idle socket.
        stalled_seconds: after which a client that takes nothing is given up.
        operations: at once in one socket.
        message_bytes: of the longest message.
        origins: sites whose pages may connect beside our own; "*" is any.
        clients: how clients are told apart.
    """

    init_seconds: float = 10.0
    ping_seconds: float = 25.0
    stalled_seconds: float = 60.0
    operations: int = 100
    message_bytes: int = LONGEST_BODY
    origins: tuple[str, ...] = ()
    clients: ClientSettings = DEFAULT_CLIENTS


DEFAULT_SOCKETS = SocketSettings()
