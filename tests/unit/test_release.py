"""The release: another code, table or version of data is another release."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from resolvers import release as module
from resolvers.release import release

VERSIONS = ("2.10.03", "2026f")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small copy of the rooms, which the release is made of while the test runs."""
    files = {
        "ephemeris/chart.py": "x = 1\n",
        "ephemeris/swiss.py": "y = 2\n",
        "resolvers/release.py": "",
        "resolvers/data/zones.json": "{}",
        "graph/locale/en.toml": "a = 1\n",
        "graph/types/chart.py": "",
        "jobs/actors.py": "",
        "runtime/logs.py": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(module, "__file__", str(tmp_path / "resolvers" / "release.py"))
    return tmp_path


def moved_boundary(root: Path) -> None:
    """The same bytes in the same order, divided otherwise over the files."""
    (root / "ephemeris/chart.py").write_text("x = 1\ny = 2\n")
    (root / "ephemeris/swiss.py").write_text("")


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "ephemeris/chart.py").write_text("x = 2\n"),
        lambda root: (root / "graph/locale/en.toml").write_text("a = 2\n"),
        lambda root: (root / "resolvers/data/zones.json").write_text("[]"),
        lambda root: (root / "ephemeris/new.py").write_text(""),
        lambda root: (root / "ephemeris/swiss.py").unlink(),
        lambda root: (root / "ephemeris/swiss.py").rename(root / "ephemeris/sweden.py"),
        moved_boundary,
    ],
    ids=["code", "table", "data", "new file", "file gone", "file renamed", "bytes moved"],
)
def test_another_file_is_another_release(root: Path, change: Callable[[Path], object]) -> None:
    before = release(VERSIONS)
    change(root)
    assert release(VERSIONS) != before


def test_what_no_answer_depends_on_changes_nothing(root: Path) -> None:
    before = release(VERSIONS)
    (root / "jobs/actors.py").write_text("x = 2\n")
    (root / "runtime/logs.py").write_text("x = 2\n")
    (root / "ephemeris/__pycache__").mkdir()
    (root / "ephemeris/__pycache__/chart.cpython-311.pyc").write_bytes(b"\0")
    (root / "README.md").write_text("new")
    (root / "ephemeris/chart.py").touch()
    assert release(VERSIONS) == before


@pytest.mark.parametrize("versions", [("2.10.04", "2026f"), ("2026f", "2.10.03"), ("2.10.03",), ("2.10.032026f",)])
def test_other_versions_of_data_are_another_release(root: Path, versions: tuple[str, ...]) -> None:
    assert release(versions) != release(VERSIONS)


def test_the_release_is_twelve_digits_and_the_same_each_time() -> None:
    assert re.fullmatch("[0-9a-f]{12}", release(VERSIONS))
    assert release(VERSIONS) == release(iter(VERSIONS))
