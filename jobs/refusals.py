"""What a client is told instead of an answer, each with a code and what to do.

BulkError (jobs/errors.py)
├── NotFoundError      no operation of that id, or another client's
├── CursorError        a cursor of something else
├── ConflictError      an idempotency key that was used for another payload
├── LimitError         too much at once, and when to come back
├── StateError         the operation is not where this can be done
├── InputError         nothing to do
└── RecordsDownError   the server of the records does not answer now
"""

from __future__ import annotations

from typing import Literal

from jobs.errors import BulkError
from jobs.states import State

_REMEDIES = {
    "operation": "Ask with the id that submitting answered; operations are removed when they expire.",
    "upload": "Send the uploadId that POST /bulk/births answered, within 23 hours; or upload the births again.",
}


class NotFoundError(BulkError):
    """Raised when there is no operation or upload of that id for this client: mistyped, removed, expired, or another's."""

    def __init__(self, id: str, kind: Literal["operation", "upload"] = "operation") -> None:
        super().__init__("NOT_FOUND", f"There is no bulk {kind} {id[:40]!r}.", _REMEDIES[kind])


class CursorError(BulkError):
    """Raised when a cursor was made for another operation, or not by this service."""

    def __init__(self, cursor: str) -> None:
        super().__init__(
            "CURSOR_INVALID",
            f"{cursor[:40]!r} is no cursor of this operation.",
            "Send a cursor that this operation answered, or none to begin at its beginning.",
        )


class ConflictError(BulkError):
    """Raised when the idempotency key belongs to an operation with other births, selection or settings."""

    def __init__(self, older: str) -> None:
        super().__init__(
            "IDEMPOTENCY_CONFLICT",
            f"This idempotency key was used for another payload, by the operation {older}.",
            "Send a new key with a new payload.",
        )
        self.older = older


_LIMITS = {
    "CLIENT_OPERATIONS": "You have {limit} unfinished bulk operations, which is the most.",
    "CLIENT_BIRTHS": "With these births you would wait for more than {limit} of them.",
    "CLIENT_UPLOADS": "You have {limit} uploads that nobody submitted, which is the most.",
    "ALL_OPERATIONS": "This service has {limit} unfinished bulk operations, which is the most.",
    "ALL_BIRTHS": "With these births this service would have more than {limit} to do.",
}


class LimitError(BulkError):
    """Raised when an operation would be too much now; `retry_after` says in how many seconds it may not be."""

    def __init__(self, kind: str, limit: int, retry_after: float) -> None:
        what = "submit one of them" if kind == "CLIENT_UPLOADS" else "cancel an operation"
        remedy = f"Try again in {retry_after:.0f} seconds, or {what}."
        super().__init__("BULK_LIMIT", _LIMITS[kind].format(limit=f"{limit:,}"), remedy)
        self.kind = kind
        self.limit = limit
        self.retry_after = retry_after


class StateError(BulkError):
    """Raised when failed births are to be run again of an operation that is not completed."""

    def __init__(self, state: State) -> None:
        super().__init__(
            "NOT_COMPLETED",
            f"The operation is {state}; only of a completed one failed births can be run again.",
            "Wait until it is COMPLETED, or submit it again.",
        )


class InputError(BulkError):
    """Raised when there is nothing to do: an operation without births."""

    def __init__(self) -> None:
        super().__init__("BIRTHS_EMPTY", "There are no births.", "Send at least one.")


class RecordsDownError(BulkError):
    """Raised when the server that keeps the records of operations does not answer, or is not set up."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "BULK_UNAVAILABLE",
            f"Bulk operations cannot be asked for now: {reason}.",
            "Try again in a few seconds; charts are answered meanwhile.",
        )

    @classmethod
    def of(cls, error: Exception) -> RecordsDownError:
        """The refusal that stands for an error of the client."""
        return cls(f"the jobs server does not answer ({type(error).__name__})")
