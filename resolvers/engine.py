"""What answers: the verified ephemeris, the zones, the cache and the names of this release, wired once per process."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from ephemeris import swiss
from resolvers.cache import ChartCache
from resolvers.keys import Keys
from resolvers.loaders import Loaders
from resolvers.release import release
from resolvers.shared import SharedTier
from resolvers.zones import ZoneDatabase, open_zones

if TYPE_CHECKING:
    from redis.asyncio import Redis


class Engine:
    """The parts of a process that answers. `open_engine` makes one."""

    def __init__(self, ephemeris: swiss.OpenedEphemeris, zones: ZoneDatabase, keys: Keys, cache: ChartCache) -> None:
        self.ephemeris = ephemeris
        self.zones = zones
        self.keys = keys
        self.cache = cache

    def loaders(self) -> Loaders:
        """Fresh loaders for one operation."""
        return Loaders(self.cache)

    async def close(self) -> None:
        """End the writes under way and let Redis go."""
        await self.cache.close()


def zone_lookup() -> str:
    """What finds a zone from coordinates: the package and its version, which carries its borders."""
    return f"tzfpy {version('tzfpy')}"


def open_engine(
    ephemeris_dir: Path, secret: bytes, redis: Redis | None, *, entries: int = 20_000, ttl_seconds: int = 604_800
) -> Engine:
    """Verify the data and wire the parts.

    Args:
        ephemeris_dir: folder of the ephemeris files.
        secret: at least 32 bytes, for the names of values outside the process.
        redis: client of the shared tier; None for memory alone.

    Raises:
        EphemerisError: the files are missing or altered.
        ZoneDatabaseError: the zone database is.
    """
    opened = swiss.open_ephemeris(ephemeris_dir)
    zones = open_zones()
    keys = Keys(secret, release([opened.version, *opened.files, zones.version, zone_lookup()]))
    return Engine(opened, zones, keys, ChartCache(keys, SharedTier(redis), entries, ttl_seconds))
