"""Why lines failed: the first of them, as the service tells them."""

from __future__ import annotations

import msgspec

from graph.remote.operation import Problem, patiently
from graph.remote.site import Site

TOLD_MAX = 5

_ASK = """query ($id: ID!, $first: Int!) { bulkOperation(id: $id) { results(first: $first, only: FAILED) {
  nodes { index ref problem { message remedy path } } } } }"""


class Failure(msgspec.Struct, frozen=True):
    """A line that has no chart. Args: index: from 0."""

    index: int
    ref: str | None
    problem: Problem

    def __str__(self) -> str:
        name = f" ({self.ref})" if self.ref else ""
        return f"Birth {self.index + 1:,}{name}: {self.problem.message} {self.problem.remedy}"


def first_failures(site: Site, id: str) -> tuple[Failure, ...]:
    """The first lines that failed. Raises: RefusedError, UnreachableError."""
    found = patiently(lambda: site.graphql(_ASK, {"id": id, "first": TOLD_MAX}))
    return msgspec.convert(found["bulkOperation"]["results"]["nodes"], tuple[Failure, ...])
