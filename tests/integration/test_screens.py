"""The operations of real screens, with their example variables, against a real engine; asserted against what others say."""

from __future__ import annotations

import json
import math
import os
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    Visitor,
    build_schema,
    parse,
    print_ast,
    validate,
    visit,
)

from graph.schema import sdl
from tests.bulk_asker import asking, streamed
from tests.oracles import load
from tests.served import MUMBAI, ROOT, data, serving

TARGET = Path(os.environ.get("GRAHAQL_SCHEMA_TARGET") or ROOT.parent / "shared" / "schema" / "target.graphql")
SCREENS = TARGET.with_name("operations.graphql")

SIGNS = ("Ar", "Ta", "Ge", "Cn", "Le", "Vi", "Li", "Sc", "Sg", "Cp", "Aq", "Pi")
"""As Jagannatha Hora prints them; the number is the place, from 1."""

MISSING = {
    "KundaliPage": {"Chart.panchanga", "Chart.riseSet", "Chart.dasha", "Chart.doshas"},
    "NavamshaCard": {"DrawingInput", "Varga.svg"},
    "CompareBirths": {"Chart.doshas"},
}
"""What the operations that cannot run yet ask for and the schema has not."""

BULK = {"SubmitBulk", "BulkBar", "BulkPage"}
RUNNABLE = {"SavedBirths", "Names", "ExploreSettings", "CheckBirth", "AfterChoice", "VargaGrid", *BULK}


@cache
def screens() -> str:
    if not SCREENS.is_file():
        pytest.skip(
            "the operations of screens are not beside this checkout; GRAHAQL_SCHEMA_TARGET names their neighbour"
        )
    return SCREENS.read_text(encoding="utf-8")


@cache
def our_schema() -> GraphQLSchema:
    return build_schema(sdl())


class _Spreads(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_args: object) -> None:
        self.names.append(node.name.value)


def spread_in(node: Node) -> list[str]:
    found = _Spreads()
    visit(node, found)
    return found.names


@cache
def documents() -> dict[str, DocumentNode]:
    """Each operation by its name, with the fragments that it spreads."""
    definitions = parse(screens()).definitions
    fragments = {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}
    found: dict[str, DocumentNode] = {}
    for node in definitions:
        if isinstance(node, OperationDefinitionNode) and node.name:
            names = list(dict.fromkeys(spread_in(node)))
            for name in names:  # grows while it is walked
                names += [other for other in spread_in(fragments[name]) if other not in names]
            found[node.name.value] = DocumentNode(definitions=(node, *(fragments[name] for name in names)))
    return found


def example(name: str) -> dict[str, Any]:
    """The variables that stand above an operation."""
    above = re.search(rf"^#vars (.+)\n(?:query|mutation|subscription) {name}\b", screens(), re.MULTILINE)
    assert above, name
    variables: dict[str, Any] = json.loads(above[1])
    return variables


async def shown(name: str) -> dict[str, Any]:
    return await data(print_ast(documents()[name]), example(name))


def missing(name: str) -> set[str]:
    """The fields, types and kinds of operation that our schema lacks for an operation."""
    told = " ".join(error.message for error in validate(our_schema(), documents()[name]))
    fields = {f"{parent}.{field}" for field, parent in re.findall(r"query field '(\w+)' on type '(\w+)'", told)}
    return fields | {*re.findall(r"Unknown type '(\w+)'", told), *re.findall(r"The (\w+) operation is not", told)}


def test_every_operation_either_runs_or_misses_exactly_what_is_to_come() -> None:
    assert set(documents()) == RUNNABLE | set(MISSING)
    assert {name: missing(name) for name in documents() if missing(name)} == MISSING
    assert [name for name in RUNNABLE if validate(our_schema(), documents()[name])] == []


async def test_saved_births_show_the_Moon_and_a_birth_in_a_gap_spoils_only_its_own_item() -> None:
    first, second = (await shown("SavedBirths"))["charts"]
    mumbai = next(row for row in load("commercial_api_refs.json")["births"] if row["id"] == "mumbai_1990")
    service = mumbai["astrologyapi"]["planets"]["MOON"]
    moon = first["chart"]["moon"]
    assert (first["ref"], first["problem"]) == ("1", None)
    assert (moon["rashi"].title(), moon["nakshatra"].title(), moon["pada"]) == (
        service["sign"],
        service["nakshatra"],
        service["nakshatra_pad"],
    )
    assert second == {"ref": "2", "chart": None, "problem": {"code": "LOCAL_TIME_NONEXISTENT"}}


async def test_names_in_Gujarati_are_the_words_that_a_Gujarati_almanac_prints() -> None:
    names = (await shown("Names"))["names"]
    assert names["language"] == "GU"
    assert names["rashis"][0] == {"value": "ARIES", "full": "મેષ"}
    assert names["nakshatras"][26] == {"value": "REVATI", "full": "રેવતી"}
    assert [row["full"] for row in names["grahas"]][:2] == ["સૂર્ય", "ચંદ્ર"]
    assert [len(names[table]) for table in ("rashis", "nakshatras", "grahas")] == [12, 27, 12]


async def test_a_settings_form_finds_presets_options_ayanamshas_and_constructions() -> None:
    found = await shown("ExploreSettings")
    assert found["engine"]["sourceUrl"]
    assert (found["engine"]["firstDate"], found["engine"]["lastDate"]) == ("1800-01-01", "2399-12-31")
    presets = {row["preset"]: row["settings"] for row in found["presets"]}
    assert presets["JAGANNATHA_HORA_8"]["node"] == presets["JAGANNATHA_HORA_8"]["asInput"]["node"] == "TRUE_NODE"
    assert (presets["KP"]["ayanamsha"], presets["KP"]["chalitSystem"]) == ("KRISHNAMURTI", "PLACIDUS")
    options = {row["name"]: row for row in found["settingOptions"]}
    assert options["ayanamsha"]["default"] == "LAHIRI"
    assert "JAGANNATHA_HORA_8" in next(v for v in options["node"]["values"] if v["value"] == "TRUE_NODE")["presets"]
    assert {row["variant"] for row in found["vargaRules"]} >= {"PARASHARA", "EVEN_SIGN_REVERSED"}
    assert all(row["rule"] and row["sets"] == ["SHODASHAVARGA"] for row in found["vargaRules"])


def spica_at_J2000() -> float:
    """Ecliptic longitude in degrees, from the place that the Hipparcos catalogue gives and the obliquity of J2000."""
    ascension, declination, obliquity = math.radians(201.2983), math.radians(-11.1613), math.radians(23.43929)
    sine = math.sin(ascension) * math.cos(obliquity) + math.tan(declination) * math.sin(obliquity)
    return math.degrees(math.atan2(sine, math.cos(ascension))) % 360


async def test_true_Chitra_is_where_Hipparcos_has_Spica_at_J2000() -> None:
    aberration = 0.0057
    values = {row["ayanamsha"]: row for row in (await shown("ExploreSettings"))["ayanamshas"]}
    assert values["TRUE_CHITRA"]["withoutNutation"] == pytest.approx(spica_at_J2000() - 180, abs=aberration + 0.0005)
    assert values["TROPICAL"]["withNutation"] == 0
    assert "CUSTOM" not in values


async def test_an_ambiguous_time_comes_back_with_both_readings_of_the_zone_database() -> None:
    check = (await shown("CheckBirth"))["checkBirth"]
    assert check["moment"] is None
    assert check["problem"]["code"] == "LOCAL_TIME_AMBIGUOUS"
    assert check["problem"]["path"] == ["birth", "time"]
    readings = [(row["utc"], row["utcOffset"], row["disambiguation"]) for row in check["problem"]["candidates"]]
    assert readings == [  # the IANA database, file asia: +06:30 until 15 October 1945, then +05:30
        ("1945-10-14T17:00:00Z", "+06:30", "EARLIER"),
        ("1945-10-14T18:00:00Z", "+05:30", "LATER"),
    ]


async def test_after_the_choice_the_chart_is_that_of_the_offset_written_out() -> None:
    chosen = (await shown("AfterChoice"))["chart"]
    assert chosen["moment"] == {
        "local": "1945-10-14T23:30:00+06:30",
        "utc": "1945-10-14T17:00:00Z",
        "disambiguated": True,
    }
    document = "query ($birth: BirthInput!) { chart(birth: $birth) { lagna { rashi text } } }"
    birth = example("AfterChoice")["birth"] | {"zone": {"offset": "+06:30"}}
    written_out = (await data(document, {"birth": birth}))["chart"]["lagna"]
    assert {key: chosen["lagna"][key] for key in ("rashi", "text")} == written_out


async def test_the_grid_of_the_sixteen_shows_what_Jagannatha_Hora_printed() -> None:
    chart = (await shown("VargaGrid"))["chart"]
    export = next(
        row for row in load("jhora8_refcharts.json")["charts"] if row["input"]["date"] == "2000-04-04"
    )["varga_signs"]  # fmt: skip
    assert [varga["division"] for varga in chart["vargas"]] == [
        1,
        2,
        3,
        4,
        7,
        9,
        10,
        12,
        16,
        20,
        24,
        27,
        30,
        40,
        45,
        60,
    ]
    for varga in chart["vargas"]:
        if varga["code"] != "D2":  # this request asks for another D2 than the program's
            assert SIGNS[varga["lagna"]["rashiNumber"] - 1] == export["lagna"][varga["code"]], varga["code"]
            placed = {name: house["rashiNumber"] for house in varga["bhavas"] for name in house["occupants"]}
            for name in placed:
                assert SIGNS[placed[name] - 1] == export[name.title()][varga["code"]], (varga["code"], name)
            assert len(placed) == 9
    assert next(v for v in chart["vargas"] if v["division"] == 2)["variant"] == "PARASHARA"


async def test_two_readings_of_D24_differ_where_a_graha_is_in_an_even_sign() -> None:
    """Venus stands at 3°22′47″ of Pisces, in the third part of 1°15′. An even sign's parts run on from Cancer: Virgo.

    Counted backwards from Cancer, the third is Taurus.
    """
    both = (await shown("VargaGrid"))["chart"]["siddhamsha"]
    assert [varga["variant"] for varga in both] == ["PARASHARA", "EVEN_SIGN_REVERSED"]
    signs = [next(house["rashiNumber"] for house in varga["bhavas"] if "VENUS" in house["occupants"]) for varga in both]
    assert [SIGNS[number - 1] for number in signs] == ["Vi", "Ta"]


async def test_a_doubt_of_a_minute_leaves_the_lagna_and_the_star_of_a_birth_far_from_their_ends() -> None:
    """Jagannatha Hora's lagna is 15°16′ of Virgo and moves 0.25° a minute; its D60 changes each half degree."""
    doubt = (await shown("VargaGrid"))["chart"]["sensitivity"]
    assert (doubt["lagna"], doubt["moonNakshatra"]) == (False, False)
    assert 60 in doubt["vargaLagnas"]
    assert 1 not in doubt["vargaLagnas"]


async def test_a_back_office_submits_watches_a_bar_and_reads_a_page(tmp_path: Path) -> None:
    saved = print_ast(documents()["AfterChoice"])
    births = "\n".join(json.dumps({**MUMBAI, "ref": str(n)}) for n in range(120))
    with serving(tmp_path, GRAHAQL_WORKERS="1") as service, asking(service) as asker:
        form = {"content-type": "application/jsonl"}
        upload = asker.post("/bulk/births", content=births, headers=form).json()["uploadId"]
        digest = sha256(saved.encode()).hexdigest()
        extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
        asked = {"query": saved, "variables": {"birth": MUMBAI}, "extensions": extensions}
        chart = asker.post("/graphql", json=asked).json()["data"]["chart"]
        sent = example("SubmitBulk")["input"]
        sent |= {"births": {"uploadId": upload}, "selection": {"persisted": {"documentId": f"sha256:{digest}"}}}
        submitted = asker.data(print_ast(documents()["SubmitBulk"]), input=sent)["submitBulk"]
        assert (submitted["problems"], submitted["estimate"]["births"]) == ([], 120)
        id = submitted["operation"]["id"]
        bar = {"query": print_ast(documents()["BulkBar"]), "variables": {**example("BulkBar"), "id": id}}
        events = await streamed(service.address, bar)
        assert events[-1]["data"]["bulkProgress"]["operation"]["progress"] == 1
        page = asker.data(print_ast(documents()["BulkPage"]), **example("BulkPage") | {"id": id})["bulkOperation"]
        assert {node["chart"]["id"] for node in page["results"]["nodes"]} == {chart["id"]}
        assert [node["ref"] for node in page["results"]["nodes"]] == [str(n) for n in range(50)]
