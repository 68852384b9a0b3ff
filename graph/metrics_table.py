"""The table of metrics in docs/operations.md, from the rows of the code: `python -m graph.metrics_table` prints it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from graph.figures import METRICS
from runtime.metrics.rows import Label, Metric

_LISTED = 12
"""Values of a label that are written out; of more the number is told."""


def rows() -> Iterator[str]:
    """One line of Markdown for each metric."""
    for metric in METRICS:
        labels = "<br>".join(map(_label, metric.labels)) or "–"
        yield f"| `{metric.name}` | {_type(metric)} | {labels} | {metric.help} |"


def _type(metric: Metric) -> str:
    return f"{metric.type.value}, the greatest" if metric.greatest else metric.type.value


def _label(label: Label) -> str:
    if label.bound:
        return f"`{label.name}`: {label.bound}"
    shown = ", ".join(label.values) if len(label.values) <= _LISTED else f"one of {len(label.values)}"
    return f"`{label.name}`: {shown}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(rows()) + "\n")
