"""What is asked of the engine, as values with a token: equal questions have equal tokens.

A token is the exact input in bytes. It is the key of the cache in memory and never leaves the process; outside (Redis,
ids) only its keyed digest appears, because a birth can be guessed from an unkeyed one.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import msgspec

from ephemeris.chart import EPOCH
from ephemeris.frame import Frame
from ephemeris.moments import Instant
from ephemeris.places import Place
from ephemeris.settings import Settings
from ephemeris.words import Graha, VargaVariant

_INSTANT_AND_PLACE = struct.Struct("<dddddd?")
_DIVISION_AND_VARIANT = struct.Struct("<HB")


class Conventions(msgspec.Struct, frozen=True):
    """Settings with their bytes, made once for all births that share them."""

    settings: Settings
    code: bytes


@lru_cache(maxsize=256)
def conventions(settings: Settings) -> Conventions:
    """Settings ready to be asked with. All of them are part of the question: a chart in hand answers by its own settings."""
    return Conventions(settings, msgspec.msgpack.encode(settings))


class NatalRequest(msgspec.Struct, frozen=True):
    """A natal chart: when, where, by which conventions, with the outer three or without.

    `local` is the instant in the birth's own offset. The offset changes no position; it is part of the question because
    spans of time are told in it.
    """

    instant: Instant
    place: Place
    conventions: Conventions
    local: datetime
    outer: bool
    token: bytes

    @property
    def identity(self) -> bytes:
        """The token of the same question without the outer three: both charts have the same ids."""
        end = _INSTANT_AND_PLACE.size
        return self.token[: end - 1] + b"\0" + self.token[end:]


def natal_request(
    instant: Instant, place: Place, conventions: Conventions, local: datetime = EPOCH, outer: bool = False
) -> NatalRequest:
    """The request of a natal chart.

    >>> from ephemeris.settings import settings
    >>> ask = natal_request(Instant(2451545.0, 2451545.0007), Place(19.07, 72.88), conventions(settings()))
    >>> ask.token == natal_request(ask.instant, ask.place, ask.conventions).token
    True
    """
    numbers = _INSTANT_AND_PLACE.pack(
        instant.jd_ut,
        instant.jd_tt,
        place.latitude,
        place.longitude,
        place.altitude,
        local.utcoffset().total_seconds(),  # type: ignore[union-attr]  # it is aware
        outer,
    )
    return NatalRequest(instant, place, conventions, local, outer, numbers + conventions.code)


def request_in(frame: Frame, *, outer: bool) -> NatalRequest:
    """The request of the chart that *frame* belongs to, with the outer three or without."""
    horizon = frame.horizon
    return natal_request(horizon.instant, horizon.place, conventions(horizon.settings), frame.local, outer)


class VargaRequest(msgspec.Struct, frozen=True):
    """Several divisional charts of one natal chart: which divisions, each by which variant."""

    frame: Frame
    wanted: tuple[tuple[int, VargaVariant], ...]
    token: bytes


def varga_request(frame: Frame, wanted: Sequence[tuple[int, VargaVariant]]) -> VargaRequest:
    """The request of the vargas *wanted* of the natal chart of *frame*; with its outer three where it has them."""
    natal = request_in(frame, outer=len(frame.bodies) > Graha.KETU + 1)
    codes = b"".join([_DIVISION_AND_VARIANT.pack(*row) for row in wanted])
    return VargaRequest(frame, tuple(wanted), natal.token + b"\0vargas" + codes)
