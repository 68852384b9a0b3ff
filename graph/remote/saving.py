"""Results of a service elsewhere as a file here: it has its name only when it is whole."""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPResponse
from io import FileIO
from pathlib import Path
from urllib.parse import quote

from graph.remote.operation import patiently
from graph.remote.site import RefusedError, Site

_PIECE_BYTES = 1 << 18
_PARTIAL = 206


def save(site: Site, id: str, format: str, target: Path, took: Callable[[int], object]) -> int:
    """How many bytes the file has; a transfer that breaks off goes on where it did, if the results are still the same.

    Args:
        format: jsonl, csv or parquet.
        target: replaced when everything is there; until then it is written beside it, as `.part`.
        took: is told how many bytes came, each time.

    Raises:
        RefusedError: there are no results for us.
        UnreachableError: the service was away for long.
        OSError: the file cannot be written.
    """
    part = target.with_name(f"{target.name}.part")
    transfer = _Transfer(site, f"/bulk/{quote(id)}/results.{format}", part, took)
    part.write_bytes(b"")
    patiently(transfer.go_on)
    part.replace(target)
    return target.stat().st_size


class _Transfer:
    """One file on its way, over as many connections as it takes."""

    def __init__(self, site: Site, path: str, part: Path, took: Callable[[int], object]) -> None:
        self._site = site
        self._path = path
        self._part = part
        self._took = took
        self._etag: str | None = None

    def go_on(self) -> None:
        """Take what is missing. Raises: UnreachableError: it broke off again."""
        here = self._part.stat().st_size
        headers = {"Range": f"bytes={here}-", "If-Range": self._etag} if here and self._etag else {}
        with self._site.asked("GET", self._path, headers) as answer:
            self._etag = answer.headers.get("ETag")
            self._take(answer)

    def _take(self, answer: HTTPResponse) -> None:
        with self._part.open("ab" if answer.status == _PARTIAL else "wb", buffering=0) as file:
            while piece := answer.read(_PIECE_BYTES):
                _write(file, piece)
                self._took(len(piece))
        if answer.length:
            raise ConnectionError("the file broke off")


def _write(file: FileIO, data: bytes) -> None:
    try:
        while data:
            data = data[file.write(data) :]
    except OSError as error:  # no fault of the connection's, which would be tried again
        raise RefusedError(f"{file.name!s} cannot be written: {error.strerror}.") from error
