"""Live answers: what changes by itself, told as it does."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Annotated, Any, cast

import strawberry
from strawberry import ID

from ephemeris.chart import NatalChart
from ephemeris.civil import offset_from_hours, parse_offset
from ephemeris.errors import ChartError
from ephemeris.moments import instant
from ephemeris.places import Place, check_place
from ephemeris.settings import Settings
from graph.bulk_face import way
from graph.bulk_problems import bulk_refusal
from graph.clock import Clock
from graph.context import Context
from graph.errors import refusal
from graph.fields import InfoOf, given
from graph.inputs import PlaceInput, SettingsInput, resolved_settings
from graph.types.bulk import BulkOperation, BulkProgress
from graph.types.sky import Sky, SkyAt
from jobs.errors import BulkError
from jobs.progress import Progress
from resolvers.births import SECONDS_PER_DEGREE, ZoneRequest
from resolvers.requests import conventions, natal_request
from resolvers.zones import ZoneDatabase

Where = Annotated[PlaceInput, given("Place.")]
Every = Annotated[int, given("Seconds between, 1 to 3600.")]
By = Annotated[SettingsInput | None, given("Conventions.")]
Which = Annotated[ID, given("Which.")]
After = Annotated[str | None, given("Cursor of the last event seen.")]


def _sky(info: InfoOf, place: Where, every: Every = 60, settings: By = None) -> AsyncGenerator[Sky, None]:
    """What is wrong is said before the first event: the generator is made here, and begins with its first reader."""
    chosen = resolved_settings(settings)
    try:
        where = check_place(place.latitude, place.longitude, place.altitude)
        zone = zone_of(place.zone.request() if place.zone else None, where, info.context.engine.zones)
    except ChartError as error:
        raise refusal(error, "place") from error
    return cast("AsyncGenerator[Sky, None]", _skies(info.context, where, zone, every, chosen))


async def _skies(
    context: Context, place: Place, zone: tzinfo, every: int, settings: Settings
) -> AsyncGenerator[SkyAt, None]:
    async with aclosing(ticks(context.clock, every)) as times:
        async for now in times:
            chart = await _chart_at(now, place, settings, context)
            yield SkyAt(now.astimezone(zone), chart.lagna.longitude, chart.lagna.rashi, chart.grahas)


async def _chart_at(utc: datetime, place: Place, settings: Settings, context: Context) -> NatalChart:
    """By loaders of its own: a loader remembers every answer, and this question is asked for days."""
    asked = natal_request(instant(utc, settings.time_scale), place, conventions(settings))
    return await context.engine.loaders().natal.load(asked)


async def ticks(clock: Clock, every: int) -> AsyncGenerator[datetime, None]:
    """The time of day at once, then every so many seconds counted from the first; who comes late misses some.

    In whole seconds: all who look at one place then share one chart.
    """
    first, count = clock.seconds(), 0
    while True:
        yield (clock.now() + timedelta(seconds=0.5)).replace(microsecond=0)
        count = max(count, int((clock.seconds() - first) // every)) + 1
        await clock.sleep(first + count * every - clock.seconds())


def zone_of(zone: ZoneRequest | None, place: Place, zones: ZoneDatabase) -> tzinfo:
    """The zone of a place, looked up from its coordinates where none is said.

    Raises:
        InputError: ZONE_UNKNOWN, ZONE_NOT_FOUND or OFFSET_INVALID, path inside the place.
    """
    if zone is None:
        return zones.zone(zones.at(place.latitude, place.longitude))
    if zone.name is not None:
        return zones.zone(zone.name)
    if zone.solar is not None:
        return timezone(timedelta(seconds=round(place.longitude * SECONDS_PER_DEGREE)))
    try:
        seconds = parse_offset(zone.offset) if zone.offset is not None else offset_from_hours(zone.offset_hours or 0.0)
    except ChartError as error:
        raise error.under("zone") from None
    return timezone(timedelta(seconds=seconds))


async def _bulk_progress(info: InfoOf, id: Which, after: After = None) -> AsyncGenerator[BulkProgress, None]:
    """What is wrong is said before the first event, which is waited for here."""
    found = way(info.context)
    events = _told(found.operations.progress(id, after, found.client))
    return _with(await anext(events), events)


async def _told(events: AsyncIterator[Progress]) -> AsyncGenerator[BulkProgress, None]:
    """The events as the schema has them. Raises: GraphQLError."""
    try:
        async for event in events:
            operation = BulkOperation(record=event.operation)
            yield BulkProgress(cursor=event.cursor, gap=event.gap, operation=operation, new_lines=event.new_lines)
    except BulkError as error:
        raise bulk_refusal(error, "id") from error


async def _with(first: BulkProgress, rest: AsyncGenerator[BulkProgress, None]) -> AsyncGenerator[BulkProgress, None]:
    async with aclosing(rest):
        yield first
        async for event in rest:
            yield event


_live: Any = strawberry.subscription


@strawberry.type(description="Live answers.")
class Subscription:
    bulk_progress: BulkProgress = _live(
        resolver=_bulk_progress,
        description="A snapshot first, then at most four events a second, one with finished, then complete.",
    )
    sky: Sky = _live(resolver=_sky, description="The sky as it moves, at a place.")
