"""The URL of the store of bulk operations: a folder, a Redis-compatible server, or a bucket."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from runtime import values

RANGE = "file:///folder, redis: (the jobs server), redis://…, s3://bucket/prefix?endpoint=…&region=…"
JOBS_SERVER = "redis:"
"""The jobs server itself, whose URL is that of JOBS_URL."""

_OPTIONS = ("endpoint", "region")


def store_url(text: str) -> str:
    """The URL, checked for what can be checked without connecting.

    >>> store_url("s3://births/grahaql?endpoint=https://minio.internal:9000")
    's3://births/grahaql?endpoint=https://minio.internal:9000'
    """
    url = text.strip()
    if url == JOBS_SERVER:
        return url
    parts = _split(url)
    if parts.scheme in values.REDIS_SCHEMES:
        return values.redis_url(url)
    check = {"file": _check_file, "s3": _check_bucket}.get(parts.scheme)
    if check is None:
        raise ValueError(f"Write one of {RANGE}.")
    check(parts)
    return url


def folder_of(url: str) -> str:
    """The path that a file: URL names.

    >>> folder_of("file:///srv/bulk%20data")
    '/srv/bulk data'
    """
    return unquote(urlsplit(url).path)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise ValueError(f"Write one of {RANGE}.") from None


def _check_file(parts: SplitResult) -> None:
    if parts.netloc or parts.query or len(parts.path) < 2 or not parts.path.startswith("/"):
        raise ValueError("Write the folder's whole path, as in file:///srv/grahaql/bulk.")


def _check_bucket(parts: SplitResult) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", parts.netloc):
        raise ValueError("Write a bucket's name after s3://, as in s3://births/grahaql; keys go into AWS_ variables.")
    options = parse_qs(parts.query, keep_blank_values=True)
    unknown = [name for name in options if name not in _OPTIONS]
    if unknown:
        raise ValueError(f"Write only endpoint and region after the ?, not {unknown[0]}.")
    if not re.match(r"https?://[^/?@]+/?$", options.get("endpoint", ["https://default"])[0]):
        raise ValueError("Write the endpoint as https://host:port, with http:// inside a trusted network only.")
