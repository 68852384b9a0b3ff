"""Answers kept under the very bytes of their requests: whoever asks the same again is answered before anything is read."""

from __future__ import annotations

from typing import NamedTuple

from cachebox import LRUCache
from starlette.types import ASGIApp, Receive, Scope, Send

from graph.answers import Answer, matches

KEPT_BYTES = 32 * 1024 * 1024


class Asked(NamedTuple):
    """What of a request decides its answer. `sent` is the query or the body, `content_type` that of a body alone."""

    method: str
    path: str
    sent: bytes
    accept: bytes
    accept_encoding: bytes
    content_type: bytes


class Kept(NamedTuple):
    """An answer in both its forms, each written once; that of a POST has the one alone."""

    whole: Answer
    unchanged: Answer

    def to_whom(self, named: bytes) -> Answer:
        """The answer for a GET whose If-None-Match is *named*, empty where it has none."""
        return self.unchanged if named and matches(named, self.whole.etag) else self.whole


def _size(asked: Asked, kept: Kept) -> int:
    return sum(map(len, asked)) + len(kept.whole.body) + 1536


class KeptAnswers:
    """The answers of one process, the least lately asked for going first."""

    def __init__(self) -> None:
        self._kept: LRUCache[Asked, Kept] = LRUCache(KEPT_BYTES, getsizeof=_size)
        self.forgotten = 0
        self.hits = 0
        self.misses = 0

    def put(self, asked: Asked, answer: Answer, since: int) -> None:
        """Keep an answer that has an ETag. Args: since: `forgotten`, when its request began: it has not changed meanwhile."""
        kept = Kept(answer, answer if asked.method == "POST" else answer.not_modified())
        if since == self.forgotten and _size(asked, kept) < KEPT_BYTES // 64:
            self._kept[asked] = kept

    def forget(self) -> None:
        """Drop all answers: a document was withdrawn, and they are sent without asking for it."""
        self.forgotten += 1
        self._kept.clear()

    def get(self, asked: Asked) -> Kept | None:
        """What is kept for a request; None where nothing is."""
        found: Kept | None = self._kept.get(asked)
        if found is None:
            self.misses += 1
        else:
            self.hits += 1
        return found

    def of_get(self, scope: Scope) -> Answer | None:
        """The answer that a GET gets now: `get` in as few steps as there can be, for it is most of what is asked."""
        headers = dict(scope["headers"])
        # A plain tuple is equal to the `Asked` that stands there, and made in a fifth of its time.
        asked = (
            "GET",
            scope["path"],
            scope["query_string"],
            headers.get(b"accept", b""),
            headers.get(b"accept-encoding", b""),
            b"",
        )
        kept: Kept | None = self._kept.get(asked)  # type: ignore[arg-type]
        if kept is None:
            return None
        self.hits += 1
        named = headers.get(b"if-none-match")
        return kept.whole if named is None else kept.to_whom(named)


class KeptFirst:
    """Answers what is kept, and passes everything else on.

    Args:
        kept: answers to what was asked before.
        app: answers everything else.
    """

    def __init__(self, kept: KeptAnswers, app: ASGIApp) -> None:
        self._kept = kept
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it be answered."""
        if scope["type"] == "http" and scope["method"] == "GET" and (answer := self._kept.of_get(scope)):
            await answer.send(send)
        else:
            await self._app(scope, receive, send)
