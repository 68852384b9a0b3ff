"""Births of an operation: kept in slices of a fixed size, found again by their index."""

from __future__ import annotations

from pathlib import Path

import pytest

from ephemeris.words import Disambiguation, SolarTime
from jobs.births import SLICE_ROWS, BirthRow, FailedRow, Row, get_births, pack_rows, put_births, unpack_rows
from jobs.errors import DamagedPart, MissingPart
from jobs.folder_store import FolderStore
from resolvers.births import BirthRequest, ZoneRequest

OPERATION = "q3Zs81xwAb0"


def row(index: int) -> Row:
    return BirthRow(f"r{index}", "1990-03-15", "05:45", 19.07, 72.88)


def test_every_field_of_a_birth_and_of_a_failed_row_comes_back() -> None:
    zone = ZoneRequest(solar=SolarTime.LOCAL_MEAN_TIME)
    rows: list[Row] = [
        BirthRow(None, "1990-03-15", "05:45", 19.07, 72.88, 14.0, zone, Disambiguation.LATER),
        FailedRow("r1", "LATITUDE_INVALID", "The latitude is 95.", "Send -90 to 90.", ("latitude",)),
    ]
    assert unpack_rows(pack_rows(rows)) == rows


def test_a_row_asks_the_engine_for_what_was_sent() -> None:
    asked = BirthRow("r", "1990-03-15", "05:45", 19.07, 72.88, 14.0, None, Disambiguation.LATER).request()
    assert asked == BirthRequest("1990-03-15", "05:45", 19.07, 72.88, 14.0, None, Disambiguation.LATER)


@pytest.mark.parametrize(
    ("start", "count"), [(0, 10), (SLICE_ROWS - 5, 10), (2 * SLICE_ROWS, 500), (2400, 250), (0, 2500)]
)
def test_births_are_found_by_index_over_the_bounds_of_slices(tmp_path: Path, start: int, count: int) -> None:
    store = FolderStore(tmp_path)
    rows = [row(index) for index in range(2 * SLICE_ROWS + 500)]
    put_births(store, OPERATION, rows)
    assert get_births(store, OPERATION, start, count) == rows[start : start + count]


def test_a_slice_that_is_gone_or_damaged_is_told(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    with pytest.raises(MissingPart):
        get_births(store, OPERATION, 0, 1)
    data = pack_rows([row(0)])
    for place in range(len(data)):
        with pytest.raises(DamagedPart):
            unpack_rows(data[:place])
    store.put(OPERATION, "in/0", data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(DamagedPart):
        get_births(store, OPERATION, 0, 1)
