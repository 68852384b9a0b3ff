"""The shape of a document: how deep and how many of each, with its fragments counted where they are spread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
)

MANY = 1_000_000_000
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
        members: fields of the greatest input object that is written out.
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
    members: int = 0


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
    Measures(depth=2, aliases=0, root_fields=2, directives=0, fields=4, fragments=2, operations=1, literal=0, values=0, members=0)
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
    literals = [_literal(value) for value in values if value is not None]
    own = Measures(
        depth, aliases, roots, directives, fields,
        literal=max([found.values for found in literals], default=0),
        values=sum([found.values for found in literals]),
        members=max([found.members for found in literals], default=0),
    )  # fmt: skip
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


class _Literal(NamedTuple):
    """How many values a literal is made of, and how many fields its greatest object has."""

    values: int
    members: int


def _literal(value: ValueNode) -> _Literal:
    count, members, waiting = 0, 0, [value]
    while waiting:
        found = waiting.pop()
        count += 1
        if isinstance(found, ListValueNode):
            waiting += found.values
        elif isinstance(found, ObjectValueNode):
            waiting += [field.value for field in found.fields]
            members = max(members, len(found.fields))
    return _Literal(count, members)


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
    return Measures(*[min(count, MANY) for count in (depth, aliases, roots, directives, fields)])


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
