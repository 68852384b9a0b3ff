"""Ids of operations: 128 random bits, when the operation is removed, and a seal by which an id of ours is known."""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from hashlib import blake2b

_RANDOM, _EXPIRY, _SEAL = 16, 4, 7
PREFIX = "b_"
"""What an operation's id begins with: ids say what they are of."""

ID_CHARACTERS = len(PREFIX) + 36


class Ids:
    """Makes ids and knows its own, though nothing else be left of the operation.

    Args:
        secret: at least 32 bytes, the same in every process of the service.
    """

    def __init__(self, secret: bytes) -> None:
        self._key = blake2b(secret, person=b"grahaql bulk id").digest()

    def make(self, expires: int) -> str:
        """A new id of 38 characters. Args: expires: Unix seconds at which the operation is removed.

        >>> ids = Ids(bytes(32))
        >>> ids.expiry(ids.make(1_800_000_000))
        1800000000
        """
        body = secrets.token_bytes(_RANDOM) + expires.to_bytes(_EXPIRY, "big")
        return PREFIX + urlsafe_b64encode(body + self._seal(body)).decode()

    def expiry(self, text: str) -> int | None:
        """When the operation of an id of ours is removed, in Unix seconds; None for what is no id of ours.

        >>> (
        ...     Ids(bytes(32)).expiry("b_" + "A" * 36),
        ...     Ids(bytes(32)).expiry("no id"),
        ...     Ids(bytes(32)).expiry("b_" + "é" * 36),
        ... )
        (None, None, None)
        """
        if len(text) != ID_CHARACTERS or not text.startswith(PREFIX) or not text.isascii():
            return None
        try:
            data = urlsafe_b64decode(text.removeprefix(PREFIX))
        except NotBase64:
            return None
        body, seal = data[:-_SEAL], data[-_SEAL:]
        return int.from_bytes(body[_RANDOM:], "big") if hmac.compare_digest(seal, self._seal(body)) else None

    def client(self, name: str) -> str:
        """The name under which a client's operations are kept: not its address, nor its key.

        >>> len(Ids(bytes(32)).client("192.0.2.7"))
        32
        """
        return blake2b(name.encode(), key=self._key, digest_size=16, person=b"client").hexdigest()

    def seal(self, *parts: str) -> str:
        """Ten characters that only this service can make of *parts*.

        >>> len(Ids(bytes(32)).seal("results", "7"))
        10
        """
        digest = blake2b("\0".join(parts).encode(), key=self._key, digest_size=_SEAL, person=b"cursor").digest()
        return urlsafe_b64encode(digest).decode().rstrip("=")

    def _seal(self, body: bytes) -> bytes:
        return blake2b(body, key=self._key, digest_size=_SEAL, person=b"id").digest()
