"""Answers as bytes: written once, coded once, named by a strong ETag, and kept where they can be kept."""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

from starlette.types import Send

from graph.coding import IDENTITY

Headers = list[tuple[bytes, bytes]]

IMMUTABLE = "public, max-age=31536000, immutable"
"""Where the address names the release too: that answer never changes."""
REVALIDATED = "public, max-age=3600, must-revalidate"
"""Where it does not: another release may answer another way."""
NEVER_KEPT = "no-store"


class Answer(NamedTuple):
    """An answer ready to be sent; `etag` is empty where it must not be kept by anybody."""

    status: int
    headers: Headers
    body: bytes
    etag: bytes = b""

    async def send(self, send: Send, *, body: bool = True) -> None:
        """Send it, without its body where only the head was asked for."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body if body else b""})

    def not_modified(self) -> Answer:
        """The same as 304: the client has the body already."""
        kept = [(name, value) for name, value in self.headers if name in _KEPT_ON_304]
        return Answer(304, kept, b"", self.etag)


_KEPT_ON_304 = frozenset({b"etag", b"cache-control", b"vary"})


def etag_of(token: bytes, release: str, media: str, coding: str) -> bytes:
    """The strong ETag of a response: of what it depends on, and of the form it is sent in.

    >>> etag_of(b"q", "r1", "application/json", "br") != etag_of(b"q", "r1", "application/json", "gzip")
    True
    """
    form = f"{release}\0{media}\0{coding}\0".encode()
    return b'"' + blake2b(form + token, digest_size=16).hexdigest().encode() + b'"'


def matches(if_none_match: bytes, etag: bytes) -> bool:
    """Whether an If-None-Match header is met by an answer that exists: it names its ETag, or any.

    >>> matches(b'W/"a", "b"', b'"b"'), matches(b"*", b'"b"'), matches(b"", b'"b"')
    (True, True, False)
    """
    return bool(etag) and (if_none_match == etag or names(if_none_match, etag) or if_none_match.strip() == b"*")


def names(if_none_match: bytes, etag: bytes) -> bool:
    """Whether an If-None-Match header names the very ETag, which only who once had the answer can do.

    >>> names(b'W/"a", "b"', b'"b"'), names(b"*", b'"b"')
    (True, False)
    """
    return etag in [part.strip().removeprefix(b"W/") for part in if_none_match.split(b",")]


def headed(media: str, length: int, coding: str, cache_control: str, etag: bytes = b"") -> Headers:
    """The headers of a JSON answer."""
    headers = [
        (b"content-type", f"{media}; charset=utf-8".encode()),
        (b"content-length", str(length).encode()),
        (b"vary", b"Accept, Accept-Encoding"),
        (b"cache-control", cache_control.encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    if coding != IDENTITY:
        headers.append((b"content-encoding", coding.encode()))
    if etag:
        headers.append((b"etag", etag))
    return headers
