"""Content codings: which one a client and a body are worth, and the coded body."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable

from graph.http import remembering, wishes

IDENTITY = "identity"
SMALLEST_CODED = 1024
"""Bytes below which coding costs more than it saves: the answer fits a packet either way."""


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=6, mtime=0)


def _brotli(body: bytes) -> bytes:
    import brotli  # noqa: PLC0415  only where a client asks for it

    coded: bytes = brotli.compress(body, quality=5)
    return coded


def _zstd(body: bytes) -> bytes:
    import zstandard  # noqa: PLC0415  only where a client asks for it

    coded: bytes = zstandard.compress(body, 6)
    return coded


CODERS: dict[str, Callable[[bytes], bytes]] = {"br": _brotli, "zstd": _zstd, "gzip": _gzip}
"""Codings offered, the best for JSON of this kind first."""


@remembering
def chosen_coding(accept_encoding: str) -> str:
    """The coding a client accepts most gladly, ours first among equals.

    >>> chosen_coding("gzip, deflate, br"), chosen_coding(""), chosen_coding("br;q=0, gzip")
    ('br', 'identity', 'gzip')
    """
    return best_coding(accept_encoding, CODERS)


def best_coding(accept_encoding: str, offered: Iterable[str]) -> str:
    """The one of some codings that a client accepts most gladly, the first among equals; identity where it wants none.

    >>> best_coding("gzip, br", ["zstd", "gzip"])
    'gzip'
    """
    wanted = dict(wishes(accept_encoding))
    rest = wanted.get("*", 0.0)
    qualities = [(wanted.get(coding, rest), coding) for coding in offered]
    best = max(quality for quality, _ in qualities)
    return next(coding for quality, coding in qualities if quality == best) if best > 0 else IDENTITY


def coded(body: bytes, coding: str) -> bytes:
    """The body in a coding.

    >>> coded(b"{}", "identity")
    b'{}'
    """
    return CODERS[coding](body) if coding in CODERS else body
