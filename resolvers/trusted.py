"""Trusted documents: those of files, and those that the operator published on a server that must not forget."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Mapping
from hashlib import sha256
from typing import NoReturn

from resolvers.shared import SharedTier

LONGEST_ID = 256
"""Characters."""

LONGEST_DOCUMENT = 100_000
"""Characters. A longer one is executed, but never kept."""

PUBLISHED = "grahaql:documents"
"""The hash of published documents: from id to text."""

WITHDRAWALS = "grahaql:documents:withdrawals"
COUNT = "count"
"""The hash, and its field, that grows by one with each withdrawal."""

WATCH_SECONDS = 5.0
"""Between two looks of a process at that count."""

SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


class DocumentError(Exception):
    """Raised when documents cannot be trusted, published or withdrawn: names the id and what is wrong with it."""


class UnreachableError(DocumentError):
    """Raised when nobody can say whether a document is known, because the server of published ones does not answer."""

    def __init__(self) -> None:
        super().__init__("The server of trusted documents does not answer.")


class TrustedDocuments:
    """Texts by id, in memory and on the server of published documents.

    Args:
        durable: that server.
    """

    def __init__(self, durable: SharedTier) -> None:
        self._durable = durable
        self._of_files: dict[str, str] = {}
        self._published: dict[str, str] = {}
        self._withdrawals: bytes | None = None

    def held(self, name: str) -> str | None:
        """The text of a document that memory holds. Args: name: as `plain_id` spells it."""
        return self._of_files.get(name) or self._published.get(name)

    async def find(self, name: str) -> str | None:
        """The text of a document, asked of the server each time that memory has none, so that it is known at once.

        Raises:
            UnreachableError: memory has none, and the server does not answer.
        """
        text = self.held(name)
        if text is not None or not 0 < len(name) <= LONGEST_ID or self._durable.state is None:
            return text
        into = self._published  # a withdrawal meanwhile makes another
        found = await self._durable.read_fields(PUBLISHED, [name])
        if found is None:
            raise UnreachableError
        return None if found[0] is None else into.setdefault(name, _text(found[0]))

    def trust(self, documents: Mapping[str, str]) -> None:
        """Hold documents in memory for good, each by its id and by its SHA-256.

        Raises:
            DocumentError: an id or a text is too long, or an id already stands for another text.
        """
        named = _named(documents)
        _refuse_conflicts(named, {**self._published, **self._of_files})
        self._of_files |= named

    async def publish(self, documents: Mapping[str, str]) -> int:
        """Make documents known to every process, now and after a restart; answers how many were new.

        Raises:
            DocumentError: as of `trust`, or Redis does not answer. Nothing is published then.
        """
        named = _named(documents)
        known = await self._durable.read_fields(PUBLISHED, list(named)) if named else []
        if known is None:
            raise UnreachableError
        found = {name: _text(text) for name, text in zip(named, known, strict=True) if text is not None}
        _refuse_conflicts(named, {**self._of_files, **found})
        fresh = {name: text.encode() for name, text in named.items() if name not in found}
        if fresh and not await self._durable.write_fields(PUBLISHED, fresh):
            raise UnreachableError
        self._published |= named
        return len({plain_id(document_id) for document_id in documents} - found.keys())

    async def withdraw(self, document_ids: Collection[str]) -> int:
        """Take published documents back, each under all of its ids; answers how many documents they were.

        Raises:
            DocumentError: an id was not published, or Redis does not answer. Nothing is withdrawn then.
        """
        published = await self._durable.read_hash(PUBLISHED)
        if published is None:
            raise UnreachableError
        texts = {_published_under(document_id, published) for document_id in document_ids}
        names = [name.decode() for name, text in published.items() if text in texts]
        if names and not await self._durable.drop_fields(PUBLISHED, names, WITHDRAWALS, COUNT):
            raise UnreachableError
        self._published = {name: text for name, text in self._published.items() if name not in names}
        return len(texts)

    async def load(self) -> int:
        """Hold what was published in memory, so that it outlasts Redis; answers how many ids were read."""
        count = await self._durable.read_fields(WITHDRAWALS, [COUNT])
        if count is not None:
            self._withdrawals = count[0]  # read first: a withdrawal between the two is seen again
            self._published = await self._whole()
        return len(self._published)

    async def refresh(self) -> bool:
        """Drop what was withdrawn since the last look; whether anything that was held is gone.

        Without an answer nothing is dropped, nor by a server that lost its count: it lost the documents with it.
        """
        count = await self._durable.read_fields(WITHDRAWALS, [COUNT])
        if count is None or count[0] in {None, self._withdrawals}:
            return False
        held, self._withdrawals = self._published, count[0]
        self._published = await self._whole()
        return any(self._published.get(name) != text for name, text in held.items())

    async def follow(self, dropped: Callable[[], None], seconds: float = WATCH_SECONDS) -> NoReturn:
        """Refresh for ever. Args: dropped: called when anything is gone. seconds: between two looks."""
        while True:
            await asyncio.sleep(seconds)
            if await self.refresh():
                dropped()

    async def _whole(self) -> dict[str, str]:
        """All that is published; nothing where it does not come in time, for then it is asked for by id."""
        published = await self._durable.read_hash(PUBLISHED) or {}
        return {_text(name): _text(text) for name, text in published.items()}


def plain_id(document_id: str) -> str:
    """The one spelling of an id: a SHA-256 without its prefix, everything else as it is.

    >>> plain_id("sha256:" + "0a" * 32) == plain_id("0a" * 32)
    True
    >>> plain_id("sha256:0A"), plain_id("x-app:start")
    ('sha256:0A', 'x-app:start')
    """
    digest = SHA256.fullmatch(document_id)
    return digest[1] if digest else document_id


def digest_of(text: str) -> str:
    """The SHA-256 of a text in UTF-8, 64 lower-case digits: its id for every kind of client.

    The example of the specification's appendix on persisted documents:

    >>> digest_of("query($id:ID!){user(id:$id){name}}")
    '71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b'
    """
    return sha256(text.encode()).hexdigest()


def _text(value: bytes) -> str:
    return value.decode(errors="replace")


def _published_under(document_id: str, published: Mapping[bytes, bytes]) -> bytes:
    text = published.get(plain_id(document_id).encode())
    if text is None:
        remedy = "One of a file of GRAHAQL_PERSISTED_FILES goes with its line there, when the service is started again."
        raise DocumentError(f"No published document has the id {document_id[:80]!r}. {remedy}")
    return text


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
