"""What a metric is: a row of a table, and a reading of it."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from runtime.metrics.spread import Spread


class Type(Enum):
    """How a metric moves: a counter only grows, a gauge may fall, a histogram counts values by their size."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Label(NamedTuple):
    """One label, with all values that it may have.

    Args:
        name: of the label.
        values: every value, where they can be listed.
        bound: what bounds them, in words, where they cannot.
    """

    name: str
    values: tuple[str, ...] = ()
    bound: str = ""


class Metric(NamedTuple):
    """One row of the table of metrics.

    Args:
        name: as Prometheus tells it, with its base unit; a counter's ends in `_total`.
        type: how it moves.
        help: what it says, in one sentence; it stands in the file beside every value, so it is short.
        labels: by what it is told apart.
        greatest: of a gauge, whether the greatest of the processes is told instead of their sum.
    """

    name: str
    type: Type
    help: str
    labels: tuple[Label, ...] = ()
    greatest: bool = False


class Reading(NamedTuple):
    """What a metric shows now for one set of labels: a count since the process began, a level, or a spread."""

    metric: Metric
    value: float | Spread
    labels: tuple[str, ...] = ()
