"""From births as sent to charts: read, asked together, answered one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from cachebox import LRUCache

from ephemeris.chart import NatalChart
from ephemeris.errors import ChartError
from ephemeris.settings import Settings
from graph.context import Context
from graph.inputs import BirthInput
from graph.needs import Need, answered
from graph.types.chart import Asked, Chart
from resolvers.births import BirthRequest, moment_of, place_of
from resolvers.kinds import NATAL
from resolvers.requests import Conventions, NatalRequest, conventions, natal_request
from resolvers.turns import Turn
from resolvers.zones import ZoneDatabase


def read(birth: BirthInput, settings: Settings, zones: ZoneDatabase) -> Asked:
    """When and where a birth was.

    Raises:
        InputError: what is wrong with it, the path inside the birth.
    """
    return read_request(birth.request(), settings, zones)


def read_request(birth: BirthRequest, settings: Settings, zones: ZoneDatabase) -> Asked:
    """As `read`, of a birth as the engine asks it."""
    return _read(birth, conventions(settings), zones).asked


class Reading(NamedTuple):
    """A birth that was read, and what the engine is asked for it."""

    asked: Asked
    request: NatalRequest

    def need(self) -> Need:
        """Its chart."""
        return Need(NATAL, self.request, self.chart)

    def chart(self, value: NatalChart) -> Chart:
        """Its chart, of what the engine answered."""
        return Chart(value=value, asked=self.asked)


_encode = msgspec.msgpack.Encoder().encode
_READINGS: LRUCache[tuple[str, bytes, bytes], Reading] = LRUCache(2_000)
"""Births read before, by the very bytes of what was sent: the next chart of the same birth costs a look."""


def _read(birth: BirthRequest, by: Conventions, zones: ZoneDatabase) -> Reading:
    key = zones.version, _encode(birth), by.code
    found: Reading | None = _READINGS.get(key)
    if found is None:
        found = _READINGS[key] = _reading(birth, by, zones)
    return found


def _reading(birth: BirthRequest, by: Conventions, zones: ZoneDatabase) -> Reading:
    moment, place = moment_of(birth, zones, by.settings.time_scale), place_of(birth)
    asked = Asked(_encode((birth, by.settings)), birth, moment, place, by.settings)
    return Reading(asked, natal_request(moment.instant, place, by, moment.local))


def chart_need(birth: BirthInput, settings: Settings, context: Context) -> Need:
    """The chart of one birth. Raises: InputError as `read`."""
    return _read(birth.request(), conventions(settings), context.engine.zones).need()


async def read_chart(birth: BirthRequest, settings: Settings, context: Context) -> Chart:
    """The chart of a birth as the engine asks it. Raises: ChartError, as `chart_of`."""
    need = _read(birth, conventions(settings), context.engine.zones).need()
    chart: Chart = await answered(need, context.loaders)
    return chart


async def chart_of(birth: BirthInput, settings: Settings, context: Context) -> Chart:
    """The chart of one birth. Raises: ChartError as `read`, or when the engine cannot answer."""
    chart: Chart = await answered(chart_need(birth, settings, context), context.loaders)
    return chart


def token_need(token: str, context: Context) -> Need:
    """The chart that a token seals.

    Raises:
        InputError: TOKEN_INVALID, path `token`; or what is wrong with the birth by now, its path under `token`.
    """
    birth, settings = context.engine.tokens.open(token)
    try:
        return _read(birth, conventions(settings), context.engine.zones).need()
    except ChartError as error:
        raise error.under("token") from None


async def charts_of(births: Sequence[BirthInput], settings: Settings, context: Context) -> list[Chart | ChartError]:
    """The charts of many births in their order, an error in the place of each that has none; one batch to the engine."""
    readings = await _read_all(births, conventions(settings), context.engine.zones)
    requests = [found.request for found in readings if isinstance(found, Reading)]
    answers = await context.loaders.answers(NATAL, requests)
    values = iter(answers)
    return [found if isinstance(found, ChartError) else _charted(found, next(values)) for found in readings]


def _charted(reading: Reading, value: NatalChart | BaseException) -> Chart | ChartError:
    if isinstance(value, NatalChart):
        return reading.chart(value)
    if isinstance(value, ChartError):
        return value
    raise value


async def _read_all(births: Sequence[BirthInput], by: Conventions, zones: ZoneDatabase) -> list[Reading | ChartError]:
    """Each birth read, the event loop let go between slices."""
    found: list[Reading | ChartError] = []
    turn = Turn()
    for birth in births:
        try:
            found.append(_read(birth.request(), by, zones))
        except ChartError as error:
            found.append(error)
        await turn.yield_when_long()
    return found
