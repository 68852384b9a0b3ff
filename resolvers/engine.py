"""What answers: the verified ephemeris, the zones, the cache and the names of this release, wired once per process."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from ephemeris import swiss
from resolvers.cache import ChartCache
from resolvers.calculator import Pooled
from resolvers.keys import Keys
from resolvers.loaders import Loaders
from resolvers.pool import Pool
from resolvers.release import release
from resolvers.responses import ResponseCache
from resolvers.shared import SharedTier
from resolvers.tokens import Tokens
from resolvers.workers import WorkerCommand
from resolvers.zones import ZoneDatabase, open_zones

if TYPE_CHECKING:
    from redis.asyncio import Redis


_RESPONSES_BYTES = 24 * 1024 * 1024


class Engine:
    """The parts of a process that answers. `open_engine` makes one."""

    def __init__(
        self, ephemeris: swiss.OpenedEphemeris, zones: ZoneDatabase, keys: Keys, tokens: Tokens, cache: ChartCache
    ) -> None:
        self.ephemeris = ephemeris
        self.zones = zones
        self.keys = keys
        self.tokens = tokens
        self.cache = cache
        self.responses = ResponseCache(keys, cache.shared, _RESPONSES_BYTES, cache.ttl_seconds)

    def loaders(self) -> Loaders:
        """Fresh loaders for one operation."""
        return Loaders(self.cache)

    async def close(self) -> None:
        """End the computations and the writes under way, and let Redis go."""
        await self.cache.close()


def zone_lookup() -> str:
    """What finds a zone from coordinates: the package and its version, which carries its borders."""
    return f"tzfpy {version('tzfpy')}"


def open_engine(
    ephemeris_dir: Path,
    secret: bytes,
    redis: Redis | None,
    *,
    memory_bytes: int = 32 * 1024 * 1024,
    ttl_seconds: int = 604_800,
    token_keys: Sequence[bytes] | None = None,
    pool_processes: int = 0,
) -> Engine:
    """Verify the data and wire the parts.

    Args:
        ephemeris_dir: folder of the ephemeris files.
        secret: at least 32 bytes, for the names of values outside the process.
        redis: client of the shared tier; None for memory alone.
        memory_bytes: that charts may take in this process.
        token_keys: of chart tokens, newest first; None for the secret.
        pool_processes: that compute long batches off the event loop; 0 for none.

    Raises:
        EphemerisError: the files are missing or altered.
        ZoneDatabaseError: the zone database is.
    """
    opened = swiss.open_ephemeris(ephemeris_dir)
    zones = open_zones()
    versions = (zones.version, zone_lookup())
    keys = Keys(secret, release([opened.version, *opened.files, *versions]))
    calculator = None
    if pool_processes:
        start = WorkerCommand(ephemeris_dir, versions, keys.release).start
        calculator = Pooled(keys, Pool(pool_processes, start))
    cache = ChartCache(keys, SharedTier(redis), memory_bytes, ttl_seconds, calculator)
    return Engine(opened, zones, keys, Tokens(token_keys or [secret]), cache)
