"""The release: a digest of everything that an answer depends on beside the question."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

_ROOMS = ("ephemeris", "resolvers", "graph")
_KINDS = frozenset({".py", ".toml", ".json"})
_DIGEST_BYTES = 6


def release(versions: Iterable[str]) -> str:
    """Twelve hexadecimal digits of the code, its tables and the versions of the data it reads.

    Args:
        versions: of the Swiss Ephemeris, its files, the zone database and the look-up of zones.

    >>> len(release(["2.10.03"]))
    12
    """
    digest = blake2b(digest_size=_DIGEST_BYTES)
    for version in versions:
        digest.update(version.encode() + b"\0")
    root = Path(__file__).resolve().parent.parent
    for path in sorted(path for room in _ROOMS for path in (root / room).rglob("*") if path.suffix in _KINDS):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
