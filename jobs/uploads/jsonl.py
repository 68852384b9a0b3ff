"""A line of JSON, with the fields of BirthInput, as a birth's row."""

from __future__ import annotations

import difflib
import re

import msgspec

from jobs.births import BirthRow
from jobs.uploads.columns import nearest
from jobs.uploads.problems import FIELD_INVALID, LINE_INVALID, LineError, at_line
from jobs.uploads.rows import checked, disambiguation, one_zone, solar
from jobs.uploads.text import TextLine
from resolvers.births import ZoneRequest


class ZoneObject(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", gc=False):
    """A zone as GraphQL's ZoneInput has it."""

    name: str | None = None
    offset: str | None = None
    offset_hours: float | None = None
    solar: str | None = None


class BirthObject(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", gc=False):
    """A birth as GraphQL's BirthInput has it; a reference may be a number, as any ID may."""

    date: str
    time: str
    latitude: float
    longitude: float
    ref: str | int | None = None
    altitude: float = 0.0
    zone: ZoneObject | None = None
    disambiguation: str | None = None


_decode = msgspec.json.Decoder(BirthObject).decode
_PATH = re.compile(r"^(.*?)(?: - at `\$\.?([^`]*)`)?$", re.DOTALL)
_REMEDY = "Send the fields of BirthInput: date and time as text, latitude and longitude as numbers without quotes."
_UNKNOWN = re.compile(r"unknown field `(.*)`", re.DOTALL)


def read_json(line: TextLine) -> BirthRow:
    """The birth of a line.

    Raises:
        LineError: LINE_INVALID for what is no JSON object, FIELD_INVALID for a field that is unknown, missing or of another
            type, else the birth's own problem.
    """
    try:
        sent = _decode(line.readable())
    except msgspec.ValidationError as error:
        raise _mismatch(line.number, str(error)) from None
    except (msgspec.DecodeError, RecursionError):
        remedy = "Write each birth as one JSON object on one line."
        raise at_line(line.number, LINE_INVALID, "The line is no JSON.", remedy) from None
    ref = None if sent.ref is None else str(sent.ref)
    chosen = disambiguation(line.number, sent.disambiguation, ref)
    zone = _zone(line.number, sent.zone, ref) if sent.zone else None
    row = BirthRow(ref, sent.date, sent.time, sent.latitude, sent.longitude, sent.altitude, zone, chosen)
    return checked(line.number, row)


def _zone(line: int, zone: ZoneObject, ref: str | None) -> ZoneRequest | None:
    named = solar(line, zone.solar, ref)
    return one_zone(line, ZoneRequest(zone.name, zone.offset, zone.offset_hours, named), ref)


def _mismatch(line: int, text: str) -> LineError:
    """What msgspec says of a value, with the name that was meant where one is misspelt."""
    found = _PATH.match(text)
    message, place = (found[1], found[2] or "") if found else (text, "")
    unknown = _UNKNOWN.search(message)
    remedy = f"Did you mean {_meant(unknown[1], place)}?" if unknown else _REMEDY
    return at_line(line, FIELD_INVALID, f"{message[:200]}.", remedy, *[step for step in place.split(".") if step])


def _meant(name: str, place: str) -> str:
    if place != "zone":
        return nearest(name)
    return difflib.get_close_matches(name, ZoneObject.__struct_encode_fields__, n=1, cutoff=0)[0]
