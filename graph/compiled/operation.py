"""A whole operation, compiled: its root fields are resolved, what they need is asked for, and what is below them is projected.

What generated code cannot write is given back to graphql-core: an item of a list alone, else the root field, else, where an
error reaches the root, the whole operation. Its fields are pure, so executing some of them again changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from inspect import isawaitable
from typing import Any, NamedTuple

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLObjectType,
    OperationType,
    get_named_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution import Executor, execute_root_selection_set
from graphql.execution.collect_fields import FieldDetails, collect_fields
from graphql.execution.values import VariableValues
from graphql.pyutils import Path, Undefined
from strawberry import Schema

from graph.compiled.fields import Call, NotCompiled, Slot, Slots
from graph.compiled.leaves import Unwritable
from graph.compiled.projection import Arguments, Asker, Projection, projection
from graph.compiled.reuse import REUSED, Charts, WrittenCharts, charts
from graph.compiled.selection import Selected, Selector, lists
from graph.context import Context
from graph.needs import settle

Core = Executor[Any]
MakeExecutor = Callable[[], Core]


class Done(NamedTuple):
    """An object that is written already."""

    data: dict[str, Any]


class CompletingExecutor(Executor[Any]):
    """graphql-core's executor, which takes objects that are written already as they are."""

    def complete_object_value(
        self, return_type: Any, field_details_list: Any, info: Any, path: Any, result: Any, position_context: Any
    ) -> Any:
        """As graphql-core does it, for what is not done."""
        if result.__class__ is Done:
            return result.data
        return super().complete_object_value(return_type, field_details_list, info, path, result, position_context)


class Lazily:
    """graphql-core's executor of one execution, made when it is first needed."""

    def __init__(self, make: MakeExecutor) -> None:
        self._make = make
        self._executor: Core | None = None

    @property
    def executor(self) -> Core:
        """The executor."""
        if self._executor is None:
            self._executor = self._make()
        return self._executor

    @property
    def errors(self) -> list[GraphQLError] | None:
        """What it met; nothing where it was not needed."""
        return self._executor.collected_errors.errors or None if self._executor else None


class Root(NamedTuple):
    """A root field: what is selected, and graphql-core's own view of it."""

    field: Selected
    details: list[FieldDetails]
    below: Projection | Charts | None

    @property
    def many(self) -> bool:
        """Whether its value is a list of objects."""
        return is_list_type(_nullable(self.field.type))


class Run(NamedTuple):
    """One execution: what resolvers look at, the arguments that variables say, and graphql-core's executor of it."""

    info: Asker
    slots: Arguments
    core: Lazily


class CompiledOperation(NamedTuple):
    """An operation for one choice of what @skip and @include leave. Args: fields: that are selected, fragments written out."""

    type: GraphQLObjectType
    roots: tuple[Root, ...]
    slots: tuple[Slot, ...]
    fields: int

    async def execute(
        self,
        context: Context,
        variables: VariableValues,
        make: MakeExecutor,
        written: WrittenCharts | None = None,
    ) -> ExecutionResult:
        """The result, as graphql-core would build it.

        Args:
            make: makes a fresh executor of graphql-core.
            written: charts that were written before stand in it as `orjson.Fragment`; absent = all are written out.
        """
        try:
            run = Run(Asker(context, written), self._arguments(variables), Lazily(make))
            return await self._compiled(run)
        except Unwritable:
            found: ExecutionResult = await _awaited(execute_root_selection_set(make()))
            return found

    async def _compiled(self, run: Run) -> ExecutionResult:
        values = await self._values(run)
        parts = [self._written(root, value, run) for root, value in zip(self.roots, values, strict=True)]
        written = [await parts[0]] if len(parts) == 1 else await asyncio.gather(*parts, return_exceptions=True)
        for found in written:
            if isinstance(found, BaseException):
                raise found
        data = {root.field.key: part for root, part in zip(self.roots, written, strict=True)}
        return ExecutionResult(data, run.core.errors)

    def _arguments(self, variables: VariableValues) -> Arguments:
        try:
            return [slot.values(variables) for slot in self.slots]
        except Exception as error:
            raise Unwritable from error

    async def _values(self, run: Run) -> list[Any]:
        """What the resolvers of the root fields answer; an error in the place of the answer it prevented."""
        values = [_resolved(root.field, run) for root in self.roots]
        waiting = [k for k, value in enumerate(values) if isawaitable(value)]
        if waiting:
            found = await asyncio.gather(*[values[k] for k in waiting], return_exceptions=True)
            for k, value in zip(waiting, found, strict=True):
                values[k] = value
        try:
            await settle(run.info.context.loaders, values)
        except Exception as error:
            raise Unwritable from error
        return values

    async def _written(self, root: Root, value: Any, run: Run) -> Any:
        """A root field's part of the response."""
        if root.field.typename:
            return self.type.name
        if root.below is None or isinstance(value, BaseException):
            return await self._by_core(root, run)
        if root.many:
            return await self._list(root, root.below, value, run)
        if value is None and not is_non_null_type(root.field.type):
            return None
        try:
            return (await root.below.of([value], run.info, run.slots))[0]
        except Exception:  # noqa: BLE001  graphql-core finds out what it is, and says so
            return await self._by_core(root, run)

    async def _list(self, root: Root, below: Projection | Charts, values: Any, run: Run) -> Any:
        if values.__class__ not in {list, tuple} or any(value is None for value in values):
            return await self._by_core(root, run)
        try:
            return await below.of(values, run.info, run.slots)
        except Exception:  # noqa: BLE001  found out item by item, and said by graphql-core
            items = [await _done(value, below, run) for value in values]
        return await self._completed(root, items, run)

    async def _by_core(self, root: Root, run: Run) -> Any:
        """A root field by graphql-core, from its resolver on. Raises: Unwritable, where an error reaches the root."""
        path = Path(None, root.field.key, self.type.name)
        try:
            found = await _awaited(run.core.executor.execute_field(self.type, None, root.details, path, None))
        except Exception as error:
            raise Unwritable from error
        if found is Undefined:
            raise Unwritable
        return found

    async def _completed(self, root: Root, items: Sequence[Any], run: Run) -> Any:
        """A list of objects, some of them written already, by graphql-core. Raises: Unwritable, as above."""
        core, path = run.core.executor, Path(None, root.field.key, self.type.name)
        nodes = [detail.node for detail in root.details]
        definition = self.type.fields[nodes[0].name.value]
        info = core.build_resolve_info(definition, nodes, self.type, path)
        try:
            return await _awaited(core.complete_value(definition.type, root.details, info, path, items, None))
        except Exception as error:
            raise Unwritable from error


def compiled(executor: Core, schema: Schema) -> CompiledOperation | None:
    """The operation of an executor compiled, or None where graphql-core has to execute it."""
    type_ = executor.schema.query_type
    if executor.operation.operation is not OperationType.QUERY or type_ is None or not executor.error_propagation:
        return None
    slots = Slots(schema, executor.variable_values)
    grouped = collect_fields(
        executor.schema, executor.fragments, executor.variable_values, type_, executor.operation
    ).grouped_field_set
    selector = Selector(executor, slots, _apart)
    try:
        roots = tuple([_root(selector.root(type_, key, details), details) for key, details in grouped.items()])
    except NotCompiled:
        return None
    return CompiledOperation(type_, roots, tuple(slots.found), selector.count)


def _root(field: Selected, details: list[FieldDetails]) -> Root:
    """A root field; nothing is known of what is below it where graphql-core has to find its value."""
    named = get_named_type(field.type)
    if not is_object_type(named) or not isinstance(field.reader, Call) or lists(field.type) > 1:
        return Root(field, details, None)
    return Root(field, details, _apart(field.type, field.fields) or projection(named, field.fields))


def _apart(type_: Any, fields: tuple[Selected, ...]) -> Charts | None:
    """The selection on a chart compiled by itself; nothing for other types."""
    named = _nullable(type_)
    return charts(projection(named, fields), fields) if is_object_type(named) and named.name == REUSED else None


def _resolved(field: Selected, run: Run) -> Any:
    """What a root field's resolver answers: a value, a need, something to await, or the error it raised."""
    reader = field.reader
    if not isinstance(reader, Call):
        return None
    given = run.slots[reader.slot] if reader.arguments is None else reader.arguments
    passed = [run.info if name == "info" else None for name in reader.passed]
    try:
        return reader.function(*passed, **given)
    except Exception as error:  # noqa: BLE001  graphql-core runs into it again, and says so
        return error


async def _done(value: Any, below: Projection | Charts, run: Run) -> Any:
    """A list's item written, or as it is where it cannot be."""
    try:
        return Done((await below.of([value], run.info, run.slots))[0])
    except Exception:  # noqa: BLE001  graphql-core says what it is
        return value


def _nullable(type_: Any) -> Any:
    return type_.of_type if is_non_null_type(type_) else type_


async def _awaited(found: Awaitable[Any] | Any) -> Any:
    return await found if isawaitable(found) else found
