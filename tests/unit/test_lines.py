"""Parts of results: what is packed comes back, a head tells what is inside, and no altered byte passes."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, strategies as st

from jobs.errors import PART_DAMAGED, DamagedPart
from jobs.lines import HEAD_BYTES, MAGIC, Head, Line, head_of, pack, unpack

LINES = [Line(500, b'{"lagna":{"longitude":12.5}}'), Line(501, b'{"problem":{"code":"DATE_INVALID"}}', "DATE_INVALID")]

some_lines = st.lists(
    st.builds(Line, st.integers(0, 2**40), st.binary(max_size=50), st.none() | st.text("ABC_", max_size=9)), max_size=20
)


@given(some_lines)
def test_what_is_packed_comes_back_and_packs_to_the_same_bytes(lines: list[Line]) -> None:
    data = pack(lines)
    assert unpack(data) == lines
    assert pack(unpack(data)) == data


def test_a_head_tells_lines_failures_and_bytes_without_the_rest() -> None:
    data = pack(LINES)
    assert head_of(data[:HEAD_BYTES]) == Head(500, 2, 1, 28 + 35 + 2, 35 + 1)
    assert head_of(pack([])) == Head(0, 0, 0, 0, 0)


def test_no_altered_byte_and_no_missing_end_passes() -> None:
    data = pack(LINES)
    for place in range(len(data)):
        altered = bytearray(data)
        altered[place] ^= 1
        with pytest.raises(DamagedPart):
            unpack(bytes(altered))
        with pytest.raises(DamagedPart):
            unpack(data[:place])


@pytest.mark.parametrize("data", [b"", b"{}", b"x" * 200, MAGIC + bytes(200)])
def test_what_is_no_part_is_refused_with_a_code(data: bytes) -> None:
    with pytest.raises(DamagedPart) as caught:
        unpack(data)
    assert caught.value.code == PART_DAMAGED
    assert caught.value.remedy


def test_a_part_of_a_later_release_says_so() -> None:
    data = bytearray(pack(LINES))
    data[len(MAGIC)] = 9
    with pytest.raises(DamagedPart, match="version 9; this release reads 1"):
        head_of(bytes(data))


def test_a_head_alone_cannot_lie_about_its_counts() -> None:
    data = pack(LINES)
    lie = data[:21] + struct.pack("<QIIQQ", 0, 99, 0, 0, 0) + data[21 + 32 :]
    with pytest.raises(DamagedPart):
        head_of(lie)
