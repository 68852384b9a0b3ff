"""What the schema says of costs: the directives @cost and @listSize, read once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import (
    FieldDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    TypeNode,
    ValueNode,
    parse,
    value_from_ast_untyped,
)

from graph.directives import ListSize


class FieldRule(NamedTuple):
    """What the schema says of a field's cost.

    Args:
        returns: the type's name.
        weight: points of one item.
        size: how long the list may be; None where the field is no list and gives no size to those below.
        is_list: whether the field itself is one.
        defaults: of its arguments.
    """

    returns: str
    weight: float
    size: ListSize | None
    is_list: bool
    defaults: Mapping[str, ValueNode]


CostTable = Mapping[tuple[str, str], FieldRule]
"""By type and field."""


def cost_table(sdl: str) -> CostTable:
    """The directives of a schema, read once.

    >>> table = cost_table("type Query { births(first: Int): [Birth] @listSize(slicingArguments: [\\"first\\"]) } type Birth { id: ID }")
    >>> table["Query", "births"].weight, table["Birth", "id"].weight
    (1.0, 0.0)
    """
    definitions = {node.name.value: node for node in parse(sdl).definitions if hasattr(node, "name")}
    weights = {name: _type_weight(node) for name, node in definitions.items()}
    return {
        (name, field.name.value): _rule(field, weights)
        for name, node in definitions.items()
        for field in getattr(node, "fields", None) or ()
        if isinstance(field, FieldDefinitionNode)
    }


def _type_weight(node: Any) -> float:
    stated = _directive(node, "cost")
    is_composite = node.kind in ("object_type_definition", "interface_type_definition", "union_type_definition")
    return float(stated["weight"]) if stated else float(is_composite)


def _rule(field: FieldDefinitionNode, weights: Mapping[str, float]) -> FieldRule:
    returns, is_list = _named(field.type)
    stated = _directive(field, "cost")
    weight = float(stated["weight"]) if stated else weights.get(returns, 0.0)
    defaults = {found.name.value: found.default_value for found in field.arguments or () if found.default_value}
    return FieldRule(returns, weight, _list_size(field), is_list, defaults)


def _list_size(field: FieldDefinitionNode) -> ListSize | None:
    stated = _directive(field, "listSize")
    if stated is None:
        return None
    slicing, sized = stated.get("slicingArguments") or (), stated.get("sizedFields") or ()
    return ListSize(stated.get("assumedSize"), tuple(slicing), tuple(sized))


def _directive(node: Any, name: str) -> dict[str, Any] | None:
    """The arguments of a directive, None where it does not stand."""
    for found in getattr(node, "directives", None) or ():
        if found.name.value == name:
            return {given.name.value: value_from_ast_untyped(given.value) for given in found.arguments or ()}
    return None


def _named(type_: TypeNode) -> tuple[str, bool]:
    is_list = False
    while isinstance(type_, ListTypeNode | NonNullTypeNode):
        is_list |= isinstance(type_, ListTypeNode)
        type_ = type_.type
    assert isinstance(type_, NamedTypeNode)
    return type_.name.value, is_list
