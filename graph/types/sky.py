"""The sky of now. Nothing in it has an id: a client's normalised cache would keep every event for ever."""

from __future__ import annotations

from datetime import datetime

import msgspec
import strawberry

from ephemeris import chart
from ephemeris.words import Graha, Nakshatra, Rashi
from graph.fields import said
from graph.scalars import DateTime


class SkyAt(msgspec.Struct, frozen=True):
    """What a `Sky` is read from."""

    at: datetime
    lagna: float
    lagna_rashi: Rashi
    grahas: tuple[chart.GrahaPosition, ...]


@strawberry.type(description="A graha in the sky.")
class SkyPosition:
    graha: Graha = said("Which.")
    longitude: float = said("Degrees.")
    rashi: Rashi = said("Sign.")
    nakshatra: Nakshatra = said("Star.")
    retrograde: bool = said("Retrograde.")


@strawberry.type(description="The sky at a place and instant: deliberately without ids.")
class Sky:
    at: DateTime = said("When.")
    lagna: float = said("Rising point, degrees.")
    lagna_rashi: Rashi = said("Rising sign.")
    grahas: list[SkyPosition] = said("Positions.")
