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

from collections.abc import Mapping
from typing import Any, NamedTuple

from ephemeris.words import ErrorCode
from graph.cost_plan import INTROSPECTION, MANY, CostPlan, cost_plan, defer_plan
from graph.cost_sizes import UNSTATED
from graph.cost_table import CostTable, FieldRule, cost_table
from graph.requests import refused

__all__ = [
    "INTROSPECTION",
    "LIMIT",
    "UNSTATED",
    "CostPlan",
    "CostReport",
    "CostTable",
    "FieldRule",
    "check_cost",
    "cost_plan",
    "cost_table",
    "defer_plan",
    "wants_cost",
]

LIMIT = 30_000.0
"""Points of one operation: 1,000 natal charts with grahas and bhavas cost 26,000, 140 with the sixteen vargas as much."""


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
        said = f"over {MANY:,.0f}" if cost >= MANY else f"{cost:,.0f}"
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
