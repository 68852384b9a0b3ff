"""A chart in the terminal: what it was computed from, D1 and a varga as South Indian squares, and the grahas as a table."""

from __future__ import annotations

import argparse
import asyncio
from typing import TypeVar

from rich import box
from rich.columns import Columns
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from ephemeris.angles import plain_text, quantise, text
from ephemeris.chart import GrahaPosition, NatalChart
from ephemeris.civil import offset_text
from ephemeris.errors import ChartError, InputError
from ephemeris.settings import settings as chart_settings
from ephemeris.vargas import Varga
from ephemeris.words import AngleFormat, ErrorCode, Graha, LabelLength, Language, Rashi, SettingsPreset, Word
from graph.births import chart_of
from graph.context import Context
from graph.engine_facts import engine_facts
from graph.inputs import BirthInput, ZoneInput
from graph.names import dignity_name, graha_name, nakshatra_name, rashi_name, varga_name
from graph.needs import answered, itself
from graph.questions import varga
from graph.scalars import Date, LocalTime, TimeZone, UtcOffset
from graph.types.chart import Asked, Chart
from resolvers.engine import open_engine
from runtime.settings import ServerSettings

_SOUTH_INDIAN = ((11, 0, 1, 2), (10, None, None, 3), (9, None, None, 4), (8, 7, 6, 5))
"""Signs of the sixteen fields, clockwise from Pisces at the top left; the four in the middle are free."""

_WRONG_WORDS = 2

_RASHIS = tuple(Rashi)

Term = TypeVar("Term", bound=Word)


def print_chart(settings: ServerSettings, chosen: argparse.Namespace) -> int:
    """Print the chart that the command line describes; answers the exit code, 2 where a word is wrong."""
    try:
        language = _term(Language, chosen.language, "language")
        preset = _term(SettingsPreset, chosen.preset, "preset")
        chart, varga = asyncio.run(_computed(settings, chosen, preset))
    except ChartError as error:
        Console(stderr=True).print(f"grahaql: {error.message} {error.remedy}", markup=False, soft_wrap=True)
        return _WRONG_WORDS
    Console().print(laid_out(chart.asked, chart.value, varga, language))
    return 0


async def _computed(
    settings: ServerSettings, chosen: argparse.Namespace, preset: SettingsPreset
) -> tuple[Chart, Varga]:
    engine = open_engine(settings.ephemeris_dir, bytes(32), None)
    context = Context(engine, engine_facts(engine, settings.source_url))
    birth = BirthInput(
        date=Date(chosen.date),
        time=LocalTime(chosen.time),
        latitude=chosen.latitude,
        longitude=chosen.longitude,
        zone=_zone(chosen.zone),
    )
    chart = await chart_of(birth, chart_settings(preset), context)
    return chart, await answered(varga(chart.value.frame, chosen.varga, None, itself), context.loaders)


def _zone(said: str | None) -> ZoneInput | None:
    if said is None:
        return None
    if said[:1] in "+-" or said == "Z":
        return ZoneInput(offset=UtcOffset(said))
    return ZoneInput(name=TimeZone(said))


def _term(terms: type[Term], said: str, what: str) -> Term:
    try:
        return terms[said.upper()]
    except KeyError:
        names = ", ".join(term.name for term in terms)
        raise InputError(ErrorCode.ARGUMENT_INVALID, f"There is no {what} {said!r}.", f"Say one of {names}.") from None


def laid_out(asked: Asked, chart: NatalChart, varga: Varga, language: Language) -> Group:
    """The whole page."""
    natal = {part.graha: part.rashi for part in chart.grahas}
    divided = {placement.graha: placement.rashi for placement in varga.placements}
    name = varga_name(varga.division, language) or ""
    squares = Columns(
        [
            square(f"D1 {varga_name(1, language)}", chart.lagna.rashi, natal, language),
            square(f"{varga.code} {name}".strip(), varga.lagna.rashi, divided, language),
        ],
        padding=(0, 2),
    )
    legend = Text("B bhava by rashi, C chalit bhava, ℞ retrograde, ☉ combust", style="dim")
    return Group(heading(asked, chart), Text(), squares, Text(), table(chart, divided, varga.code, language), legend)


def heading(asked: Asked, chart: NatalChart) -> Text:
    """When, where, and by which conventions."""
    moment, place, settings = asked.moment, asked.place, asked.settings
    zone = moment.time_zone or "fixed offset"
    north = f"{abs(place.latitude)}° {'N' if place.latitude >= 0 else 'S'}"
    east = f"{abs(place.longitude)}° {'E' if place.longitude >= 0 else 'W'}"
    ayanamsha = f"{settings.ayanamsha.name} {plain_text(quantise(chart.ayanamsha.value), AngleFormat.DMS)}"
    kinds = (settings.node, settings.positions, settings.origin, settings.time_scale)
    lines = [
        f"{moment.local:%Y-%m-%d %H:%M:%S} {offset_text(moment.utc_offset)} ({zone}), {north} {east}",
        f"UTC {moment.utc:%Y-%m-%d %H:%M:%S}, sidereal time {chart.sidereal_time:.4f} h, ΔT {moment.delta_t:.2f} s",
        ", ".join([ayanamsha, *(kind.name for kind in kinds)]),
        *moment.cautions,
    ]
    return Text("\n".join(lines))


def square(title: str, lagna: Rashi, rashis: dict[Graha, Rashi], language: Language) -> Table:
    """A South Indian square: signs stay in place, the lagna is marked, each graha stands in its sign."""
    grid = Table(title=title, box=box.SQUARE, show_header=False, show_lines=True, padding=(0, 1))
    for _ in range(4):
        grid.add_column(width=6, justify="center", no_wrap=True)
    for row in _SOUTH_INDIAN:
        grid.add_row(*[_field(number, lagna, rashis, language) for number in row])
    return grid


def _field(number: int | None, lagna: Rashi, rashis: dict[Graha, Rashi], language: Language) -> Text:
    if number is None:
        return Text()
    inside = [graha_name(graha, language, LabelLength.SHORT) for graha, rashi in rashis.items() if rashi == number]
    mark = "↑ " if lagna == number else ""
    sign = Text(mark + rashi_name(_RASHIS[number], language, LabelLength.SHORT), style="bold" if mark else "dim")
    pairs = [" ".join(inside[k : k + 2]) for k in range(0, max(len(inside), 3), 2)]
    return Text("\n").join([sign, *map(Text, pairs)])


def table(chart: NatalChart, divided: dict[Graha, Rashi], code: str, language: Language) -> Table:
    """The lagna and the grahas, one a row."""
    page = Table(box=None, padding=(0, 1, 0, 0))
    for head in ("Graha", "Longitude", "Nakshatra", "B", "C", "Speed", "Dignity", code):
        page.add_column(head, justify="right" if head in ("Longitude", "B", "C", "Speed") else "left", no_wrap=True)
    lagna = chart.lagna
    star = f"{nakshatra_name(lagna.nakshatra, language)} {lagna.pada}"
    page.add_row("Lagna", text(lagna.units, AngleFormat.SIGN_DMS), star, "1", *[""] * 4)
    for part in chart.grahas:
        page.add_row(*_row(part, divided[part.graha], language))
    return page


def _row(part: GrahaPosition, divided: Rashi, language: Language) -> list[str]:
    mark = "℞" if part.retrograde else ""
    burnt = "☉" if part.combustion and part.combustion.combust else ""
    return [
        f"{graha_name(part.graha, language)} {mark}{burnt}".strip(),
        text(part.units, AngleFormat.SIGN_DMS),
        f"{nakshatra_name(part.nakshatra, language)} {part.pada}",
        str(part.bhava),
        "–" if part.chalit_bhava is None else str(part.chalit_bhava),
        f"{part.speed:+.3f}",
        "" if part.dignity is None else dignity_name(part.dignity, language),
        rashi_name(divided, language, LabelLength.SHORT),
    ]
