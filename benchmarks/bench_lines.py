"""What a worker writes for each birth, beside the bare engine that computes the same chart and writes as long a line."""

from __future__ import annotations

import asyncio
import gc
import random

import orjson

from benchmarks.births import FOLDER, Birth, bare_calls, random_births
from benchmarks.ratios import Aim, compare, report
from ephemeris.natal import chart
from ephemeris.settings import settings
from ephemeris.vargas import varga
from ephemeris.words import VargaVariant
from graph.bulk_work import Selection, SelectionWork
from graph.compiled.plans import Compile
from graph.engine_facts import engine_facts
from graph.operations import Operations
from graph.schema import schema
from jobs.births import BirthRow
from resolvers.births import ZoneRequest
from resolvers.engine import open_engine

COUNT = 500
SELECTION = """
query ($birth: BirthInput!) {
  chart(birth: $birth) {
    grahas { graha longitude rashi nakshatra pada bhava retrograde speed }
    varga(division: 9) { lagna { rashi } grahas { graha rashi } }
  }
}
"""
SETTINGS = settings()


def rows(seed: int) -> list[BirthRow]:
    """Births that no cache has met: other ones for each seed."""
    chance = random.Random(seed)
    return [
        BirthRow(
            None,
            f"{chance.randrange(1900, 2099)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 28):02}",
            f"{chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}",
            chance.uniform(-60, 60),
            chance.uniform(-180, 180),
            zone=ZoneRequest(offset_hours=5.5),
        )
        for _ in range(COUNT)
    ]


def engine_lines(births: list[Birth], line: object) -> None:
    """Charts and D9s by the engine alone, and for each a line like the worker's."""
    for instant, place in births:
        varga(chart(instant, place, SETTINGS).frame, 9, VargaVariant.PARASHARA, SETTINGS)
        orjson.dumps(line)


def main() -> None:
    """Measure and judge."""
    engine, loop = open_engine(FOLDER, bytes(32), None), asyncio.new_event_loop()
    operations = Operations(schema(), compiled=Compile.ALWAYS)
    work = SelectionWork(Selection(SELECTION, {}, "chart"), operations, engine, engine_facts(engine, ""), loop)
    line = orjson.loads(work.run(rows(0), 0)[0].body)
    births, fresh = random_births(COUNT), iter([rows(seed) for seed in range(1, 11)])
    gc.freeze()
    what = "a line of 9 grahas and D9"
    engine_aim = Aim(what, "natal chart, D9 and a line by the engine", at_most=2.0)
    found = [
        compare(engine_aim, lambda: work.run(next(fresh), 0), lambda: engine_lines(births, line), COUNT),
        compare(Aim(what, "pyswisseph alone"), lambda: work.run(next(fresh), 0), lambda: bare_calls(births), COUNT),
    ]
    loop.close()
    report("Lines of bulk operations, a birth each", found)


if __name__ == "__main__":
    main()
