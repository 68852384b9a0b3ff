"""What a resolver may ask for: fresh loaders, one set for every operation."""

from __future__ import annotations

from collections.abc import Sequence

from ephemeris.chart import NatalChart
from ephemeris.frame import Frame
from ephemeris.vargas import Varga, VargaFrame
from ephemeris.words import Graha, VargaVariant
from graph.clock import SYSTEM_CLOCK, Clock
from graph.engine_facts import EngineFacts
from resolvers.engine import Engine
from resolvers.requests import NatalRequest, request_in, varga_request

Wanted = tuple[int, VargaVariant]
"""A division and how it is built."""


class Context:
    """One operation's way to the engine."""

    def __init__(self, engine: Engine, facts: EngineFacts, clock: Clock = SYSTEM_CLOCK) -> None:
        self.engine = engine
        self.facts = facts
        self.clock = clock
        self.loaders = engine.loaders()

    async def natal(self, asked: NatalRequest) -> NatalChart:
        """A natal chart."""
        return await self.loaders.natal.load(asked)

    async def with_outer(self, frame: Frame) -> NatalChart:
        """The natal chart of *frame* with Uranus, Neptune and Pluto."""
        return await self.natal(request_in(frame, outer=True))

    async def vargas(self, frame: Frame, wanted: Sequence[Wanted]) -> tuple[Varga, ...]:
        """Several divisional charts of the natal chart of *frame*, as one question."""
        return await self.loaders.vargas.load(varga_request(frame, wanted))

    async def varga(self, frame: Frame, division: int, variant: VargaVariant | None) -> Varga:
        """One divisional chart; by the settings' variant where none is named."""
        chosen = frame.settings.variant(division) if variant is None else variant
        return (await self.vargas(frame, [(division, chosen)]))[0]

    async def varga_with_outer(self, frame: VargaFrame) -> Varga:
        """The divisional chart of *frame* with Uranus, Neptune and Pluto."""
        whole = await self.with_outer(frame.natal)
        return await self.varga(whole.frame, frame.division, frame.variant)


def needs_outer(*grahas: Graha) -> bool:
    """Whether any of them is one of the outer three."""
    return any(graha > Graha.KETU for graha in grahas)
