"""Which answers depend on nothing but the request: those of operations without a field that the schema calls volatile."""

from __future__ import annotations

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    parse,
    visit,
)

VOLATILE = "volatile"
"""The directive of a field whose answer depends on stored state or on the clock."""


def volatile_fields(sdl: str) -> frozenset[tuple[str, str]]:
    """Types and fields that carry the directive.

    >>> volatile_fields("directive @volatile on FIELD_DEFINITION type Query { now: Int @volatile, one: Int }")
    frozenset({('Query', 'now')})
    """
    return frozenset(
        (definition.name.value, field.name.value)
        for definition in parse(sdl, no_location=True).definitions
        if isinstance(definition, ObjectTypeDefinitionNode)
        for field in definition.fields or ()
        if any(directive.name.value == VOLATILE for directive in field.directives or ())
    )


class _Finder(Visitor):
    def __init__(self, types: TypeInfo, volatile: frozenset[tuple[str, str]]) -> None:
        super().__init__()
        self.found = False
        self._types = types
        self._volatile = volatile

    def enter_field(self, node: FieldNode, *_args: object) -> None:
        parent = self._types.get_parent_type()
        self.found = self.found or (parent is not None and (parent.name, node.name.value) in self._volatile)


def pure_operations(
    document: DocumentNode, schema: GraphQLSchema, volatile: frozenset[tuple[str, str]]
) -> frozenset[str]:
    """Names of the operations ("" has none) of a valid document whose answers may be kept.

    A volatile field in a fragment speaks against every operation of the document: rare, and safe.
    """
    queries = [
        definition
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode) and definition.operation is OperationType.QUERY
    ]
    fragments = [definition for definition in document.definitions if isinstance(definition, FragmentDefinitionNode)]
    if any(_has_volatile(fragment, schema, volatile) for fragment in fragments):
        return frozenset()
    return frozenset(
        query.name.value if query.name else "" for query in queries if not _has_volatile(query, schema, volatile)
    )


def _has_volatile(
    definition: OperationDefinitionNode | FragmentDefinitionNode,
    schema: GraphQLSchema,
    volatile: frozenset[tuple[str, str]],
) -> bool:
    if not volatile:
        return False
    types = TypeInfo(schema)
    finder = _Finder(types, volatile)
    visit(definition, TypeInfoVisitor(types, finder))
    return finder.found
