"""What metrics cost: requests that are answered from memory, with them and without, in turn on the same uvicorn.

Needs `wrk` (a Debian package). How often they are scraped is the operator's choice: a page is timed once, and stated.
"""

from __future__ import annotations

import statistics
import time

from benchmarks.bench_http import PERSISTED, Load, Server, costs, new_birth_script, persisted, served
from benchmarks.ratios import Aim, Measured, report

ROUNDS = 9
AIMS = (
    ("kept", Aim("GET kept, 16 vargas, counted (≤ 10 % dearer)", "not counted", at_most=1.1)),
    ("named", Aim("304, counted (≤ 10 % dearer)", "not counted", at_most=1.1)),
    ("post", Aim("POST, known document, new birth, counted", "not counted", at_most=1.05)),
)


def page_us(server: Server) -> float:
    """Median time of a scrape."""
    times = []
    for _ in range(20):
        started = time.perf_counter()
        server.ask("/metrics")
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e6


def load_of(work: str, server: Server) -> Load:
    """What a server is asked."""
    if work == "post":
        return Load(server, "/graphql", script=new_birth_script())
    etag = persisted(server)["etag"]
    return Load(server, PERSISTED, {"if-none-match": etag} if work == "named" else {})


def main() -> None:
    """Measure both."""
    with served("counted") as counted, served("grahaql") as plain:
        loads = {}
        for work in (
            "kept",
            "named",
            "post",
        ):  # what is compared stands side by side, so that both meet the same moments
            for how, server in (("counted", counted), ("plain", plain)):
                loads[f"{work} {how}"] = load_of(work, server)
        found = costs(loads, ROUNDS)
        scrape = page_us(counted)
    rows = [
        Measured(
            aim._replace(work=f"{aim.work}: {how}"),
            getattr(found[f"{work} counted"], of),
            getattr(found[f"{work} plain"], of),
        )
        for how, of in (("by rate", "wall"), ("processor time", "cpu"))
        for work, aim in AIMS
    ]
    stated = Measured(Aim("GET /metrics of one process", "GET kept, not counted"), scrape, found["kept plain"].wall)
    report("Metrics, µs a request of one process", [*rows, stated], ROUNDS)


if __name__ == "__main__":
    main()
