"""What a document may be, checked before any work is spent on it: its text before parsing, its shape before validating.

Validation takes a time that grows with the square of some counts, and fragments can make a document of a few hundred
characters stand for millions of fields. So the text is counted by one regular expression, what its tokens tell of the shape before it
is parsed, the shape by one walk in which
each fragment is counted once, and fields that merge are compared on a budget. docs/limits.md has the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OverlappingFieldsCanBeMergedRule,
    ValidationContext,
    parse,
    specified_rules,
    validate,
)
from graphql.validation.validate import ValidationAbortedError

from graph import errors
from graph.measures import MANY, Measures, measure
from graph.requests import RequestError, refused
from graph.tokens import least_measures, tokens_of


class Limits(NamedTuple):
    """The most that a document may have; why each is what it is stands in docs/limits.md."""

    characters: int = 50_000
    tokens: int = 4_000
    depth: int = 20
    root_fields: int = 30
    fields: int = 1_000
    aliases: int = 200
    directives: int = 200
    fragments: int = 60
    operations: int = 10
    literal: int = 300
    values: int = 1_000
    members: int = 60
    merges: int = 10_000
    errors: int = 10


LIMITS = Limits()


# ── before parsing ──

_FEW_TOKENS = 400
"""So many are parsed faster than they are looked at."""


def check_tokens(text: str, limits: Limits = LIMITS) -> None:
    """Refuse a text that is too long to be read, or whose tokens alone tell that it has too much of something.

    Raises:
        RequestError: 400, DOCUMENT_TOO_LARGE; 422 as `check_measures`.
    """
    if len(text) > limits.characters:
        raise _too_large(len(text), "characters", limits.characters)
    tokens = tokens_of(text)
    if len(tokens) > limits.tokens:
        raise _too_large(len(tokens), "tokens", limits.tokens)
    if len(tokens) > _FEW_TOKENS:
        check_measures(least_measures(tokens), limits)


def _too_large(value: int, unit: str, limit: int) -> RequestError:
    message = f"The document has {value:,} {unit}, more than {limit:,}."
    return refused(400, errors.DOCUMENT_TOO_LARGE, message, "Send values as variables, or several smaller documents.")


class _Row(NamedTuple):
    """How the excess of one count is told."""

    measure: str
    code: str
    noun: str
    remedy: str


_FRAGMENTS_COUNT = "Fragments count where they are spread."
_ROWS = (
    _Row("depth", errors.DOCUMENT_TOO_DEEP, "levels of fields", "Nest fewer fields."),
    _Row(
        "root_fields",
        errors.TOO_MANY_ROOT_FIELDS,
        "root fields",
        "Use `charts` for many births, or send several requests.",
    ),
    _Row("fields", errors.TOO_MANY_FIELDS, "fields", f"Ask for fewer, or send several requests. {_FRAGMENTS_COUNT}"),
    _Row("aliases", errors.TOO_MANY_ALIASES, "aliases", f"Use lists: `charts`, `vargas`, `grahas`. {_FRAGMENTS_COUNT}"),
    _Row(
        "directives", errors.TOO_MANY_DIRECTIVES, "directives", f"Put them on fragments, not fields. {_FRAGMENTS_COUNT}"
    ),
    _Row("fragments", errors.TOO_MANY_FRAGMENTS, "fragments", "Send only those that the operation spreads."),
    _Row("operations", errors.TOO_MANY_OPERATIONS, "operations", "Send only the one that is to be executed."),
    _Row("literal", errors.LITERAL_TOO_LARGE, "values in one argument", "Send the argument as a variable."),
    _Row("members", errors.LITERAL_TOO_LARGE, "fields in one input object", "Send those of the schema, each once."),
    _Row("values", errors.LITERAL_TOO_LARGE, "values written out", "Send arguments as variables."),
)


def check_measures(measures: Measures, limits: Limits = LIMITS) -> None:
    """Refuse a document that is too large in any way, naming each.

    Raises:
        RequestError: 422, with a code for each count.
    """
    told = [error for row in _ROWS for error in _excess(row, measures, limits)]
    if told:
        raise RequestError(422, told)


def _excess(row: _Row, measures: Measures, limits: Limits) -> Iterator[dict[str, Any]]:
    value, limit = getattr(measures, row.measure), getattr(limits, row.measure)
    if value > limit:
        said = f"over {MANY - 1:,}" if value == MANY else f"{value:,}"
        yield from refused(
            422, row.code, f"The document has {said} {row.noun}, more than {limit:,}.", row.remedy
        ).errors


def parsed(text: str, limits: Limits = LIMITS) -> DocumentNode:
    """A document within the limits; what exceeds them is refused before it is parsed, or at the latest before validating.

    Raises:
        RequestError: 400 for a text that is too long, 422 for too much of something.
        GraphQLSyntaxError: where it is no GraphQL.

    >>> parsed("{ engine { version } }").kind
    'document'
    """
    check_tokens(text, limits)
    document = parse(text)
    check_measures(measure(document), limits)
    return document


# ── validating ──


class MergesWithinBudget(OverlappingFieldsCanBeMergedRule):
    """graphql-core's rule that fields of one response name can be merged, with a budget that is spent in milliseconds.

    Its own is 500,000, which lasts for more than a second.
    """

    budget = LIMITS.merges

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rule_context.remaining_complexity_budget = self.budget

    def enter_selection_set(self, *visited: Any) -> None:
        """Compare the fields of a selection set. Raises: ValidationAbortedError when the budget is spent."""
        try:
            super().enter_selection_set(*visited)
        except ValidationAbortedError:
            raise ValidationAbortedError(
                f"Merging the document's fields takes over {self.budget:,} comparisons.",
                extensions={
                    "code": errors.TOO_MANY_MERGES,
                    "remedy": "Ask for a field once, or under different aliases.",
                    "path": [],
                },
            ) from None


@cache
def rules_within(merges: int) -> tuple[type[ASTValidationRule], ...]:
    """The specification's rules, merging on a budget."""

    class Merges(MergesWithinBudget):
        budget = merges

    return tuple([Merges if rule is OverlappingFieldsCanBeMergedRule else rule for rule in specified_rules])


def validated(
    schema: GraphQLSchema, document: DocumentNode, limits: Limits = LIMITS, *, hide_suggestions: bool = False
) -> list[GraphQLError]:
    """What is wrong with a document within the limits, at most so many errors and one that says so."""
    return validate(schema, document, rules_within(limits.merges), limits.errors, hide_suggestions)
