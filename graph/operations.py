"""Operations: a document is parsed, validated and searched once; then each request coerces, checks and executes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from hashlib import sha256
from inspect import isawaitable
from typing import Any, NamedTuple

import msgspec
from cachebox import LRUCache
from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    default_field_resolver,
    default_type_resolver,
    get_operation_ast,
    validate,
)
from graphql.execution import Executor, execute_root_selection_set
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.incremental import IncrementalExecutor
from graphql.execution.values import VariableValues
from strawberry import Schema

from graph.checks import CheckedField, checked_fields, failures
from graph.compiled.operation import CompletingExecutor
from graph.compiled.plans import Compile, Plans
from graph.compiled.reuse import WrittenCharts
from graph.compiled.together import Together, together
from graph.compiled.variables import Coercion, coercion
from graph.context import Context
from graph.cost import CostPlan, CostReport, check_cost, cost_plan, cost_table, defer_plan
from graph.defer import MOST_DEFERRED, has_defer
from graph.errors import BAD_USER_INPUT, PARSE_FAILED, VALIDATION_FAILED, formatted, in_order
from graph.limits import parsed, validated
from graph.purity import pure_operations, volatile_fields
from graph.requests import RequestError

_CHARACTERS_KEPT = 250_000
"""Of documents that were prepared: each character of one takes about 100 bytes."""
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
    coercions: Mapping[str, Coercion] = {}
    fragments: Mapping[str, FragmentDetails] = {}
    refusal: Outcome | None = None

    def kind(self, name: str | None) -> OperationType | None:
        """What kind the named operation is; None where the document is wrong or has no such operation."""
        found = get_operation_ast(self.document, name) if self.document else None
        return found.operation if found else None

    def own(self, name: str | None) -> str | None:
        """The name of the operation that *name* asks for ("" has none); None where there is no such one, or several."""
        if name is not None:
            return name if name and name in self.coercions else None
        return next(iter(self.coercions)) if len(self.coercions) == 1 else None

    def defers(self, name: str | None) -> bool:
        """Whether the named operation may be answered in pieces."""
        return bool(self.deferred) and self.kind(name) not in (None, OperationType.SUBSCRIPTION)


class Asking(NamedTuple):
    """An operation with what executing it needs beside the schema."""

    operation: OperationDefinitionNode
    variables: VariableValues
    context: Context


class Begun(NamedTuple):
    """An operation whose variables are coerced and whose arguments are checked: ready to be executed."""

    prepared: Prepared
    asking: Asking
    make_executor: Callable[[Asking], Executor[Context]]
    cost: CostReport

    def executor(self) -> Executor[Context]:
        """A fresh executor of graphql-core for it."""
        return self.make_executor(self.asking)

    @property
    def operation(self) -> OperationDefinitionNode:
        """The operation."""
        return self.asking.operation

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
        return b"\0".join((self.prepared.digest, words, _packed(self.asking.variables.coerced)))


class Operations:
    """Executes documents on the schema.

    Args:
        schema: as strawberry defines it.
        introspection: whether the schema may be asked for; without it errors suggest no names either.
        compiled: which operations are compiled; graphql-core executes the others.
        written: charts that were written before; absent = each is written anew.
    """

    def __init__(
        self,
        schema: Schema,
        *,
        introspection: bool = True,
        compiled: Compile = Compile.AGAIN,
        written: WrittenCharts | None = None,
    ) -> None:
        self.schema = schema
        self._plans = Plans(schema, compiled)
        self._written = written
        sdl = schema.as_str()
        self._costs = cost_table(sdl)
        self._volatile = volatile_fields(sdl)
        self._hidden = not introspection
        self._core = schema._schema  # noqa: SLF001  graphql-core's own, which strawberry offers under no other name
        self._prepared: LRUCache[str, Prepared] = LRUCache(_CHARACTERS_KEPT, getsizeof=_size)

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
        own = prepared.own(name)
        if own is None:
            return _refused([formatted(_undetermined(prepared, name), BAD_USER_INPUT)])
        found = prepared.coercions[own].coerced(variables or {}, hide_suggestions=self._hidden)
        if isinstance(found, list):
            return _refused([formatted(error, BAD_USER_INPUT) for error in found])
        errors = failures(prepared.fields[own], found, self.schema)
        if errors:
            return _refused([formatted(error) for error in errors])
        try:
            cost = check_cost(prepared.plans[own].cost(found.coerced))
        except RequestError as error:
            return _refused(error.errors)
        in_pieces = in_pieces and prepared.defers(name) and prepared.deferred[own].cost(found.coerced) <= MOST_DEFERRED
        kind: type[Executor[Any]] = IncrementalExecutor if in_pieces else CompletingExecutor
        asking = Asking(prepared.coercions[own].operation, found, context)
        return Begun(prepared, asking, partial(self._executor, kind, prepared.fragments), cost)

    async def finish(self, begun: Begun) -> Outcome:
        """Execute what was begun."""
        operation, variables, context = begun.asking
        plan = self._plans.of(begun.prepared.digest, _name(operation), variables, begun.executor)
        if plan is not None:
            return _answered(await plan.execute(context, variables, begun.executor, self._written))
        answer = execute_root_selection_set(begun.executor())
        return _answered(await answer if isawaitable(answer) else answer)

    def together(self, begun: Begun, variable: str) -> Together | None:
        """The operation, to be executed for many values of a variable at once; None where it has to be for each.

        Args:
            begun: for one of the values.
        """
        operation, variables, _ = begun.asking
        plan = self._plans.of(begun.prepared.digest, _name(operation), variables, begun.executor)
        return None if plan is None else together(plan, variables, variable)

    async def execute(
        self, text: str, variables: Mapping[str, Any] | None, name: str | None, context: Context
    ) -> Outcome:
        """Execute an operation of a document from beginning to end."""
        begun = self.begin(self.prepare(text), variables, name, context)
        return begun if isinstance(begun, Outcome) else await self.finish(begun)

    def _executor(
        self, kind: type[Executor[Any]], fragments: Mapping[str, FragmentDetails], asking: Asking
    ) -> Executor[Context]:
        definitions = {name: fragment.definition for name, fragment in fragments.items()}
        return kind(
            self._core,
            definitions,
            dict(fragments),
            None,
            asking.context,
            asking.operation,
            asking.variables,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            hide_suggestions=self._hidden,
        )

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
        coercions = {_name(found): coercion(self._core, found) for found in operations}
        fields, fragments = checked_fields(document, self._core), _fragments(document)
        return Prepared(text, digest, document, fields, plans, pure, deferred, coercions, fragments)

    def _wrong(self, document: DocumentNode) -> list[GraphQLError]:
        if self._hidden and (errors := validate(self._core, document, [NoSchemaIntrospectionCustomRule])):
            return errors
        return validated(self._core, document, hide_suggestions=self._hidden)


_NOT_PARSED = 400


def _size(text: str, _prepared: Prepared) -> int:
    return len(text) + 200


_packed = msgspec.msgpack.Encoder(order="sorted").encode
"""Infinities and nothing are different there, as in variables."""


def _name(operation: OperationDefinitionNode) -> str:
    return operation.name.value if operation.name else ""


def _fragments(document: DocumentNode) -> dict[str, FragmentDetails]:
    found = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    return {node.name.value: FragmentDetails(node, None) for node in found}


def _undetermined(prepared: Prepared, name: str | None) -> GraphQLError:
    if not prepared.coercions:
        return GraphQLError("Must provide an operation.")
    if name is None:
        return GraphQLError("Must provide operation name if query contains multiple operations.")
    return GraphQLError(f"Unknown operation named '{name}'.")


def _refused(errors: list[Any], *, syntax: bool = False) -> Outcome:
    return Outcome({"errors": errors}, executed=False, syntax=syntax)


def _answered(result: ExecutionResult) -> Outcome:
    if not result.errors:
        return Outcome({"data": result.data}, executed=True)
    errors = [formatted(error) for error in in_order(result.errors)]
    return Outcome({"errors": errors, "data": result.data}, executed=True)
