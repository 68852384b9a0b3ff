"""How many operations run at a time, and for how long: ordinary ones, and those that answer in pieces."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from graph.context import Context
from graph.errors import TIMEOUT
from graph.requests import refused, unavailable

T = TypeVar("T")


class Turn:
    """One operation's time, which begins now.

    Args:
        context: whose loaders are stopped when it is over.
        seconds: how long it is.
    """

    def __init__(self, context: Context, seconds: float) -> None:
        self._context = context
        self._seconds = seconds
        self._until = asyncio.get_running_loop().time() + seconds

    async def run(self, work: Awaitable[T]) -> T:
        """The result of *work*. Raises: RequestError: 504 when the time is over; the work is stopped."""
        over = asyncio.timeout_at(self._until)
        try:
            async with over:
                return await work
        except TimeoutError:
            if not over.expired():
                raise
            self._context.loaders.cancel()
            message = f"The operation took more than {self._seconds:g} seconds and was stopped."
            raise refused(504, TIMEOUT, message, "Ask for less at a time, or run it as a bulk operation.") from None


class Bounds:
    """The bounds of one process.

    Args:
        seconds: after which an operation is given up.
        at_once: how many operations run at a time.
    """

    def __init__(self, seconds: float = 30.0, at_once: int = 256) -> None:
        self._seconds = seconds
        self._at_once = at_once
        self.running = 0
        self.subscriptions = 0

    @contextmanager
    def turn(self, context: Context) -> Iterator[Turn]:
        """Count an operation within the block. Raises: RequestError: 503 when too many run."""
        if self.running >= self._at_once:
            raise unavailable("Too many operations run at once.")
        self.running += 1
        try:
            yield Turn(context, self._seconds)
        finally:
            self.running -= 1

    @contextmanager
    def subscription(self) -> Iterator[None]:
        """Count a subscription as open within the block; there is no bound of their number but the transports' own."""
        self.subscriptions += 1
        try:
            yield
        finally:
            self.subscriptions -= 1
