"""What a document may be, checked before any work is spent on it: its text before parsing, its shape before validating.

Validation takes a time that grows with the square of some counts, and fragments can make a document of a few hundred
characters stand for millions of fields. So the text is counted by one regular expression, the shape by one walk in which
each fragment is counted once, and fields that merge are compared on a budget. docs/limits.md has the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    SelectionSetNode,
    ValidationContext,
    ValueNode,
    parse,
    specified_rules,
    validate,
)
from graphql.validation.validate import ValidationAbortedError

from graph import errors
from graph.requests import RequestError, refused


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
    operations: int = 20
    literal: int = 300
    values: int = 1_000
    merges: int = 10_000
    errors: int = 20


LIMITS = Limits()


# ── before parsing ──

_TOKEN = re.compile(
    r"""
    \#[^\n\r]*                                                     # a comment: consumed, not captured
    | (
        [_A-Za-z][_0-9A-Za-z]*+                                    # name
        | [!$&():=@\[\]{|}] | \.\.\.                              # punctuator
        | -?[0-9]++(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?             # number
        | \"{3}(?:[^\"\\]++|\\(?:\"{3})?|\"(?!\"\"))*+(?:\"{3})?   # block string
        | \"(?:[^\"\\\n\r]++|\\[^\n\r])*+\"?                       # string
      )
    """,
    re.VERBOSE,
)
"""Possessive throughout, and an unclosed string takes all that is left: no character is looked at more than a few times."""


def count_tokens(text: str) -> int:
    """How many lexical tokens a document has; whitespace, commas and comments are none.

    Where the text cannot be lexed the count goes on, so that it is never less than what a parser would have read.

    >>> count_tokens("{ graha(name: SUN) { text, pada } } # twelve")
    12
    """
    captured = _TOKEN.findall(text)
    return len(captured) - captured.count("")


def check_tokens(text: str, limits: Limits = LIMITS) -> None:
    """Refuse a text that is too long to be read.

    Raises:
        RequestError: 400, DOCUMENT_TOO_LARGE.
    """
    if len(text) > limits.characters:
        raise _too_large(len(text), "characters", limits.characters)
    if (tokens := count_tokens(text)) > limits.tokens:
        raise _too_large(tokens, "tokens", limits.tokens)


def _too_large(value: int, unit: str, limit: int) -> RequestError:
    message = f"The document has {value:,} {unit}, more than {limit:,}."
    return refused(400, errors.DOCUMENT_TOO_LARGE, message, "Send values as variables, or several smaller documents.")


# ── before validating ──

_MANY = 1_000_000_000
"""Counts stop here."""


class Measures(NamedTuple):
    """The shape of a document: of its greatest operation with each fragment written out where it is spread, or of all that
    is written in it, where that is more.

    Args:
        depth: fields inside each other; `{ chart { id } }` has 2.
        aliases: fields under another name.
        root_fields: fields of the operation itself.
        directives: on fields, fragments, spreads, operations and variables.
        fields: all of them.
        fragments: definitions in the document.
        operations: definitions in the document.
        literal: values in the greatest argument or default that is written out, itself one.
        values: all of them, as written.
    """

    depth: int = 0
    aliases: int = 0
    root_fields: int = 0
    directives: int = 0
    fields: int = 0
    fragments: int = 0
    operations: int = 0
    literal: int = 0
    values: int = 0


class _Spread(NamedTuple):
    """A fragment's name where it is spread, below so many fields."""

    name: str
    level: int


class _Part(NamedTuple):
    """One definition, its spreads not followed."""

    own: Measures
    spreads: tuple[_Spread, ...]


def measure(document: DocumentNode, operation_name: str | None = None) -> Measures:
    """The shape of a parsed document, which need not be valid.

    Args:
        operation_name: look at this operation alone; None at all of them, as validation does.

    >>> from graphql import parse
    >>> bomb = "{ ...a } fragment a on Query { ...b ...b } fragment b on Query { engine { version } }"
    >>> measure(parse(bomb))
    Measures(depth=2, aliases=0, root_fields=2, directives=0, fields=4, fragments=2, operations=1, literal=0, values=0)
    """
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    parts = {node.name.value: _part(node) for node in fragments}
    asked = [_part(node) for node in operations if operation_name is None or _name(node) == operation_name]
    whole = _expanded(parts)
    written = _written([part.own for part in (*asked, *parts.values())])
    greatest = _greatest([written, *[_joined(part, whole) for part in asked]])
    return greatest._replace(fragments=len(fragments), operations=len(operations))


def _name(operation: OperationDefinitionNode) -> str | None:
    return operation.name.value if operation.name else None


def _part(definition: OperationDefinitionNode | FragmentDefinitionNode) -> _Part:
    """A definition counted by a stack, because its nesting is not yet known to be harmless."""
    spreads: list[_Spread] = []
    depth = aliases = roots = fields = 0
    variables = definition.variable_definitions or ()
    directives = len(definition.directives or ()) + sum(len(found.directives or ()) for found in variables)
    values: list[ValueNode | None] = [found.default_value for found in variables]
    for node, level in _selections(definition.selection_set):
        directives += len(node.directives or ())
        values += [argument.value for directive in node.directives or () for argument in directive.arguments or ()]
        if isinstance(node, FragmentSpreadNode):
            spreads.append(_Spread(node.name.value, level))
        elif isinstance(node, FieldNode):
            fields += 1
            roots += level == 0
            aliases += node.alias is not None
            depth = max(depth, level + 1)
            values += [argument.value for argument in node.arguments or ()]
    sizes = [_literal(value) for value in values if value is not None]
    own = Measures(depth, aliases, roots, directives, fields, literal=max(sizes, default=0), values=sum(sizes))
    return _Part(own, tuple(spreads))


def _selections(selection_set: SelectionSetNode) -> Iterator[tuple[Any, int]]:
    """Each selection with how many fields it is below."""
    waiting = [(selection_set, 0)]
    while waiting:
        found, level = waiting.pop()
        for node in found.selections:
            yield node, level
            if (below := getattr(node, "selection_set", None)) is not None:
                waiting.append((below, level + isinstance(node, FieldNode)))


def _literal(value: ValueNode) -> int:
    """How many values a literal is made of."""
    count, waiting = 0, [value]
    while waiting:
        found = waiting.pop()
        count += 1
        if isinstance(found, ListValueNode):
            waiting += found.values
        elif isinstance(found, ObjectValueNode):
            waiting += [field.value for field in found.fields]
    return count


def _expanded(parts: Mapping[str, _Part]) -> dict[str, Measures]:
    """Each fragment with those it spreads; a spread that closes a circle counts nothing, for validation refuses it."""
    whole: dict[str, Measures] = {}
    for root in parts:
        path = {root: iter(parts[root].spreads)}
        while path:
            name, spreads = next(reversed(path.items()))
            inner = next((n for n, _ in spreads if n in parts and n not in whole and n not in path), None)
            if inner is None:
                whole[name] = _joined(parts[name], whole)
                del path[name]
            else:
                path[inner] = iter(parts[inner].spreads)
    return whole


def _joined(part: _Part, whole: Mapping[str, Measures]) -> Measures:
    """A definition with the fragments that it spreads, saturated."""
    depth, aliases, roots, directives, fields, *_ = part.own
    for name, level in part.spreads:
        inner = whole.get(name, _NOTHING)
        depth = max(depth, level + inner.depth)
        aliases += inner.aliases
        roots += inner.root_fields if level == 0 else 0
        directives += inner.directives
        fields += inner.fields
    return Measures(*[min(count, _MANY) for count in (depth, aliases, roots, directives, fields)])


_NOTHING = Measures()


def _greatest(measures: Iterable[Measures]) -> Measures:
    columns = zip(_NOTHING, *measures, strict=True)
    return Measures(*[max(column) for column in columns])


def _written(own: Sequence[Measures]) -> Measures:
    """What definitions have together: the document as it stands, parts that no operation uses among it."""
    return _greatest(own)._replace(
        root_fields=0,
        aliases=sum(part.aliases for part in own),
        directives=sum(part.directives for part in own),
        fields=sum(part.fields for part in own),
        values=sum(part.values for part in own),
    )


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
        said = f"over {_MANY - 1:,}" if value == _MANY else f"{value:,}"
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
