"""Who a client is: its API key where the operator gave any out, else its address."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from hashlib import sha256
from ipaddress import ip_address
from typing import NamedTuple

from starlette.types import Scope

from ephemeris.errors import InputError
from ephemeris.words import ErrorCode

_LONGEST_KEY = 1_000
"""Characters: no key is longer, and nobody makes us digest more."""


class ClientSettings(NamedTuple):
    """How clients are told apart.

    Args:
        api_keys: SHA-256 digests of the keys that are known, in hexadecimal; without any, nobody needs one.
        trusted_proxies: how many proxies stand before this service, each of which adds to X-Forwarded-For.
    """

    api_keys: tuple[str, ...] = ()
    trusted_proxies: int = 0


DEFAULT_CLIENTS = ClientSettings()


def client_of(scope: Scope, settings: ClientSettings, authorization: str | None = None) -> str | None:
    """The name of the client that a connection belongs to; None where it needs a key and has none that is known.

    Args:
        scope: of ASGI, for HTTP or a WebSocket.
        authorization: what stands in place of the header: browsers send none with a socket.

    >>> scope = {"client": ("192.0.2.7", 40000), "headers": [(b"x-forwarded-for", b"198.51.100.9")]}
    >>> client_of(scope, ClientSettings()), client_of(scope, ClientSettings(trusted_proxies=1))
    ('address 192.0.2.7', 'address 198.51.100.9')
    """
    if not settings.api_keys:
        return f"address {_address(scope, settings.trusted_proxies)}"
    for key in _keys(scope, authorization):
        digest = _known(key, settings.api_keys)
        if digest is not None:
            return f"key {digest}"
    return None


def known_client(client: str | None) -> str:
    """The client, where it is one.

    Raises:
        InputError: UNAUTHENTICATED.
    """
    if client is None:
        raise InputError(
            ErrorCode.UNAUTHENTICATED,
            "Bulk operations need an API key here, and none that is known was sent.",
            "Send the header `Authorization: Bearer <key>`, or `X-API-Key`; in a WebSocket also `authorization` in the "
            "payload of connection_init.",
        )
    return client


def _keys(scope: Scope, authorization: str | None) -> Iterator[str]:
    """The keys that were sent, the one beside the headers first."""
    if authorization is not None:
        yield _bearer(authorization)
    for name, value in scope["headers"]:
        if name == b"authorization":
            yield _bearer(value.decode("latin-1"))
        elif name == b"x-api-key":
            yield value.decode("latin-1").strip()


def _bearer(text: str) -> str:
    """The key of an Authorization header; nothing where that is of another scheme."""
    scheme, _, key = text.strip().partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _known(key: str, digests: tuple[str, ...]) -> str | None:
    """The digest of a key that is known; how long it takes tells nothing about those that are."""
    sent = sha256(key[:_LONGEST_KEY].encode()).hexdigest()
    found = [digest for digest in digests if hmac.compare_digest(digest, sent)]
    return found[0] if found else None


def _address(scope: Scope, trusted: int) -> str:
    """The address of who connected, or of whom the outermost trusted proxy saw connect.

    A proxy adds the address that it saw at the right, so that what a client itself wrote stays left of what is read.
    """
    peer = scope.get("client")
    direct = str(peer[0]) if peer else "local"
    if not trusted:
        return direct
    named = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for")
    passed = [part for part in named.split(",") if part.strip()]
    return _plain(passed[-trusted]) or direct if len(passed) >= trusted else direct


def _plain(text: str) -> str | None:
    """An address as proxies write it, without port and brackets; None for what is none.

    >>> _plain(" 192.0.2.7:4711"), _plain("[2001:DB8::1]:443"), _plain("2001:db8::1"), _plain("unknown")
    ('192.0.2.7', '2001:db8::1', '2001:db8::1', None)
    """
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return None
