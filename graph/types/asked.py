"""Arguments that many fields share, each described once."""

from __future__ import annotations

from typing import Annotated

from ephemeris.words import AngleFormat, Graha, HouseSystem, LabelLength, Language, Reference, VargaVariant
from graph.fields import given

Format = Annotated[AngleFormat, given("How.")]
InLanguage = Annotated[Language, given("Language.")]
OfLength = Annotated[LabelLength, given("Length.")]
CountedFrom = Annotated[Reference, given("Counted from here.", name="from")]
OfSystem = Annotated[HouseSystem | None, given("Absent = settings.chalitSystem.")]
Only = Annotated[list[Graha] | None, given("Only these.")]
Which = Annotated[Graha, given("Which.")]
WithOuter = Annotated[bool, given("With Uranus, Neptune, Pluto.")]
OfDivision = Annotated[int, given("1 to 300.")]
ByVariant = Annotated[VargaVariant | None, given("Absent = by the settings.")]
