"""How an upload is written: what its headers say of its format, its coding and what becomes of broken lines."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from jobs.uploads.problems import (
    CODING_UNSUPPORTED,
    FORMAT_UNSUPPORTED,
    PARAMETER_INVALID,
    WRONG_ENCODING,
    UploadError,
)


class Format(StrEnum):
    """Of the text."""

    JSONL = "jsonl"
    CSV = "csv"


class Coding(StrEnum):
    """Of the body."""

    IDENTITY = "identity"
    GZIP = "gzip"
    ZSTD = "zstd"
    BR = "br"


class OnError(StrEnum):
    """What becomes of an upload with lines that are no births: it is refused, or they become failed lines."""

    REFUSE = "refuse"
    SKIP = "skip"


class UploadForm(NamedTuple):
    """How an upload is to be read."""

    format: Format
    coding: Coding = Coding.IDENTITY
    on_error: OnError = OnError.REFUSE


FORMATS = {
    "application/jsonl": Format.JSONL,
    "application/x-ndjson": Format.JSONL,
    "application/ndjson": Format.JSONL,
    "application/x-jsonlines": Format.JSONL,
    "text/csv": Format.CSV,
    "application/csv": Format.CSV,
}
"""Content types; JSON lines have no registered one."""

CODINGS = {"": Coding.IDENTITY, "x-gzip": Coding.GZIP, **{coding.value: coding for coding in Coding}}


def upload_form(content_type: str, content_encoding: str = "", on_error: str = "") -> UploadForm:
    """How an upload is to be read, from its headers and the parameter `onError`.

    Raises:
        UploadError: FORMAT_UNSUPPORTED, CODING_UNSUPPORTED, WRONG_ENCODING, PARAMETER_INVALID.

    >>> upload_form("text/csv; charset=UTF-8", "gzip").coding
    <Coding.GZIP: 'gzip'>
    """
    type_, _, parameters = content_type.partition(";")
    found = FORMATS.get(type_.strip().lower())
    if found is None:
        raise UploadError(
            FORMAT_UNSUPPORTED,
            f"The Content-Type is {content_type[:80]!r}.",
            "Send JSON lines as application/jsonl, or CSV as text/csv.",
        )
    _check_charset(parameters)
    return UploadForm(found, _coding(content_encoding), _on_error(on_error))


def _check_charset(parameters: str) -> None:
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().lower().partition("=")
        if name == "charset" and value.strip('"') not in {"utf-8", "utf8", "us-ascii"}:
            raise UploadError(WRONG_ENCODING, f"The charset is {value[:40]!r}.", "Send the text in UTF-8.")


def _coding(text: str) -> Coding:
    coding = CODINGS.get(text.strip().lower())
    if coding is None:
        known = ", ".join(list(Coding)[1:])
        raise UploadError(
            CODING_UNSUPPORTED, f"The Content-Encoding is {text[:40]!r}.", f"Send one of {known}, or the plain text."
        )
    return coding


def _on_error(text: str) -> OnError:
    try:
        return OnError(text.strip().lower() or OnError.REFUSE)
    except ValueError:
        raise UploadError(PARAMETER_INVALID, f"onError is {text[:40]!r}.", "Send refuse or skip.") from None
