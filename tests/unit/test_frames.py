"""Frames: what is packed comes back, and what lies about its size is not believed."""

from __future__ import annotations

import pytest
import zstandard

from jobs.errors import DamagedPart
from jobs.frames import BYTES_MAX, packed, unpacked


@pytest.mark.parametrize("data", [b"", b"x", bytes(1_000_000)])
def test_what_is_packed_comes_back(data: bytes) -> None:
    assert unpacked(packed(data)) == data


def test_a_frame_that_says_it_is_huge_is_refused_before_it_is_unpacked() -> None:
    parameters = zstandard.ZstdCompressionParameters.from_level(3)
    huge = (
        zstandard.ZstdCompressor(compression_params=parameters).compressobj(size=BYTES_MAX + 1).compress(b"x" * 200_000)
    )
    with pytest.raises(DamagedPart, match="says that it has 1,073,741,825 bytes"):
        unpacked(huge)


@pytest.mark.parametrize("data", [b"", b"plain", packed(b"births")[:-1], packed(b"births") + b"more"])
def test_what_is_no_whole_frame_is_damaged(data: bytes) -> None:
    if data.endswith(b"more"):
        assert unpacked(data) == b"births"  # what follows a frame is no part of it
    else:
        with pytest.raises(DamagedPart):
            unpacked(data)
