"""The words of bulk operations, as enums of the schema."""

from __future__ import annotations

from ephemeris.words import Word
from graph.terms import word
from jobs.exports.forms import Format
from jobs.pages import Kind
from jobs.states import State


class BulkState(Word):
    """States. Ends: COMPLETED, CANCELLED, FAILED, LOST."""

    RECEIVING = "Being read."
    QUEUED = "Waiting for a worker."
    RUNNING = "At work."
    CANCELLING = "Stopping."
    COMPLETED = "All lines are there (failed ones too)."
    CANCELLED = "Stopped on request."
    FAILED = "Gave up; see problem."
    LOST = "The store lost it."

    @classmethod
    def of(cls, state: State) -> BulkState:
        """As the schema calls it."""
        return cls[state.name]

    @property
    def state(self) -> State:
        """As the record calls it."""
        return State[self.name]


class BulkLineKind(Word):
    """Lines."""

    ALL = "All."
    SUCCEEDED = "With a chart."
    FAILED = "With a problem."

    @property
    def kind(self) -> Kind:
        """As pages call it."""
        return Kind[self.name]


class DownloadFormat(Word):
    """Formats."""

    JSONL = "JSON lines."
    CSV = "Flattened."
    PARQUET = "Columns."

    @property
    def format(self) -> Format:
        """As exports call it."""
        return Format[self.name]


BULK_TERMS = (word(BulkState), word(BulkLineKind), word(DownloadFormat))
