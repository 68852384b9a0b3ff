"""What an operation may cost at most, known before it is executed: static analysis by IBM's cost specification.

    cost of an operation     = Σ cost of its root fields
    cost of a field          = items × (weight + Σ cost of the fields below)
    cost of a fragment       = Σ cost of its fields, wherever it is spread

`weight` is @cost of the field, else of the type it returns, else 1 for an object and 0 for a leaf. `items` is 1 where the
field is no list, else by @listSize: the greatest of the slicing arguments (a whole number, or the length of a list; a
default counts), else `assumedSize`, else ten. Where @listSize names `sizedFields`, the size is that of those fields below.
So a point is about an object of the answer: the specification's type cost, with the weights of fields in it.

Fields under @skip and @include count in full, and so does each branch of an abstract type: a cost is never too low.
`__schema` and `__type` cost a flat sum. A document is compiled once; a request then costs a few additions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListTypeNode,
    ListValueNode,
    NamedTypeNode,
    NonNullTypeNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeNode,
    ValueNode,
    VariableNode,
    parse,
    value_from_ast_untyped,
)

from ephemeris.words import ErrorCode
from graph.directives import ListSize
from graph.requests import refused

Variables = Mapping[str, Any]
"""Coerced."""

Items = float | Callable[[Variables], float]
"""How many a list holds: known, or by the variables."""

LIMIT = 30_000.0
"""Points of one operation: 1,000 natal charts with grahas and bhavas cost 26,000, 140 with the sixteen vargas as much."""

UNSTATED = 10.0
"""Items of a list of which the schema says nothing."""

INTROSPECTION = 2_000.0
"""Points of `__schema` or `__type`, whatever is asked of it."""

_MANY = 1e15
"""Costs stop here."""


# ── the schema ──


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


# ── the document ──


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
            found.append(min((items if isinstance(items, float) else items(variables)) * below, _MANY))
        return min(self.total.known + sum([found[step] for step in self.total.steps]), _MANY)


def cost_plan(document: DocumentNode, operation: OperationDefinitionNode, table: CostTable) -> CostPlan:
    """How much an operation of a valid document costs; what no variable changes is added up here.

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
        known = min(sum([part.known for part in parts]), _MANY)
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
        size = _items(node, rule)
        given = dict.fromkeys(rule.size.sized, size) if rule.size else {}
        below = self.selected(node.selection_set, rule.returns, given) if node.selection_set else _NOTHING
        items = sizes.get(name, size if rule.is_list and not given else 1.0)
        return self._times(items, _Sum(rule.weight + below.known, below.steps))

    def _times(self, items: Items, below: _Sum) -> _Sum:
        """Multiplied at once where nothing is unknown, else as a step."""
        if isinstance(items, float) and not below.steps:
            return _Sum(min(items * below.known, _MANY), ())
        if below == _NOTHING:
            return _NOTHING
        self.steps.append(_Step(items, below))
        return _Sum(0.0, (len(self.steps) - 1,))


def defer_plan(document: DocumentNode, operation: OperationDefinitionNode, table: CostTable) -> CostPlan:
    """How many deferred fragments an operation of a valid document may come to, counted by the same rules as its cost.

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


# ── sizes ──


def _items(node: FieldNode, rule: FieldRule) -> Items:
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


# ── the request ──


class CostReport(NamedTuple):
    """What an operation costs and might cost: the `cost` of a response's extensions."""

    cost: float
    limit: float


def check_cost(cost: float, limit: float = LIMIT) -> CostReport:
    """Refuse an operation that costs too much.

    Raises:
        RequestError: 422, COST_TOO_HIGH.
    """
    if cost > limit:
        said = f"over {_MANY:,.0f}" if cost >= _MANY else f"{cost:,.0f}"
        raise refused(
            422,
            ErrorCode.COST_TOO_HIGH.name,
            f"The operation costs {said} points, more than {limit:,.0f}.",
            f"Ask for fewer births or fields at a time ({said} points, at most {limit:,.0f}), or run it as a bulk operation.",
        )
    return CostReport(cost, limit)


def wants_cost(extensions: Mapping[str, Any] | None) -> bool:
    """Whether a request asks for its cost: `extensions: {"cost": true}`."""
    return extensions is not None and extensions.get("cost") is True
