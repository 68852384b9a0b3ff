"""Messages of graphql-transport-ws: what a client may send, and the close codes for what it may not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from graph.http import checked
from graph.requests import GraphQLRequest, RequestError

PROTOCOL = "graphql-transport-ws"
_LONGEST_REASON = 123
"""Bytes: a frame of control holds no more."""


class CloseError(Exception):
    """Raised when a socket is to be closed: the code and the reason that the client gets."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def invalid_message() -> CloseError:
    """For whatever is no message of the protocol."""
    return CloseError(4400, "Invalid message received")


def unauthorized() -> CloseError:
    """For an operation before the acknowledgement."""
    return CloseError(4401, "Unauthorized")


def unacceptable_protocol() -> CloseError:
    """For a client that speaks another protocol."""
    return CloseError(4406, "Subprotocol not acceptable")


def never_initialised() -> CloseError:
    """For a client that does not begin."""
    return CloseError(4408, "Connection initialisation timeout")


def subscriber_exists(operation: str) -> CloseError:
    """For an id that is in use."""
    reason = f"Subscriber for {operation} already exists"
    return CloseError(4409, reason if len(reason.encode()) <= _LONGEST_REASON else "Subscriber already exists")


def initialised_twice() -> CloseError:
    """For a second connection_init."""
    return CloseError(4429, "Too many initialisation requests")


def too_big() -> CloseError:
    """For a message over the limit."""
    return CloseError(1009, "Message too big")


def going_away() -> CloseError:
    """For a client whose operations are complete because this process ends; it may connect again elsewhere."""
    return CloseError(1001, "Going away")


def try_later() -> CloseError:
    """For a client beyond those that there may be; it may connect again, and does."""
    return CloseError(1013, "Too many sockets, try again later")


def failed() -> CloseError:
    """For an error of ours."""
    return CloseError(4500, "Internal server error")


class Message(NamedTuple):
    """A message that has the right form; `request` is there in a subscribe alone."""

    type: str
    id: str = ""
    payload: Mapping[str, Any] | None = None
    request: GraphQLRequest | None = None


_WITH_ID = {"connection_init": False, "ping": False, "pong": False, "subscribe": True, "complete": True}
"""Types that a client may send, and whether they have an id."""


def read_message(text: str | None, longest: int) -> Message:
    """A client's message.

    Args:
        text: of the frame; None for a binary one, which the protocol does not have.
        longest: bytes.

    Raises:
        CloseError: 4400 for what the protocol does not know, stricter than the reference server; 1009 for a long one.
    """
    if text is None:
        raise invalid_message()
    if len(text) > longest or len(text.encode()) > longest:
        raise too_big()
    try:
        return _checked(orjson.loads(text))
    except (orjson.JSONDecodeError, RequestError):
        raise invalid_message() from None


def _checked(sent: object) -> Message:
    if not isinstance(sent, dict):
        raise invalid_message()
    kind, operation, payload = sent.get("type"), sent.get("id"), sent.get("payload")
    has_id = _WITH_ID.get(kind) if isinstance(kind, str) else None
    if not isinstance(kind, str) or has_id is None or not isinstance(payload, dict | None):
        raise invalid_message()
    if not has_id:
        return Message(kind, payload=payload)
    if not isinstance(operation, str) or not operation:
        raise invalid_message()
    return Message(kind, operation, payload, checked(payload) if kind == "subscribe" else None)
