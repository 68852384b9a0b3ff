"""How long a list may be: a number where the document says it, else a function of the variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphql import FieldNode, IntValueNode, ListValueNode, NullValueNode, ObjectValueNode, ValueNode, VariableNode

from graph.cost_table import FieldRule
from graph.directives import ListSize

Variables = Mapping[str, Any]
"""Coerced."""

Items = float | Callable[[Variables], float]
"""How many a list holds: known, or by the variables."""

UNSTATED = 10.0
"""Items of a list of which the schema says nothing."""


def items_of(node: FieldNode, rule: FieldRule) -> Items:
    """How many items a list has: the greatest that an argument says, else what the schema assumes."""
    size = rule.size or ListSize()
    assumed = UNSTATED if size.assumed is None else float(size.assumed)
    sent = {found.name.value: found.value for found in node.arguments or ()}
    slices = [_slice(path, sent, rule.defaults) for path in size.slicing]
    if any(callable(said) for said in slices):
        return lambda variables: _greatest([said(variables) if callable(said) else said for said in slices], assumed)
    return _greatest([said for said in slices if not callable(said)], assumed)


def _greatest(said: list[float | None], assumed: float) -> float:
    return max([size for size in said if size is not None], default=assumed)


def _slice(
    path: str, sent: Mapping[str, ValueNode], defaults: Mapping[str, ValueNode]
) -> float | Callable[[Variables], float | None] | None:
    """What the value of an argument says, or a field inside it; None where it says nothing."""
    name, *inner = path.split(".")
    node: ValueNode | None = sent.get(name, defaults.get(name))
    while inner and isinstance(node, ObjectValueNode):
        step = inner.pop(0)
        node = next((field.value for field in node.fields if field.name.value == step), None)
    if isinstance(node, VariableNode):
        otherwise = _slice(path, {}, defaults)
        return _by_variable(node.name.value, tuple(inner), None if callable(otherwise) else otherwise)
    return _literal_size(node) if not inner else None


def _literal_size(node: ValueNode | None) -> float | None:
    if node is None or isinstance(node, NullValueNode):
        return None
    if isinstance(node, IntValueNode):
        return max(float(node.value), 0.0)
    return float(len(node.values)) if isinstance(node, ListValueNode) else 1.0


def _by_variable(name: str, path: tuple[str, ...], otherwise: float | None) -> Callable[[Variables], float | None]:
    def size(variables: Variables) -> float | None:
        if name not in variables:
            return otherwise
        value = variables[name]
        for step in path:
            value = value.get(step) if isinstance(value, Mapping) else None
        return _size(value)

    return size


def _size(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, int):
        return max(float(value), 0.0)
    return float(len(value)) if isinstance(value, list | tuple) else 1.0
