"""Cursors: places in the results or the events of one operation, sealed, so that one of another operation is refused."""

from __future__ import annotations

import hmac
from typing import NamedTuple

from jobs.ids import Ids
from jobs.refusals import CursorError

RESULTS, EVENTS, OPERATIONS = "r", "e", "o"
"""What a cursor is a place in."""

_LONGEST = 100


class Cursors(NamedTuple):
    """Makes cursors and reads them again."""

    ids: Ids

    def make(self, kind: str, owner: str, place: str) -> str:
        """A cursor. Args: owner: the operation, or the client whose operations are paged.

        >>> cursors = Cursors(Ids(bytes(32)))
        >>> cursors.read(RESULTS, "operation", cursors.make(RESULTS, "operation", "41"))
        '41'
        """
        return f"{kind}.{place}.{self.ids.seal(kind, owner, place)}"

    def read(self, kind: str, owner: str, text: str) -> str:
        """The place that a cursor names.

        Raises:
            CursorError: it was made for another operation, for something else, or not by this service.
        """
        stated, _, rest = text[:_LONGEST].partition(".")
        place, _, seal = rest.rpartition(".")
        if (
            text.isascii()
            and stated == kind
            and hmac.compare_digest(seal.encode(), self.ids.seal(kind, owner, place).encode())
        ):
            return place
        raise CursorError(text[:_LONGEST])
