"""The house keeps what its papers say: README, lock, lint rules, decisions, changelog, wheel."""

import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS = tuple(PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
DECISIONS = ROOT / "docs" / "decisions"


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))


def rules_switched_off() -> Iterator[str]:
    """Each line of a list of lint rules that are off, for all files or some."""
    lint = read("pyproject.toml").partition("[tool.ruff.lint]")[2].partition("[tool.ruff.lint.flake8-tidy-imports]")[0]
    return (line.strip() for line in lint.splitlines() if line.startswith("    "))


def our_files() -> Iterator[Path]:
    """The text files of the project, without what `make` or npm put there."""
    made = {".git", "node_modules", "__pycache__", "dist"}
    for top in ROOT.iterdir():
        if top.name in made or (top.is_dir() and top.name.startswith(".") and top.name != ".ci"):
            continue
        for path in top.rglob("*") if top.is_dir() else [top]:
            if path.is_file() and not made & set(path.parts):
                yield path


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_command_a_page_names_is_a_make_target(page: str) -> None:
    named = re.findall(r"(?:^|`)make ([a-z-]+)", read(page), re.MULTILINE)
    assert named
    assert set(named) <= make_targets()


def test_the_test_command_of_the_readme_is_where_ci_looks_for_it() -> None:
    assert re.search(r"<!-- test command -->\n```sh\nmake test\n```\n", read("README.md"))


def test_the_lock_holds_versions_and_hashes_and_no_addresses() -> None:
    lock = read("requirements.lock")
    assert not re.search(r"://|index-url|find-links| @ ", lock)
    requirements = re.split(r"\n(?=[a-z])", lock.partition("\n")[2])[1:]
    assert [text.split()[0] for text in requirements if "--hash=sha256:" not in text] == []


def test_the_lock_holds_every_dependency_of_pyproject() -> None:
    wanted = [*PYPROJECT["project"]["dependencies"], *PYPROJECT["dependency-groups"]["dev"]]
    locked = set(re.findall(r"^([a-z0-9-]+)==", read("requirements.lock"), re.MULTILINE))
    assert {re.split(r"[^a-z0-9-]", name)[0] for name in wanted} <= locked


def test_every_lint_rule_that_is_off_says_why() -> None:
    rules = list(rules_switched_off())
    assert rules
    assert [rule for rule in rules if not re.fullmatch(r'"[A-Z]+\d*",\s+# .{4,}', rule)] == []


def test_every_decision_is_in_the_index_and_the_index_names_no_other() -> None:
    linked = re.findall(r"\]\((\d{4}-[a-z0-9-]+\.md)\)", read("docs/decisions/README.md"))
    assert sorted(linked) == sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))


def test_the_changelog_opens_with_the_version_of_pyproject() -> None:
    newest = re.search(r"^## (\S+)", read("CHANGELOG.md"), re.MULTILINE)
    assert newest
    assert newest[1] == PYPROJECT["project"]["version"]


def test_no_file_names_a_folder_of_this_machine() -> None:
    here = {f"{ROOT.parent}/", f"{Path.home()}/"} - {"//", f"{tempfile.gettempdir()}/"}
    patterns = [text.encode() for text in here]
    assert [path for path in our_files() if any(text in path.read_bytes() for text in patterns)] == []


def test_the_wheel_holds_the_rooms_and_their_data(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    ours = {path.relative_to(ROOT).as_posix() for path in our_files()}
    assert {path for path in ours if path.startswith(tuple(f"{room}/" for room in ROOMS))} <= held
    assert {name.partition("/")[0] for name in held if "dist-info" not in name} <= set(ROOMS)
