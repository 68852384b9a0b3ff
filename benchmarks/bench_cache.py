"""The cache beside computing, 100 charts in one batch, keys included: from Redis, from memory, and through the loader."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.births import FOLDER, Birth, random_births
from benchmarks.ratios import Aim, Measured, compare_async, report
from ephemeris.settings import settings
from resolvers.engine import Engine, open_engine
from resolvers.kinds import NATAL
from resolvers.requests import NatalRequest, conventions, natal_request
from runtime.clients import cache_client
from runtime.embedded import start_embedded
from runtime.state import open_state

CONVENTIONS = conventions(settings())
COUNT = 100
COMPUTED = "computing them"


@contextmanager
def private_redis() -> Iterator[str]:
    """The address of a private cache server that ends with the block."""
    with tempfile.TemporaryDirectory() as folder:
        servers = start_embedded(open_state(Path(folder, "state")))
        if servers is None or servers.cache_url is None:
            raise SystemExit("no Redis-compatible server is installed")
        try:
            yield servers.cache_url
        finally:
            servers.stop()


def asked(births: list[Birth]) -> list[NatalRequest]:
    """The questions, made anew: their keys belong to what is measured."""
    return [natal_request(instant, place, CONVENTIONS) for instant, place in births]


async def measured(engine: Engine) -> list[Measured]:
    """The comparisons; every answer is checked to have come from where it should."""
    births, cache = random_births(COUNT), engine.cache
    compute = open_engine(FOLDER, bytes(32), None).cache

    async def computing() -> None:
        compute.clear_memory()
        await compute.fetch(NATAL, asked(births))

    async def from_redis() -> None:
        cache.clear_memory()
        await cache.fetch(NATAL, asked(births))

    async def from_memory() -> None:
        await cache.fetch(NATAL, asked(births))

    async def loaded_from_redis() -> None:
        cache.clear_memory()
        await engine.loaders().natal.answers(asked(births))

    async def loaded_from_memory() -> None:
        await engine.loaders().natal.answers(asked(births))

    await from_memory()
    await cache.shared.settle()
    before = cache.counts["natal"].computed
    rows = [
        await compare_async(Aim("from Redis, at the batch door", COMPUTED, at_least=5), from_redis, computing, COUNT),
        await compare_async(
            Aim("from memory, at the batch door", COMPUTED, at_least=50), from_memory, computing, COUNT
        ),
        await compare_async(
            Aim("from Redis, by the loader", COMPUTED, at_least=4), loaded_from_redis, computing, COUNT
        ),
        await compare_async(
            Aim("from memory, by the loader", COMPUTED, at_least=25), loaded_from_memory, computing, COUNT
        ),
    ]
    if cache.counts["natal"].computed != before:
        raise SystemExit("charts were computed that should have come from a cache")
    return rows


async def run() -> list[Measured]:
    """Measure on a private server."""
    with private_redis() as url:
        engine = open_engine(FOLDER, os.urandom(32), cache_client(url, timeout_seconds=1))
        rows = await measured(engine)
        await engine.close()
    return rows


def main() -> None:
    """Measure under uvloop, as the server runs."""
    import uvloop  # noqa: PLC0415  not on every platform

    report("Cache, µs a chart of a batch of 100", uvloop.run(run()))


if __name__ == "__main__":
    main()
