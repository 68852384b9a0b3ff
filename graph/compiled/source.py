"""Source text of generated functions, line by line, and the objects that its names stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any


class Source:
    """Grows line by line. No text of a client ever stands in it but as a Python literal.

    >>> source = Source()
    >>> with source.block("def double(n):"):
    ...     source.line(f"return n * {source.bind(2)}")
    >>> source.made("double")(21)
    42
    """

    def __init__(self) -> None:
        self.bound: dict[str, Any] = {}
        self._lines: list[str] = []
        self._level = 0
        self._names: dict[int, str] = {}
        self._count = 0

    def line(self, text: str) -> None:
        """One more line, at the present depth."""
        self._lines.append(" " * self._level + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """A head and what stands in its block."""
        self.line(head)
        self._level += 1
        try:
            yield
        finally:
            self._level -= 1

    def fresh(self, letter: str) -> str:
        """A variable that nothing else is called."""
        self._count += 1
        return f"{letter}{self._count}"

    def bind(self, value: Any) -> str:
        """The global name of an object; the same for the same, and for no other that is merely equal to it."""
        name = self._names.get(id(value))
        if name is None:
            name = self._names[id(value)] = self.fresh("k")
            self.bound[name] = value
        return name

    def text(self) -> str:
        """All lines."""
        return "\n".join(self._lines) + "\n"

    def made(self, name: str) -> Callable[..., Any]:
        """The function of that name, compiled."""
        space = dict(self.bound)
        exec(compile(self.text(), "<compiled selection>", "exec"), space)  # noqa: S102  every name in it is ours
        function = space[name]
        assert isinstance(function, FunctionType)
        return function
