"""Names: of operations and of the parts that a store keeps of each, so that none leads out of its place."""

from __future__ import annotations

import re
from typing import NamedTuple

from jobs.errors import StoreError

INPUTS, RESULTS, INDEXES = "in/", "out/", "index/"
"""What the names of parts begin with: slices of the input, chunks of the results, and what is found out about them."""

PLACE = "operation-"
"""What the place of an operation begins with, so that a sweep of what is unknown never takes what is not ours."""

_OPERATION = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
_NAME = re.compile(r"[a-z]{1,16}/[a-z0-9-]{1,64}", re.ASCII)
_RESULTS = re.compile(r"out/(\d{1,12})-(\d{1,12})", re.ASCII)


class Part(NamedTuple):
    """A part that is kept: its name, and how many bytes it has."""

    name: str
    size: int


class Kept(NamedTuple):
    """An operation of which parts are kept, and how many seconds ago the first or a later one was."""

    operation: str
    age: float


class Chunk(NamedTuple):
    """Which births a part has the lines of: the first one's index, and how many."""

    start: int
    length: int

    @property
    def stop(self) -> int:
        """The index after the last."""
        return self.start + self.length

    @property
    def name(self) -> str:
        """The part's name.

        >>> Chunk(500, 250).name
        'out/500-250'
        """
        return f"{RESULTS}{self.start}-{self.length}"


def input_name(number: int) -> str:
    """The name of the slice of that number, from 0.

    >>> input_name(3)
    'in/3'
    """
    return f"{INPUTS}{number}"


def chunk_of(name: str) -> Chunk | None:
    """Which births a part has the lines of; None for other parts.

    >>> chunk_of("out/500-250"), chunk_of("in/3")
    (Chunk(start=500, length=250), None)
    """
    found = _RESULTS.fullmatch(name)
    return Chunk(int(found[1]), int(found[2])) if found else None


def check_operation(operation: str) -> str:
    """The operation's id, where it is 8 to 64 letters, digits, hyphens and underscores.

    Raises:
        StoreError: it is anything else, and might name another place.
    """
    if not _OPERATION.fullmatch(operation):
        raise StoreError(f"{operation[:40]!r} is no operation's id.", "Ask with the id that submitting answered.")
    return operation


def place_of(operation: str) -> str:
    """The name of the folder, or what stands for it, that has all parts of the operation.

    Raises:
        StoreError: it is no operation's id.

    >>> place_of("q3Zs81xw")
    'operation-q3Zs81xw'
    """
    return PLACE + check_operation(operation)


def operation_at(place: str) -> str | None:
    """The operation that the place is of; None where it is none of ours.

    >>> operation_at("operation-q3Zs81xw"), operation_at("lost+found")
    ('q3Zs81xw', None)
    """
    found = _OPERATION.fullmatch(place.removeprefix(PLACE))
    return found[0] if found and place.startswith(PLACE) else None


def check_part(operation: str, name: str) -> None:
    """Nothing, where both name a part and no other place.

    Raises:
        StoreError: one of them does not.

    >>> check_part("q3Zs81xw", "out/../../secret")
    Traceback (most recent call last):
    jobs.errors.StoreError: 'out/../../secret' is no name of a part.
    """
    check_operation(operation)
    if not _NAME.fullmatch(name):
        raise StoreError(f"{name[:40]!r} is no name of a part.", "Name parts as jobs/parts.py does.")
