"""The source of what runs, as the AGPL asks of a service on a network: the rooms as they were installed, in one archive."""

from __future__ import annotations

import gzip
import io
import tarfile
from functools import cache
from pathlib import Path

SOURCE_PATH = "/source.tar.gz"
_ROOMS = ("ephemeris", "graph", "jobs", "resolvers", "runtime")


@cache
def source_archive() -> bytes:
    """A gzipped tar of every file of the five rooms; the same bytes for the same files."""
    root = Path(__file__).resolve().parent.parent
    files = sorted(path for room in _ROOMS for path in (root / room).rglob("*") if _is_source(path))
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for path in files:
            entry = tarfile.TarInfo(f"grahaql/{path.relative_to(root).as_posix()}")
            entry.size = path.stat().st_size
            with path.open("rb") as content:
                archive.addfile(entry, content)
    return gzip.compress(plain.getvalue(), mtime=0)


def _is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts
