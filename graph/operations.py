"""Operations: a document is parsed, validated and searched once; then each request coerces, checks and executes."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import isawaitable
from typing import Any, NamedTuple

from cachebox import LRUCache
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)
from graphql.execution import Executor, execute_root_selection_set
from strawberry import Schema

from graph.checks import CheckedField, checked_fields, failures
from graph.context import Context
from graph.errors import BAD_USER_INPUT, PARSE_FAILED, VALIDATION_FAILED, formatted

_DOCUMENTS_KEPT = 1000
_LONGEST_KEPT = 20_000
"""Characters of a document that is worth keeping; a longer one is prepared anew each time, so that memory is bounded."""


class Prepared(NamedTuple):
    """A document that was read once: either its errors, or what executing it needs."""

    document: DocumentNode | None
    fields: tuple[CheckedField, ...]
    errors: tuple[Mapping[str, Any], ...]


class Outcome(NamedTuple):
    """What a request came to.

    `executed` says whether anything was executed: else the errors are of the request itself and there is no data.
    """

    body: dict[str, Any]
    executed: bool
    syntax: bool = False


class Operations:
    """Executes documents on the schema.

    Args:
        schema: as strawberry defines it.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
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

    async def execute(
        self, text: str, variables: Mapping[str, Any] | None, name: str | None, context: Context
    ) -> Outcome:
        """Execute an operation of a document.

        Args:
            name: which operation, where the document has several.
        """
        prepared = self.prepare(text)
        if prepared.document is None:
            return _refused(list(prepared.errors), syntax=prepared.errors[0]["extensions"]["code"] == PARSE_FAILED)
        executor = Executor.build(
            self._core,
            prepared.document,
            context_value=context,
            raw_variable_values=dict(variables or {}),
            operation_name=name,
        )
        errors = (
            executor if isinstance(executor, list) else failures(prepared.fields, executor.variable_values, self.schema)
        )
        if errors or isinstance(executor, list):
            return _refused([dict(formatted(error, BAD_USER_INPUT)) for error in errors])
        answer = execute_root_selection_set(executor)
        return _answered(await answer if isawaitable(answer) else answer)

    def operation_type(self, text: str, name: str | None) -> OperationType | None:
        """What kind the named operation is; None where the document is wrong or has no such operation."""
        document = self.prepare(text).document
        definitions = document.definitions if document else ()
        operations = [found for found in definitions if isinstance(found, OperationDefinitionNode)]
        chosen = [found for found in operations if name is None or (found.name and found.name.value == name)]
        return chosen[0].operation if len(chosen) == 1 else None

    def _read(self, text: str) -> Prepared:
        try:
            document = parse(text)
        except GraphQLSyntaxError as error:
            return Prepared(None, (), (formatted(error, PARSE_FAILED),))
        errors = validate(self._core, document)
        if errors:
            return Prepared(None, (), tuple([formatted(error, VALIDATION_FAILED) for error in errors]))
        return Prepared(document, checked_fields(document, self._core), ())


def _refused(errors: list[Any], *, syntax: bool = False) -> Outcome:
    return Outcome({"errors": errors}, executed=False, syntax=syntax)


def _answered(result: ExecutionResult) -> Outcome:
    if not result.errors:
        return Outcome({"data": result.data}, executed=True)
    return Outcome({"errors": [formatted(error) for error in result.errors], "data": result.data}, executed=True)
