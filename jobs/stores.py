"""What keeps the input and the results of bulk operations: parts, each written whole or not at all."""

from __future__ import annotations

from typing import Protocol

from jobs.parts import Kept, Part


class ResultStore(Protocol):
    """A place for parts, synchronous: an event loop calls it in a thread. Safe to use from several threads.

    An operation's id is 8 to 64 letters, digits, hyphens and underscores; names are those of `jobs.parts`. Every method
    raises StoreError for what it cannot do now.
    """

    def put(self, operation: str, name: str, data: bytes) -> None:
        """Keep a part: once this returns, it outlives a crash. The same name again replaces it, at once and whole.

        Raises:
            StoreFullError: there is no room for it.
        """

    def get(self, operation: str, name: str) -> bytes:
        """A part. Raises: MissingPart."""

    def get_range(self, operation: str, name: str, start: int, count: int) -> bytes:
        """Up to *count* bytes of a part from byte *start* on, fewer at its end. Raises: MissingPart."""

    def parts(self, operation: str, prefix: str = "") -> list[Part]:
        """The parts whose names begin with *prefix*, in no order; none where the operation is unknown."""

    def delete(self, operation: str) -> None:
        """Remove everything of the operation; nothing happens where there is nothing."""

    def kept(self) -> list[Kept]:
        """Every operation of which something is kept."""

    def close(self) -> None:
        """Let connections go."""
