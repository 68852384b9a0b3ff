"""The source of what runs, as the AGPL asks of a service on a network: the rooms and their papers, in one archive."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import files
from pathlib import Path

SOURCE_PATH = "/source.tar.gz"
_ROOMS = ("ephemeris", "graph", "jobs", "resolvers", "runtime")
_PAPERS = ("README.md", "pyproject.toml", "requirements.lock", "Makefile", "schema.graphql")
"""What builds and explains the rooms; beside them in a checkout, absent where a wheel was installed."""


@cache
def source_archive() -> bytes:
    """A gzipped tar of every file of the five rooms, the licence and the notice; the same bytes for the same files."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for name, path in sorted(_members()):
            entry = tarfile.TarInfo(f"grahaql/{name}")
            entry.size = path.stat().st_size
            with path.open("rb") as content:
                archive.addfile(entry, content)
    return gzip.compress(plain.getvalue(), compresslevel=6, mtime=0)


def _members() -> Iterator[tuple[str, Path]]:
    root = Path(__file__).resolve().parent.parent
    papers = [root / name for name in _PAPERS if (root / name).is_file()]
    rooms = [path for room in _ROOMS for path in (root / room).rglob("*") if _is_source(path)]
    yield from ((path.relative_to(root).as_posix(), path) for path in (*papers, *rooms))
    licences = [Path(str(file.locate())) for file in files("grahaql") or () if file.parent.name == "licenses"]
    yield from ((path.name, path) for path in licences)


_COPIES = frozenset({".gz", ".br"})
"""Precompressed copies of files that are in the archive themselves."""


def _is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts and path.suffix not in _COPIES
