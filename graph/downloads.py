"""`GET /bulk/{id}/results.jsonl`, `.csv` and `.parquet`: results as files, while they come and when they are all there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import TypeVar

import structlog
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from graph.answers import Answer
from graph.bulk import BulkDoor
from graph.bulk_errors import answered, known
from graph.clients import ClientSettings
from graph.download_heads import Asked, Sent, sent
from graph.errors import BAD_REQUEST
from graph.frames import while_wanted
from graph.requests import refused
from jobs.errors import BulkError
from jobs.exports.forms import Format, Only
from jobs.record import Record
from jobs.states import State

THREADS = 4
"""In which results are read and written, one piece of a download at a time."""

SENT_BYTES = 65_536
"""Of a piece that are sent at once: a client that does not take them within a minute takes nothing."""

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class DownloadEndpoint:
    """The ASGI application behind `/bulk/{id}/results.{format}`.

    Args:
        door: leads to bulk operations.
        clients: how clients are told apart.
        stalled_seconds: after which a client that takes nothing is given up.
    """

    def __init__(self, door: BulkDoor, clients: ClientSettings, stalled_seconds: float) -> None:
        self._door = door
        self._clients = clients
        self._stalled_seconds = stalled_seconds
        self._threads = ThreadPoolExecutor(THREADS, "downloads")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the file, or by what is wrong."""
        request = Request(scope, receive)
        found = await answered(self._opened(request))
        if isinstance(found, Answer):
            await found.send(send, body=request.method != "HEAD")
            return
        await send({"type": "http.response.start", "status": found.status, "headers": found.headers})
        if request.method == "HEAD":
            await send({"type": "http.response.body"})
            return
        with suppress(TimeoutError, OSError):  # who takes nothing, and who is gone
            await while_wanted(self._send(found.pieces, request.path_params["id"], send), receive)

    async def _opened(self, request: Request) -> Sent:
        if request.method not in ("GET", "HEAD"):
            remedy = "Send GET or HEAD."
            raise refused(405, BAD_REQUEST, f"{request.method} is not understood here.", remedy, {"allow": "GET, HEAD"})
        asked, operations = _asked(request), self._door.operations
        record = await operations.find(request.path_params["id"], known(request.scope, self._clients))
        _check_there(record)
        download = await operations.downloads.open(
            record, asked.format, asked.only, request.query_params.get("after") or None
        )
        found = await self._in_thread(partial(sent, download, asked))
        if request.method == "HEAD":
            return found
        first = await self._in_thread(partial(next, found.pieces, b""))  # what cannot be written is refused before 200
        return found._replace(pieces=chain((first,), found.pieces))

    async def _send(self, pieces: Iterator[bytes], id: str, send: Send) -> None:
        """Send all pieces, each when the client has taken the one before. One that cannot be made cuts the body off."""
        try:
            while (piece := await self._in_thread(partial(next, pieces, None))) is not None:
                for start in range(0, len(piece), SENT_BYTES):
                    async with asyncio.timeout(self._stalled_seconds):
                        await send(
                            {
                                "type": "http.response.body",
                                "body": piece[start : start + SENT_BYTES],
                                "more_body": True,
                            }
                        )
        except BulkError as error:
            _log.warning("download.cut_off", operation=id, code=error.code)
            return
        await send({"type": "http.response.body"})

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _asked(request: Request) -> Asked:
    """What is asked. Raises: RequestError: 400 for lines of no known kind."""
    headers, only = request.headers, request.query_params.get("only") or Only.ALL.value
    if only not in list(Only):
        remedy = f"Send one of {', '.join(Only)}."
        raise refused(400, "PARAMETER_INVALID", f"only is {only[:40]!r}.", remedy)
    return Asked(
        request.url.path,
        Format(request.url.path.rpartition(".")[2]),
        Only(only),
        headers.get("accept-encoding", ""),
        headers.get("range", "") if request.method == "GET" else "",
        headers.get("if-range", ""),
        headers.get("if-none-match", ""),
    )


def _check_there(record: Record) -> None:
    """Nothing, where the operation's results may be there. Raises: RequestError: 410 where they were lost."""
    if record.state is State.LOST:
        message = "The server of the records has lost this operation."
        raise refused(410, "LOST", message, "Submit it again; whoever runs the service looks at /health/ready.")
