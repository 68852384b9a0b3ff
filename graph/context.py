"""What a resolver may ask for: fresh loaders, one set for every operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.clock import SYSTEM_CLOCK, Clock
from graph.engine_facts import EngineFacts
from resolvers.engine import Engine

if TYPE_CHECKING:
    from graph.bulk_face import BulkFace


class Context:
    """One operation's way to the engine.

    `client` is the name of who asks, as `graph.clients` tells it; None where it needs a key and has none. `bulk` leads to bulk
    operations; None where nobody may ask for them.
    """

    client: str | None = None

    def __init__(
        self, engine: Engine, facts: EngineFacts, clock: Clock = SYSTEM_CLOCK, bulk: BulkFace | None = None
    ) -> None:
        self.engine = engine
        self.facts = facts
        self.clock = clock
        self.bulk = bulk
        self.loaders = engine.loaders()

    def asked_by(self, client: str | None) -> Context:
        """The same, for a client."""
        self.client = client
        return self
