"""What can be wrong, as one tree.

ChartError                 a code, the value in words, what to do, and where
├── InputError             what was sent cannot be used
│   └── LocalTimeError     a clock showed the time twice or never
├── HousesUndefinedError   the sky has no answer at that place
└── EphemerisError         the Swiss Ephemeris cannot be trusted
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ephemeris.words import ErrorCode

if TYPE_CHECKING:
    from ephemeris.moments import Candidate

Path = tuple[str | int, ...]


class ChartError(Exception):
    """Base of all: every error says what the value was, what to do about it, and which argument it stood in.

    >>> raise InputError(ErrorCode.DATE_INVALID, "There is no 2023-02-30.", "Send a day that exists.", ("date",))
    Traceback (most recent call last):
    ephemeris.errors.InputError: There is no 2023-02-30.
    """

    code: ErrorCode
    message: str
    remedy: str
    path: Path

    def __init__(self, code: ErrorCode, message: str, remedy: str, path: Path = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.path = path

    def under(self, *prefix: str | int) -> ChartError:
        """The same error with *prefix* before its path: the caller knows in which argument the value stood."""
        self.path = (*prefix, *self.path)
        return self


class InputError(ChartError):
    """Raised when what was sent cannot be used: the value, the remedy and the argument are named."""


class LocalTimeError(InputError):
    """Raised when a clock showed the time twice (a fold) or never (a gap); carries both readings, the earlier first."""

    candidates: tuple[Candidate, ...]

    def __init__(
        self, code: ErrorCode, message: str, remedy: str, path: Path, candidates: tuple[Candidate, ...]
    ) -> None:
        super().__init__(code, message, remedy, path)
        self.candidates = candidates


class HousesUndefinedError(ChartError):
    """Raised when a house system has no cusps at a latitude: Placidus and Koch beyond the polar circles."""


class EphemerisError(ChartError):
    """Raised when the ephemeris files are missing, corrupted or refuse an instant, or when a forked process asks."""
