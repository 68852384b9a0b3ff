"""The schema: its file, its descriptions, and how it differs from the one to aim at."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    DirectiveDefinitionNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    build_schema,
    introspection_from_schema,
    parse,
    print_ast,
)

from graph.schema import sdl

ROOT = Path(__file__).parents[2]
DECISION = ROOT / "docs" / "decisions" / "0006-schema-departures.md"
TARGET = Path(
    os.environ.get("GRAHAQL_SCHEMA_TARGET") or ROOT.parent / "shared" / "schema" / "target.graphql",
)

DEPARTURES = {
    "TimeScale": "whether civil time is UTC or UT1 moves the lagna by up to 13 arcseconds, and programs differ in it",
    "SettingsInput.timeScale": "as TimeScale",
    "Settings.timeScale": "as TimeScale",
    "CustomAyanamsha": "the settings of an answer must name all that it was computed from",
    "Settings.customAyanamsha": "as CustomAyanamsha",
    "WarRule.LARGER_DISC": "says the rule; one export of Jagannatha Hora does not verify that it is that program's",
    "WarRule.JAGANNATHA_HORA": "as WarRule.LARGER_DISC",
    "Engine.release": "ids change with it: a client sees why",
    "Engine.zoneLookup": "a zone found from coordinates depends on these borders, which are not the zone database's",
    "ErrorCode.ALTITUDE_INVALID": "an altitude can be wrong, too",
    "ErrorCode.ARGUMENT_INVALID": "an argument that is no part of a birth can be out of its range, too",
    "ErrorCode.TOKEN_INVALID": "a token that was altered, or whose key was rotated out, is no unknown id",
    "Query.settingOptions(language:)": "labels are written in English alone",
    "VargaPlacement.deity(language:)": "deities are written in plain Sanskrit alone",
    "ErrorCode.WEBHOOK_REFUSED": "an address that may not be called is no wrong argument of a chart",
    "ErrorCode.NOT_COMPLETED": "what can be done with an operation depends on its state",
    "ErrorCode.LOST": "an operation that the store lost did not fail by itself",
    "ErrorCode.TIME_LIMIT": "an operation that took too long is submitted in parts",
    "ErrorCode.WORKER_FAILED": "a birth that ends its worker is no wrong birth",
    "ErrorCode.LINE_INVALID": "a line of an upload that was let through is a failed line",
    "ErrorCode.LINE_TOO_LONG": "as ErrorCode.LINE_INVALID",
    "ErrorCode.FIELD_INVALID": "as ErrorCode.LINE_INVALID",
    "BulkOperation.createdAt": "nullable: nothing is left of an operation that is LOST",
    "BulkOperation.settings": "as BulkOperation.createdAt",
    "BulkDownload.bytes": "nullable: the size of a table is not known before somebody took it to its end",
    "Varga.lagnaSpan": "nullable: beyond the polar circles a lagna can jump, and has no span",
}
"""Where ours differs from the target for good, and why; the decision record says it at length."""

LATER = {
    "pictures": {
        "SVG", "DrawingInput", "ChartStyle", "DrawingTheme",
        "Chart.svg", "Chart.svgUrl", "Chalit.svg", "Varga.svg", "Varga.svgUrl",
    },
    "places and matching": {
        "City", "Query.places", "Match", "Koota", "MatchItem", "Query.match", "Query.matches",
    },
    "kundali page": {
        "Chart.riseSet", "Chart.panchanga", "Chart.dasha", "Chart.ashtakavarga", "Chart.shadbala", "Chart.charaKarakas",
        "Chart.points", "Chart.kp", "Chart.doshas", "Chart.yogas", "Chart.transits", "Chart.sadeSati",
        "RiseSet", "Panchanga", "Limb", "Masa", "PanchangaDay", "Span", "Query.panchangaDays",
        "DashaSystem", "Dasha", "DashaPeriod", "Ashtakavarga", "Bhinna", "Shadbala", "CharaKaraka", "PointKind", "Point",
        "Kp", "KpCusp", "KpGraha", "Dosha", "Yoga", "Transits", "TransitPosition", "SadeSatiPhase",
        "ErrorCode.POLAR_DAY", "ErrorCode.POLAR_NIGHT",
    },
    "cache": {
        "CacheStats", "CacheL2State", "CacheRow", "CacheTier", "CacheKind", "ClearCacheInput", "ClearCachePayload",
        "Query.cacheStats", "Mutation.clearCache",
    },
    "limits and keys": {
        "ErrorCode.FORBIDDEN",
    },
}  # fmt: skip
"""What the target has and ours will have, by coordinate; whatever is inside an absent type goes with it."""

WITH_FIELDS = (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode, InputObjectTypeDefinitionNode)
BUILT_IN = {"@oneOf", "@defer"}


def coordinates(text: str) -> dict[str, str]:
    """Everything a schema has by its coordinate: the kind of a type, the type and default of a field or argument."""
    return {where: what for node in parse(text).definitions for where, what in _of_definition(node)}


def _of_definition(node: Any) -> Iterator[tuple[str, str]]:
    name = f"@{node.name.value}" if isinstance(node, DirectiveDefinitionNode) else node.name.value
    yield name, f"{node.kind}, one of" if any(row.name.value == "oneOf" for row in node.directives or ()) else node.kind
    if isinstance(node, WITH_FIELDS):
        for field in node.fields or ():
            yield f"{name}.{field.name.value}", _type(field)
            arguments = (field.arguments or ()) if isinstance(field, FieldDefinitionNode) else ()
            yield from ((f"{name}.{field.name.value}({given.name.value}:)", _type(given)) for given in arguments)
    if isinstance(node, EnumTypeDefinitionNode):
        yield from ((f"{name}.{value.name.value}", "value") for value in node.values or ())


def _type(node: FieldDefinitionNode | InputValueDefinitionNode) -> str:
    """The type and the default; null as a default means what no default means."""
    stated = node.default_value if isinstance(node, InputValueDefinitionNode) else None
    default = print_ast(stated) if stated else "null"
    return print_ast(node.type) if default == "null" else f"{print_ast(node.type)} = {default}"


@pytest.fixture(scope="module")
def ours() -> dict[str, str]:
    return {where: what for where, what in coordinates(sdl()).items() if where not in BUILT_IN}


@pytest.fixture(scope="module")
def target() -> dict[str, str]:
    if not TARGET.is_file():
        pytest.skip("the schema to aim at is not beside this checkout; GRAHAQL_SCHEMA_TARGET can name it")
    return coordinates(TARGET.read_text(encoding="utf-8"))


def parent(where: str) -> str | None:
    """The coordinate of which this one is a part: of an argument the field, of a field the type."""
    if where.endswith(")"):
        return where.partition("(")[0]
    return where.partition(".")[0] if "." in where else None


def only_in(these: dict[str, str], those: dict[str, str]) -> set[str]:
    """What is in these alone, without what merely goes with its parent."""
    return {where for where in these.keys() - those.keys() if parent(where) in those or parent(where) is None}


def test_the_file_is_what_the_code_says() -> None:
    assert (ROOT / "schema.graphql").read_text(encoding="utf-8") == sdl(), "run make schema"


def test_everything_is_described() -> None:
    found = introspection_from_schema(build_schema(sdl()), input_value_deprecation=True)["__schema"]
    named = [row for row in found["types"] if not row["name"].startswith("__")]
    assert [where for row in named for where, said in _descriptions(row) if not (said or "").strip()] == []


def _descriptions(row: Any) -> Iterator[tuple[str, str | None]]:
    name = row["name"]
    yield name, row["description"]
    for part in (*(row["fields"] or ()), *(row["inputFields"] or ()), *(row["enumValues"] or ())):
        yield f"{name}.{part['name']}", part["description"]
        for given in part.get("args", ()):
            yield f"{name}.{part['name']}({given['name']}:)", given["description"]


def test_a_description_is_a_sentence_or_a_word_that_begins_and_ends_as_one() -> None:
    texts = re.findall(r'"""\s*(.+?)\s*"""', sdl(), re.DOTALL)
    assert len(texts) > 500
    assert [text for text in texts if text[0].islower() and not text.startswith("राहु")] == []


def test_what_is_only_ours_or_differs_is_a_known_departure(ours: dict[str, str], target: dict[str, str]) -> None:
    other = {where for where in ours.keys() & target.keys() if ours[where] != target[where]}
    never = only_in(target, ours) & DEPARTURES.keys()
    assert only_in(ours, target) | other | never == set(DEPARTURES)


def test_what_the_target_has_and_ours_has_not_is_named_as_to_come(ours: dict[str, str], target: dict[str, str]) -> None:
    later = [where for part in LATER.values() for where in part]
    assert len(later) == len(set(later))
    assert only_in(target, ours) - DEPARTURES.keys() == set(later)


def test_every_departure_stands_in_the_decision_and_no_other() -> None:
    rows = [line.split("|")[1] for line in DECISION.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert {name for cell in rows for name in re.findall(r"`([^`]+)`", cell)} == set(DEPARTURES)


def test_values_of_an_enum_stand_in_the_targets_order(ours: dict[str, str], target: dict[str, str]) -> None:
    def order(of: dict[str, str], also_in: dict[str, str]) -> list[str]:
        return [where for where, what in of.items() if what == "value" and where in also_in]

    by_type = {where.partition(".")[0] for where in order(ours, target)}
    for name in by_type:
        mine = [where for where in order(ours, target) if where.startswith(f"{name}.")]
        assert mine == [where for where in order(target, ours) if where.startswith(f"{name}.")]


def test_every_scalar_but_JSON_is_one_of_the_targets_texts(target: dict[str, str]) -> None:
    scalars = {node.name.value for node in parse(sdl()).definitions if isinstance(node, ScalarTypeDefinitionNode)}
    assert scalars >= {"Date", "LocalTime", "DateTime", "TimeZone", "UtcOffset", "JSON"}
    assert [name for name in scalars if name not in target] == []
