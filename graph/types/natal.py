"""The natal chart's parts."""

from __future__ import annotations

from typing import cast

import strawberry
from strawberry import ID, Parent

from ephemeris import bhavas as houses, chart as natal
from ephemeris.angles import text
from ephemeris.words import (
    AngleFormat,
    BoundaryKind,
    Dignity,
    Graha,
    HouseSystem,
    LabelLength,
    Language,
    Motion,
    Nakshatra,
    Rashi,
    Reference,
    Relation,
)
from graph.directives import ListSize
from graph.fields import InfoOf, by_default, said
from graph.names import graha_name, nakshatra_name, rashi_name
from graph.needs import needing
from graph.questions import varga, with_outer
from graph.types.asked import ByVariant, CountedFrom, Format, InLanguage, OfDivision, OfLength, OfSystem, WithOuter
from graph.types.varga import VargaPlacement

Placed = natal.Lagna | natal.GrahaPosition


def _rashi_name(root: Parent[Placed], language: InLanguage = Language.EN) -> str:
    return rashi_name(root.rashi, language)


def _nakshatra_name(root: Parent[Placed], language: InLanguage = Language.EN) -> str:
    return nakshatra_name(root.nakshatra, language)


def _text(root: Parent[Placed], format: Format = AngleFormat.DMS) -> str:
    return text(root.units, format)


def _lagna_id(root: Parent[natal.Lagna]) -> ID:
    return ID(f"l_{root.frame.key}")


@strawberry.type(description="The rising point.")
class Lagna:
    id: ID = said("For client caches.", _lagna_id)
    longitude: float = said(
        "Sidereal longitude in degrees, 0 ≤ x < 360, 7 decimals, quantised: never contradicts rashi or pada."
    )
    rashi: Rashi = said("Its sign.")
    rashi_number: int = said("1 (Aries) to 12: what a North Indian chart prints.")
    rashi_name: str = said("Its name.", _rashi_name)
    degree_in_rashi: float = said("Degrees in the sign, 0 ≤ x < 30.")
    text: str = said("As text.", _text)
    rashi_lord: Graha = said("Lord of the sign, by settings.coLords.")
    nakshatra: Nakshatra = said("Star.")
    nakshatra_name: str = said("Its name.", _nakshatra_name)
    pada: int = said("Quarter, 1 to 4.")
    nakshatra_lord: Graha = said("Lord of the star.")
    degrees_per_second: float = said("Degrees of longitude a second of time at the birth: how fast all lagnas run.")


@strawberry.type(description="Nearness to the Sun.")
class Combustion:
    combust: bool = said("Whether.")
    distance: float = said("Degrees from the Sun.")
    orb: float = said("Orb applied, degrees.")


@strawberry.type(
    description="How one graha regards another. The seven are regarded; the nodes and the outer three are not."
)
class GrahaRelation:
    to: Graha = said("The other.")
    natural: Relation = said("Naisargika.")
    temporal: Relation = said("Tatkalika: FRIEND or ENEMY.")
    compound: Relation = said("Panchadha.")


@strawberry.type(description="Nearness to a boundary of something.")
class Boundary:
    kind: BoundaryKind = said("What changes there; a boundary of several is named by the greatest.")
    arcseconds: float = said("Arcseconds to it.")
    seconds: float | None = said("Seconds of birth time to it at the present speed; null when stationary.")


def _position_id(root: Parent[natal.GrahaPosition]) -> ID:
    return ID(f"g_{root.frame.key}.{root.graha.name}")


def _name(
    root: Parent[natal.GrahaPosition], language: InLanguage = Language.EN, length: OfLength = LabelLength.FULL
) -> str:
    return graha_name(root.graha, language, length)


@by_default("bhava")
def _bhava(root: Parent[natal.GrahaPosition], reference: CountedFrom = Reference.LAGNA) -> int:
    return root.bhava if reference is Reference.LAGNA else root.frame.bhava(root.rashi, reference)


def _chalit_bhava(root: Parent[natal.GrahaPosition], system: OfSystem = None) -> int | None:
    found = root.frame.houses(system)
    return None if found is None else found.house_of(root.units)


@needing
def _in_varga(
    root: Parent[natal.GrahaPosition], info: InfoOf, division: OfDivision, variant: ByVariant = None
) -> VargaPlacement:
    place = varga(root.frame, division, variant, lambda found: found.placements[root.graha])
    return cast("VargaPlacement", place)


@strawberry.type(description="A graha in the natal chart.")
class GrahaPosition:
    id: ID = said("For client caches.", _position_id)
    graha: Graha = said("Which.")
    name: str = said("Its name.", _name)
    longitude: float = said("Sidereal longitude in degrees, 0 ≤ x < 360, 7 decimals, quantised.")
    ecliptic_latitude: float = said("Ecliptic latitude in degrees, north positive (not geographic).")
    distance: float | None = said("Astronomical units; null for the mean node.")
    speed: float = said("Sidereal, degrees a day.")
    declination: float = said("Degrees, north positive.")
    right_ascension: float = said("Degrees, 0 ≤ x < 360.")
    rashi: Rashi = said("Sign.")
    rashi_number: int = said("1 (Aries) to 12.")
    rashi_name: str = said("Its name.", _rashi_name)
    degree_in_rashi: float = said("Degrees in the sign, 0 ≤ x < 30.")
    text: str = said("As text.", _text)
    rashi_lord: Graha = said("Lord of the sign (dispositor), by settings.coLords.")
    nakshatra: Nakshatra = said("Star.")
    nakshatra_name: str = said("Its name.", _nakshatra_name)
    nakshatra_number: int = said("1 (Ashwini) to 27.")
    pada: int = said("Quarter, 1 to 4.")
    nakshatra_lord: Graha = said("Lord of the star (Vimshottari).")
    abhijit: bool = said("Within 276°40' to 280°53'20\": Abhijit in the 28-star scheme.")
    bhava: int = said("House by rashi, 1 to 12.", _bhava)
    chalit_bhava: int | None = said(
        "House by degrees; null beyond the polar circles for Placidus and Koch.", _chalit_bhava
    )
    lord_of: list[int] = said("Houses it owns, from the lagna.")
    motion: Motion = said("Direct, retrograde, stationary.")
    retrograde: bool = said("For the mark: by speed, for nodes by settings.nodeRetrograde.")
    combustion: Combustion | None = said("Hidden by the Sun; null for the Sun, the nodes and the outer three.")
    dignity: Dignity | None = said("Dignity; null for nodes under NodeDignity.NONE and for the outer three.")
    exaltation_distance: float | None = said("Degrees from its exact exaltation, 0 to 180; null where it has none.")
    vargottama: bool = said("Same sign in D1 and D9.")
    relations: list[GrahaRelation] = said("How it regards the others of the seven.", list_size=ListSize(8))
    aspected_by: list[Graha] = said("Grahas that see it.")
    in_varga: VargaPlacement = said("Its place in one division: same as varga(division).graha(name).", _in_varga)
    nearest_boundary: Boundary = said("The nearest boundary of a sign, star or pada.")


def _bhava_id(root: Parent[houses.Bhava]) -> ID:
    return ID(f"b_{root.frame.key}.{root.reference.name}.{root.number}")


@needing
def _occupants(root: Parent[houses.Bhava], info: InfoOf, outer: WithOuter = False) -> list[Graha]:
    if not outer:
        return [graha for graha in root.occupants if graha <= Graha.KETU]
    return cast("list[Graha]", with_outer(root.frame, lambda whole: whole.frame.occupants[root.rashi]))


@strawberry.type(description="A house by rashi.")
class Bhava:
    id: ID = said("For client caches.", _bhava_id)
    number: int = said("1 to 12.")
    rashi: Rashi = said("Its sign.")
    rashi_number: int = said("1 (Aries) to 12.")
    lord: Graha = said("Its lord, by settings.coLords.")
    lord_bhava: int = said("The house its lord is in.")
    occupants: list[Graha] = said("Who is in it, by rising degree.", _occupants)
    aspected_by: list[Graha] = said("Who sees it.")


@strawberry.type(description="A house by degrees, sidereal longitudes.")
class ChalitBhava:
    number: int = said("1 to 12.")
    start: float = said("Where it begins.")
    middle: float = said("Its middle (madhya).")
    end: float = said("Where it ends.")
    cusp_rashi: Rashi = said("Sign of the cusp: the middle for Sripati, the beginning for Placidus.")
    occupants: list[Graha] = said("Who of Sun to Ketu is in it, in the order of the zodiac.")


@strawberry.type(description="Houses by degrees.")
class Chalit:
    system: HouseSystem = said("System.")
    cusps: list[ChalitBhava] = said("Twelve.")


@strawberry.type(description="Graha drishti.")
class GrahaAspect:
    from_: Graha = said("Who looks.", name="from")
    to: Graha | None = said("The graha looked at; null where the house is empty.")
    bhava: int = said("The house looked at.")
    count: int = said("Which look: 3, 4, 5, 7, 8, 9 or 10.")


@strawberry.type(description="Rashi drishti.")
class RashiAspect:
    from_: Rashi = said("From.", name="from")
    to: Rashi = said("To.")


@strawberry.type(description="Planetary war.")
class GrahaWar:
    winner: Graha = said("Winner, by settings.warRule.")
    loser: Graha = said("Loser.")
    distance: float = said("Degrees between.")


@strawberry.type(description="What a wrong birth time would change.")
class Sensitivity:
    within_seconds: int = said("Seconds either way.")
    lagna: bool = said("Whether the D1 lagna's sign may be another.")
    moon_nakshatra: bool = said("Whether the Moon's star may be another (all nakshatra dashas move).")
    padas: list[Graha] = said("Grahas whose pada may be another.")
    varga_lagnas: list[int] = said("Divisions (of the sixteen) whose lagna may be another.")
    vimshottari_days: float = said("Days by which the Vimshottari dates move, at most.")
