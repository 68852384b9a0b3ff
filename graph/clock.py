"""The clock, read at this edge alone: what depends on the time of day asks the context's, and a test hands in its own."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime


class Clock:
    """Tells the time, counts seconds and waits."""

    def now(self) -> datetime:
        """The time of day, in UTC."""
        return datetime.now(UTC)

    def seconds(self) -> float:
        """Seconds since some moment; they never jump."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


SYSTEM_CLOCK = Clock()
