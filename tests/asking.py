"""GraphQL operations on an engine of the test's own, below HTTP: what one operation asks of the cache can be counted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from xingpan_ephemeris import get_ephe_path

from graph.context import Context
from graph.engine_facts import engine_facts
from graph.operations import Operations
from graph.schema import schema
from resolvers.engine import open_engine
from tests.questions import SECRET
from tests.served import COMPILED

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from resolvers.cache import TierCounts
    from resolvers.shared import SharedTier

DAYS = 28
"""Of a month, so that every number is a date."""


class Asking:
    """Executes operations over a client of Redis, or over none."""

    def __init__(self, client: Any) -> None:
        self.engine = open_engine(Path(get_ephe_path()), SECRET, cast("Redis | None", client))
        self._operations = Operations(schema(), compiled=COMPILED)
        self._facts = engine_facts(self.engine, "https://example.org/source")

    @property
    def natal(self) -> TierCounts:
        """What questions for natal charts met."""
        return self.engine.cache.counts["natal"]

    @property
    def vargas(self) -> TierCounts:
        """What questions for vargas met."""
        return self.engine.cache.counts["vargas"]

    @property
    def shared(self) -> SharedTier:
        """The second tier."""
        return self.engine.cache.shared

    async def data(self, query: str, **variables: Any) -> Any:
        """The data of an operation that has no errors; what it computed is not yet written."""
        outcome = await self._operations.execute(query, variables, None, Context(self.engine, self._facts))
        assert "errors" not in outcome.body, outcome.body["errors"]
        return outcome.body["data"]


def birth(number: int = 0) -> dict[str, Any]:
    """One of the births that nobody else asks for."""
    months, day = divmod(number, DAYS)
    years, month = divmod(months, 12)
    date = f"{1950 + years}-{month + 1:02}-{day + 1:02}"
    return {"date": date, "time": "05:45", "latitude": 19.07, "longitude": 72.88, "zone": {"offset": "+05:30"}}


def births(count: int, first: int = 0) -> list[dict[str, Any]]:
    """So many births, all different."""
    return [birth(number) for number in range(first, first + count)]
