"""Downloads: every line once and in order, in every format, from any byte, while results come and after."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet
import pytest
import zstandard
from hypothesis import given, settings as hypothesis_settings, strategies as st

from jobs.errors import DamagedPart, MissingPart
from jobs.exports import columns
from jobs.exports.cells import cells_of, csv_cell
from jobs.exports.coded import CODERS, coded
from jobs.exports.columns import ColumnsError
from jobs.exports.export import Export
from jobs.exports.forms import MEDIA_TYPES, Format, Only
from jobs.exports.ranges import ByteRange, RangeError, asked_range
from jobs.exports.tables import ParquetError
from jobs.folder_store import FolderStore
from jobs.lines import Line, pack
from jobs.parts import Chunk

ONE = "operation_01"
VERSION = 7
SIZES = (3, 1, 4, 2, 5)
TOTAL = sum(SIZES)


def body(index: int) -> bytes:
    grahas = [{"longitude": index * 1.5 - 4, "name": "सूर्य"}, {"longitude": -index, "retrograde": index % 2 == 0}]
    return orjson.dumps({"ref": f"r{index}", "grahas": grahas, "late": None if index < 5 else "=1+1"})


def line(index: int) -> Line:
    if index % 4 != 3:
        return Line(index, body(index))
    problem = {"code": "ZONE_UNKNOWN", "message": f"No zone {index}.", "path": ["zone", "name"]}
    return Line(index, orjson.dumps({"problem": problem}), "ZONE_UNKNOWN")


LINES = [line(index) for index in range(TOTAL)]


class Counting(FolderStore):
    """A folder that notes which parts were read, whole or not."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.read: list[str] = []

    def get(self, operation: str, name: str) -> bytes:
        self.read.append(name)
        return super().get(operation, name)

    def fill(self, lines: list[Line], sizes: tuple[int, ...]) -> None:
        start = 0
        for size in sizes:
            self.put(ONE, Chunk(start, size).name, pack(lines[start : start + size]))
            start += size


@pytest.fixture
def store(tmp_path: Path) -> Counting:
    store = Counting(tmp_path)
    store.fill(LINES, SIZES)
    return store


def finished(store: FolderStore, format: Format, only: Only = Only.ALL) -> Export:
    return Export(store, ONE, format, only, total=TOTAL, version=VERSION)


def whole(export: Export) -> bytes:
    return b"".join(export.pieces())


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


# ── the formats ──


@pytest.mark.parametrize("only", Only)
def test_JSON_lines_are_the_bodies_in_input_order(store: Counting, only: Only) -> None:
    wanted = [line.body for line in LINES if only is Only.ALL or (line.code is None) == (only is Only.SUCCEEDED)]
    export = finished(store, Format.JSONL, only)
    assert whole(export).splitlines() == wanted
    assert export.size() == len(whole(export))


def test_a_table_has_a_column_for_every_path_in_the_order_of_first_occurrence(store: Counting) -> None:
    data = whole(finished(store, Format.CSV))
    assert data.split(b"\r\n")[0].decode() == (
        "index,ref,grahas.0.longitude,grahas.0.name,grahas.1.longitude,grahas.1.retrograde,late,"
        "problem.code,problem.message,problem.path.0,problem.path.1"
    )
    rows = table(data)
    assert [int(row["index"]) for row in rows] == list(range(TOTAL))
    assert (rows[0]["grahas.0.longitude"], rows[0]["grahas.1.retrograde"], rows[0]["late"]) == ("-4.0", "true", "")
    assert (rows[3]["problem.code"], rows[3]["problem.message"], rows[3]["ref"]) == ("ZONE_UNKNOWN", "No zone 3.", "")
    assert (rows[5]["late"], rows[5]["grahas.1.longitude"], rows[5]["grahas.0.name"]) == ("'=1+1", "-5", "सूर्य")


def test_parquet_has_the_same_columns_with_types(store: Counting) -> None:
    data = whole(finished(store, Format.PARQUET))
    read = pyarrow.parquet.read_table(io.BytesIO(data))
    assert read.schema.names == next(csv.reader([whole(finished(store, Format.CSV)).decode().split("\r\n")[0]]))
    types = dict(zip(read.schema.names, map(str, read.schema.types), strict=True))
    assert (types["index"], types["grahas.0.longitude"], types["grahas.1.longitude"]) == ("int64", "double", "int64")
    assert (types["grahas.1.retrograde"], types["late"]) == ("bool", "string")
    rows = read.to_pylist()
    for row, line in zip(rows, LINES, strict=True):
        assert {path: value for path, value in row.items() if value is not None} == {
            path: value for path, value in cells_of(line).items() if value is not None
        }


@pytest.mark.parametrize("only", [Only.SUCCEEDED, Only.FAILED])
@pytest.mark.parametrize("format", [Format.CSV, Format.PARQUET])
def test_tables_hold_only_the_wanted_lines_and_their_columns(store: Counting, format: Format, only: Only) -> None:
    data = whole(finished(store, format, only))
    rows: list[dict[str, Any]] = (
        table(data) if format is Format.CSV else pyarrow.parquet.read_table(io.BytesIO(data)).to_pylist()
    )
    wanted = [line.index for line in LINES if (line.code is None) == (only is Only.SUCCEEDED)]
    assert [int(row["index"]) for row in rows] == wanted
    assert ("problem.code" in rows[0], "ref" in rows[0]) == (only is Only.FAILED, only is Only.SUCCEEDED)


def test_a_table_without_lines_has_its_columns(store: Counting) -> None:
    store.fill([Line(index, b'{"a":1}') for index in range(TOTAL)], SIZES)
    assert whole(finished(store, Format.CSV, Only.FAILED)) == b"index,problem.code,problem.message\r\n"
    read = pyarrow.parquet.read_table(io.BytesIO(whole(finished(store, Format.PARQUET, Only.FAILED))))
    assert (read.num_rows, read.num_columns) == (0, 3)
    assert whole(finished(store, Format.JSONL, Only.FAILED)) == b""


def test_values_of_several_kinds_share_a_column(tmp_path: Path) -> None:
    values: list[Any] = [1, 2.5, None, True, "x", 2**70, [], {}]
    store = FolderStore(tmp_path)
    store.put(
        ONE,
        Chunk(0, 8).name,
        pack([Line(i, json.dumps({"v": v, "n": i / 2 if i else 2}).encode()) for i, v in enumerate(values)]),
    )
    rows = pyarrow.parquet.read_table(
        io.BytesIO(whole(Export(store, ONE, Format.PARQUET, total=8, version=1)))
    ).to_pylist()
    assert [row["v"] for row in rows] == ["1", "2.5", None, "true", "x", json.dumps(float(2**70)), None, None]
    assert [row["n"] for row in rows] == [2.0, *[i / 2 for i in range(1, 8)]]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(bodies=st.lists(st.dictionaries(st.text(max_size=4), json_values, max_size=4), min_size=1, max_size=6))
@hypothesis_settings(max_examples=60, deadline=None)
def test_whatever_a_selection_answers_can_be_written_and_read(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[dict[str, Any]]
) -> None:
    store = FolderStore(tmp_path_factory.getbasetemp() / "whatever")
    lines = [Line(index, json.dumps(body).encode()) for index, body in enumerate(bodies)]
    store.delete(ONE)
    store.put(ONE, Chunk(0, len(lines)).name, pack(lines))
    exports = {format: Export(store, ONE, format, total=len(lines)) for format in Format}
    assert [json.loads(line) for line in whole(exports[Format.JSONL]).splitlines()] == bodies
    read = list(csv.reader(io.StringIO(whole(exports[Format.CSV]).decode(), newline=""), strict=True))
    assert {len(row) for row in read} == {len(read[0])}
    assert len(read) == len(bodies) + 1
    assert pyarrow.parquet.read_table(io.BytesIO(whole(exports[Format.PARQUET]))).num_rows == len(bodies)


@given(text=st.text(min_size=1, max_size=8))
def test_no_text_of_a_cell_begins_as_a_formula_does(text: str) -> None:
    cell = csv_cell(text)
    assert isinstance(cell, str)
    if cell[0] in "=+-@\t\r\n＝＋－＠":
        float(cell)
    assert cell in {text, f"'{text}"}


def test_numbers_stay_numbers() -> None:
    assert [csv_cell(value) for value in (-12.5, -3, 0, None)] == [-12.5, -3, 0, None]


def test_a_table_with_too_many_columns_is_refused_before_its_first_byte(
    store: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "COLUMNS_MAX", 10)
    for format in (Format.CSV, Format.PARQUET):
        with pytest.raises(ColumnsError, match="over 10 different paths") as caught:
            next(finished(store, format).pieces())
        assert caught.value.code == "COLUMNS_TOO_MANY"
    assert whole(finished(store, Format.JSONL))


def test_without_its_package_parquet_is_refused_and_nothing_else(
    store: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ParquetError, match="cannot write Parquet") as caught:
        finished(store, Format.PARQUET)
    assert (caught.value.code, "grahaql[parquet]" in caught.value.remedy) == ("PARQUET_UNAVAILABLE", True)
    assert whole(finished(store, Format.CSV))


# ── ranges and names of what is complete ──


@pytest.mark.parametrize("format", Format)
@pytest.mark.parametrize("taken_before", [False, True])
def test_every_range_has_the_bytes_of_the_whole(store: Counting, format: Format, taken_before: bool) -> None:
    data = whole(Export(store, ONE, format, total=TOTAL))  # leaves nothing behind
    if taken_before:
        assert whole(finished(store, format)) == data
    step = max(1, len(data) // 12)
    for start in range(0, len(data), step):
        for stop in {start + 1, start + step, len(data)}:
            wanted = ByteRange(start, min(stop, len(data)))
            assert b"".join(finished(store, format).range(wanted)) == data[wanted.start : wanted.stop]


@pytest.mark.parametrize("format", [Format.JSONL, Format.CSV])
def test_a_range_at_the_end_reads_one_chunk(store: Counting, format: Format) -> None:
    size = len(whole(finished(store, format)))
    finished(store, format).size()
    store.read.clear()
    assert len(b"".join(finished(store, format).range(ByteRange(size - 5, size)))) == 5
    assert [name for name in store.read if name.startswith("out/")] == ["out/10-5"]


def test_the_index_is_made_once_and_again_for_another_version(store: Counting) -> None:
    assert finished(store, Format.JSONL).size() == sum(len(line.body) + 1 for line in LINES)
    mended = [line if line.code is None else Line(line.index, b"{}") for line in LINES]
    store.fill(mended, SIZES)
    older = finished(store, Format.JSONL)
    assert older.size() == sum(len(line.body) + 1 for line in LINES)  # of that version, by the index
    newer = Export(store, ONE, Format.JSONL, total=TOTAL, version=VERSION + 1)
    assert newer.size() == len(whole(newer)) == sum(len(line.body) + 1 for line in mended)
    assert newer.etag != older.etag


def test_a_damaged_index_is_made_anew(store: Counting) -> None:
    size = finished(store, Format.JSONL).size()
    store.put(ONE, "index/jsonl", b"damaged")
    assert finished(store, Format.JSONL).size() == size


def test_the_size_of_a_table_is_known_when_it_was_taken_once(store: Counting) -> None:
    assert finished(store, Format.CSV).size() is None
    data = whole(finished(store, Format.CSV))
    assert finished(store, Format.CSV).size() == len(data)
    assert finished(store, Format.PARQUET).measured_size() == finished(store, Format.PARQUET).size()


def test_an_ETag_names_operation_version_format_and_lines(store: Counting) -> None:
    etags = {finished(store, format, only).etag for format in Format for only in Only}
    assert len(etags) == 9
    assert finished(store, Format.CSV).etag == finished(store, Format.CSV).etag
    assert all(etag and etag.startswith('"') and not etag.startswith("W/") for etag in etags)
    assert ONE not in str(etags)


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("bytes=0-0", ByteRange(0, 1)), ("bytes=5-", ByteRange(5, 100)), ("bytes=-10", ByteRange(90, 100)),
        ("bytes=-500", ByteRange(0, 100)), ("bytes=90-500", ByteRange(90, 100)), (" bytes=1-2 ", ByteRange(1, 3)),
        ("bytes=-", None), ("bytes=5-2", None), ("bytes=0-1,4-5", None), ("lines=0-5", None), ("bytes=a-b", None),
        ("bytes=" + "9" * 30 + "-", None), ("", None),
    ],
)  # fmt: skip
def test_a_range_header_is_met_or_passed_over(header: str, wanted: ByteRange | None) -> None:
    assert asked_range(header, 100) == wanted


@pytest.mark.parametrize(("header", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=0-", 0), ("bytes=-5", 0)])
def test_a_range_behind_the_end_is_told_with_the_size(header: str, size: int) -> None:
    with pytest.raises(RangeError, match="behind the end") as caught:
        asked_range(header, size)
    assert (caught.value.size, caught.value.code) == (size, "RANGE_UNSATISFIABLE")


# ── while results come ──


@pytest.mark.parametrize(
    ("start", "indexes", "next_index"), [(0, range(8), 8), (2, range(2, 8), 8), (8, [], 8), (10, range(10, 15), None)]
)
def test_while_running_it_stops_at_the_first_gap_and_says_where_to_go_on(
    store: Counting, start: int, indexes: list[int], next_index: int | None
) -> None:
    Path(store._folder / f"operation-{ONE}" / "out" / "8-2").unlink()
    export = Export(store, ONE, Format.CSV, total=TOTAL, start=start)
    assert [int(row["index"]) for row in table(whole(export))] == list(indexes)
    assert (export.next_index, export.complete, export.etag, export.size()) == (next_index, False, None, None)
    assert [part.name for part in store.parts(ONE, "index/")] == []


def test_downloads_of_a_running_operation_put_together_are_all_lines(store: Counting, tmp_path: Path) -> None:
    running = FolderStore(tmp_path / "running")
    got, start, begin = b"", 0, 0
    for size in SIZES:
        running.put(ONE, Chunk(begin, size).name, pack(LINES[begin : begin + size]))
        begin += size
        export = Export(running, ONE, Format.JSONL, total=TOTAL, start=start)
        got += whole(export)
        start = export.next_index or TOTAL
    assert got == whole(finished(store, Format.JSONL))


def test_an_operation_that_is_said_to_be_finished_and_has_a_gap_is_not_complete(store: Counting) -> None:
    Path(store._folder / f"operation-{ONE}" / "out" / "8-2").unlink()
    export = finished(store, Format.JSONL)
    assert (export.complete, export.next_index) == (False, 8)


# ── what goes wrong ──


def test_a_damaged_or_removed_chunk_ends_the_download_with_its_error(store: Counting) -> None:
    export = finished(store, Format.JSONL)
    pieces = export.pieces()
    assert next(pieces)
    data = store.get(ONE, "out/3-1")
    store.put(ONE, "out/3-1", data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(DamagedPart):
        next(pieces)
    store.delete(ONE)
    with pytest.raises(MissingPart):
        whole(export)


def test_a_chunk_under_anothers_name_is_found_out(store: Counting) -> None:
    store.put(ONE, "out/3-1", pack(LINES[4:5]))
    with pytest.raises(DamagedPart, match="out/3-1 has the lines 4 to 5"):
        finished(store, Format.JSONL).size()


def test_an_index_that_cannot_be_kept_refuses_no_download(store: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FolderStore, "put", raising(MissingPart("no room")))
    for format in Format:
        assert whole(finished(store, format))
        assert b"".join(finished(store, format).range(ByteRange(0, 4)))


def raising(error: Exception) -> Callable[..., None]:
    def call(*args: object) -> None:
        raise error

    return call


# ── codings and memory ──


def test_pieces_are_coded_as_they_come(store: Counting) -> None:
    data = whole(finished(store, Format.JSONL))
    decoders = {
        "gzip": gzip.decompress,
        "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
    }
    assert set(CODERS) == set(decoders)
    for coding, decoded in decoders.items():
        assert decoded(b"".join(coded(finished(store, Format.JSONL).pieces(), coding))) == data


def test_every_format_has_a_media_type() -> None:
    assert set(MEDIA_TYPES) == set(Format)


def fill(store: FolderStore, total: int) -> None:
    for start in range(0, total, 500):
        lines = [Line(index, b'{"lagna":%d.5,"rashi":"ARIES"}' % index) for index in range(start, start + 500)]
        store.put(ONE, Chunk(start, 500).name, pack(lines))


def peak(store: FolderStore, format: Format, total: int) -> int:
    """Bytes at the highest, of a whole download and a range at its end."""
    tracemalloc.start()
    export = Export(store, ONE, format, total=total, version=1)
    size = sum(len(piece) for piece in export.pieces())
    assert sum(len(piece) for piece in export.range(ByteRange(size - 10, size))) == 10
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return highest


@pytest.mark.parametrize("format", [Format.JSONL, Format.CSV])
def test_fifty_thousand_lines_take_no_more_memory_than_a_few(tmp_path: Path, format: Format) -> None:
    store = FolderStore(tmp_path)
    fill(store, 50_000)
    assert peak(store, format, 50_000) < 1_500_000


@pytest.mark.long
@pytest.mark.parametrize("format", Format)
def test_a_million_lines_take_no_more_memory_than_a_few(tmp_path: Path, format: Format) -> None:
    store = FolderStore(tmp_path)
    fill(store, 1_000_000)
    highest = peak(store, format, 1_000_000)
    print(f"{format}: {highest:,} bytes")
    assert highest < 60_000_000
