"""Executes a document of toys twice, by a compiled operation and by graphql-core alone, and compares what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import partial
from typing import Any, NamedTuple

import orjson
from graphql import (
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    default_field_resolver,
    default_type_resolver,
    parse,
    validate,
)
from graphql.execution import Executor, execute_root_selection_set
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues

from graph.compiled.operation import CompletingExecutor, compiled
from graph.compiled.variables import coercion
from graph.errors import in_order
from tests.toy_schema import toy_schema
from tests.toys import Batches, Context, Loaders


class Way(Enum):
    """Who built the answer."""

    CODE = "generated code, and nobody else"
    BOTH = "generated code, and graphql-core where it could not go on"
    CORE = "graphql-core: it was not compiled"


class Wrong(NamedTuple):
    """An error as a client sees it; its nodes all stand in the first line, at these columns."""

    message: str
    path: str
    columns: tuple[int, ...]
    extensions: dict[str, Any] | None = None


class Answer(NamedTuple):
    """What came of a document: the very text of its data, its errors, who built it, and what loaders were asked."""

    data: str
    errors: list[Wrong]
    way: Way
    batches: Batches
    done: list[int]


class Document(NamedTuple):
    """One that is valid."""

    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]


async def answer(document: str, value: Any = None, held: Sequence[int] = (), **variables: Any) -> Answer:
    """What a compiled operation answers; that graphql-core answers the same is asserted. Args: value: of root fields."""
    read = _read(document)
    sent = _coerced(read, variables)
    context, core_context = Context(value, Loaders(held), []), Context(value, Loaders(held), [])
    plan = compiled(_executor(read, sent, context), toy_schema())
    core = await _by_core(_executor(read, sent, core_context))
    made: list[Executor[Any]] = []

    def make() -> Executor[Any]:
        made.append(_executor(read, sent, context))
        return made[-1]

    found = await _by_core(make()) if plan is None else await plan.execute(context, sent, make)
    assert (_data(found), _told(found)) == (_data(core), _told(core))
    assert [type(error.original_error) for error in in_order(found.errors or [])] == [
        type(error.original_error) for error in in_order(core.errors or [])
    ]
    way = Way.CORE if plan is None else Way.BOTH if made else Way.CODE
    return Answer(_data(found), _told(found), way, context.loaders.batches, context.done)


async def written(document: str, value: Any = None, **variables: Any) -> str:
    """The data of what generated code alone answers."""
    found = await answer(document, value, **variables)
    assert (found.way, found.errors) == (Way.CODE, [])
    return found.data


def _read(document: str) -> Document:
    nodes = parse(document)
    assert validate(toy_schema()._schema, nodes) == []
    (operation,) = [node for node in nodes.definitions if isinstance(node, OperationDefinitionNode)]
    fragments = [node for node in nodes.definitions if isinstance(node, FragmentDefinitionNode)]
    return Document(operation, {node.name.value: FragmentDetails(node, None) for node in fragments})


def _coerced(read: Document, variables: dict[str, Any]) -> VariableValues:
    found = coercion(toy_schema()._schema, read.operation).coerced(variables, hide_suggestions=False)
    assert isinstance(found, VariableValues), found
    return found


def _executor(read: Document, variables: VariableValues, context: Context) -> Executor[Any]:
    definitions = {name: fragment.definition for name, fragment in read.fragments.items()}
    make = partial(CompletingExecutor, toy_schema()._schema, definitions, read.fragments, None, context)
    return make(read.operation, variables, default_field_resolver, default_type_resolver, default_field_resolver)


async def _by_core(executor: Executor[Any]) -> ExecutionResult:
    found = execute_root_selection_set(executor)
    return found if isinstance(found, ExecutionResult) else await found


def _data(result: ExecutionResult) -> str:
    return orjson.dumps(result.data).decode()


def _told(result: ExecutionResult) -> list[Wrong]:
    return [_wrong(error) for error in in_order(result.errors or [])]


def _wrong(error: GraphQLError) -> Wrong:
    assert all(place.line == 1 for place in error.locations or [])
    columns = tuple([place.column for place in error.locations or []])
    return Wrong(error.message, ".".join(map(str, error.path or [])), columns, error.extensions or None)
