"""Divisional charts."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import msgspec
import strawberry
from strawberry import ID, Info, Parent

from ephemeris import varga_rules as rules
from ephemeris import vargas
from ephemeris.angles import text
from ephemeris.sensitivity import lagna_span
from ephemeris.varga_deities import deity
from ephemeris.words import AngleFormat, Dignity, Graha, LabelLength, Language, Rashi, Reference, VargaSet, VargaVariant
from graph.context import Context
from graph.fields import given, said
from graph.names import graha_name, rashi_name, varga_name
from graph.scalars import DateTime
from graph.types.moments import Format
from graph.types.natal import CountedFrom, InLanguage, OfLength, WithOuter

FromInVarga = Annotated[Reference, given("Counted from here, in this chart.", name="from")]
Only = Annotated[list[Graha] | None, given("Only these.")]

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
    rashi_lord: Graha = said("Lord of the sign.")
    same_as_natal: bool = said("Same sign as in D1.")


def _placement_id(root: Parent[vargas.VargaPlacement]) -> ID:
    return ID(f"p_{root.frame.key}.{root.graha.name}")


def _name(
    root: Parent[vargas.VargaPlacement], language: InLanguage = Language.EN, length: OfLength = LabelLength.FULL
) -> str:
    return graha_name(root.graha, language, length)


def _bhava(root: Parent[vargas.VargaPlacement], reference: CountedFrom = Reference.LAGNA) -> int:
    return root.frame.bhava(root.rashi, reference)


def _deity(root: Parent[vargas.VargaPlacement], language: InLanguage = Language.EN) -> str | None:
    return deity(root.frame.division, root.part, root.frame.natal_rashi(root.graha))


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
    rashi_lord: Graha = said("Lord of the sign.")
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


def _present(root: Parent[vargas.VargaBhava]) -> list[Graha]:
    return list(root.occupants())


@strawberry.type(description="A house of a division.")
class VargaBhava:
    id: ID = said("For client caches.", _bhava_id)
    number: int = said("1 to 12.")
    rashi: Rashi = said("Sign.")
    rashi_number: int = said("1 (Aries) to 12.")
    lord: Graha = said("Lord.")
    occupants: list[Graha] = said("Who is in it.", _present)


class SpanValue(msgspec.Struct, frozen=True):
    """What a `LagnaSpan` is read from."""

    from_: DateTime
    until: DateTime
    seconds_before: float
    seconds_after: float


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
    return vargas.varga_bhavas(root, reference)  # type: ignore[return-value]  # the value behind the type


async def _grahas(
    root: Parent[vargas.Varga], info: Info[Context, None], only: Only = None, outer: WithOuter = False
) -> list[VargaPlacement]:
    whole = await info.context.with_outer_varga(root) if outer else root
    chosen = whole.placements if only is None else [whole.placement(graha) for graha in only]
    return list(chosen)  # type: ignore[arg-type]  # the values behind the type
