"""A body of HTTP that is sent piece by piece: heartbeats while nothing happens, and an end when the client is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from typing import NamedTuple

from starlette.types import Receive, Send

Headers = list[tuple[bytes, bytes]]


class Framing(NamedTuple):
    """How a body of pieces begins, keeps alive and ends."""

    media: str
    opening: bytes
    heartbeat: bytes
    closing: bytes


class Pace(NamedTuple):
    """Seconds between heartbeats, and after which a client that takes nothing is given up."""

    heartbeat_seconds: float = 12.0
    stalled_seconds: float = 60.0


DEFAULT_PACE = Pace()


async def send_frames(
    frames: AsyncIterator[bytes], framing: Framing, receive: Receive, send: Send, pace: Pace = DEFAULT_PACE
) -> None:
    """Send all frames, one at a time: the next is not made before the client has taken this one.

    Args:
        frames: what stands between opening and closing.
    """

    async def write(body: bytes, *, more: bool = True) -> None:
        async with asyncio.timeout(pace.stalled_seconds):
            await send({"type": "http.response.body", "body": body, "more_body": more})

    async def forward() -> None:
        async for frame in frames:
            await write(frame)

    async def beat() -> None:
        while True:
            await asyncio.sleep(pace.heartbeat_seconds)
            await write(framing.heartbeat)

    await send({"type": "http.response.start", "status": 200, "headers": headers_of(framing)})
    with suppress(TimeoutError, OSError):  # who takes nothing, and who is gone
        await write(framing.opening)
        if await _is_first(forward(), beat(), _gone(receive)):
            await write(framing.closing, more=False)


async def while_wanted(work: Coroutine[None, None, None], receive: Receive) -> bool:
    """Do *work* until it is done or the client is gone. Answers whether it was done; what it raises is raised."""
    return await _is_first(work, _gone(receive))


def headers_of(framing: Framing) -> Headers:
    """The headers of a body that grows: nobody between may keep it or hold it back."""
    return [
        (b"content-type", framing.media.encode()),
        (b"cache-control", b"no-cache, no-store"),
        (b"vary", b"Accept"),
        (b"x-accel-buffering", b"no"),
        (b"x-content-type-options", b"nosniff"),
    ]


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _is_first(work: Coroutine[None, None, None], *others: Coroutine[None, None, None]) -> bool:
    """Whether *work* ended before the others; whatever is not done is ended, and what was raised is raised."""
    tasks = [asyncio.ensure_future(part) for part in (work, *others)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
    return tasks[0] in done
