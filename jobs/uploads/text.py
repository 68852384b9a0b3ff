"""Lines of a text that comes in pieces, each with its number, and what shows that it is no UTF-8 text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from jobs.uploads.problems import LINE_TOO_LONG, LIST_TOO_LONG, WRONG_ENCODING, LineError, UploadError, at_line

LINE_BYTES_MAX = 16_384
"""A birth has some hundred bytes."""

_UTF8_MARK = b"\xef\xbb\xbf"
_MARKS = (
    (b"\xff\xfe", WRONG_ENCODING, "The text is in UTF-16.", "Save it as UTF-8; Excel calls it “CSV UTF-8”."),
    (b"\xfe\xff", WRONG_ENCODING, "The text is in UTF-16.", "Save it as UTF-8; Excel calls it “CSV UTF-8”."),
    (b"\x1f\x8b", WRONG_ENCODING, "The body is gzip data.", "Send Content-Encoding: gzip with it."),
    (b"\x28\xb5\x2f\xfd", WRONG_ENCODING, "The body is zstd data.", "Send Content-Encoding: zstd with it."),
    (b"PK\x03\x04", WRONG_ENCODING, "The body is a ZIP file or a workbook.", "Save the sheet as CSV in UTF-8."),
)
"""What other files begin with, and what to do about each."""


class TextLine(NamedTuple):
    """A line without its end, or why it is none."""

    number: int
    text: str
    error: LineError | None = None

    def readable(self) -> str:
        """The text. Raises: LineError: there is none."""
        if self.error:
            raise self.error
        return self.text


class Lines:
    """Cuts pieces of text into lines; holds one unfinished line at most, and no more of it than a line may have.

    Args:
        lines_max: of the text, empty ones included: they cost time too.
    """

    def __init__(self, lines_max: int) -> None:
        self._lines_max = lines_max
        self._number = 0
        self._held = b""
        self._too_long = False
        self._begun = False

    def add(self, piece: bytes) -> Iterator[TextLine]:
        """The lines that *piece* ends.

        Raises:
            UploadError: WRONG_ENCODING, for a text that is not UTF-8 from its beginning; LIST_TOO_LONG.
        """
        data = self._held + piece
        if not self._begun:
            if len(data) < 4:
                self._held = data
                return
            data = self._opened(data)
        *ended, self._held = data.split(b"\n")
        if self._number + len(ended) > self._lines_max:
            raise UploadError(LIST_TOO_LONG, f"The text has over {self._lines_max:,} lines.", "Leave empty lines out.")
        for line in ended:
            yield from self._line(line)
        if len(self._held) > LINE_BYTES_MAX:
            self._held, self._too_long = b"", True

    def finish(self) -> Iterator[TextLine]:
        """The last line, where it has no end. Raises: UploadError."""
        data = self._held if self._begun else self._opened(self._held)
        self._held = b""
        if data or self._too_long:
            yield from self._line(data)

    def _opened(self, data: bytes) -> bytes:
        self._begun = True
        for mark, code, message, remedy in _MARKS:
            if data.startswith(mark):
                raise UploadError(code, message, remedy)
        if b"\0" in data[:4]:
            raise UploadError(WRONG_ENCODING, "The text looks like UTF-16 or UTF-32.", "Save it as UTF-8.")
        return data.removeprefix(_UTF8_MARK)

    def _line(self, data: bytes) -> Iterator[TextLine]:
        self._number += 1
        data = data.removesuffix(b"\r")
        if self._too_long or len(data) > LINE_BYTES_MAX:
            self._too_long = False
            yield TextLine(self._number, "", _too_long(self._number))
        elif data.strip():
            yield _decoded(self._number, data)


def _too_long(number: int) -> LineError:
    remedy = "Write one birth a line, each line ended by a line feed."
    return at_line(number, LINE_TOO_LONG, f"The line is longer than {LINE_BYTES_MAX:,} bytes.", remedy)


def _decoded(number: int, data: bytes) -> TextLine:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        message = f"Byte {error.start + 1} of the line, 0x{data[error.start]:02x}, is no UTF-8."
        return TextLine(number, "", at_line(number, WRONG_ENCODING, message, "Save the text as UTF-8."))
    if "\0" in text:
        return TextLine(
            number, "", at_line(number, WRONG_ENCODING, "The line has a zero byte.", "Save the text as UTF-8.")
        )
    return TextLine(number, text)
