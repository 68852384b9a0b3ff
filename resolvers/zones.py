"""The pinned zone database: one archive of compiled zones, verified once, and zones by name or by coordinates."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from ephemeris.civil import shown
from ephemeris.errors import ChartError, InputError
from ephemeris.words import ErrorCode

DATA = Path(__file__).with_name("data")
"""Where `zones.zip` and `zones.json` lie; `tools/build_zones.py` makes both."""

ARCHIVE, ABOUT, LINKS = "zones.zip", "zones.json", "links.txt"

_LONGEST_NAME = 64
"""Characters of an unknown name that are compared with the known ones; the longest known has 32."""

_LIKENESS = 0.75
"""Of 1, by difflib, to be suggested: IST is not taken for MST."""


class ZoneDatabaseError(ChartError):
    """Raised when the pinned zone database is missing or altered."""


class ZoneDatabase:
    """The zones of one release of the IANA database, with their history before 1970.

    Args:
        version: the release, as 2026f.
        archive: the bytes of `zones.zip`.

    >>> zones = open_zones()
    >>> zones.zone("Asia/Kolkata").key
    'Asia/Kolkata'
    """

    def __init__(self, version: str, archive: bytes) -> None:
        self.version = version
        self._archive = zipfile.ZipFile(io.BytesIO(archive))
        self._links = dict(line.split() for line in self._archive.read(LINKS).decode().splitlines())
        own_names = {name: name for name in self._archive.namelist() if name != LINKS}
        self._members = dict(sorted((own_names | self._links).items()))
        self._by_folded_name = {name.casefold(): name for name in self._members}
        self._zones: dict[str, ZoneInfo] = {}
        self._remedy = lru_cache(maxsize=1024)(
            self._nearest
        )  # a search costs milliseconds, a batch repeats its mistake

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that `zone` accepts, links included, in order."""
        return tuple(self._members)

    def zone(self, name: str) -> ZoneInfo:
        """The zone of that name, always the same object.

        Args:
            name: IANA name in its exact case; links such as `Asia/Calcutta` are names.

        Raises:
            InputError: ZONE_UNKNOWN, the nearest names in its remedy, path `zone`, `name`.
        """
        known = self._zones.get(name)
        if known is None:
            known = self._zones[name] = self._load(name)
        return known

    def at(self, latitude: float, longitude: float) -> str:
        """The name of the zone on whose land the place lies.

        Args:
            latitude: degrees, north positive, -90 to 90.
            longitude: degrees, east positive, -180 to 180.

        Raises:
            InputError: ZONE_NOT_FOUND at sea, or where the borders name a zone that this database does not have; path
                `zone`.
        """
        import tzfpy  # noqa: PLC0415 - 34 MiB, only for births without a zone

        name = tzfpy.get_tz(longitude, latitude)
        if not name or name.startswith("Etc/"):
            raise _not_found(f"No land, and so no zone, was found at latitude {latitude}, longitude {longitude}.")
        if name not in self._members:
            raise _not_found(f"The zone at these coordinates, {name}, is not in the zone database {self.version}.")
        return name

    def _load(self, name: str) -> ZoneInfo:
        member = self._members.get(name)
        if member is None:
            raise InputError(
                ErrorCode.ZONE_UNKNOWN,
                f"The zone database {self.version} has no zone {shown(name)}.",
                self._remedy(name[:_LONGEST_NAME]),
                ("zone", "name"),
            )
        return ZoneInfo.from_file(io.BytesIO(self._archive.read(member)), key=name)

    def _nearest(self, name: str) -> str:
        folded = name.strip().replace(" ", "_").casefold()
        city = folded.rpartition("/")[2]
        likely = [known for known in self._by_folded_name if known.rpartition("/")[2][:1] == city[:1]]
        same = [known for known in likely if folded in (known, known.rpartition("/")[2])]
        nearest = same or get_close_matches(folded, likely, cutoff=_LIKENESS)
        if not nearest:
            return "Send an IANA name, as Asia/Kolkata, or the offset of the birth record."
        return f"Did you mean {' or '.join(self._by_folded_name[key] for key in nearest)}?"


def open_zones(folder: Path = DATA) -> ZoneDatabase:
    """The pinned database, verified against its digest.

    Args:
        folder: holds `zones.zip` and `zones.json`.

    Raises:
        ZoneDatabaseError: UNAVAILABLE, naming the file, when one cannot be read or the archive is not the one pinned.

    >>> open_zones().version
    '2026f'
    """
    about = _about(folder / ABOUT)
    path = folder / ARCHIVE
    archive = _read(path)
    found = hashlib.sha256(archive).hexdigest()
    if found != about["sha256"]:
        raise _unusable(f"The zone database {path} is not the one expected: its SHA-256 is {found}.")
    return ZoneDatabase(about["version"], archive)


def _about(path: Path) -> dict[str, str]:
    try:
        about = json.loads(_read(path))
        return {"version": about["version"], "sha256": about["sha256"]}
    except (ValueError, TypeError, KeyError) as error:
        raise _unusable(f"The description of the zone database, {path}, is damaged: {error!r}.") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unusable(f"The zone database {path} cannot be read: {error.strerror}.") from error


def _unusable(message: str) -> ZoneDatabaseError:
    return ZoneDatabaseError(
        ErrorCode.UNAVAILABLE,
        message,
        f"Install grahaql again: {ARCHIVE} and {ABOUT} come with it, and both from one run of tools/build_zones.py.",
    )


def _not_found(message: str) -> InputError:
    return InputError(
        ErrorCode.ZONE_NOT_FOUND,
        message,
        "Send a zone: a name, an offset, or solar LOCAL_MEAN_TIME.",
        ("zone",),
    )
