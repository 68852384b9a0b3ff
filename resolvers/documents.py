"""Documents by id: trusted ones that the operator named, and automatic ones that clients registered by their hash."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from time import monotonic
from typing import NamedTuple

from cachebox import LRUCache

from resolvers.shared import SharedTier
from resolvers.trusted import LONGEST_DOCUMENT, SHA256, TrustedDocuments, plain_id

CHARACTERS_KEPT = 10_000_000

KEPT_SECONDS = 30 * 86_400
REFRESH_SECONDS = 86_400
"""An automatic document is kept for 30 days after its last use, and a use is written down once a day."""


class _Kept(NamedTuple):
    text: str
    written: float


class DocumentStore:
    """Texts by id: in memory, and in Redis for all processes. What memory holds is answered without Redis.

    Args:
        shared: the server of automatic documents; it may forget.
        capacity: how many characters of automatic documents memory holds; trusted ones are never dropped.
        durable: the server of trusted documents, which must not forget; absent: `shared`.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        shared: SharedTier,
        capacity: int = CHARACTERS_KEPT,
        durable: SharedTier | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.durable = shared if durable is None else durable
        self.named = TrustedDocuments(self.durable)
        self._shared = shared
        self._clock = clock
        self._automatic: LRUCache[str, _Kept] = LRUCache(
            max(capacity, LONGEST_DOCUMENT), getsizeof=lambda _name, kept: len(kept.text)
        )

    async def get(self, document_id: str) -> str | None:
        """The text of a document, whoever made it known; None where nobody did.

        Raises:
            UnreachableError: it may be a trusted one, but its server does not answer.
        """
        name = plain_id(document_id)
        text = self.named.held(name) or await self._registered(name)
        return text or await self.named.find(name)

    async def trusted(self, document_id: str) -> str | None:
        """The text of a document that the operator made known; a client's registration does not count.

        Raises:
            UnreachableError: its server does not answer.
        """
        return await self.named.find(plain_id(document_id))

    async def put(self, digest: str, text: str) -> None:
        """Keep a document that a client registered; one that is too long is not kept.

        Args:
            digest: SHA-256 of *text*, 64 lower-case digits, checked by the caller.
        """
        if len(text) > LONGEST_DOCUMENT or self.named.held(digest) is not None:
            return
        kept: _Kept | None = self._automatic.get(digest)
        if kept is None or self._is_due(kept):
            self._automatic[digest] = _Kept(text, self._clock())
            await self._shared.keep(_key(digest), text.encode(), KEPT_SECONDS)

    async def _registered(self, name: str) -> str | None:
        if not SHA256.fullmatch(name):
            return None
        kept: _Kept | None = self._automatic.get(name)
        kept = kept or await self._read(name)
        if kept is None:
            return None
        if self._is_due(kept):
            self._automatic[name] = _Kept(kept.text, self._clock())
            self._shared.write({_key(name): kept.text.encode()}, KEPT_SECONDS)
        return kept.text

    async def _read(self, name: str) -> _Kept | None:
        """From Redis; whatever is not the text of that hash is passed over."""
        value, seconds = await self._shared.read_aging(_key(name))
        if value is None or sha256(value).hexdigest() != name:
            return None
        kept = self._automatic[name] = _Kept(value.decode(), self._clock() - (KEPT_SECONDS - seconds))
        return kept

    def _is_due(self, kept: _Kept) -> bool:
        return self._clock() - kept.written > REFRESH_SECONDS


def _key(digest: str) -> str:
    return f"grahaql:document:{digest}"
