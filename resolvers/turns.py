"""Turns of the event loop: long work on it is cut into slices, and others are let in between."""

from __future__ import annotations

import asyncio
from time import perf_counter

SLICE_SECONDS = 0.005
"""How long the event loop is held at a time while charts are computed or decoded."""


class Turn:
    """A turn of the event loop: however much there is to do, others are let in between."""

    def __init__(self) -> None:
        self._since = perf_counter()

    async def yield_when_long(self) -> None:
        """Let the loop go if it was held for a slice."""
        if perf_counter() - self._since > SLICE_SECONDS:
            await asyncio.sleep(0)
            self._since = perf_counter()
