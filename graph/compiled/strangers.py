"""Values that stand where an object should: errors, what is still to be awaited, nothing.

Reading an attribute that they have not is refused by Python itself; only where they have all that is asked for, generated
code must look at them.
"""

from __future__ import annotations

from asyncio import Task
from collections.abc import Iterable, Iterator
from functools import cache
from types import CoroutineType, NoneType
from typing import Any

from graphql import Undefined

_KINDS = (Task, CoroutineType, NoneType, type(Undefined))


def stranger(value: Any) -> bool:
    """Whether graphql-core would not select from a value.

    >>> stranger(ValueError("no")), stranger(None), stranger("text")
    (True, True, False)
    """
    return value is None or value is Undefined or isinstance(value, Exception) or hasattr(value, "__await__")


def told_by(attributes: Iterable[str]) -> bool:
    """Whether reading these attributes, one of them at least, is enough to tell a stranger.

    >>> told_by(["rashi"]), told_by(["args"]), told_by([])
    (True, False, False)
    """
    return not _theirs().issuperset(attributes)


@cache
def _theirs() -> frozenset[str]:
    """Names of attributes that some stranger has."""
    kinds = [*_family(Exception), *[found for kind in _KINDS for found in kind.__mro__]]
    return frozenset([name for kind in kinds for name in (*vars(kind), *getattr(kind, "__annotations__", ()))])


def _family(kind: type) -> Iterator[type]:
    """A class with what it comes from, and all that comes from it."""
    yield from kind.__mro__
    subclasses: list[type] = kind.__subclasses__()
    for found in subclasses:
        yield from _family(found)
