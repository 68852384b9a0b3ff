"""Values that are nothing but attributes, and loaders that keep every batch: what the schema of toys selects from."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from enum import Enum
from types import SimpleNamespace
from typing import Any, NamedTuple

from ephemeris.errors import ChartError, InputError
from ephemeris.words import ErrorCode

NOTHING = dict.fromkeys(
    ("nick", "weight", "count", "shade", "quiet", "marks", "class_", "friend", "friends", "strict_friends", "rows")
)


class Colour(Enum):
    RED = "red"
    GREEN = "green"


class Paint(Enum):
    """Another one, a member of which is called the same and is worth the same."""

    RED = "red"


class Toy(SimpleNamespace):
    """What is selected from."""


def toy(name: Any = "Bear", **attributes: Any) -> Toy:
    """A toy. What may be null it has not, unless it is named; what may not be null is missing altogether."""
    return Toy(**NOTHING | {"name": name} | attributes)


class Promise:
    """Something to await where a plain value is expected; nobody minds when it is not."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __await__(self) -> Generator[Any, None, Any]:
        yield from ()
        return self._value


# ── loaders ──


class Question(NamedTuple):
    """What a loader is asked."""

    number: int


class Kind(NamedTuple):
    """Only its name is looked at."""

    name: str


PARTS, NOTES = Kind("parts"), Kind("notes")
Batches = list[tuple[str, list[int]]]
"""The name of a kind, and the numbers that were asked for at once."""


class Loader:
    """Answers toys, or texts, by number; there is nothing under a negative one."""

    def __init__(self, kind: Kind, batches: Batches) -> None:
        self._kind = kind
        self._batches = batches

    async def load(self, asked: Question) -> Any:
        """One answer. Raises: ChartError."""
        (found,) = await self.answers([asked])
        if isinstance(found, ChartError):
            raise found
        return found

    async def answers(self, asked: Sequence[Question]) -> list[Any]:
        """Answers, an error in the place of the answer it prevented."""
        self._batches.append((self._kind.name, [question.number for question in asked]))
        return [self._answer(question.number) for question in asked]

    def _answer(self, number: int) -> Any:
        if number < 0:
            return InputError(ErrorCode.DATE_INVALID, f"There is no {number}.", "Send another one.")
        return f"note {number}" if self._kind is NOTES else toy(f"part {number}", size=number)


class Loaders:
    """Of one execution. Args: held: numbers of the parts that are in memory."""

    def __init__(self, held: Sequence[int] = ()) -> None:
        self.batches: Batches = []
        self._held = held

    def of(self, kind: Kind) -> Loader:
        """The loader of a kind."""
        return Loader(kind, self.batches)

    def held(self, kind: Kind, asked: Question) -> Any:
        """What is in memory."""
        return toy(f"part {asked.number}", size=asked.number) if kind is PARTS and asked.number in self._held else None


class Context(NamedTuple):
    """What resolvers look at: what root fields answer, the loaders, and what mutations did."""

    value: Any
    loaders: Loaders
    done: list[int]
