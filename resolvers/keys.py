"""Names of values outside the process: keyed digests, from which nothing about a birth can be read."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import blake2b

_DIGEST_BYTES = 16


class Keys:
    """Makes names from tokens.

    Args:
        secret: at least 32 bytes; processes that share a Redis share it too, else they share no values.
        release: names code and data, so that another release never reads what this one wrote.
    """

    def __init__(self, secret: bytes, release: str) -> None:
        self._secret = secret[:64]
        self.release = release

    def digest(self, token: bytes) -> bytes:
        """Sixteen bytes that name a token within this release."""
        return blake2b(token, digest_size=_DIGEST_BYTES, key=self._secret, salt=self.release.encode()[:16]).digest()

    def redis_key(self, kind: str, token: bytes) -> str:
        """The key in Redis. The last digit stands in braces: a cluster then keeps sixteen groups, each read by one MGET.

        >>> Keys(bytes(32), "r1").redis_key("natal", b"birth")[:19]
        'grahaql:{6}:natal:r'
        """
        digits = self.digest(token).hex()
        return f"grahaql:{{{digits[-1]}}}:{kind}:{self.release}:{digits}"

    def label(self, token: bytes) -> str:
        """A name for ids: 22 characters that are safe in an address.

        >>> len(Keys(bytes(32), "r1").label(b"birth"))
        22
        """
        return urlsafe_b64encode(self.digest(token)).rstrip(b"=").decode()
