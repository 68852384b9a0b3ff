"""The cost of an operation as a function of its variables: what no variable changes is added up once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from graph.cost_sizes import Items, Variables, items_of
from graph.cost_table import CostTable

INTROSPECTION = 2_000.0
"""Points of `__schema` or `__type`, whatever is asked of it."""

MANY = 1e15
"""Costs stop here."""


class _Sum(NamedTuple):
    """A known part, and the steps whose results are added."""

    known: float
    steps: tuple[int, ...]


_NOTHING = _Sum(0.0, ())


class _Step(NamedTuple):
    """What must wait for the variables: `items` times a sum of earlier steps."""

    items: Items
    sum: _Sum


class CostPlan(NamedTuple):
    """The cost of an operation as a function of its variables."""

    steps: tuple[_Step, ...]
    total: _Sum

    def cost(self, variables: Variables) -> float:
        """Points, 0 or more. Args: variables: coerced, defaults filled in."""
        if not self.steps:
            return self.total.known
        found: list[float] = []
        for items, (known, steps) in self.steps:
            below = known + sum([found[step] for step in steps])
            found.append(min((items if isinstance(items, float) else items(variables)) * below, MANY))
        return min(self.total.known + sum([found[step] for step in self.total.steps]), MANY)


def cost_plan(document: DocumentNode, operation: OperationDefinitionNode, table: CostTable) -> CostPlan:
    """How much an operation of a valid document costs; what no variable changes is added up here.

    >>> from graphql import parse
    >>> from graph.cost_table import cost_table
    >>> document = parse("query ($n: Int) { births(first: $n) { id } }")
    >>> table = cost_table("type Query { births(first: Int): [Birth] @listSize(slicingArguments: [\\"first\\"]) } type Birth { id: ID }")
    >>> cost_plan(document, document.definitions[0], table).cost({"n": 50})
    50.0
    """
    planner = _Planner(document, table)
    total = planner.selected(operation.selection_set, operation.operation.value.capitalize(), {})
    return CostPlan(tuple(planner.steps), total)


class _Planner:
    """Walks a document once; a fragment is walked once for all its spreads."""

    def __init__(self, document: DocumentNode, table: CostTable) -> None:
        definitions = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
        self._fragments = {node.name.value: node for node in definitions}
        self._known: dict[tuple[str, tuple[tuple[str, Items], ...]], _Sum] = {}
        self._table = table
        self.steps: list[_Step] = []

    def selected(self, selection_set: SelectionSetNode, parent: str, sizes: Mapping[str, Items]) -> _Sum:
        """The cost of what is selected of a type. Args: sizes: of fields, where the field above says it."""
        parts = [self._selection(node, parent, sizes) for node in selection_set.selections]
        known = min(sum([part.known for part in parts]), MANY)
        return _Sum(known, tuple([step for part in parts for step in part.steps]))

    def _selection(self, node: Any, parent: str, sizes: Mapping[str, Items]) -> _Sum:
        if isinstance(node, FragmentSpreadNode):
            return self._spread(node.name.value, sizes)
        if isinstance(node, InlineFragmentNode):
            return self.selected(node.selection_set, _condition(node, parent), sizes)
        return self._field(node, parent, sizes)

    def _spread(self, name: str, sizes: Mapping[str, Items]) -> _Sum:
        key = (name, tuple(sizes.items()))
        if key not in self._known:
            fragment = self._fragments[name]
            below = self.selected(fragment.selection_set, fragment.type_condition.name.value, sizes)
            self._known[key] = self._times(1.0, below)
        return self._known[key]

    def _field(self, node: FieldNode, parent: str, sizes: Mapping[str, Items]) -> _Sum:
        name = node.name.value
        rule = self._table.get((parent, name))
        if rule is None:
            return _Sum(INTROSPECTION if name in ("__schema", "__type") else 0.0, ())
        size = items_of(node, rule)
        given = dict.fromkeys(rule.size.sized, size) if rule.size else {}
        below = self.selected(node.selection_set, rule.returns, given) if node.selection_set else _NOTHING
        items = sizes.get(name, size if rule.is_list and not given else 1.0)
        return self._times(items, _Sum(rule.weight + below.known, below.steps))

    def _times(self, items: Items, below: _Sum) -> _Sum:
        """Multiplied at once where nothing is unknown, else as a step."""
        if isinstance(items, float) and not below.steps:
            return _Sum(min(items * below.known, MANY), ())
        if below == _NOTHING:
            return _NOTHING
        self.steps.append(_Step(items, below))
        return _Sum(0.0, (len(self.steps) - 1,))


def defer_plan(document: DocumentNode, operation: OperationDefinitionNode, table: CostTable) -> CostPlan:
    """How many deferred fragments an operation of a valid document may come to, counted by the same rules as its cost.

    >>> from graphql import parse
    >>> from graph.cost_table import cost_table
    >>> document = parse("query ($n: Int) { births(first: $n) { ... @defer { id } } }")
    >>> table = cost_table("type Query { births(first: Int): [Birth] @listSize(slicingArguments: [\\"first\\"]) } type Birth { id: ID }")
    >>> defer_plan(document, document.definitions[0], table).cost({"n": 50})
    50.0
    """
    planner = _Deferred(document, {where: rule._replace(weight=0.0) for where, rule in table.items()})
    total = planner.selected(operation.selection_set, operation.operation.value.capitalize(), {})
    return CostPlan(tuple(planner.steps), total)


class _Deferred(_Planner):
    """Counts the fragments that carry @defer, and nothing else."""

    def _selection(self, node: Any, parent: str, sizes: Mapping[str, Items]) -> _Sum:
        found = super()._selection(node, parent, sizes)
        is_deferred = any(directive.name.value == "defer" for directive in node.directives or ())
        return found._replace(known=found.known + is_deferred)


def _condition(node: InlineFragmentNode, parent: str) -> str:
    return node.type_condition.name.value if node.type_condition else parent
