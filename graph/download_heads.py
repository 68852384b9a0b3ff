"""What a download is answered with: its status, its headers, and which bytes follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlencode

from graph.answers import Headers, matches
from graph.coding import IDENTITY, best_coding
from jobs.exports.coded import CODERS, coded
from jobs.exports.downloads import Download
from jobs.exports.export import Export
from jobs.exports.forms import MEDIA_TYPES, Format, Only
from jobs.exports.ranges import ByteRange, asked_range

_PRIVATE = b"private, no-cache"
"""Results are about people: their client alone may keep them, and asks whether they are still there."""


class Asked(NamedTuple):
    """What of a request decides its answer.

    Args:
        path: of the address, for a later request.
        accept_encoding, range, if_range, if_none_match: headers, empty where they are absent.
    """

    path: str
    format: Format
    only: Only = Only.ALL
    accept_encoding: str = ""
    range: str = ""
    if_range: str = ""
    if_none_match: str = ""


class Sent(NamedTuple):
    """What goes out: a head, and pieces that a thread makes."""

    status: int
    headers: Headers
    pieces: Iterator[bytes] = iter(())


def sent(download: Download, asked: Asked) -> Sent:
    """The answer to a request. It reads the store: call it in a thread, and take the pieces there.

    Raises:
        RangeError: there is no such byte.
        StoreError, DamagedPart, ColumnsError: results cannot be read or written.
    """
    export = download.export
    if not export.complete:
        return _growing(download, asked)
    coding = _coding(asked)
    etag = _etag(export, coding)
    if asked.if_none_match and matches(asked.if_none_match.encode("latin-1"), etag):
        return Sent(304, [(b"etag", etag), *_common(asked)])
    if asked.range and asked.if_range in ("", export.etag):
        wanted = asked_range(asked.range, export.measured_size())
        if wanted is not None:
            return _part(export, asked, wanted)
    return _whole(export, asked, coding, etag)


def _growing(download: Download, asked: Asked) -> Sent:
    """What can be read now, and where to go on; nobody may keep it."""
    headers = [(b"cache-control", b"no-store"), *_described(asked)]
    if download.later is not None:
        query = urlencode({"after": download.later} | ({} if asked.only is Only.ALL else {"only": asked.only.value}))
        headers.append((b"x-next-cursor", download.later.encode()))
        headers.append((b"link", f'<{asked.path}?{query}>; rel="next"'.encode()))
    return _coded(Sent(200, headers, download.export.pieces()), _coding(asked))


def _whole(export: Export, asked: Asked, coding: str, etag: bytes) -> Sent:
    headers = [(b"etag", etag), *_common(asked), *_described(asked)]
    if coding != IDENTITY:
        return _coded(Sent(200, headers, export.pieces()), coding)
    size = export.size()
    length = [] if size is None else [(b"content-length", str(size).encode())]
    return Sent(200, [*headers, (b"accept-ranges", b"bytes"), *length], export.pieces())


def _part(export: Export, asked: Asked, wanted: ByteRange) -> Sent:
    headers = [
        (b"etag", _etag(export, IDENTITY)),
        (b"content-range", f"bytes {wanted.start}-{wanted.stop - 1}/{export.measured_size()}".encode()),
        (b"content-length", str(wanted.stop - wanted.start).encode()),
    ]
    return Sent(206, [*headers, *_common(asked), *_described(asked)], export.range(wanted))


def _coded(plain: Sent, coding: str) -> Sent:
    if coding == IDENTITY:
        return plain
    return Sent(plain.status, [*plain.headers, (b"content-encoding", coding.encode())], coded(plain.pieces, coding))


def _coding(asked: Asked) -> str:
    """Parquet is compressed by itself."""
    return IDENTITY if asked.format is Format.PARQUET else best_coding(asked.accept_encoding, CODERS)


def _etag(export: Export, coding: str) -> bytes:
    """Of the bytes as they are sent: a coded body is another one."""
    plain = (export.etag or "").strip('"')
    return f'"{plain}"'.encode() if coding == IDENTITY else f'"{plain}-{coding}"'.encode()


def _common(asked: Asked) -> Headers:
    return [(b"cache-control", _PRIVATE), (b"vary", b"Accept-Encoding")]


def _described(asked: Asked) -> Headers:
    return [
        (b"content-type", MEDIA_TYPES[asked.format].encode()),
        (b"content-disposition", f'attachment; filename="results.{asked.format}"'.encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
