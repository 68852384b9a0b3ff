"""From births as sent to charts: read, asked together, answered one by one."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ephemeris.chart import NatalChart
from ephemeris.errors import ChartError
from ephemeris.settings import Settings
from graph.context import Context
from graph.inputs import BirthInput
from graph.needs import Need, answered
from graph.types.chart import Asked, Chart
from resolvers.births import BirthRequest, moment_of, place_of
from resolvers.kinds import NATAL
from resolvers.requests import NatalRequest, conventions, natal_request
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
    moment = moment_of(birth, zones, settings.time_scale)
    return Asked(msgspec.msgpack.encode((birth, settings)), birth, moment, place_of(birth), settings)


def question(asked: Asked) -> NatalRequest:
    """What the engine is asked for a birth."""
    moment = asked.moment
    return natal_request(moment.instant, asked.place, conventions(asked.settings), moment.local)


def chart_need(birth: BirthInput, settings: Settings, context: Context) -> Need:
    """The chart of one birth. Raises: InputError as `read`."""
    return _chart_asked(read(birth, settings, context.engine.zones))


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
        asked = read_request(birth, settings, context.engine.zones)
    except ChartError as error:
        raise error.under("token") from None
    return _chart_asked(asked)


def _chart_asked(asked: Asked) -> Need:
    return Need(NATAL, question(asked), lambda value: Chart(value=value, asked=asked))


async def charts_of(births: Sequence[BirthInput], settings: Settings, context: Context) -> list[Chart | ChartError]:
    """The charts of many births in their order, an error in the place of each that has none; one batch to the engine."""
    read_births = await _read_all(births, settings, context.engine.zones)
    asked = [found for found in read_births if isinstance(found, Asked)]
    values = iter(await context.loaders.natal.answers([question(found) for found in asked]))
    return [found if isinstance(found, ChartError) else _charted(found, next(values)) for found in read_births]


def _charted(asked: Asked, value: NatalChart | BaseException) -> Chart | ChartError:
    if isinstance(value, NatalChart):
        return Chart(value=value, asked=asked)
    if isinstance(value, ChartError):
        return value
    raise value


async def _read_all(births: Sequence[BirthInput], settings: Settings, zones: ZoneDatabase) -> list[Asked | ChartError]:
    """Each birth read, the event loop let go between slices."""
    found: list[Asked | ChartError] = []
    turn = Turn()
    for birth in births:
        try:
            found.append(read(birth, settings, zones))
        except ChartError as error:
            found.append(error)
        await turn.yield_when_long()
    return found
