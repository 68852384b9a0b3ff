"""A compiled operation over many values of one variable at once: their questions travel as one batch, and their answers are
written by one call.

It is a short way for what is usual. Where it cannot be taken, for the operation or for a single value, whoever asked executes
each by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import iscoroutinefunction
from typing import Any, NamedTuple

from graphql import FieldNode, VariableNode, Visitor, visit
from graphql.execution.values import VariableValues

from graph.compiled.fields import Call, Slot
from graph.compiled.operation import CompiledOperation, Root
from graph.compiled.projection import Arguments, Asker
from graph.context import Context
from graph.needs import settle

Data = dict[str, Any]


class Together(NamedTuple):
    """An operation that can be executed so.

    Args:
        arguments: of its slots; those that take the variable have it from each value.
        names: by slot, under which name in Python it is taken.
    """

    plan: CompiledOperation
    arguments: Arguments
    names: Mapping[int, str]

    async def data(self, values: Sequence[Any], context: Context) -> list[Data | None]:
        """The data of each value, None in the place of one that has to be executed by itself.

        Args:
            values: what resolvers are given for the variable, as they want it.

        Raises:
            Exception: whatever prevents a single one after its resolvers were called.
        """
        info = Asker(context)
        asked = [self._asked(value, info) for value in values]
        found: list[Data | None] = [None if row is None else {} for row in asked]
        there = [data for data in found if data is not None]
        columns = [list(column) for column in zip(*[row for row in asked if row is not None], strict=True)]
        await settle(context.loaders, *columns)
        for root, column in zip(self.plan.roots, columns, strict=True):
            for data, written in zip(there, await self._written(root, column, info), strict=True):
                data[root.field.key] = written
        return found

    def _asked(self, value: Any, info: Asker) -> list[Any] | None:
        """What the resolvers of the root fields answer; None where one of them raises."""
        try:
            return [self._resolved(root, value, info) for root in self.plan.roots]
        except Exception:  # noqa: BLE001  executed by itself it raises it again, and is told
            return None

    def _resolved(self, root: Root, value: Any, info: Asker) -> Any:
        reader = root.field.reader
        if not isinstance(reader, Call):
            return None
        given = self.arguments[reader.slot] if reader.arguments is None else reader.arguments
        if reader.slot in self.names:
            given = {**given, self.names[reader.slot]: value}
        return reader.function(*[info if name == "info" else None for name in reader.passed], **given)

    async def _written(self, root: Root, column: list[Any], info: Asker) -> list[Any]:
        if root.below is None:
            return [self.plan.type.name] * len(column)
        return await root.below.of(column, info, self.arguments)


def together(plan: CompiledOperation, variables: VariableValues, name: str) -> Together | None:
    """The operation, to be executed for many values of a variable; None where it has to be executed for each.

    Args:
        variables: of the first value.
        name: of the variable, which fields of the root take as it is, and no others.
    """
    taking = {k: _taken_as(slot, name) for k, slot in enumerate(plan.slots) if _mentions(slot.node, name)}
    names = {k: found for k, found in taking.items() if found is not None}
    at_root = {root.field.reader.slot for root in plan.roots if isinstance(root.field.reader, Call)}
    if len(names) < len(taking) or not names.keys() <= at_root or not all(_is_plain(root) for root in plan.roots):
        return None
    return Together(plan, [slot.values(variables) for slot in plan.slots], names)


def _is_plain(root: Root) -> bool:
    """Whether a root field is one object, of a resolver that is not awaited; or the type's name."""
    if root.field.typename:
        return True
    reader = root.field.reader
    awaited = isinstance(reader, Call) and iscoroutinefunction(reader.function)
    return root.below is not None and not root.many and not awaited


def _taken_as(slot: Slot, name: str) -> str | None:
    """The argument in Python that is the variable itself; None where it stands inside another value."""
    for argument in slot.node.arguments or ():
        if isinstance(argument.value, VariableNode) and argument.value.name.value == name:
            return next(row.python_name for row in slot.arguments if row.name == argument.name.value)
    return None


class _Finder(Visitor):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.found = 0
        self._name = name

    def enter_variable(self, node: VariableNode, *_args: object) -> None:
        self.found += node.name.value == self._name


def _mentions(node: FieldNode, name: str) -> bool:
    finder = _Finder(name)
    for argument in node.arguments or ():
        visit(argument.value, finder)
    return finder.found > 0
