"""Uploads of births: every format and coding, every way to be wrong, and never more than a little in memory."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard
from hypothesis import given, settings as hypothesis_settings, strategies as st

from ephemeris.words import Disambiguation, SolarTime
from jobs.births import SLICE_ROWS, BirthRow, FailedRow, Row, get_births
from jobs.errors import StoreError
from jobs.folder_store import FolderStore
from jobs.uploads.columns import NAMES, Column
from jobs.uploads.forms import Coding, Format, OnError, UploadForm, upload_form
from jobs.uploads.problems import TOLD_MAX, LineProblem, UploadError
from jobs.uploads.receive import Received, UploadLimits, receive
from jobs.uploads.text import LINE_BYTES_MAX
from resolvers.births import ZoneRequest

UPLOAD = "upload_0001"
LIMITS = UploadLimits(rows=200_000, bytes=100_000_000)
CSV, JSONL = UploadForm(Format.CSV), UploadForm(Format.JSONL)

BIRTH = {"date": "1990-03-15", "time": "05:45", "latitude": 19.07, "longitude": 72.88}
ROW = BirthRow(None, "1990-03-15", "05:45", 19.07, 72.88)
HEADER = "birth_date,birth_time,latitude,longitude,timezone_offset\n"
CELLS = "1990-03-15,05:45,19.07,72.88,5.5\n"
INDIA = BirthRow(None, "1990-03-15", "05:45", 19.07, 72.88, zone=ZoneRequest(offset_hours=5.5))


async def chunks(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


class Uploads:
    """Receives uploads into a folder, and reads them back."""

    def __init__(self, folder: Path) -> None:
        self.store = FolderStore(folder)

    async def __call__(
        self, data: bytes | str, form: UploadForm = JSONL, limits: UploadLimits = LIMITS, size: int = 50_000
    ) -> Received:
        body = data.encode() if isinstance(data, str) else data
        return await receive(self.store, UPLOAD, chunks(body, size), form, limits)

    async def rows(self, data: bytes | str, form: UploadForm = JSONL, size: int = 50_000) -> list[Row]:
        received = await self(data, form, size=size)
        return get_births(self.store, UPLOAD, 0, received.rows)

    async def refusal(self, data: bytes | str, form: UploadForm = JSONL, limits: UploadLimits = LIMITS) -> UploadError:
        with pytest.raises(UploadError) as caught:
            await self(data, form, limits)
        assert self.store.parts(UPLOAD) == []
        assert caught.value.remedy
        return caught.value

    async def problem(self, data: bytes | str, form: UploadForm = JSONL) -> LineProblem:
        (problem,) = (await self.refusal(data, form)).problems
        return problem


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path)


def lines(*births: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(birth)}\n" for birth in births)


# ── what is understood ──


async def test_JSON_lines_have_every_field_of_BirthInput(uploads: Uploads) -> None:
    sent = lines(
        BIRTH,
        BIRTH | {"ref": 17, "altitude": 14, "zone": {"name": "Asia/Kolkata"}, "disambiguation": "LATER"},
        BIRTH | {"ref": "a", "zone": {"offset": "+05:30"}},
        BIRTH | {"zone": {"offsetHours": 5.5}, "time": "05:45:10.5", "ref": None},
        BIRTH | {"zone": {"solar": "LOCAL_MEAN_TIME"}, "latitude": -90},
        BIRTH | {"zone": None, "disambiguation": None},
    )
    assert await uploads.rows(sent) == [
        ROW,
        BirthRow("17", "1990-03-15", "05:45", 19.07, 72.88, 14.0, ZoneRequest("Asia/Kolkata"), Disambiguation.LATER),
        BirthRow("a", "1990-03-15", "05:45", 19.07, 72.88, zone=ZoneRequest(offset="+05:30")),
        BirthRow(None, "1990-03-15", "05:45:10.5", 19.07, 72.88, zone=ZoneRequest(offset_hours=5.5)),
        BirthRow(None, "1990-03-15", "05:45", -90.0, 72.88, zone=ZoneRequest(solar=SolarTime.LOCAL_MEAN_TIME)),
        ROW,
    ]


async def test_a_table_of_Astro_Engine_is_understood_and_drops_the_name(uploads: Uploads) -> None:
    sent = (
        "user_name,birth_date,birth_time,latitude,longitude,timezone_offset\n"
        '"Doe, ""J.""",1990-03-15,05:45,19.07,72.88,5.5\n'
    )
    assert await uploads.rows(sent, CSV) == [INDIA]
    assert b"Doe" not in uploads.store.get(UPLOAD, "in/0")


@pytest.mark.parametrize("name", [name for column, names in NAMES.items() for name in names if column is Column.DATE])
async def test_a_column_has_several_names_in_any_spelling(uploads: Uploads, name: str) -> None:
    for spelt in (name, name.upper(), name.replace("_", " ").title(), f' "{name}" '.strip()):
        assert await uploads.rows(f"{spelt};TIME;Lat;LON\n1990-03-15;05:45;19.07;72.88\n", CSV) == [ROW]


@pytest.mark.parametrize(
    ("column", "cell", "zone"),
    [
        ("zone", "Asia/Kolkata", ZoneRequest("Asia/Kolkata")),
        ("timezone", "+05:30", ZoneRequest(offset="+05:30")),
        ("tz", "z", ZoneRequest(offset="Z")),
        ("tzone", "-5.5", ZoneRequest(offset_hours=-5.5)),
        ("zone.name", "Asia/Kolkata", ZoneRequest("Asia/Kolkata")),
        ("zone.offset", "-00:25:21", ZoneRequest(offset="-00:25:21")),
        ("zone.offsetHours", "5", ZoneRequest(offset_hours=5.0)),
        ("zone.solar", "local_mean_time", ZoneRequest(solar=SolarTime.LOCAL_MEAN_TIME)),
        ("zone", "", None),
    ],
)
async def test_a_zone_is_read_by_its_column_or_its_form(
    uploads: Uploads, column: str, cell: str, zone: ZoneRequest | None
) -> None:
    (row,) = await uploads.rows(f"date\ttime\tlat\tlon\t{column}\n1990-03-15\t05:45\t19.07\t72.88\t{cell}\n", CSV)
    assert isinstance(row, BirthRow)
    assert row.zone == zone


@pytest.mark.parametrize(
    "text", [HEADER + CELLS * 2, (HEADER + CELLS * 2).replace("\n", "\r\n"), HEADER + CELLS + CELLS[:-1]]
)
async def test_marks_line_ends_and_empty_lines_do_not_matter(uploads: Uploads, text: str) -> None:
    for data in (text, "\ufeff" + text, text.replace("\n", "\n\n \n"), text.rstrip() + "\n,,,,\n"):
        assert await uploads.rows(data, CSV) == [INDIA, INDIA]


@given(size=st.integers(1, 40), coding=st.sampled_from(Coding))
@hypothesis_settings(max_examples=40, deadline=None)
def test_it_does_not_matter_how_the_bytes_are_cut(
    tmp_path_factory: pytest.TempPathFactory, size: int, coding: Coding
) -> None:
    uploads = Uploads(tmp_path_factory.getbasetemp() / "cut")
    text = ("\ufeff" + HEADER + CELLS * 30).encode()
    rows = asyncio.run(uploads.rows(CODERS[coding](text), UploadForm(Format.CSV, coding), size))
    assert rows == [INDIA] * 30


CODERS = {
    Coding.IDENTITY: bytes,
    Coding.GZIP: gzip.compress,
    Coding.ZSTD: zstandard.compress,
    Coding.BR: brotli.compress,
}
CODED = (Coding.GZIP, Coding.ZSTD, Coding.BR)


@pytest.mark.parametrize("coding", [Coding.GZIP, Coding.ZSTD])
async def test_frames_may_follow_one_another(uploads: Uploads, coding: Coding) -> None:
    data = b"".join(CODERS[coding](part.encode()) for part in (HEADER, CELLS, CELLS)) + bytes(20)
    assert await uploads.rows(data, UploadForm(Format.CSV, coding)) == [INDIA, INDIA]


async def test_slices_have_a_thousand_births_and_the_last_one_the_rest(uploads: Uploads) -> None:
    received = await uploads(lines(*({**BIRTH, "ref": str(index)} for index in range(2 * SLICE_ROWS + 7))))
    assert received._replace(digest="") == Received(2007, 0, (), "")
    assert sorted(part.name for part in uploads.store.parts(UPLOAD)) == ["in/0", "in/1", "in/2"]
    refs = [row.ref for row in get_births(uploads.store, UPLOAD, 0, 3000)]
    assert refs == [str(index) for index in range(2007)]


# ── what is refused ──


async def test_one_broken_line_in_a_hundred_thousand_is_found(uploads: Uploads) -> None:
    good = lines(BIRTH)
    sent = good * 49_999 + good.replace("19.07", "95.5") + good * 50_000
    error = await uploads.refusal(sent.encode())
    assert error.message == "1 of 100,000 lines cannot be used. Line 50,000: The latitude is 95.5."
    assert [(problem.line, problem.code, problem.path) for problem in error.problems] == [
        (50_000, "LATITUDE_INVALID", ("latitude",))
    ]


async def test_a_large_upload_is_never_held(uploads: Uploads) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(150):
            yield lines(BIRTH).encode() * 100

    tracemalloc.start()
    received = await receive(uploads.store, UPLOAD, body(), JSONL, LIMITS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert received.rows == 15_000
    assert peak < 1_500_000  # the rows alone would be five million


async def test_a_hundred_problems_are_told_and_all_are_counted(uploads: Uploads) -> None:
    error = await uploads.refusal(lines(BIRTH) + "{\n" * 250)
    assert (error.code, len(error.problems), error.total) == ("UPLOAD_REFUSED", TOLD_MAX, 250)
    assert "250 of 251 lines" in error.message


async def test_broken_lines_become_failed_ones_where_the_client_says_so(uploads: Uploads) -> None:
    sent = lines(BIRTH, BIRTH | {"ref": "r", "date": "1990-02-30"}) + "{\n" + lines(BIRTH)
    form = UploadForm(Format.JSONL, on_error=OnError.SKIP)
    received = await uploads(sent, form)
    assert (received.rows, received.failed, [problem.line for problem in received.problems]) == (4, 2, [2, 3])
    day, broken = get_births(uploads.store, UPLOAD, 1, 2)
    assert day == FailedRow(
        "r", "DATE_INVALID", "Line 2: There is no 1990-02-30.", "Send a day that exists.", ("date",)
    )
    assert isinstance(broken, FailedRow)
    assert (broken.ref, broken.code) == (None, "LINE_INVALID")


@pytest.mark.parametrize(
    ("line", "code", "path", "said"),
    [
        ("{", "LINE_INVALID", (), "no JSON"),
        ("[1]", "FIELD_INVALID", (), "Expected `object`"),
        ("[" * 9000, "FIELD_INVALID", (), "Expected `object`"),
        ('{"ref":"\\ud800"}', "LINE_INVALID", (), "no JSON"),
        (lines(BIRTH | {"lattitude": 1}), "FIELD_INVALID", (), "Did you mean latitude?"),
        (lines(BIRTH | {"birth_date": "x"}), "FIELD_INVALID", (), "Did you mean date?"),
        (lines(BIRTH | {"zone": {"nam": "x"}}), "FIELD_INVALID", ("zone",), "Did you mean name?"),
        (lines(BIRTH | {"zone": {"name": "a", "offset": "b"}}), "FIELD_INVALID", ("zone",), "said in 2 ways"),
        (lines(BIRTH | {"zone": {"name": "a" * 65}}), "FIELD_INVALID", ("zone",), "over 64"),
        (lines(BIRTH | {"zone": {"solar": "NOON"}}), "FIELD_INVALID", ("zone", "solar"), "LOCAL_MEAN_TIME"),
        (lines(BIRTH | {"disambiguation": "NOW"}), "FIELD_INVALID", ("disambiguation",), "EARLIER"),
        (lines(BIRTH | {"latitude": "19"}), "FIELD_INVALID", ("latitude",), "without quotes"),
        (lines(BIRTH | {"ref": "r" * 201}), "FIELD_INVALID", ("ref",), "over 200"),
        ('{"date":"1990-03-15"}', "FIELD_INVALID", (), "missing required field"),
        (lines(BIRTH | {"longitude": 181}), "LONGITUDE_INVALID", ("longitude",), "181"),
        (lines(BIRTH | {"altitude": 1e9}), "ALTITUDE_INVALID", ("altitude",), "metres"),
        (lines(BIRTH | {"time": "5:45"}), "TIME_INVALID", ("time",), "two digits"),
        (lines(BIRTH | {"date": "15/03/1990"}), "DATE_INVALID", ("date",), "year first"),
        (lines(BIRTH | {"date": "1700-01-01"}), "DATE_OUT_OF_RANGE", ("date",), "1800"),
        ("x" * (LINE_BYTES_MAX + 1), "LINE_TOO_LONG", (), "16,384 bytes"),
        ("x" * 90_000, "LINE_TOO_LONG", (), "16,384 bytes"),
        (b'{"date":"caf\xe9"}', "WRONG_ENCODING", (), "0xe9, is no UTF-8"),
        (b'{"date":"\x00"}', "WRONG_ENCODING", (), "zero byte"),
    ],
)  # fmt: skip
async def test_a_broken_line_of_JSON_is_told_with_its_number(
    uploads: Uploads, line: bytes | str, code: str, path: tuple[str, ...], said: str
) -> None:
    broken = line.encode() if isinstance(line, str) else line
    good = lines(BIRTH).encode()
    problem = await uploads.problem(good + b"\n" + broken.rstrip() + b"\n" + good)
    assert (problem.line, problem.code, problem.path) == (3, code, path)
    assert said in f"{problem.message} {problem.remedy}"


@pytest.mark.parametrize(
    ("line", "code", "path", "said"),
    [
        ("1990-03-15,05:45,19.07,72.88", "LINE_INVALID", (), "4 cells, the header 5"),
        ('"1990-03-15,05:45,19.07,72.88,5.5', "LINE_INVALID", (), "quotes"),
        ('"1990-03-15"x,05:45,19.07,72.88,5.5', "LINE_INVALID", (), "quotes"),
        ('1990-03-15,05:45,"19,07",72.88,5.5', "FIELD_INVALID", ("latitude",), "with a dot"),
        ("1990-03-15,05:45,19.07,72.88,IST", "FIELD_INVALID", ("zone", "offsetHours"), "'IST'"),
        ("1990-03-15,05:45,,72.88,5.5", "FIELD_INVALID", ("latitude",), "''"),
        ("1990-03-15,05:45,nan,72.88,5.5", "FIELD_INVALID", ("latitude",), "'nan'"),
        ("1990-03-15,05:45,1e999,72.88,5.5", "FIELD_INVALID", ("latitude",), "1e999"),
        ("15-03-1990,05:45,19.07,72.88,5.5", "DATE_INVALID", ("date",), "year first"),
        ("=cmd,05:45,19.07,72.88,5.5", "DATE_INVALID", ("date",), "YYYY-MM-DD"),
    ],
)  # fmt: skip
async def test_a_broken_line_of_a_table_is_told_with_its_number(
    uploads: Uploads, line: str, code: str, path: tuple[str, ...], said: str
) -> None:
    problem = await uploads.problem(f"{HEADER}{CELLS}{line}\n{CELLS}", CSV)
    assert (problem.line, problem.code) == (3, code if "1e999" not in line else "LATITUDE_INVALID")
    assert problem.path == path
    assert said in f"{problem.message} {problem.remedy}" or "1e999" in line


@pytest.mark.parametrize(
    ("header", "code", "said"),
    [
        ("date,time,latitude,longitude,lattitude", "COLUMN_UNKNOWN", "'lattitude' is unknown. Did you mean latitude?"),
        ("date,time,latitude,longitude,", "COLUMN_UNKNOWN", "'' is unknown"),
        ("date,time,latitude", "COLUMN_MISSING", "no column longitude. Name one longitude or lon."),
        ("date,time,lat,lon,birth_date", "LINE_INVALID", "Two columns mean date"),
        ('date,"time,lat,lon', "LINE_INVALID", "quotes"),
        ("1990-03-15,05:45,19.07,72.88,5.5", "COLUMN_UNKNOWN", "'1990-03-15' is unknown"),
        ("x" * 20_000, "LINE_TOO_LONG", "16,384"),
    ],
)  # fmt: skip
async def test_a_header_that_cannot_be_used_refuses_the_table(
    uploads: Uploads, header: str, code: str, said: str
) -> None:
    error = await uploads.refusal(f"{header}\n{CELLS * 3}", CSV)
    assert (error.code, error.problems[0].line) == (code, 1)
    assert said in f"{error.message} {error.remedy}"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ((HEADER + CELLS).encode("utf-16"), "UTF-16"),
        ((HEADER + CELLS).encode("utf-16-be"), "UTF-16"),
        ((HEADER + CELLS).encode("utf-32"), "UTF-16"),
        (gzip.compress(CELLS.encode(), mtime=0), "Content-Encoding: gzip"),
        (zstandard.compress(CELLS.encode()), "Content-Encoding: zstd"),
        (b"PK\x03\x04workbook", "workbook"),
    ],
)
async def test_another_kind_of_file_is_told_by_its_first_bytes(uploads: Uploads, data: bytes, said: str) -> None:
    error = await uploads.refusal(data, CSV)
    assert error.code == "WRONG_ENCODING"
    assert said in f"{error.message} {error.remedy}"


@pytest.mark.parametrize("coding", CODED)
async def test_a_coded_body_that_ends_too_soon_or_is_damaged_is_told(uploads: Uploads, coding: Coding) -> None:
    whole = CODERS[coding]((HEADER + CELLS * 500).encode())
    form = UploadForm(Format.CSV, coding)
    for cut in (0, 1, len(whole) // 2, len(whole) - 1):
        assert (await uploads.refusal(whole[:cut], form)).code == "TRUNCATED"
    for wrong in (b"plain text", whole + b"and more"):
        assert (await uploads.refusal(wrong, form)).code in {"CODING_DAMAGED", "TRUNCATED"}


@pytest.mark.parametrize("coding", CODED)
@pytest.mark.parametrize("text", [b"\n", b" ", CELLS.encode()])
async def test_a_body_that_unfolds_to_gigabytes_is_stopped_and_never_held(
    uploads: Uploads, coding: Coding, text: bytes
) -> None:
    bomb = CODERS[coding](text * (32_000_000 // len(text)))
    tracemalloc.start()
    error = await uploads.refusal(bomb, UploadForm(Format.JSONL, coding), UploadLimits(1000, 2_000_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.code in {"UPLOAD_TOO_LARGE", "LIST_TOO_LONG"}
    assert peak < 12_000_000  # the window of zstd and a block of it


async def test_too_many_births_and_none_are_told(uploads: Uploads) -> None:
    error = await uploads.refusal(lines(BIRTH) * 4, limits=UploadLimits(3, 10_000))
    assert (error.code, error.message) == ("LIST_TOO_LONG", "Line 4: the upload has more than 3 births.")
    for data, form in (("", JSONL), ("\n\n", JSONL), ("", CSV), (HEADER, CSV), ("\ufeff", CSV)):
        assert (await uploads.refusal(data, form)).code == "LIST_EMPTY"


@given(data=st.binary(max_size=300), coding=st.sampled_from(Coding), format_=st.sampled_from(Format))
@hypothesis_settings(max_examples=150, deadline=None)
def test_whatever_is_sent_is_a_birth_or_a_coded_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, coding: Coding, format_: Format
) -> None:
    uploads = Uploads(tmp_path_factory.getbasetemp() / "whatever")
    with pytest.raises(UploadError) as caught:
        asyncio.run(uploads(data, UploadForm(format_, coding)))
    assert caught.value.code.isupper()


# ── what goes wrong around it ──


async def test_a_client_that_goes_away_leaves_nothing_behind(uploads: Uploads) -> None:
    kept = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield lines(BIRTH).encode() * (3 * SLICE_ROWS)
        if uploads.store.parts(UPLOAD):
            kept.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(receive(uploads.store, UPLOAD, body(), JSONL, LIMITS))
    await asyncio.wait_for(kept.wait(), 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert uploads.store.parts(UPLOAD) == []


async def test_a_store_that_fails_is_told_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "bulk").write_text("no folder")
    with pytest.raises(StoreError):
        await Uploads(tmp_path / "bulk")(lines(BIRTH))


@pytest.mark.parametrize(
    ("headers", "form"),
    [
        (("application/jsonl",), JSONL),
        (("Application/X-NDJSON; charset=utf-8", "identity", "REFUSE"), JSONL),
        (("text/csv;header=present", "x-gzip", "skip"), UploadForm(Format.CSV, Coding.GZIP, OnError.SKIP)),
        (("text/csv", "zstd"), UploadForm(Format.CSV, Coding.ZSTD)),
    ],
)
def test_headers_say_how_an_upload_is_written(headers: tuple[str, ...], form: UploadForm) -> None:
    assert upload_form(*headers) == form


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        (("",), "FORMAT_UNSUPPORTED"),
        (("application/json",), "FORMAT_UNSUPPORTED"),
        (("text/csv; charset=ISO-8859-1",), "WRONG_ENCODING"),
        (("text/csv", "deflate"), "CODING_UNSUPPORTED"),
        (("text/csv", "gzip, br"), "CODING_UNSUPPORTED"),
        (("text/csv", "", "ignore"), "PARAMETER_INVALID"),
    ],
)
def test_headers_that_cannot_be_met_are_told(headers: tuple[str, ...], code: str) -> None:
    with pytest.raises(UploadError) as caught:
        upload_form(*headers)
    assert (caught.value.code, bool(caught.value.remedy)) == (code, True)
