"""Questions for the tests of what answers them, and caches to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec

from ephemeris.chart import NatalChart
from ephemeris.moments import Instant
from ephemeris.places import Place
from ephemeris.settings import settings
from ephemeris.words import VargaVariant
from resolvers.cache import ChartCache
from resolvers.checksum import marked
from resolvers.keys import Keys
from resolvers.requests import NatalRequest, VargaRequest, conventions, natal_request, varga_request
from resolvers.shared import SharedTier

if TYPE_CHECKING:
    from redis.asyncio import Redis

SECRET = bytes(range(32))
MUMBAI = Place(19.07, 72.88)
CONVENTIONS = conventions(settings())
OUTSIDE = natal_request(Instant(1000.5, 1000.6), MUMBAI, CONVENTIONS)
"""A question whose instant lies outside the ephemeris files: computing it raises a ChartError."""


def question(number: int = 0, *, outer: bool = False) -> NatalRequest:
    """One of the natal charts that nobody else asks for: each number another day and minute after 2000."""
    jd_ut = 2_451_545.0 + 1.37 * number
    return natal_request(Instant(jd_ut, jd_ut + 0.0007), MUMBAI, CONVENTIONS, outer=outer)


def varga_question(chart: NatalChart, *divisions: int) -> VargaRequest:
    """The question for these divisions of *chart*."""
    return varga_request(chart.frame, [(division, VargaVariant.PARASHARA) for division in divisions])


def bare(value: object) -> bytes:
    """The bytes of a value without the frames that it was joined with: as it travels."""
    return marked(msgspec.msgpack.encode(value, enc_hook=lambda _frame: None))


def cache_over(
    client: Any, *, memory_bytes: int = 1 << 27, ttl_seconds: int = 10_000, release: str = "r1"
) -> ChartCache:
    """A cache of its own over a client, which may be a stub or None."""
    return ChartCache(Keys(SECRET, release), SharedTier(cast("Redis | None", client)), memory_bytes, ttl_seconds)
