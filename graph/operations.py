"""Operations: a document is parsed, validated and searched once; then each request coerces, checks and executes."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from inspect import isawaitable
from typing import Any, NamedTuple

import msgspec
from cachebox import LRUCache
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    validate,
)
from graphql.execution import Executor, execute_root_selection_set
from graphql.execution.incremental import IncrementalExecutor
from strawberry import Schema

from graph.checks import CheckedField, checked_fields, failures
from graph.compiled.operation import CompletingExecutor
from graph.compiled.plans import Compile, Plans
from graph.context import Context
from graph.cost import CostPlan, CostReport, check_cost, cost_plan, cost_table, defer_plan
from graph.defer import MOST_DEFERRED, has_defer
from graph.errors import BAD_USER_INPUT, PARSE_FAILED, VALIDATION_FAILED, formatted, in_order
from graph.limits import parsed, validated
from graph.purity import pure_operations, volatile_fields
from graph.requests import RequestError

_DOCUMENTS_KEPT = 1000
_LONGEST_KEPT = 20_000
"""Characters of a document that is worth keeping; a longer one is prepared anew each time, so that memory is bounded."""


class Outcome(NamedTuple):
    """What a request came to.

    `executed` says whether anything was executed: else the errors are of the request itself and there is no data.
    """

    body: dict[str, Any]
    executed: bool
    syntax: bool = False

    @property
    def perfect(self) -> bool:
        """Whether it has data and no errors."""
        return self.executed and "errors" not in self.body

    def telling(self, **extensions: Any) -> Outcome:
        """The same with what was asked to be told beside it."""
        return self._replace(body=self.body | {"extensions": extensions})


class Prepared(NamedTuple):
    """A document that was read once: either its refusal, or what executing it needs."""

    text: str
    digest: bytes
    document: DocumentNode | None = None
    fields: Mapping[str, tuple[CheckedField, ...]] = {}
    plans: Mapping[str, CostPlan] = {}
    pure: frozenset[str] = frozenset()
    deferred: Mapping[str, CostPlan] = {}
    refusal: Outcome | None = None

    def kind(self, name: str | None) -> OperationType | None:
        """What kind the named operation is; None where the document is wrong or has no such operation."""
        found = get_operation_ast(self.document, name) if self.document else None
        return found.operation if found else None

    def defers(self, name: str | None) -> bool:
        """Whether the named operation may be answered in pieces."""
        return bool(self.deferred) and self.kind(name) not in (None, OperationType.SUBSCRIPTION)


class Begun(NamedTuple):
    """An operation whose variables are coerced and whose arguments are checked: ready to be executed."""

    prepared: Prepared
    executor: Executor[Context]
    cost: CostReport

    @property
    def operation(self) -> OperationDefinitionNode:
        """The operation."""
        return self.executor.operation

    @property
    def pure(self) -> bool:
        """Whether the response depends on nothing but the document, the variables and the release."""
        return _name(self.operation) in self.prepared.pure

    def token(self, *more: str, told: bool = False) -> bytes:
        """Everything that the response depends on beside the release: document, operation and coerced variables.

        Args:
            more: what else it depends on: settings of the server that it shows.
            told: whether the answer tells its cost, which makes it another one.
        """
        name = _name(self.operation)
        words = "\0".join((name, *more, "cost" if told else "")).encode()
        return b"\0".join((self.prepared.digest, words, _packed(self.executor.variable_values.coerced)))


class Operations:
    """Executes documents on the schema.

    Args:
        schema: as strawberry defines it.
        introspection: whether the schema may be asked for; without it errors suggest no names either.
        compiled: which operations are compiled; graphql-core executes the others.
    """

    def __init__(self, schema: Schema, *, introspection: bool = True, compiled: Compile = Compile.AGAIN) -> None:
        self.schema = schema
        self._plans = Plans(schema, compiled)
        sdl = schema.as_str()
        self._costs = cost_table(sdl)
        self._volatile = volatile_fields(sdl)
        self._hidden = not introspection
        self._core = schema._schema  # noqa: SLF001  graphql-core's own, which strawberry offers under no other name
        self._prepared: LRUCache[str, Prepared] = LRUCache(_DOCUMENTS_KEPT)

    def prepare(self, text: str) -> Prepared:
        """The document read, from memory when it was read before."""
        found: Prepared | None = self._prepared.get(text)
        if found is None:
            found = self._read(text)
            if len(text) <= _LONGEST_KEPT:
                self._prepared[text] = found
        return found

    def begin(
        self,
        prepared: Prepared,
        variables: Mapping[str, Any] | None,
        name: str | None,
        context: Context,
        *,
        in_pieces: bool = False,
    ) -> Begun | Outcome:
        """Coerce the variables and check the arguments; an outcome where something is wrong.

        Args:
            name: which operation, where the document has several.
            in_pieces: whether its executor may defer; else deferred fragments are executed with the rest.
        """
        if prepared.refusal is not None or prepared.document is None:
            return prepared.refusal or _refused([])
        in_pieces = in_pieces and prepared.defers(name)
        kind: type[Executor[Any]] = IncrementalExecutor if in_pieces else CompletingExecutor
        executor = kind.build(
            self._core,
            prepared.document,
            context_value=context,
            raw_variable_values=dict(variables or {}),
            operation_name=name,
            hide_suggestions=self._hidden,
        )
        if isinstance(executor, list):
            return _refused([formatted(error, BAD_USER_INPUT) for error in executor])
        own = _name(executor.operation)
        if in_pieces and prepared.deferred[own].cost(executor.variable_values.coerced) > MOST_DEFERRED:
            return self.begin(prepared, variables, name, context)
        errors = failures(prepared.fields[own], executor.variable_values, self.schema)
        if errors:
            return _refused([formatted(error) for error in errors])
        try:
            return Begun(prepared, executor, check_cost(prepared.plans[own].cost(executor.variable_values.coerced)))
        except RequestError as error:
            return _refused(error.errors)

    async def finish(self, begun: Begun) -> Outcome:
        """Execute what was begun."""
        plan = self._plans.of(begun.prepared.digest, begun.executor)
        if plan is not None:
            return _answered(await plan.execute(begun.executor))
        answer = execute_root_selection_set(begun.executor)
        return _answered(await answer if isawaitable(answer) else answer)

    async def execute(
        self, text: str, variables: Mapping[str, Any] | None, name: str | None, context: Context
    ) -> Outcome:
        """Execute an operation of a document from beginning to end."""
        begun = self.begin(self.prepare(text), variables, name, context)
        return begun if isinstance(begun, Outcome) else await self.finish(begun)

    def _read(self, text: str) -> Prepared:
        digest = sha256(text.encode()).digest()
        try:
            document = parsed(text)
        except GraphQLSyntaxError as error:
            return Prepared(text, digest, refusal=_refused([formatted(error, PARSE_FAILED)], syntax=True))
        except RequestError as error:
            return Prepared(text, digest, refusal=_refused(error.errors, syntax=error.status == _NOT_PARSED))
        errors = self._wrong(document)
        if errors:
            refusal = _refused([formatted(error, VALIDATION_FAILED) for error in errors])
            return Prepared(text, digest, refusal=refusal)
        operations = [found for found in document.definitions if isinstance(found, OperationDefinitionNode)]
        plans = {_name(found): cost_plan(document, found, self._costs) for found in operations}
        pure = pure_operations(document, self._core, self._volatile)
        counted = operations if has_defer(text, document) else []
        deferred = {_name(found): defer_plan(document, found, self._costs) for found in counted}
        return Prepared(text, digest, document, checked_fields(document, self._core), plans, pure, deferred)

    def _wrong(self, document: DocumentNode) -> list[GraphQLError]:
        if self._hidden and (errors := validate(self._core, document, [NoSchemaIntrospectionCustomRule])):
            return errors
        return validated(self._core, document, hide_suggestions=self._hidden)


_NOT_PARSED = 400


_packed = msgspec.msgpack.Encoder(order="sorted").encode
"""Infinities and nothing are different there, as in variables."""


def _name(operation: OperationDefinitionNode) -> str:
    return operation.name.value if operation.name else ""


def _refused(errors: list[Any], *, syntax: bool = False) -> Outcome:
    return Outcome({"errors": errors}, executed=False, syntax=syntax)


def _answered(result: ExecutionResult) -> Outcome:
    if not result.errors:
        return Outcome({"data": result.data}, executed=True)
    errors = [formatted(error) for error in in_order(result.errors)]
    return Outcome({"errors": errors, "data": result.data}, executed=True)
