"""Documents by id: trusted ones that the operator named, and automatic ones that clients registered by their hash."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from time import monotonic
from typing import NamedTuple

from cachebox import LRUCache

from resolvers.shared import SharedTier

LONGEST_ID = 256
"""Characters."""

LONGEST_DOCUMENT = 100_000
"""Characters. A longer one is executed, but never kept."""

CHARACTERS_KEPT = 10_000_000

KEPT_SECONDS = 30 * 86_400
REFRESH_SECONDS = 86_400
"""An automatic document is kept for 30 days after its last use, and a use is written down once a day."""

PUBLISHED = "grahaql:documents"
"""The hash of the trusted documents: from id to text."""

_SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


class DocumentError(Exception):
    """Raised when documents cannot be trusted or published: names the id and what is wrong with it."""


class _Kept(NamedTuple):
    text: str
    written: float


class DocumentStore:
    """Texts by id: in memory, and in Redis for all processes. No request fails when Redis does not answer.

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
        self._shared = shared
        self._durable = shared if durable is None else durable
        self._clock = clock
        self._trusted: dict[str, str] = {}
        self._automatic: LRUCache[str, _Kept] = LRUCache(
            max(capacity, LONGEST_DOCUMENT), getsizeof=lambda _name, kept: len(kept.text)
        )

    async def get(self, document_id: str) -> str | None:
        """The text of a document, whoever made it known; None where nobody did."""
        name = plain_id(document_id)
        text = self._trusted.get(name) or await self._registered(name)
        return text or await self._published(name)

    async def trusted(self, document_id: str) -> str | None:
        """The text of a document that the operator made known; a client's registration does not count."""
        name = plain_id(document_id)
        return self._trusted.get(name) or await self._published(name)

    async def put(self, digest: str, text: str) -> None:
        """Keep a document that a client registered; one that is too long is not kept.

        Args:
            digest: SHA-256 of *text*, 64 lower-case digits, checked by the caller.
        """
        if len(text) > LONGEST_DOCUMENT or digest in self._trusted:
            return
        kept: _Kept | None = self._automatic.get(digest)
        if kept is None or self._is_due(kept):
            self._automatic[digest] = _Kept(text, self._clock())
            await self._shared.keep(_key(digest), text.encode(), KEPT_SECONDS)

    def trust(self, documents: Mapping[str, str]) -> None:
        """Hold documents in memory for good, each by its id and by its SHA-256.

        Raises:
            DocumentError: an id or a text is too long, or an id already stands for another text.
        """
        named = _named(documents)
        _refuse_conflicts(named, self._trusted)
        self._trusted |= named

    async def publish(self, documents: Mapping[str, str]) -> int:
        """Make documents known to every process, now and after a restart; answers how many were new.

        Raises:
            DocumentError: as of `trust`, or Redis does not answer. Nothing is published then.
        """
        named = _named(documents)
        known = await self._durable.read_fields(PUBLISHED, list(named)) if named else []
        if known is None:
            raise DocumentError("The server of trusted documents does not answer.")
        found = {name: text.decode() for name, text in zip(named, known, strict=True) if text is not None}
        _refuse_conflicts(named, {**self._trusted, **found})
        fresh = {name: text.encode() for name, text in named.items() if name not in found}
        if fresh and not await self._durable.write_fields(PUBLISHED, fresh):
            raise DocumentError("The server of trusted documents does not answer.")
        self.trust(documents)
        return len({plain_id(document_id) for document_id in documents} - found.keys())

    async def load_published(self) -> int:
        """Hold what was published in memory, so that it outlasts Redis; answers how many ids were read."""
        found = await self._durable.read_hash(PUBLISHED) or {}
        for name, text in found.items():
            self._trusted.setdefault(name.decode(), text.decode())
        return len(found)

    async def _registered(self, name: str) -> str | None:
        if not _SHA256.fullmatch(name):
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

    async def _published(self, name: str) -> str | None:
        """What another process published meanwhile; asked for each time, so that it is known at once."""
        if not 0 < len(name) <= LONGEST_ID:
            return None
        found = await self._durable.read_fields(PUBLISHED, [name])
        if found is None or found[0] is None:
            return None
        return self._trusted.setdefault(name, found[0].decode())

    def _is_due(self, kept: _Kept) -> bool:
        return self._clock() - kept.written > REFRESH_SECONDS


def plain_id(document_id: str) -> str:
    """The one spelling of an id: a SHA-256 without its prefix, everything else as it is.

    >>> plain_id("sha256:" + "0a" * 32) == plain_id("0a" * 32)
    True
    >>> plain_id("sha256:0A"), plain_id("x-app:start")
    ('sha256:0A', 'x-app:start')
    """
    digest = _SHA256.fullmatch(document_id)
    return digest[1] if digest else document_id


def digest_of(text: str) -> str:
    """The SHA-256 of a text in UTF-8, 64 lower-case digits: its id for every kind of client.

    The example of the specification's appendix on persisted documents:

    >>> digest_of("query($id:ID!){user(id:$id){name}}")
    '71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b'
    """
    return sha256(text.encode()).hexdigest()


def _key(digest: str) -> str:
    return f"grahaql:document:{digest}"


def _named(documents: Mapping[str, str]) -> dict[str, str]:
    """Every text by its id and by its SHA-256: whoever sends the text itself is found, too."""
    named: dict[str, str] = {}
    for document_id, text in documents.items():
        if not 0 < len(document_id) <= LONGEST_ID:
            raise DocumentError(f"The id {document_id[:80]!r} has not 1 to {LONGEST_ID} characters.")
        if not 0 < len(text) <= LONGEST_DOCUMENT:
            raise DocumentError(f"The document {document_id!r} has not 1 to {LONGEST_DOCUMENT:,} characters.")
        names = {plain_id(document_id): text, digest_of(text): text}
        _refuse_conflicts(names, named)
        named |= names
    return named


def _refuse_conflicts(named: Mapping[str, str], known: Mapping[str, str]) -> None:
    for name, text in named.items():
        if known.get(name, text) != text:
            raise DocumentError(f"The id {name!r} already stands for another document: give this one an id of its own.")
