"""Where a birth was."""

from __future__ import annotations

import msgspec

from ephemeris.errors import InputError
from ephemeris.words import ErrorCode


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A point on the Earth, geographic.

    Args:
        latitude: degrees, north positive, -90 to 90.
        longitude: degrees, east positive, -180 to 180.
        altitude: metres above the sea, -500 to 25,000.
    """

    latitude: float
    longitude: float
    altitude: float = 0.0


def check_place(latitude: float, longitude: float, altitude: float = 0.0) -> Place:
    """The place, when each number is within its range.

    Args:
        latitude: degrees, north positive, -90 to 90.
        longitude: degrees, east positive, -180 to 180.
        altitude: metres, -500 to 25,000.

    Raises:
        InputError: LATITUDE_INVALID, LONGITUDE_INVALID or ALTITUDE_INVALID, infinities and NaN included; the path is
            the argument's name.

    >>> check_place(19.07, 72.88)
    Place(latitude=19.07, longitude=72.88, altitude=0.0)
    """
    if not -90 <= latitude <= 90:
        raise _beyond(ErrorCode.LATITUDE_INVALID, "latitude", latitude, "-90 to 90 degrees, north positive")
    if not -180 <= longitude <= 180:
        raise _beyond(ErrorCode.LONGITUDE_INVALID, "longitude", longitude, "-180 to 180 degrees, east positive")
    if not -500 <= altitude <= 25_000:
        raise _beyond(ErrorCode.ALTITUDE_INVALID, "altitude", altitude, "-500 to 25,000 metres")
    return Place(latitude, longitude, altitude)


def _beyond(code: ErrorCode, field: str, value: float, span: str) -> InputError:
    return InputError(code, f"The {field} is {value}.", f"Send a number of {span}.", (field,))
