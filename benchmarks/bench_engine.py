"""The engine beside the bare calls of pyswisseph for the same births: sky, natal chart, natal chart with sixteen vargas."""

from __future__ import annotations

from benchmarks.births import Birth, bare_calls, open_sky, random_births
from benchmarks.ratios import Aim, Measured, compare, report
from ephemeris.bhavas import bhavas, chalit
from ephemeris.chart import NatalChart
from ephemeris.natal import chart, natal_chart
from ephemeris.settings import settings
from ephemeris.sky import sky
from ephemeris.varga_rules import SHODASHAVARGA
from ephemeris.vargas import bind_vargas, varga
from ephemeris.words import VargaVariant

SETTINGS = settings()
BARE = "bare pyswisseph calls"
COUNT = 2000


def skies(births: list[Birth]) -> None:
    """Positions, speeds, ayanamsha and angles."""
    for instant, place in births:
        sky(instant, place, SETTINGS)


def natal_charts(births: list[Birth]) -> None:
    """Natal charts as they are computed, kept and sent."""
    for instant, place in births:
        natal_chart(instant, place, SETTINGS)


def everything(births: list[Birth]) -> None:
    """Natal charts with every attribute read that the schema has without arguments."""
    for instant, place in births:
        read_all(chart(instant, place, SETTINGS))


def with_vargas(births: list[Birth]) -> None:
    """Natal charts with the sixteen vargas, bound."""
    for instant, place in births:
        frame = chart(instant, place, SETTINGS).frame
        bind_vargas(tuple([varga(frame, n, VargaVariant.PARASHARA, SETTINGS) for n in SHODASHAVARGA]), frame)


_LAGNA = ("rashi_number", "rashi_lord", "nakshatra_lord")
_GRAHA = (
    "rashi_lord", "nakshatra_lord", "abhijit", "vargottama", "chalit_bhava", "lord_of", "exaltation_distance", "relations",
    "aspected_by", "nearest_boundary",
)  # fmt: skip
_BHAVA = ("lord", "lord_bhava", "occupants", "aspected_by")
_CHART = ("midheaven", "aspects", "rashi_aspects", "wars")


def read_all(value: NatalChart) -> None:
    """Read what is derived when it is asked for."""
    for name in _CHART:
        getattr(value, name)
    for name in _LAGNA:
        getattr(value.lagna, name)
    for part in value.grahas:
        for name in _GRAHA:
            getattr(part, name)
    for house in bhavas(value.frame):
        for name in _BHAVA:
            getattr(house, name)
    chalit(value.frame)


def rows(births: list[Birth], order: str) -> list[Measured]:
    """The comparisons over births in one order."""
    aims = (
        (Aim(f"sky, {order}", BARE, at_most=1.25), skies),
        (Aim(f"natal chart as computed and kept, {order}", BARE, at_most=3), natal_charts),
        (Aim(f"natal chart, every attribute read, {order}", BARE, at_most=3), everything),
        (Aim(f"natal chart with 16 vargas, {order}", BARE, at_most=6), with_vargas),
    )
    return [
        compare(aim, lambda work=work: work(births), lambda: bare_calls(births), len(births))  # type: ignore[misc]  # bound now
        for aim, work in aims
    ]


def main() -> None:
    """Measure in random and in sorted order."""
    open_sky()
    births = random_births(COUNT)
    report(
        "Engine, µs a birth", rows(births, "random") + rows(sorted(births, key=lambda birth: birth[0].jd_tt), "sorted")
    )


if __name__ == "__main__":
    main()
