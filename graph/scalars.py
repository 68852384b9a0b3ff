"""Scalars: all are strings on the wire. What a string says is checked where its meaning is known, not here, so that one
bad birth in a list does not refuse the request."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from ephemeris.civil import offset_text

Date = NewType("Date", str)
LocalTime = NewType("LocalTime", str)
DateTime = NewType("DateTime", datetime)
TimeZone = NewType("TimeZone", str)
UtcOffset = NewType("UtcOffset", str)
JSON = NewType("JSON", object)
ChartToken = NewType("ChartToken", str)
URL = NewType("URL", str)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f"A text in quotes is wanted, not {repr(value)[:40]}.")
    return value


def _instant(value: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(_text(value))
    except ValueError:
        raise GraphQLError(f"{value[:40]!r} is no instant of RFC 3339: send 2026-11-23T12:00:00Z.") from None
    if instant.tzinfo is None:
        raise GraphQLError(f"{value[:40]!r} names no offset: send 2026-11-23T12:00:00Z or +05:30 at its end.")
    return instant


def instant_text(value: datetime) -> str:
    """An instant in RFC 3339, milliseconds only where there are some; an offset keeps its seconds, as Temporal reads it."""
    text = value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def _offset_text(value: int | str) -> str:
    return offset_text(value) if isinstance(value, int) else value


SCALARS: dict[object, ScalarDefinition] = {
    Date: strawberry.scalar(
        name="Date",
        description="Calendar date `YYYY-MM-DD`, proleptic Gregorian. A Julian date (Russia to 1918, Greece to 1923) must be "
        "converted by the client.",
        specified_by_url="https://the-guild.dev/graphql/scalars/docs/scalars/local-date",
        serialize=str,
        parse_value=_text,
    ),
    LocalTime: strawberry.scalar(
        name="LocalTime",
        description="Clock time `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff`, 00:00 to 23:59:59.999, no zone.",
        specified_by_url="https://the-guild.dev/graphql/scalars/docs/scalars/local-time",
        serialize=str,
        parse_value=_text,
    ),
    DateTime: strawberry.scalar(
        name="DateTime",
        description="Instant in RFC 3339. Answers of the chart are in the birth's own offset unless the field says UTC.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=instant_text,
        parse_value=_instant,
    ),
    TimeZone: strawberry.scalar(
        name="TimeZone",
        description="IANA zone name: `Asia/Kolkata`.",
        specified_by_url="https://www.iana.org/time-zones",
        serialize=str,
        parse_value=_text,
    ),
    UtcOffset: strawberry.scalar(
        name="UtcOffset",
        description="Offset from UTC, east positive: `+05:30`, `-00:25:21`, `Z`. Seconds allowed: local mean times have them.",
        serialize=_offset_text,
        parse_value=_text,
    ),
    ChartToken: strawberry.scalar(
        name="ChartToken",
        description="Sealed birth and settings, URL-safe: nothing about the birth can be read from it without the server's key, "
        "nothing is stored.",
        serialize=str,
        parse_value=_text,
    ),
    URL: strawberry.scalar(
        name="URL",
        description="Address on this service, path-absolute.",
        specified_by_url="https://url.spec.whatwg.org/",
        serialize=str,
        parse_value=_text,
    ),
    JSON: strawberry.scalar(name="JSON", description="Any JSON.", serialize=lambda v: v, parse_value=lambda v: v),
}
"""What strawberry is told of them, in its configuration's scalar map."""
