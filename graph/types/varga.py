"""Divisional charts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, cast

import msgspec
import strawberry
from strawberry import ID, Parent

from ephemeris import varga_rules as rules, vargas
from ephemeris.angles import text
from ephemeris.sensitivity import LagnaSpan as Held, lagna_span
from ephemeris.varga_deities import deity
from ephemeris.words import AngleFormat, Dignity, Graha, LabelLength, Language, Rashi, Reference, VargaSet, VargaVariant
from graph.directives import ListSize
from graph.fields import InfoOf, by_default, given, said
from graph.names import graha_name, rashi_name, varga_name
from graph.needs import needing
from graph.questions import needs_outer, varga_with_outer
from graph.scalars import DateTime
from graph.types.asked import CountedFrom, Format, InLanguage, OfLength, Only, Which, WithOuter

FromInVarga = Annotated[Reference, given("Counted from here, in this chart.", name="from")]

Placed = vargas.VargaLagna | vargas.VargaPlacement


def _rashi_name(root: Parent[Placed], language: InLanguage = Language.EN) -> str:
    return rashi_name(root.rashi, language)


def _text(root: Parent[Placed], format: Format = AngleFormat.DMS) -> str:
    return text(root.longitude_units, format)


def _lagna_id(root: Parent[vargas.VargaLagna]) -> ID:
    return ID(f"vl_{root.frame.key}")


@strawberry.type(description="Rising point in a division.")
class VargaLagna:
    id: ID = said("For client caches.", _lagna_id)
    rashi: Rashi = said("Sign.")
    rashi_number: int = said("1 (Aries) to 12.")
    rashi_name: str = said("Its name.", _rashi_name)
    degree_in_rashi: float = said(
        "Degrees in the sign of this division: (degree in D1 sign × n) mod 30, counted from its end where the variant runs "
        "backwards."
    )
    text: str = said("As text.", _text)
    rashi_lord: Graha = said("Lord of the sign; of co-lords the stronger in this chart.")
    same_as_natal: bool = said("Same sign as in D1.")


def _placement_id(root: Parent[vargas.VargaPlacement]) -> ID:
    return ID(f"p_{root.frame.key}.{root.graha.name}")


def _name(
    root: Parent[vargas.VargaPlacement], language: InLanguage = Language.EN, length: OfLength = LabelLength.FULL
) -> str:
    return graha_name(root.graha, language, length)


@by_default("bhava")
def _bhava(root: Parent[vargas.VargaPlacement], reference: CountedFrom = Reference.LAGNA) -> int:
    return root.bhava if reference is Reference.LAGNA else root.frame.bhava(root.rashi, reference)


def _deity(root: Parent[vargas.VargaPlacement]) -> str | None:
    frame = root.frame
    return deity(frame.division, root.part, frame.natal.rashis[root.graha])


@strawberry.type(description="A graha in a division.")
class VargaPlacement:
    id: ID = said("For client caches.", _placement_id)
    graha: Graha = said("Which.")
    name: str = said("Its name.", _name)
    rashi: Rashi = said("Sign.")
    rashi_number: int = said("1 (Aries) to 12.")
    rashi_name: str = said("Its name.", _rashi_name)
    degree_in_rashi: float = said("Degrees in the sign of this division.")
    text: str = said("As text.", _text)
    rashi_lord: Graha = said("Lord of the sign; of co-lords the stronger in this chart.")
    bhava: int = said("House from this division's lagna, by rashi.", _bhava)
    dignity: Dignity | None = said(
        "By sign, with natural friendship; moolatrikona, degrees and compound friendship only in D1; null as in D1."
    )
    same_as_natal: bool = said("Same sign as in D1 (in D9: vargottama).")
    retrograde: bool = said("The natal mark, repeated because charts print it.")
    part: int = said("Which part of the sign, 1 to n: names its deity in D60.")
    deity: str | None = said("Deity of the part, in Sanskrit without marks, where the division has them.", _deity)


def _bhava_id(root: Parent[vargas.VargaBhava]) -> ID:
    return ID(f"vb_{root.frame.key}.{root.reference.name}.{root.number}")


@needing
def _occupants(root: Parent[vargas.VargaBhava], info: InfoOf, outer: WithOuter = False) -> list[Graha]:
    def of_whole(whole: vargas.Varga) -> tuple[Graha, ...]:
        return vargas.varga_bhavas(whole, root.reference)[root.number - 1].occupants(outer=True)

    return cast("list[Graha]", varga_with_outer(root.frame, of_whole) if outer else root.occupants())


@strawberry.type(description="A house of a division.")
class VargaBhava:
    id: ID = said("For client caches.", _bhava_id)
    number: int = said("1 to 12.")
    rashi: Rashi = said("Sign.")
    rashi_number: int = said("1 (Aries) to 12.")
    lord: Graha = said("Lord; of co-lords the stronger in this chart.")
    occupants: list[Graha] = said("Who is in it, by degree.", _occupants)


@strawberry.type(description="How long a lagna holds.")
class LagnaSpan:
    from_: DateTime = said("Since.", name="from")
    until: DateTime = said("Until.")
    seconds_before: float = said("Seconds since it changed.")
    seconds_after: float = said("Seconds until it changes.")


def _id(root: Parent[vargas.Varga]) -> ID:
    return ID(f"v_{root.frame.key}")


def _varga_name(root: Parent[vargas.Varga], language: InLanguage = Language.EN) -> str | None:
    return varga_name(root.division, language)


def _bhavas(root: Parent[vargas.Varga], reference: FromInVarga = Reference.LAGNA) -> list[VargaBhava]:
    return cast("list[VargaBhava]", vargas.varga_bhavas(root, reference))


def _of_whole(root: vargas.Varga, make: Callable[[vargas.Varga], Any], *, outer: bool) -> Any:
    """What *make* reads of the chart, which is asked for again where the outer three are wanted."""
    return varga_with_outer(root.frame, make) if outer else make(root)


@needing
def _grahas(
    root: Parent[vargas.Varga], info: InfoOf, only: Only = None, outer: WithOuter = False
) -> list[VargaPlacement]:
    if only is None and not outer:
        return cast("list[VargaPlacement]", root.placements)

    def chosen(whole: vargas.Varga) -> Any:
        return whole.placements if only is None else [whole.placements[graha] for graha in only]

    return cast("list[VargaPlacement]", _of_whole(root, chosen, outer=outer or needs_outer(*(only or ()))))


@needing
def _graha(root: Parent[vargas.Varga], info: InfoOf, name: Which) -> VargaPlacement:
    return cast("VargaPlacement", _of_whole(root, lambda whole: whole.placements[name], outer=needs_outer(name)))


def _lagna_span(root: Parent[vargas.Varga]) -> LagnaSpan | None:
    found = lagna_span(root.frame.natal, root.division, root.variant)
    return None if found is None else cast("LagnaSpan", _span(root.frame.natal.local, found))


def _span(local: datetime, found: Held) -> SpanValue:
    since, until = timedelta(seconds=found.seconds_before), timedelta(seconds=found.seconds_after)
    return SpanValue(local - since, local + until, found.seconds_before, found.seconds_after)


class SpanValue(msgspec.Struct, frozen=True):
    """What a `LagnaSpan` is read from."""

    from_: datetime
    until: datetime
    seconds_before: float
    seconds_after: float


@strawberry.type(description="A divisional chart.")
class Varga:
    id: ID = said("For client caches: one object whether asked by `varga` or `vargas`.", _id)
    division: int = said("1 to 300.")
    code: str = said("D9.")
    name: str | None = said("Navamsha; null where the division has no name.", _varga_name)
    variant: VargaVariant = said("As built.")
    lagna: VargaLagna = said("Its lagna.")
    grahas: list[VargaPlacement] = said(
        "Sun to Ketu, then the outer three when asked.", _grahas, list_size=ListSize(12, ("only",), require_one=False)
    )
    graha: VargaPlacement = said("One of them.", _graha)
    bhavas: list[VargaBhava] = said(
        "Twelve houses counted from this chart's own lagna, by rashi. Vargas have no other houses.",
        _bhavas,
        list_size=ListSize(12),
    )
    lagna_span: LagnaSpan | None = said(
        "When this chart's lagna changed its sign and when it will; null beyond the polar circles, where it can jump.",
        _lagna_span,
        cost="5",
    )


def _rule_name(root: Parent[rules.VargaRule], language: InLanguage = Language.EN) -> str | None:
    return varga_name(root.division, language)


def _is_default(root: Parent[rules.VargaRule]) -> bool:
    return root.variant is VargaVariant.PARASHARA


@strawberry.type(description="A division's construction.")
class VargaRule:
    division: int = said("Division.")
    name: str | None = said("Name.", _rule_name)
    signification: str | None = said("What it is read for.")
    variant: VargaVariant = said("Variant.")
    default: bool = said("Whether the preset DEFAULT builds the division so.", _is_default)
    rule: str = said("The rule in a sentence.")
    source: str | None = said("Source.")
    sets: list[VargaSet] = said("Groups it belongs to.")
