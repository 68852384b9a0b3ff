"""An upload as it comes in: decoded, cut into lines, checked, and kept in slices, a thousand births in memory at most."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Callable, Iterator
from hashlib import blake2b
from typing import NamedTuple

from jobs.births import SLICE_ROWS, BirthRow, FailedRow, Row, pack_rows
from jobs.parts import input_name
from jobs.stores import ResultStore
from jobs.uploads.decoding import Decoding
from jobs.uploads.forms import Format, OnError, UploadForm
from jobs.uploads.jsonl import read_json
from jobs.uploads.problems import (
    LIST_EMPTY,
    LIST_TOO_LONG,
    TOLD_MAX,
    UPLOAD_REFUSED,
    UPLOAD_TOO_LARGE,
    LineError,
    LineProblem,
    UploadError,
)
from jobs.uploads.table import Table
from jobs.uploads.text import Lines, TextLine

_MORE_LINES = 1000
"""Beside the births: a header, and an empty line for each birth and some."""

Read = Callable[[TextLine], BirthRow | None]


class UploadLimits(NamedTuple):
    """What an upload may have at most: births, and bytes of text."""

    rows: int
    bytes: int


class Received(NamedTuple):
    """What was kept: rows, those among them that are no births, what is wrong with the first of these, and a digest.

    The digest is of the text, so that the same births have the same whatever they were coded in.
    """

    rows: int
    failed: int
    problems: tuple[LineProblem, ...]
    digest: str


async def receive(
    store: ResultStore, upload: str, body: AsyncIterable[bytes], form: UploadForm, limits: UploadLimits
) -> Received:
    """Keep the births of a body as slices of the upload.

    The event loop is let go after each 16 kB of text, and waits for no disk.

    Args:
        store: where the slices go; called in a thread.
        upload: a new id.
        body: its bytes as they come, of any size.
        form: how it is written.
        limits: what it may have.

    Raises:
        UploadError: it is refused, and nothing of it is kept.
        StoreError: it could not be kept, nor is anything of it.
    """
    rows = _Rows(form, limits)
    slices = 0
    try:
        async for chunk in body:
            for _ in rows.add(chunk):
                slices += await _put(store, upload, slices, rows.full_slices())
                await asyncio.sleep(0)
        rows.finish()
        await _put(store, upload, slices, rows.last_slices())
    except BaseException:  # a client that goes away cancels; whatever came, nothing is to stay
        await asyncio.shield(asyncio.to_thread(store.delete, upload))
        raise
    return Received(rows.count, rows.wrong, tuple(rows.problems), rows.digest.hexdigest())


async def _put(store: ResultStore, upload: str, number: int, slices: Iterator[list[Row]]) -> int:
    """How many slices were kept, the first under *number*."""
    kept = 0
    for rows in slices:
        await asyncio.to_thread(store.put, upload, input_name(number + kept), pack_rows(rows))
        kept += 1
    return kept


class _Rows:
    """Gathers rows and problems of an upload, in one pass, without waiting for anything."""

    def __init__(self, form: UploadForm, limits: UploadLimits) -> None:
        self._limits = limits
        self._skips = form.on_error is OnError.SKIP
        self._decoding = Decoding(form.coding)
        self._lines = Lines(2 * limits.rows + _MORE_LINES)
        self._read: Read = Table().read if form.format is Format.CSV else read_json
        self._bytes = 0
        self._held: list[Row] = []
        self.count = 0
        self.wrong = 0
        self.problems: list[LineProblem] = []
        self.digest = blake2b(digest_size=16)

    def add(self, chunk: bytes) -> Iterator[None]:
        """Take a chunk; yields after each piece of its text. Raises: UploadError."""
        for piece in self._decoding.pieces(chunk):
            self._bytes += len(piece)
            if self._bytes > self._limits.bytes:
                raise UploadError(
                    UPLOAD_TOO_LARGE,
                    f"The text has more than {self._limits.bytes:,} bytes.",
                    "Send it as several uploads.",
                )
            self.digest.update(piece)
            for line in self._lines.add(piece):
                self._take(line)
            yield

    def finish(self) -> None:
        """Take the last line. Raises: UploadError where the upload as a whole cannot be used."""
        self._decoding.finish()
        for line in self._lines.finish():
            self._take(line)
        if self.wrong and not self._skips:
            raise self._refusal()
        if not self.count:
            raise UploadError(LIST_EMPTY, "The upload has no births.", "Send at least one.")

    def full_slices(self) -> Iterator[list[Row]]:
        """Slices that are complete."""
        while len(self._held) >= SLICE_ROWS:
            slice_, self._held = self._held[:SLICE_ROWS], self._held[SLICE_ROWS:]
            yield slice_

    def last_slices(self) -> Iterator[list[Row]]:
        """All that is left."""
        yield from self.full_slices()
        if self._held:
            yield self._held

    def _take(self, line: TextLine) -> None:
        try:
            row: Row | None = self._read(line)
        except LineError as error:
            row = self._failed(error)
        if row is None:
            return
        self.count += 1
        if self.count > self._limits.rows:
            raise UploadError(
                LIST_TOO_LONG,
                f"Line {line.number:,}: the upload has more than {self._limits.rows:,} births.",
                "Send it as several uploads.",
            )
        if self._skips or not self.wrong:
            self._held.append(row)

    def _failed(self, error: LineError) -> FailedRow:
        problem = error.problem
        self.wrong += 1
        if len(self.problems) < TOLD_MAX:
            self.problems.append(problem)
        message = f"Line {problem.line:,}: {problem.message}"
        return FailedRow(error.ref, problem.code, message, problem.remedy, problem.path)

    def _refusal(self) -> UploadError:
        first = self.problems[0]
        message = f"{self.wrong:,} of {self.count:,} lines cannot be used. Line {first.line:,}: {first.message}"
        return UploadError(
            UPLOAD_REFUSED,
            message,
            f"{first.remedy} Or send onError=skip: such lines become failed ones.",
            tuple(self.problems),
            self.wrong,
        )
