"""Pieces of a download in a content coding, each sent on as soon as it is coded."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import zstandard

_GZIP_LEVEL = 5
_ZSTD_LEVEL = 3


class Coder(Protocol):
    """What codes a stream."""

    def compress(self, data: bytes, /) -> bytes:
        """What can be sent of it now."""

    def flush(self) -> bytes:
        """The rest."""


def _gzip() -> Coder:
    return zlib.compressobj(_GZIP_LEVEL, wbits=31)


def _zstd() -> Coder:
    return zstandard.ZstdCompressor(_ZSTD_LEVEL).compressobj()


CODERS: dict[str, Callable[[], Coder]] = {"zstd": _zstd, "gzip": _gzip}
"""Codings that downloads come in, the better one first. Parquet is compressed by itself."""


def coded(pieces: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The pieces in a coding of CODERS.

    >>> zlib.decompress(b"".join(coded([b"a", b"b"], "gzip")), wbits=31)
    b'ab'
    """
    coder = CODERS[coding]()
    for piece in pieces:
        if sent := coder.compress(piece):
            yield sent
    yield coder.flush()
