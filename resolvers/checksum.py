"""Values outside the process carry their checksum, so that a torn or altered one is computed anew and never shown."""

from __future__ import annotations

from zlib import crc32

import msgspec

_BYTES = 4


def marked(payload: bytes) -> bytes:
    """The payload behind its CRC-32.

    >>> opened(marked(b"chart"))
    b'chart'
    """
    return crc32(payload).to_bytes(_BYTES, "big") + payload


def opened(value: bytes) -> bytes:
    """The payload of a marked value.

    Raises:
        msgspec.DecodeError: when it is not what was written.
    """
    payload = value[_BYTES:]
    if value[:_BYTES] != crc32(payload).to_bytes(_BYTES, "big"):
        raise msgspec.DecodeError("the checksum does not fit")
    return payload
