"""What `engine` answers."""

from __future__ import annotations

import msgspec

from resolvers.engine import Engine, zone_lookup
from runtime.build import build

FIRST_DATE, LAST_DATE = "1800-01-01", "2399-12-31"


class EngineFacts(msgspec.Struct, frozen=True):
    """Versions, data, licence."""

    version: str
    release: str
    ephemeris: str
    ephemeris_files: tuple[str, ...]
    zone_database: str
    zone_lookup: str
    first_date: str
    last_date: str
    source_url: str


def engine_facts(engine: Engine, source_url: str) -> EngineFacts:
    """The facts of a process, gathered once."""
    return EngineFacts(
        build().grahaql,
        engine.keys.release,
        engine.ephemeris.version,
        engine.ephemeris.files,
        engine.zones.version,
        zone_lookup(),
        FIRST_DATE,
        LAST_DATE,
        source_url,
    )
