"""What the engine counts, as readings: the cache by tier, its server, batches, and the time of computing."""

from __future__ import annotations

from collections.abc import Iterator

from ephemeris.words import Ayanamsha
from resolvers.breaker import Circuit
from resolvers.cache import ChartCache, TierCounts
from resolvers.engine import Engine
from resolvers.kinds import KINDS
from resolvers.responses import KIND as RESPONSE
from resolvers.shared import SharedTier
from runtime.metrics.rows import Label, Metric, Reading, Type

CHARTS = tuple([kind.name for kind in KINDS])
_TIER = Label("tier", ("l1", "l2"))
_KIND = Label("kind", (*CHARTS, RESPONSE))
_CHARTS = Label("kind", CHARTS)
_RESULT = Label("result", ("hit", "miss", "joined", "undecodable"))
_STATE = Label("state", tuple([circuit.value for circuit in Circuit]))
_POOL = Label("pool", ("cache", "documents"))
_CONNECTIONS = Label("state", ("limit", "open", "in_use", "waiting"))

REQUESTS = Metric(
    "cache_requests_total", Type.COUNTER, "Questions by what each tier had for them.", (_TIER, _KIND, _RESULT)
)
ENTRIES = Metric("cache_entries", Type.GAUGE, "Values in the memory of all processes.", (_CHARTS,))
CIRCUIT = Metric("cache_circuit_state", Type.GAUGE, "Processes whose circuit to the cache server is so.", (_STATE,))
ROUND_TRIPS = Metric("cache_server_round_trips_total", Type.COUNTER, "Commands sent to the cache server.")
ERRORS = Metric(
    "cache_server_errors_total", Type.COUNTER, "Commands that the cache server failed or did not answer in time."
)
SKIPPED = Metric("cache_server_skipped_writes_total", Type.COUNTER, "Writes dropped because too many were under way.")
CONNECTIONS = Metric(
    "redis_connections", Type.GAUGE, "Connections of a pool, and who waits for one.", (_POOL, _CONNECTIONS)
)
BATCH = Metric("loader_batch_size", Type.HISTOGRAM, "Questions in a batch of a loader.", (_CHARTS,))
COMPUTED = Metric(
    "chart_compute_seconds", Type.HISTOGRAM, "Time of computing one value; in the pool the mean of its slice.",
    (_CHARTS, Label("ayanamsha", tuple([word.name for word in Ayanamsha]))),
)  # fmt: skip
WORKERS = Metric("compute_pool_workers", Type.GAUGE, "Children of API processes that compute long batches.")

ENGINE_METRICS = (
    REQUESTS, ENTRIES, CIRCUIT, ROUND_TRIPS, ERRORS, SKIPPED, CONNECTIONS, BATCH, COMPUTED, WORKERS,
)  # fmt: skip


class EngineReadings:
    """Reads an engine. It only reads integers that are counted anyway."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connections = PoolReadings("cache", engine.cache.shared)

    def __call__(self) -> Iterator[Reading]:
        """All readings."""
        cache = self._engine.cache
        shared = cache.shared.state is not None
        for name, counts in (*cache.counts.items(), (RESPONSE, self._engine.responses.counts)):
            yield from _requests(name, counts, shared=shared)
        yield from _server(cache.shared)
        yield from self._connections()
        yield from _computing(cache)


class PoolReadings:
    """Reads the connections to a server. Args: pool: which it is."""

    def __init__(self, pool: str, tier: SharedTier) -> None:
        self._pool = pool
        self._tier = tier

    def __call__(self) -> Iterator[Reading]:
        """All readings; none where there is no pool."""
        for state, count in zip(_CONNECTIONS.values, self._tier.connections or (), strict=False):
            yield Reading(CONNECTIONS, count, (self._pool, state))


def _requests(kind: str, counts: TierCounts, *, shared: bool) -> Iterator[Reading]:
    """What the two tiers had. Who joins a computation under way has asked memory alone."""
    missed = counts.computed - counts.undecodable
    told = [
        ("l1", "hit", counts.l1_hits),
        ("l1", "miss", counts.l2_hits + counts.computed),
        ("l1", "joined", counts.joined),
    ]
    if shared:
        told += [("l2", "hit", counts.l2_hits), ("l2", "miss", missed), ("l2", "undecodable", counts.undecodable)]
    for tier, result, count in told:
        yield Reading(REQUESTS, count, (tier, kind, result))


def _server(shared: SharedTier) -> Iterator[Reading]:
    if shared.state is None:
        return
    for circuit in Circuit:
        yield Reading(CIRCUIT, int(shared.state is circuit), (circuit.value,))
    yield Reading(ROUND_TRIPS, shared.round_trips)
    yield Reading(ERRORS, shared.errors)
    yield Reading(SKIPPED, shared.skipped_writes)


def _computing(cache: ChartCache) -> Iterator[Reading]:
    for kind, entries in cache.entries().items():
        yield Reading(ENTRIES, entries, (kind,))
    for kind, sizes in cache.batch_sizes.items():
        yield Reading(BATCH, sizes, (kind,))
    for (kind, ayanamsha), seconds in cache.calculator.times.by_kind.items():
        yield Reading(COMPUTED, seconds, (kind, ayanamsha.name))
    yield Reading(WORKERS, cache.calculator.workers)
