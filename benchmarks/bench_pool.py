"""The pool beside computing in the event loop: how long others wait, and how fast a list of 1,000 births is answered."""

from __future__ import annotations

import asyncio
import gc
import statistics
from collections.abc import Sequence
from contextlib import suppress
from time import perf_counter
from typing import NamedTuple

from benchmarks.births import FOLDER, open_sky, random_births
from benchmarks.ratios import REPETITIONS, Aim, Measured, report
from ephemeris import swiss
from ephemeris.chart import NatalChart
from ephemeris.settings import settings
from ephemeris.varga_rules import SHODASHAVARGA
from ephemeris.words import VargaVariant
from resolvers.calculator import Calculator, Inline, Pooled
from resolvers.keys import Keys
from resolvers.kinds import NATAL, VARGAS, Asked, Kind, Value
from resolvers.pool import Pool
from resolvers.release import release
from resolvers.requests import VargaRequest, conventions, natal_request, varga_request
from resolvers.workers import WorkerCommand

CONVENTIONS = conventions(settings())
COUNT = 1000
KEYS = Keys(bytes(32), "bench")
INLINE = "in the event loop"
_BEAT_SECONDS = 0.001


class Timed(NamedTuple):
    """One list answered: seconds in all, and how late a timer of a millisecond came, at its median and 99th percentile."""

    seconds: float
    late: float
    latest: float


async def timed(calculator: Calculator, kind: Kind[Asked, Value], asked: Sequence[Asked]) -> Timed:
    """Compute while a timer ticks. Collections of garbage, the same on both sides, are kept out."""
    late: list[float] = []

    async def tick() -> None:
        while True:
            before = perf_counter()
            await asyncio.sleep(_BEAT_SECONDS)
            late.append(max(0.0, perf_counter() - before - _BEAT_SECONDS))

    gc.collect()
    gc.disable()
    timer = asyncio.create_task(tick())
    await asyncio.sleep(0)
    started = perf_counter()
    await calculator.compute(kind, asked)
    seconds = perf_counter() - started
    await asyncio.sleep(2 * _BEAT_SECONDS)  # the tick that was held up is counted
    timer.cancel()
    with suppress(asyncio.CancelledError):
        await timer
    gc.enable()
    hundredths = statistics.quantiles(late, n=100, method="inclusive")
    return Timed(seconds, statistics.median(late), hundredths[98])


async def compared(name: str, kind: Kind[Asked, Value], asked: Sequence[Asked], workers: int) -> list[Measured]:
    """A list answered by the pool and in the event loop, in turn."""
    opened = swiss.open_ephemeris(FOLDER)
    command = WorkerCommand(FOLDER, (), release([opened.version, *opened.files]))
    pool = Pool(workers, command.start)
    if not await pool.started():
        raise SystemExit("no worker could be started")
    pooled, inline = Pooled(KEYS, pool), Inline(KEYS)
    pairs = [(await timed(pooled, kind, asked), await timed(inline, kind, asked)) for _ in range(REPETITIONS)]
    await pool.close()
    there, here = (Timed(*map(statistics.median, zip(*side, strict=True))) for side in zip(*pairs, strict=True))
    of = f"{name}, pool of {workers}"
    return [
        Measured(Aim(f"{of}: lateness, median", INLINE, at_least=10), there.late * 1e6, here.late * 1e6),
        Measured(Aim(f"{of}: lateness, p99", INLINE, at_least=1.5), there.latest * 1e6, here.latest * 1e6),
        Measured(Aim(f"{of}: a birth", INLINE, at_most=1.5), there.seconds / COUNT * 1e6, here.seconds / COUNT * 1e6),
    ]


def varga_requests(charts: Sequence[object]) -> list[VargaRequest]:
    """The sixteen vargas of each chart."""
    wanted = [(division, VargaVariant.PARASHARA) for division in SHODASHAVARGA]
    return [varga_request(chart.frame, wanted) for chart in charts if isinstance(chart, NatalChart)]


async def run() -> list[Measured]:
    """Natal charts and sixteen vargas, by one worker and by two."""
    open_sky()
    births = [natal_request(instant, place, CONVENTIONS) for instant, place in random_births(COUNT)]
    vargas = varga_requests([answer for _, answer, _ in await Inline(KEYS).compute(NATAL, births)])
    rows = []
    for workers in (1, 2):
        rows += await compared("natal charts", NATAL, births, workers)
        rows += await compared("16 vargas", VARGAS, vargas, workers)
    return rows


def main() -> None:
    """Measure under uvloop, as the server runs."""
    import uvloop  # noqa: PLC0415  not on every platform

    report(f"Pool, µs, lists of {COUNT}", uvloop.run(run()))


if __name__ == "__main__":
    main()
