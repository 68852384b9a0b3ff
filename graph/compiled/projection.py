"""A selection compiled: values of one type in, as many objects of the response out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from graphql import GraphQLObjectType

from graph.compiled.emit import Emitter
from graph.compiled.selection import Selected
from graph.context import Context
from resolvers.turns import Turn

if TYPE_CHECKING:
    from graph.compiled.reuse import WrittenCharts

Arguments = Sequence[dict[str, Any]]
"""Of each slot of an operation."""

_AT_ONCE = 16


class Asker:
    """What a resolver finds in its `info` when generated code calls it, and the charts that were written before, if any."""

    __slots__ = ("context", "written")

    def __init__(self, context: Context, written: WrittenCharts | None = None) -> None:
        self.context = context
        self.written = written


class Projection(NamedTuple):
    """The functions of a selection."""

    stage: Callable[..., Awaitable[tuple[Any, ...]]]
    project: Callable[..., list[dict[str, Any]]]
    staged: bool

    async def of(self, values: Sequence[Any], info: Asker, slots: Arguments) -> list[dict[str, Any]]:
        """What is selected of each value, in their order, the event loop let go between slices.

        Raises:
            Exception: whatever prevents a single one of them.
        """
        columns = await self.stage(values, info, slots, info.context.loaders) if self.staged else ()
        if len(values) <= _AT_ONCE:
            return self.project(values, info, slots, *columns)
        found: list[dict[str, Any]] = []
        turn = Turn()
        for first in range(0, len(values), _AT_ONCE):
            found += self.project(values[first : first + _AT_ONCE], info, slots, *columns)
            await turn.yield_when_long()
        return found


def projection(type_: GraphQLObjectType, fields: Sequence[Selected]) -> Projection:
    """Compile a selection."""
    source = Emitter(type_.name, fields).emit()
    return Projection(source.made("stage"), source.made("project"), any(field.staged for field in fields))
