"""What may be downloaded: the formats, and which of the lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from jobs.lines import Line


class Format(StrEnum):
    """Of a download. Its value is the ending of a file's name."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class Only(StrEnum):
    """Which lines."""

    ALL = "all"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    def of(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Those among *lines*.

        >>> [line.index for line in Only.FAILED.of([Line(0, b"{}"), Line(1, b"{}", "DATE_INVALID")])]
        [1]
        """
        if self is Only.ALL:
            return iter(lines)
        return (line for line in lines if (line.code is not None) == (self is Only.FAILED))


MEDIA_TYPES = {
    Format.JSONL: "application/jsonl",
    Format.CSV: "text/csv; charset=utf-8; header=present",
    Format.PARQUET: "application/vnd.apache.parquet",
}
