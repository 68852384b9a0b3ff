"""Compressed frames with a checksum: what parts are made of."""

from __future__ import annotations

import zstandard

from jobs.errors import DamagedPart

BYTES_MAX = 1 << 30
"""What a frame may have unpacked: a damaged one asks for no more memory."""

_LEVEL = 3


def packed(data: bytes) -> bytes:
    """The frame that holds *data*; the same data gives the same bytes.

    >>> unpacked(packed(b"births"))
    b'births'
    """
    return zstandard.ZstdCompressor(_LEVEL, write_checksum=True).compress(data)


def unpacked(frame: bytes) -> bytes:
    """What a frame holds.

    Raises:
        DamagedPart: these are not the bytes that `packed` wrote.
    """
    try:
        size = zstandard.frame_content_size(frame)
        if not 0 <= size <= BYTES_MAX:
            raise DamagedPart(f"A part says that it has {size:,} bytes.")
        return zstandard.ZstdDecompressor().decompress(frame)
    except (zstandard.ZstdError, MemoryError) as error:
        raise DamagedPart(f"A part cannot be unpacked: {type(error).__name__}.") from None
