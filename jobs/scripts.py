"""The scripts that change records in Redis, each atomically: every file of the folder `lua`, with what they share."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from jobs.pace import HALF_LIFE_SECONDS
from jobs.states import TRANSITIONS, State

NAMES = ("begin", "cancel", "complete", "create", "delete", "reap", "release", "retry", "take", "wake")

EVENTS_KEPT = 10_000
"""Events of all operations together, for subscribers that come back."""

SPLIT_INTO = 8
"""Pieces of a chunk that killed its worker too often: one birth among 1,000 is found by four generations of them."""


@cache
def script(name: str) -> str:
    """The text of a script, whole: the tables it shares with Python, what all scripts share, and its own lines."""
    return "\n".join((_tables(), _read("shared"), _read(name)))


def _read(name: str) -> str:
    return files("jobs").joinpath("lua", f"{name}.lua").read_text(encoding="utf-8")


def _tables() -> str:
    rows = ", ".join(f"{state} = {_set_of(following)}" for state, following in TRANSITIONS.items())
    return (
        f"local MAY = {{{rows}}}\n"
        f"local TAU = {HALF_LIFE_SECONDS * 1000 / math.log(2)!r}\n"
        f"local EVENTS_KEPT, SPLIT_INTO = {EVENTS_KEPT}, {SPLIT_INTO}"
    )


def _set_of(states: Iterable[State]) -> str:
    return f"{{{', '.join(f'{state} = true' for state in states)}}}"
