"""`grahaql chart` prints the numbers that GraphQL answers, on eighty columns, and refuses wrong words."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from typing import Any

import pytest
from rich.cells import cell_len

from graph.cli import main
from tests.served import MUMBAI, data

WORDS = ("1990-03-15", "10:30", "19.076", "72.878")
SYDNEY = ("1998-09-01", "03:45", "-33.8688", "151.2093")
TROMSO = ("1990-06-21", "12:00", "69.65", "18.96")
LANGUAGES = ("EN", "SA_LATN", "SA", "HI", "MR", "GU", "BN", "TA", "TE", "KN", "ML")

CHART = """
query ($birth: BirthInput!, $settings: SettingsInput, $division: Int!) {
  chart(birth: $birth, settings: $settings) {
    moment { local utc }
    ayanamsha { text }
    lagna { text(format: SIGN_DMS) nakshatraName pada rashiNumber }
    grahas {
      name text(format: SIGN_DMS) nakshatraName pada bhava chalitBhava speed retrograde combustion { combust }
      inVarga(division: $division) { rashiNumber }
    }
    varga(division: $division) { lagna { rashiNumber } name }
  }
}
"""
SHORT = ("Ar", "Ta", "Ge", "Cn", "Le", "Vi", "Li", "Sc", "Sg", "Cp", "Aq", "Pi")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The exit code of `grahaql chart` with these words, and what it printed to either side."""
    with pytest.raises(SystemExit) as ended:
        main(["chart", *words])
    printed = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, printed.out, printed.err


@pytest.fixture(autouse=True)
def _eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")


def expected_row(graha: dict[str, Any]) -> list[str]:
    """A graha's row, as words."""
    marks = ("℞" if graha["retrograde"] else "") + ("☉" if (graha["combustion"] or {}).get("combust") else "")
    return " ".join([
        graha["name"], marks, graha["text"], graha["nakshatraName"], str(graha["pada"]), str(graha["bhava"]),
        "–" if graha["chalitBhava"] is None else str(graha["chalitBhava"]), f"{graha['speed']:+.3f}",
    ]).split()  # fmt: skip


@pytest.mark.parametrize("preset", ["DEFAULT", "JAGANNATHA_HORA_8", "ASTROLOGY_API", "PROKERALA", "KP"])
def test_the_page_has_the_numbers_that_GraphQL_answers(capsys: pytest.CaptureFixture[str], preset: str) -> None:
    code, page, _ = run(capsys, *WORDS, "--zone", "Asia/Kolkata", "--preset", preset, "--varga", "10")
    variables = {"birth": MUMBAI, "settings": {"preset": preset}, "division": 10}
    chart = asyncio.run(data(CHART, variables))["chart"]
    rows = [line.split() for line in page.splitlines()]
    assert code == 0
    for graha in chart["grahas"]:
        row = next(row for row in rows if row[: len(graha["name"].split())] == graha["name"].split())
        expected = expected_row(graha)
        assert row[: len(expected)] == expected
        assert row[-1] == SHORT[graha["inVarga"]["rashiNumber"] - 1]
    lagna = chart["lagna"]
    first = next(row for row in rows if row[:1] == ["Lagna"])
    assert first[1:-1] == f"{lagna['text']} {lagna['nakshatraName']} {lagna['pada']}".split()
    assert chart["ayanamsha"]["text"] in page
    assert "1990-03-15 10:30:00 +05:30 (Asia/Kolkata), 19.076° N 72.878° E" in page
    assert f"D10 {chart['varga']['name']}" in page


def test_the_lagna_is_marked_in_both_squares(capsys: pytest.CaptureFixture[str]) -> None:
    _, page, _ = run(capsys, *WORDS)
    chart = asyncio.run(data(CHART, {"birth": MUMBAI, "settings": None, "division": 9}))["chart"]
    signs = [chart["lagna"]["rashiNumber"], chart["varga"]["lagna"]["rashiNumber"]]
    assert sorted(re.findall(r"↑ (\w\w)", page)) == sorted(SHORT[number - 1] for number in signs)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("birth", [WORDS, SYDNEY, TROMSO], ids=["mumbai", "sydney", "tromso"])
def test_no_line_is_wider_than_eighty_columns(
    capsys: pytest.CaptureFixture[str], birth: tuple[str, ...], language: str
) -> None:
    code, page, said = run(capsys, *birth, "--language", language)
    assert (code, said) == (0, "")
    assert [line for line in page.splitlines() if cell_len(line) > 80] == []
    assert "…" not in page
    assert unicodedata.is_normalized("NFC", page)


def test_beyond_the_polar_circle_the_chalit_of_Placidus_is_a_dash(capsys: pytest.CaptureFixture[str]) -> None:
    code, page, _ = run(capsys, *TROMSO, "--preset", "KP")
    assert code == 0
    assert len(re.findall(r" – ", page)) == 9


@pytest.mark.parametrize("zone", ["+05:30", "-03:30", "Z", "Asia/Kolkata"])
def test_a_zone_is_an_offset_or_a_name(capsys: pytest.CaptureFixture[str], zone: str) -> None:
    code, page, _ = run(capsys, *WORDS, f"--zone={zone}")
    assert code == 0
    assert (f"({zone})" if "/" in zone else "(fixed offset)") in page


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("1990-02-30", "10:30", "19", "72"), "There is no 1990-02-30. Send a day that exists."),
        (("1500-01-01", "10:30", "19", "72"), "1800"),
        (("1990-03-15", "25:00", "19", "72"), "25:00"),
        (("1990-03-15", "10:30", "91", "72"), "The latitude is 91.0. Send a number of -90 to 90"),
        (("1990-03-15", "10:30", "nan", "72"), "The latitude is nan"),
        (("1990-03-15", "10:30", "19", "inf"), "The longitude is inf"),
        (("1990-03-15", "10:30", "0", "0"), "Send a zone"),
        ((*WORDS, "--zone", "Asia/Bombay"), "Asia/Bombay"),
        ((*WORDS, "--zone", "+40:00"), "+40:00"),
        ((*WORDS, "--zone", ""), "offset"),
        ((*WORDS, "--varga", "301"), "There is no division 301. Send a division of 1 to 300."),
        ((*WORDS, "--language", "FR"), "There is no language 'FR'. Say one of EN, "),
        ((*WORDS, "--preset", "LAHIRI"), "There is no preset 'LAHIRI'. Say one of DEFAULT, "),
        (("1945-10-14", "23:30", "22.57", "88.36"), "twice"),
        (("x" * 10_000, "10:30", "19", "72"), "The date is"),
    ],
)
def test_a_wrong_word_is_told_with_its_remedy(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    code, page, said = run(capsys, *words)
    assert (code, page) == (2, "")
    assert said.startswith("grahaql: ")
    assert told in said
    assert len(said) < 1000
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "words", [(), ("1990-03-15",), (*WORDS, "--varga", "nine"), ("1990-03-15", "10:30", "x", "72")]
)
def test_words_that_are_missing_or_no_numbers_show_the_usage(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    code, page, said = run(capsys, *words)
    assert (code, page) == (2, "")
    assert said.startswith("usage: grahaql chart")
