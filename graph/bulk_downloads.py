"""The files of an operation whose lines are all there."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from graph.bulk_routes import results_path
from graph.bulk_terms import DownloadFormat
from jobs.exports.tables import ParquetError
from jobs.operations import Operations
from jobs.record import Record
from jobs.states import State


class File(NamedTuple):
    """A download. Args: bytes: None where nobody knows yet."""

    format: DownloadFormat
    url: str
    bytes: float | None
    etag: str


async def downloads_of(operations: Operations, record: Record) -> list[File]:
    """The files that can be had; none before the operation is completed.

    Raises:
        StoreError, DamagedPart: results cannot be read now.
    """
    if record.state is not State.COMPLETED:
        return []
    found = [await _file(operations, record, format) for format in DownloadFormat]
    return [file for file in found if file is not None]


async def _file(operations: Operations, record: Record, format: DownloadFormat) -> File | None:
    """A file; None for Parquet where it cannot be written here, and for what is not whole after all."""
    try:
        export = (await operations.downloads.open(record, format.format)).export
    except ParquetError:
        return None
    size = await asyncio.to_thread(export.size)
    if export.etag is None:
        return None
    return File(format, results_path(record.id, format.format), None if size is None else float(size), export.etag)
