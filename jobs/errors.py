"""What can go wrong with a bulk operation, as one tree.

BulkError                 a code, what was found, and what to do
├── StoreError            parts cannot be kept or read now
│   ├── StoreFullError    there is no room
│   └── MissingPart       there is no part of that name
└── DamagedPart           a part is there and cannot be trusted
"""

from __future__ import annotations

STORE_UNAVAILABLE = "STORE_UNAVAILABLE"
STORE_FULL = "STORE_FULL"
PART_MISSING = "PART_MISSING"
PART_DAMAGED = "PART_DAMAGED"


class BulkError(Exception):
    """Base of all: every error has a stable code and says what was found and what to do.

    >>> raise MissingPart("There is no part out/0-250.")
    Traceback (most recent call last):
    jobs.errors.MissingPart: There is no part out/0-250.
    """

    code: str
    message: str
    remedy: str

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy


class StoreError(BulkError):
    """Raised when parts cannot be written, read or removed now: a later attempt may succeed."""

    def __init__(self, message: str, remedy: str, code: str = STORE_UNAVAILABLE) -> None:
        super().__init__(code, message, remedy)


class StoreFullError(StoreError):
    """Raised when the disk is full, or an operation is larger than its store takes: nothing of the part was kept."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message, remedy, STORE_FULL)


class MissingPart(StoreError):  # noqa: N818  a fact that callers act upon, not always a fault
    """Raised when an operation has no part of that name: it was not written yet, or was removed."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "It was not written yet, or it was removed.", PART_MISSING)


class DamagedPart(BulkError):  # noqa: N818  ditto
    """Raised when a part's bytes are not those that were written."""

    def __init__(self, message: str) -> None:
        super().__init__(PART_DAMAGED, message, "Run the operation again; check the disk that keeps it.")
