"""The chart of a birth, as the schema shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, cast

import msgspec
import strawberry
from strawberry import ID, Private

from ephemeris import chart as natal, moments, places, sensitivity, settings
from ephemeris.bhavas import bhavas, chalit
from ephemeris.swiss import no_houses
from ephemeris.varga_rules import VARGA_SETS
from ephemeris.words import Reference, VargaSet
from graph.directives import ListSize
from graph.fields import InfoOf, given, said
from graph.inputs import VargaSelection
from graph.needs import itself, needing
from graph.questions import Wanted, needs_outer, varga, vargas, with_outer
from graph.scalars import ChartToken
from graph.types.asked import ByVariant, CountedFrom, OfDivision, OfSystem, Only, Which, WithOuter
from graph.types.moments import AyanamshaValue, Engine, Moment, Place, ayanamsha_value
from graph.types.natal import (
    Bhava,
    Chalit,
    GrahaAspect,
    GrahaPosition,
    GrahaWar,
    Lagna,
    RashiAspect,
    Sensitivity,
)
from graph.types.problems import Problem
from graph.types.settings import Settings
from graph.types.varga import Varga
from resolvers.births import BirthRequest

Within = Annotated[int, given("Seconds either way, 1 to 3600.")]
Selected = Annotated[VargaSelection, given("Which.")]
THE_SIXTEEN = VargaSelection(set=VargaSet.SHODASHAVARGA)


class Asked(msgspec.Struct, frozen=True):
    """A birth as it was read: its own bytes for the id, as it was sent for the token, when and where, and the conventions."""

    code: bytes
    birth: BirthRequest
    moment: moments.Moment
    place: places.Place
    settings: settings.Settings


def _of_whole(chart: Chart, make: Callable[[natal.NatalChart], Any], *, outer: bool) -> Any:
    """What *make* reads of the natal chart, which is asked for again where the outer three are wanted."""
    return with_outer(chart.value.frame, make) if outer else make(chart.value)


def _id(root: Chart, info: InfoOf) -> ID:
    return ID(f"c_{info.context.engine.keys.label(root.asked.code)}")


def _token(root: Chart, info: InfoOf) -> ChartToken:
    return ChartToken(info.context.engine.tokens.seal(root.asked.birth, root.asked.settings))


def _moment(root: Chart) -> Moment:
    return cast("Moment", root.asked.moment)


def _place(root: Chart) -> Place:
    return cast("Place", root.asked.place)


def _settings(root: Chart) -> Settings:
    return cast("Settings", root.asked.settings)


def _ayanamsha(root: Chart) -> AyanamshaValue:
    return cast("AyanamshaValue", ayanamsha_value(root.asked.settings.ayanamsha, root.value.ayanamsha))


def _engine(info: InfoOf) -> Engine:
    return cast("Engine", info.context.facts)


def _lagna(root: Chart) -> Lagna:
    return cast("Lagna", root.value.lagna)


def _midheaven(root: Chart) -> float:
    return root.value.midheaven


@needing
def _grahas(root: Chart, info: InfoOf, only: Only = None, outer: WithOuter = False) -> list[GrahaPosition]:
    if only is None and not outer:
        return cast("list[GrahaPosition]", root.value.grahas)

    def chosen(whole: natal.NatalChart) -> Any:
        return whole.grahas if only is None else [whole.grahas[graha] for graha in only]

    return cast("list[GrahaPosition]", _of_whole(root, chosen, outer=outer or needs_outer(*(only or ()))))


@needing
def _graha(root: Chart, info: InfoOf, name: Which) -> GrahaPosition:
    return cast("GrahaPosition", _of_whole(root, lambda whole: whole.grahas[name], outer=needs_outer(name)))


def _bhavas(root: Chart, reference: CountedFrom = Reference.LAGNA) -> list[Bhava]:
    return cast("list[Bhava]", bhavas(root.value.frame, reference))


def _chalit(root: Chart, system: OfSystem = None) -> Chalit | None:
    found = chalit(root.value.frame, system)
    if found is None:
        raise no_houses(root.asked.place.latitude, system or root.asked.settings.chalit_system)
    return cast("Chalit", found)


def _aspects(root: Chart) -> list[GrahaAspect]:
    return cast("list[GrahaAspect]", root.value.aspects)


def _rashi_aspects(root: Chart) -> list[RashiAspect]:
    return cast("list[RashiAspect]", root.value.rashi_aspects)


def _wars(root: Chart) -> list[GrahaWar]:
    return cast("list[GrahaWar]", root.value.wars)


@needing
def _varga(root: Chart, info: InfoOf, division: OfDivision, variant: ByVariant = None) -> Varga:
    return cast("Varga", varga(root.value.frame, division, variant, itself))


@needing
def _vargas(root: Chart, info: InfoOf, of: Selected = THE_SIXTEEN) -> list[Varga]:
    return cast("list[Varga]", vargas(root.value.frame, wanted(of, root.asked.settings), itself))


def wanted(of: VargaSelection, chosen: settings.Settings) -> list[Wanted]:
    """Which divisions a selection asks for, each with its variant."""
    if of.charts:
        return [(row.division, row.variant) for row in of.charts]
    divisions = VARGA_SETS[of.set] if isinstance(of.set, VargaSet) else of.divisions or ()
    return [(division, chosen.variant(division)) for division in divisions]


def _sensitivity(root: Chart, within_seconds: Within = 60) -> Sensitivity:
    speeds = [part.speed for part in root.value.grahas]
    return cast("Sensitivity", sensitivity.sensitivity(root.value.frame, speeds, within_seconds))


@strawberry.type(
    description="A natal chart: a pure function of the birth, the settings and the engine. `id` digests all three (keyed), so "
    "two settings or two releases never merge in a client's cache."
)
class Chart:
    value: Private[natal.NatalChart]
    asked: Private[Asked]

    id: ID = said("For client caches; opaque, changes with engine releases. Not refetchable: use `token`.", _id)
    token: ChartToken = said("Opens this chart again by chartByToken or in an image's address.", _token)
    moment: Moment = said("The instant, every scale.", _moment)
    place: Place = said("The place as used.", _place)
    settings: Settings = said("All conventions, resolved.", _settings)
    ayanamsha: AyanamshaValue = said("The ayanamsha as used.", _ayanamsha)
    engine: Engine = said("What computed it.", _engine)
    lagna: Lagna = said("Rising point.", _lagna)
    midheaven: float = said("Culminating point, degrees 0 to 360, sidereal.", _midheaven)
    grahas: list[GrahaPosition] = said(
        "Sun to Ketu, in this order, then the outer three when asked.",
        _grahas,
        list_size=ListSize(12, ("only",), require_one=False),
    )
    graha: GrahaPosition = said("One of them: shorter than filtering a list, and its own cache field.", _graha)
    bhavas: list[Bhava] = said("Twelve houses by rashi.", _bhavas, list_size=ListSize(12))
    chalit: Chalit | None = said(
        "Houses by degrees. Null with HOUSES_UNDEFINED beyond the polar circles for Placidus and Koch.", _chalit
    )
    aspects: list[GrahaAspect] = said(
        "Full aspects (graha drishti): one for each graha in the house looked at, or one at an empty house.",
        _aspects,
        list_size=ListSize(40),
    )
    rashi_aspects: list[RashiAspect] = said(
        "Signs that see each other (rashi drishti), Jaimini.", _rashi_aspects, list_size=ListSize(36)
    )
    wars: list[GrahaWar] = said("Planetary wars: two of Mars to Saturn within a degree.", _wars, list_size=ListSize(4))
    varga: Varga = said("One divisional chart.", _varga, cost="1")
    vargas: list[Varga] = said(
        "Several, in the order asked; absent = the sixteen.",
        _vargas,
        list_size=ListSize(16, ("of.divisions", "of.charts"), require_one=False),
    )
    sensitivity: Sensitivity = said(
        "What changes if the birth time is off by so much either way: which lagnas, padas and vargas are not to be trusted.",
        _sensitivity,
        cost="20",
    )


@strawberry.type(description="One of a list: exactly one of `chart` and `problem` is set.")
class ChartItem:
    index: int = said("Position in the request, from 0.")
    ref: ID | None = said("Your reference.")
    chart: Chart | None = said("The chart.")
    problem: Problem | None = said("Why there is none.")


@strawberry.type(description="Result of a check: exactly one of `moment` and `problem`.")
class BirthCheck:
    moment: Moment | None = said("When it was.")
    place: Place | None = said("Where.")
    problem: Problem | None = said("Why not.")
