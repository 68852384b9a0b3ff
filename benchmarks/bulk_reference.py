"""The bare engine over a file of births, its lines written: `python -m benchmarks.bulk_reference BIRTHS LINES FIRST STEP`.

It waits for a line on its standard input before it begins, so that two of them begin together, and prints its seconds and its processor time.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import msgspec
import orjson

from benchmarks.births import open_sky
from ephemeris.moments import Moment
from ephemeris.natal import chart
from ephemeris.places import Place
from ephemeris.settings import Settings, settings
from ephemeris.vargas import bind_vargas, varga
from ephemeris.words import VargaVariant
from resolvers.births import BirthRequest, ZoneRequest, moment_of, place_of
from resolvers.zones import open_zones

DIVISION = 9

FRAGMENT = """fragment Line on Chart {
  grahas { graha longitude eclipticLatitude speed rashi nakshatra pada bhava retrograde }
  varga(division: 9) { grahas { graha rashi } }
}"""
"""The same as GraphQL: nine grahas with eight fields beside their names, and the navamsha."""


def line(moment: Moment, place: Place, chosen: Settings) -> dict[str, Any]:
    """What `FRAGMENT` selects, read from the engine's own values."""
    found = chart(moment.instant, place, chosen)
    frame = found.frame
    (navamsha,) = bind_vargas((varga(frame, DIVISION, VargaVariant.PARASHARA, chosen),), frame)
    return {
        "grahas": [
            {
                "graha": part.graha.name,
                "longitude": part.longitude,
                "eclipticLatitude": part.ecliptic_latitude,
                "speed": part.speed,
                "rashi": part.rashi.name,
                "nakshatra": part.nakshatra.name,
                "pada": part.pada,
                "bhava": part.bhava,
                "retrograde": part.retrograde,
            }
            for part in found.grahas
        ],
        "varga": {"grahas": [{"graha": part.graha.name, "rashi": part.rashi.name} for part in navamsha.placements]},
    }


def main() -> None:
    """Compute every so many-th birth of the file, and write the lines."""
    births, lines, first, step = sys.argv[1:]
    open_sky()
    zones, chosen = open_zones(), settings()
    rows = Path(births).read_bytes().splitlines()[int(first) :: int(step)]
    asked = [_request(row) for row in rows]
    moments = [(moment_of(birth, zones, chosen.time_scale), place_of(birth)) for birth in asked]
    sys.stdin.readline()
    started, cpu = perf_counter(), process_time()
    with Path(lines).open("wb") as file:
        file.writelines(orjson.dumps(line(moment, place, chosen)) + b"\n" for moment, place in moments)
    print(perf_counter() - started, process_time() - cpu)


def _request(row: bytes) -> BirthRequest:
    sent = msgspec.json.decode(row)
    return BirthRequest(
        sent["date"], sent["time"], sent["latitude"], sent["longitude"], zone=ZoneRequest(**sent["zone"])
    )


if __name__ == "__main__":
    main()
