"""What Redis says of an operation, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from jobs import pace
from jobs.parts import Chunk
from jobs.states import State


class Problem(msgspec.Struct, frozen=True):
    """Why something went wrong, for people and programs."""

    code: str
    message: str
    remedy: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """An operation as it was at `at`; times are Unix milliseconds, 0 for what has not happened.

    Args:
        total: births.
        done: lines that stand, failed ones included.
        failed: lines that say why there is no chart.
        readable: lines from the first on without a gap.
        version: grows with every change.
        since: when it began to run, or to run its failed births again.
        pulse, pulse_at: the births done lately, and when they were counted (jobs/pace.py).
        source: under which name its births are kept.
        event: its last event in the stream.
        problem: why it failed.
        at: when this was read.
    """

    id: str
    client: str
    state: State
    total: int
    done: int = 0
    failed: int = 0
    readable: int = 0
    version: int = 0
    created: int
    expires: int
    started: int = 0
    since: int = 0
    finished: int = 0
    pulse: float = 0.0
    pulse_at: int = 0
    source: str = ""
    event: str = "0-0"
    problem: Problem | None = None
    at: int = 0

    @property
    def progress(self) -> float:
        """The part of the births that is done, 0 to 1."""
        return self.done / self.total if self.total else 0.0

    @property
    def rate(self) -> float | None:
        """Births a second lately; None unless it runs."""
        if self.state is not State.RUNNING:
            return None
        return pace.rate(self.pulse, (self.at - self.pulse_at) / 1000, (self.at - self.since) / 1000)

    @property
    def seconds_left(self) -> float | None:
        """Seconds until it is done at this rate; None while nobody knows."""
        rate = self.rate
        return None if rate is None else pace.seconds_left(self.total - self.done, rate)


FIELDS = tuple(name for name in Record.__struct_fields__ if name not in ("id", "at"))


def record_of(id: str, values: Sequence[bytes | None], at: int) -> Record | None:
    """The record of which *values* are the FIELDS; None where there is none."""
    if values[FIELDS.index("state")] is None:
        return None
    stated = {name: value for name, value in zip(FIELDS, values, strict=True) if value}
    return _converted({"id": id, "at": at, **_texts(stated)})


def after_event(record: Record, fields: Mapping[bytes, bytes], event: str) -> Record:
    """The record as it was when the event was written."""
    changed = _texts({name.decode(): value for name, value in fields.items() if value})
    at = int(event.partition("-")[0])
    return _converted({**msgspec.structs.asdict(record), "problem": None, **changed, "event": event, "at": at})


def _texts(fields: Mapping[str, bytes]) -> dict[str, object]:
    read = {name: value.decode() for name, value in fields.items() if name != "problem"}
    return {**read, "problem": msgspec.json.decode(fields["problem"])} if "problem" in fields else dict(read)


def _converted(values: Mapping[str, object]) -> Record:
    return msgspec.convert(values, Record, strict=False)


class Item(NamedTuple):
    """A chunk of an operation, and in which round: 0 for the first run, then one more for each retry."""

    start: int
    length: int
    round: int = 0

    @property
    def chunk(self) -> Chunk:
        """Which births."""
        return Chunk(self.start, self.length)

    def __str__(self) -> str:
        """As the scripts write it."""
        return f"{self.start}:{self.length}:{self.round}"


class Taken(NamedTuple):
    """A chunk that a worker holds, and how often it was begun, this time included."""

    id: str
    item: Item
    tries: int


class Stored(NamedTuple):
    """A chunk of results that is there, and how many of its lines failed."""

    chunk: Chunk
    failed: int


def item_of(text: bytes) -> Item:
    """An item as the scripts write it.

    >>> item_of(b"250:100:0")
    Item(start=250, length=100, round=0)
    """
    return Item(*map(int, text.split(b":")))


def stored_of(text: bytes) -> Stored:
    """A part of the results as the scripts write it.

    >>> stored_of(b"250:100:0:3")
    Stored(chunk=Chunk(start=250, length=100), failed=3)
    """
    start, length, _, failed = map(int, text.split(b":"))
    return Stored(Chunk(start, length), failed)
