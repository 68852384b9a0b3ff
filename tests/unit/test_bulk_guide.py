"""The guide of bulk operations says what the code does: its tables are compared, its examples executed."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jobs.births import get_births
from jobs.exports import columns as export_columns
from jobs.exports.forms import MEDIA_TYPES
from jobs.folder_store import FolderStore
from jobs.uploads import forms, problems
from jobs.uploads.columns import NAMES
from jobs.uploads.forms import Format, UploadForm
from jobs.uploads.receive import UploadLimits, receive
from jobs.uploads.text import LINE_BYTES_MAX
from jobs.webhooks.signing import WINDOW_SECONDS, signature
from jobs.webhooks.webhook import PAUSES

GUIDE = (Path(__file__).parents[2] / "docs" / "bulk.md").read_text(encoding="utf-8")


def rows(header: str) -> list[list[str]]:
    """The cells of the table whose header begins so."""
    lines = GUIDE[GUIDE.index(f"| {header} |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def named(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def example(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_table_of_columns_has_every_name_that_is_understood() -> None:
    told = {(*named(column), *named(others)) for column, others, _ in rows("Column")}
    assert told == set(NAMES.values())


def test_the_tables_of_types_have_every_type() -> None:
    told = {name: kind for names, kind in rows("Content-Type") for name in named(names)}
    assert set(told) == set(forms.FORMATS)
    assert {name for name, kind in told.items() if kind.startswith("CSV")} == {
        name for name, format in forms.FORMATS.items() if format is Format.CSV
    }
    assert [named(row[1])[0] for row in rows("Format | Media type")] == list(MEDIA_TYPES.values())


def test_the_table_of_codes_has_every_code_of_uploads() -> None:
    codes = {value for name, value in vars(problems).items() if name.isupper() and isinstance(value, str)}
    assert codes <= {code for row in rows("Code") for code in named(row[0])}


def test_the_numbers_of_the_guide_are_those_of_the_code() -> None:
    assert f"over {LINE_BYTES_MAX:,} bytes" in GUIDE
    assert f"over {export_columns.COLUMNS_MAX:,} of them" in GUIDE
    assert f"`{export_columns.COLUMNS_TOO_MANY}`" in GUIDE
    assert PAUSES == (5, 30, 120, 600, 1800)
    assert WINDOW_SECONDS == 300


@pytest.mark.parametrize(("language", "format"), [("jsonl", Format.JSONL), ("csv", Format.CSV)])
def test_the_examples_of_uploads_are_births(tmp_path: Path, language: str, format: Format) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield example(language).encode()

    store = FolderStore(tmp_path)
    received = asyncio.run(receive(store, "the_guide", body(), UploadForm(format), UploadLimits(10, 10_000)))
    assert received.failed == 0
    assert len(get_births(store, "the_guide", 0, 10)) == received.rows > 0


def test_the_example_of_a_receiver_verifies_what_is_sent_and_nothing_else() -> None:
    receiver: dict[str, Any] = {}
    exec(example("python"), receiver)
    key, body, now = bytes(range(32)), b'{"state":"COMPLETED"}', int(time.time())
    is_genuine = receiver["is_genuine"]
    assert is_genuine(key, signature([bytes(32), key], now, body), body)
    assert not is_genuine(key, signature([bytes(32)], now, body), body)
    assert not is_genuine(key, signature([key], now, body), body + b" ")
    assert not is_genuine(key, signature([key], now - WINDOW_SECONDS - 5, body), body)
