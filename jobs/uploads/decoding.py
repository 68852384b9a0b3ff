"""The text of a coded body, in pieces that stay small whatever the body unfolds to."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import brotli
import zstandard

from jobs.uploads.forms import Coding
from jobs.uploads.problems import CODING_DAMAGED, TRUNCATED, UploadError

WINDOW_MAX = 1 << 23
"""Bytes that zstd looks back; more is what RFC 8878 lets a decoder refuse."""

PIECE_BYTES = 16_384


class Frame(Protocol):
    """One coded frame or member, as zlib reads it."""

    @property
    def eof(self) -> bool:
        """Whether the frame is whole."""

    @property
    def unused_data(self) -> bytes:
        """What came behind its end."""

    def decompress(self, data: bytes, /) -> bytes:
        """What *data* adds."""


class BrotliFrame:
    """Brotli in the manner of zlib. Its output is taken in pieces, for a few bytes can unfold to gigabytes."""

    unused_data = b""  # what comes behind its end is an error of brotli's own

    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    @property
    def eof(self) -> bool:
        """Whether the stream is whole."""
        return bool(self._inner.is_finished())

    def decompress(self, data: bytes, /) -> bytes:
        """What *data* adds, at first; `rest` has what follows, and has to be emptied."""
        added: bytes = self._inner.process(data, output_buffer_limit=PIECE_BYTES)
        return added

    def rest(self) -> Iterator[bytes]:
        """What else the data adds that was given last."""
        while not self.eof:
            added = self.decompress(b"")
            if not added and self._inner.can_accept_more_data():
                return
            yield added


class Codec(NamedTuple):
    """How a coding is read: a new frame, and how many bytes of a body are given to it at a time.

    A byte of gzip unfolds to 1,032 at most, four of zstd to a block of 131,072.
    """

    frame: Callable[[], Frame]
    step: int
    error: type[Exception]


def _gzip() -> Frame:
    return zlib.decompressobj(wbits=31)


def _zstd() -> Frame:
    return zstandard.ZstdDecompressor(max_window_size=WINDOW_MAX).decompressobj()


CODECS = {
    Coding.GZIP: Codec(_gzip, 1024, zlib.error),
    Coding.ZSTD: Codec(_zstd, 128, zstandard.ZstdError),
    Coding.BR: Codec(BrotliFrame, 4096, brotli.error),
}


class Decoding:
    """Turns the chunks of a body into pieces of its text; call `finish` at the end."""

    def __init__(self, coding: Coding) -> None:
        self._coding = coding
        self._codec = CODECS.get(coding)
        self._frame: Frame | None = None

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """What *chunk* adds to the text, some 16 kB at a time.

        Raises:
            UploadError: CODING_DAMAGED.
        """
        added = self._plain(chunk, self._codec) if self._codec else iter((chunk,))
        for text in added:
            for start in range(0, len(text), PIECE_BYTES):
                yield text[start : start + PIECE_BYTES]

    def finish(self) -> None:
        """Nothing, where the body ended with a whole frame.

        Raises:
            UploadError: TRUNCATED.
        """
        if self._codec and (self._frame is None or not self._frame.eof):
            raise UploadError(
                TRUNCATED, f"The {self._coding.value} data ends in the middle.", "Send the whole file again."
            )

    def _plain(self, chunk: bytes, codec: Codec) -> Iterator[bytes]:
        try:
            for start in range(0, len(chunk), codec.step):
                yield from self._unfolded(chunk[start : start + codec.step], codec)
        except codec.error:
            raise UploadError(
                CODING_DAMAGED,
                f"The body is no {self._coding.value} data, or was damaged on its way.",
                "Compress the file anew, without a long window, or leave Content-Encoding out for plain text.",
            ) from None

    def _unfolded(self, data: bytes, codec: Codec) -> Iterator[bytes]:
        """Frames may follow one another, and zeros pad what tar or a tape wrote."""
        while data:
            if self._frame is None or self._frame.eof:
                data = data.lstrip(b"\0") if self._frame else data
                if not data:
                    return
                self._frame = codec.frame()
            yield self._frame.decompress(data)
            if isinstance(self._frame, BrotliFrame):
                yield from self._frame.rest()
            data = self._frame.unused_data
