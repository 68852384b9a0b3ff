"""What is wrong is refused clearly, by GraphQL over HTTP and at the start of a service: a code, the value, the remedy;
never a 500, never silently taken for something else."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from xingpan_ephemeris import get_ephe_path

from tests.served import COMMAND, MUMBAI, client, environment

CHART = """
query ($birth: BirthInput!, $settings: SettingsInput) {
  chart(birth: $birth, settings: $settings) { id lagna { rashi } }
}
"""
CHARTS = (
    "query ($births: [BirthInput!]!) { charts(births: $births) { index chart { id } problem { code message remedy } } }"
)
LONG = "x" * 10_000
LONGEST_TOLD = 2_000
"""Characters of an answer to a long value: it is quoted in part."""


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    async with client() as opened:
        yield opened


async def post(web: httpx.AsyncClient, document: str, **variables: Any) -> httpx.Response:
    return await web.post("/graphql", json={"query": document, "variables": variables})


def told(response: httpx.Response) -> dict[str, Any]:
    """The first error, which must be coded and say what to do."""
    error: dict[str, Any] = response.json()["errors"][0]
    assert 400 <= response.status_code < 500 or response.status_code == 294, response.text
    assert error["message"]
    assert error["extensions"]["code"] not in (None, "INTERNAL")
    assert error["extensions"]["remedy"]
    assert isinstance(error["extensions"]["path"], list)
    assert "Traceback" not in response.text
    return error


WRONG_BIRTHS: dict[str, tuple[dict[str, Any], str, list[str], str]] = {
    "latitude 91": ({"latitude": 91}, "LATITUDE_INVALID", ["latitude"], "91"),
    "latitude -90.001": ({"latitude": -90.001}, "LATITUDE_INVALID", ["latitude"], "-90.001"),
    "longitude 181": ({"longitude": 181}, "LONGITUDE_INVALID", ["longitude"], "181"),
    "a mine 600 m deep": ({"altitude": -600}, "ALTITUDE_INVALID", ["altitude"], "-600"),
    "30 February": ({"date": "1990-02-30"}, "DATE_INVALID", ["date"], "1990-02-30"),
    "29 February 1900": ({"date": "1900-02-29"}, "DATE_INVALID", ["date"], "1900-02-29"),
    "the day before the year": ({"date": "15-03-1990"}, "DATE_INVALID", ["date"], "15-03-1990"),
    "foreign digits": ({"date": "१९९०-०३-१५"}, "DATE_INVALID", ["date"], "१९९०"),
    "an empty date": ({"date": ""}, "DATE_INVALID", ["date"], "''"),
    "the year 1500": ({"date": "1500-01-01"}, "DATE_OUT_OF_RANGE", ["date"], "1500"),
    "the year 2400": ({"date": "2400-01-02"}, "DATE_OUT_OF_RANGE", ["date"], "2400"),
    "25 o'clock": ({"time": "25:00"}, "TIME_INVALID", ["time"], "25:00"),
    "a leap second": ({"time": "23:59:60"}, "TIME_INVALID", ["time"], "23:59:60"),
    "a time with an offset": ({"time": "10:30+05:30"}, "TIME_INVALID", ["time"], "10:30+05:30"),
    "an unknown zone": ({"zone": {"name": "Asia/Bombay"}}, "ZONE_UNKNOWN", ["zone", "name"], "Asia/Bombay"),
    "a zone by an abbreviation": ({"zone": {"name": "IST"}}, "ZONE_UNKNOWN", ["zone", "name"], "IST"),
    "a zone that is a path": ({"zone": {"name": "../../etc/passwd"}}, "ZONE_UNKNOWN", ["zone", "name"], "../../etc"),
    "an offset of 40 hours": ({"zone": {"offset": "+40:00"}}, "OFFSET_INVALID", ["zone", "offset"], "+40:00"),
    "an offset without a sign": ({"zone": {"offset": "05:30"}}, "OFFSET_INVALID", ["zone", "offset"], "05:30"),
    "40 hours": ({"zone": {"offsetHours": 40}}, "OFFSET_INVALID", ["zone", "offsetHours"], "40"),
    "seven decimals of an hour": (
        {"zone": {"offsetHours": 5.1234567}}, "OFFSET_INVALID", ["zone", "offsetHours"], "5.1234567",
    ),
    "the open sea": ({"zone": None, "latitude": 0, "longitude": 0}, "ZONE_NOT_FOUND", ["zone"], "latitude 0"),
    "a long date": ({"date": LONG}, "DATE_INVALID", ["date"], "xxx"),
    "a long time": ({"time": LONG}, "TIME_INVALID", ["time"], "xxx"),
    "a long zone": ({"zone": {"name": LONG}}, "ZONE_UNKNOWN", ["zone", "name"], "xxx"),
    "a long offset": ({"zone": {"offset": LONG}}, "OFFSET_INVALID", ["zone", "offset"], "xxx"),
}  # fmt: skip


@pytest.mark.parametrize(("wrong", "code", "path", "value"), WRONG_BIRTHS.values(), ids=WRONG_BIRTHS)
async def test_a_wrong_birth_nulls_its_chart_and_says_why(
    web: httpx.AsyncClient, wrong: dict[str, Any], code: str, path: list[str], value: str
) -> None:
    response = await post(web, CHART, birth=MUMBAI | wrong)
    error = told(response)
    assert (response.status_code, response.json()["data"]) == (294, {"chart": None})
    assert (error["extensions"]["code"], error["extensions"]["path"]) == (code, ["birth", *path])
    assert value in error["message"]
    assert len(response.text) < LONGEST_TOLD


@pytest.mark.parametrize(("wrong", "code", "path", "value"), WRONG_BIRTHS.values(), ids=WRONG_BIRTHS)
async def test_a_wrong_birth_of_a_list_is_a_problem_of_its_item(
    web: httpx.AsyncClient, wrong: dict[str, Any], code: str, path: list[str], value: str
) -> None:
    response = await post(web, CHARTS, births=[MUMBAI, MUMBAI | wrong])
    good, bad = response.json()["data"]["charts"]
    assert response.status_code == 200
    assert good["problem"] is bad["chart"] is None
    assert bad["problem"]["code"] == code
    assert value in bad["problem"]["message"]
    assert bad["problem"]["remedy"]


@pytest.mark.parametrize(
    ("birth", "code", "readings"),
    [
        (
            {"date": "1945-10-14", "time": "23:30", "latitude": 22.5726, "longitude": 88.3639},
            "LOCAL_TIME_AMBIGUOUS",
            [("1945-10-14T17:00:00Z", "EARLIER"), ("1945-10-14T18:00:00Z", "LATER")],
        ),
        (
            {"date": "1941-10-01", "time": "00:30", "latitude": 22.57, "longitude": 88.36},
            "LOCAL_TIME_NONEXISTENT",
            [("1941-09-30T18:00:00Z", "EARLIER"), ("1941-09-30T19:00:00Z", "LATER")],
        ),
    ],
)
async def test_a_time_that_was_shown_twice_or_never_comes_with_what_it_can_mean(
    web: httpx.AsyncClient, birth: dict[str, Any], code: str, readings: list[tuple[str, str]]
) -> None:
    extensions = told(await post(web, CHART, birth=MUMBAI | birth))["extensions"]
    assert extensions["code"] == code
    assert [(row["utc"], row["disambiguation"]) for row in extensions["candidates"]] == readings
    for utc, choice in readings:
        document = "query ($birth: BirthInput!) { chart(birth: $birth) { moment { utc disambiguated } } }"
        chosen = await post(web, document, birth=MUMBAI | birth | {"disambiguation": choice})
        assert chosen.json() == {"data": {"chart": {"moment": {"utc": utc, "disambiguated": True}}}}


async def test_Placidus_at_70_north_nulls_its_field_alone(web: httpx.AsyncClient) -> None:
    document = """
    query ($birth: BirthInput!) {
      chart(birth: $birth) {
        lagna { rashi }
        chalit(system: PLACIDUS) { system }
        graha(name: MOON) { rashi chalitBhava(system: PLACIDUS) }
        sripati: chalit { system }
      }
    }
    """
    response = await post(web, document, birth=MUMBAI | {"latitude": 70, "zone": {"offset": "+01:00"}})
    error, chart = told(response), response.json()["data"]["chart"]
    assert (response.status_code, error["extensions"]["code"]) == (294, "HOUSES_UNDEFINED")
    assert error["path"] == ["chart", "chalit"]
    assert "PLACIDUS has no cusps at latitude 70" in error["message"]
    assert "SRIPATI" in error["extensions"]["remedy"]
    assert chart["chalit"] is chart["graha"]["chalitBhava"] is None
    assert chart["lagna"]["rashi"]
    assert chart["graha"]["rashi"] == "LIBRA"
    assert chart["sripati"] == {"system": "SRIPATI"}


WRONG_SETTINGS: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "customAyanamsha without CUSTOM": (
        {"customAyanamsha": {"epochJd": 2451545, "value": 23}}, "SETTING_INVALID", ["customAyanamsha"],
    ),
    "CUSTOM without customAyanamsha": ({"ayanamsha": "CUSTOM"}, "SETTING_INVALID", ["customAyanamsha"]),
    "an ayanamsha of 400 degrees": (
        {"ayanamsha": "CUSTOM", "customAyanamsha": {"epochJd": 2451545, "value": 400}},
        "SETTING_INVALID", ["customAyanamsha"],
    ),
    "a division twice": (
        {"vargaVariants": [{"division": 9, "variant": "KALACHAKRA"}, {"division": 9, "variant": "KALACHAKRA"}]},
        "SETTING_INVALID", ["vargaVariants", "1", "division"],
    ),
    "a variant that does not exist": (
        {"vargaVariants": [{"division": 9, "variant": "UMA_SHAMBHU"}]},
        "VARIANT_UNSUPPORTED", ["vargaVariants", "0", "variant"],
    ),
    "division 0": (
        {"vargaVariants": [{"division": 0, "variant": "PARASHARA"}]},
        "DIVISION_UNSUPPORTED", ["vargaVariants", "0", "division"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("settings", "code", "path"), WRONG_SETTINGS.values(), ids=WRONG_SETTINGS)
async def test_wrong_settings_are_refused_before_anything_is_computed(
    web: httpx.AsyncClient, settings: dict[str, Any], code: str, path: list[str]
) -> None:
    response = await post(web, CHART, birth=MUMBAI, settings=settings)
    extensions = told(response)["extensions"]
    assert (response.status_code, "data" in response.json()) == (422, False)
    assert (extensions["code"], extensions["path"]) == (code, ["settings", *path])


@pytest.mark.parametrize("division", [0, 301, 999, -1])
async def test_a_division_that_is_none_is_refused_with_its_range(web: httpx.AsyncClient, division: int) -> None:
    document = "query ($birth: BirthInput!, $n: Int!) { chart(birth: $birth) { varga(division: $n) { code } } }"
    response = await post(web, document, birth=MUMBAI, n=division)
    error = told(response)
    assert (response.status_code, error["extensions"]["code"]) == (422, "DIVISION_UNSUPPORTED")
    assert str(division) in error["message"]
    assert "1 to 300" in error["extensions"]["remedy"]


async def test_a_doubt_of_no_seconds_is_refused(web: httpx.AsyncClient) -> None:
    document = "query ($birth: BirthInput!) { chart(birth: $birth) { sensitivity(withinSeconds: 0) { lagna } } }"
    error = told(await post(web, document, birth=MUMBAI))
    assert error["extensions"]["code"] == "ARGUMENT_INVALID"
    assert "withinSeconds is 0" in error["message"]


async def test_an_empty_list_of_births_is_refused(web: httpx.AsyncClient) -> None:
    response = await post(web, CHARTS, births=[])
    assert (response.status_code, told(response)["extensions"]["code"]) == (422, "LIST_EMPTY")


async def test_a_thousand_and_one_births_are_told_of_bulk_operations(web: httpx.AsyncClient) -> None:
    response = await post(web, CHARTS, births=[MUMBAI] * 1001)
    error = told(response)
    assert (response.status_code, error["extensions"]["code"]) == (422, "LIST_TOO_LONG")
    assert "1001" in error["message"]
    assert "bulk operation" in error["extensions"]["remedy"]


WRONG_TYPES: dict[str, tuple[dict[str, Any], str]] = {
    "no birth": ({}, "$birth"),
    "a birth that is null": ({"birth": None}, "$birth"),
    "a birth that is a text": ({"birth": "1990-03-15"}, "1990-03-15"),
    "a birth without a date": ({"birth": {key: MUMBAI[key] for key in MUMBAI if key != "date"}}, "date"),
    "a birth with a name": ({"birth": MUMBAI | {"name": "Albert"}}, "name"),
    "a latitude that is a text": ({"birth": MUMBAI | {"latitude": "19N"}}, "19N"),
    "a latitude that is true": ({"birth": MUMBAI | {"latitude": True}}, "rue"),
    "a date that is a number": ({"birth": MUMBAI | {"date": 19900315}}, "19900315"),
    "a date that is a list": ({"birth": MUMBAI | {"date": [LONG]}}, "xxx"),
    "two zones": ({"birth": MUMBAI | {"zone": {"name": "Asia/Kolkata", "offset": "+05:30"}}}, "exactly one"),
    "no zone in a zone": ({"birth": MUMBAI | {"zone": {}}}, "exactly one"),
    "a zone of null": ({"birth": MUMBAI | {"zone": {"name": None}}}, "name"),
    "an unknown enum value": ({"birth": MUMBAI, "settings": {"node": "FALSE_NODE"}}, "FALSE_NODE"),
    "a long enum value": ({"birth": MUMBAI, "settings": {"node": LONG}}, "xxx"),
    "an unknown setting": ({"birth": MUMBAI, "settings": {"colour": "RED"}}, "colour"),
    "a preset of null": ({"birth": MUMBAI, "settings": {"preset": None}}, "preset"),
    "a long number": ({"birth": MUMBAI | {"latitude": LONG}}, "xxx"),
}


@pytest.mark.parametrize(("variables", "value"), WRONG_TYPES.values(), ids=WRONG_TYPES)
async def test_variables_of_a_wrong_type_are_refused_before_anything_is_computed(
    web: httpx.AsyncClient, variables: dict[str, Any], value: str
) -> None:
    response = await post(web, CHART, **variables)
    error = told(response)
    assert (response.status_code, error["extensions"]["code"]) == (422, "BAD_USER_INPUT")
    assert value in error["message"]
    assert len(response.text) < LONGEST_TOLD


def literal(latitude: str = "19.076", more: str = "") -> str:
    birth = (
        f'date: "1990-03-15", time: "10:30", latitude: {latitude}, longitude: 72.878, zone: {{ name: "Asia/Kolkata" }}'
    )
    return f"{{ chart(birth: {{ {birth} }}{more}) {{ id }} }}"


WRONG_DOCUMENTS: dict[str, tuple[str, int, str]] = {
    "an infinite latitude": (literal("1e999"), 294, "LATITUDE_INVALID"),
    "a latitude of 5,000 digits": (literal("9" * 5000), 294, "LATITUDE_INVALID"),
    "NaN": (literal("NaN"), 422, "GRAPHQL_VALIDATION_FAILED"),
    "an Int of 5,000 digits": (f"{{ vargaRules(division: {'9' * 5000}) {{ rule }} }}", 422, "GRAPHQL_VALIDATION_FAILED"),
    "an Int over 32 bits": ("{ vargaRules(division: 4294967305) { rule } }", 422, "GRAPHQL_VALIDATION_FAILED"),
    "a division of 9.5": ("{ vargaRules(division: 9.5) { rule } }", 422, "GRAPHQL_VALIDATION_FAILED"),
    "an unknown enum value": (literal(more=", settings: { node: FALSE_NODE }"), 422, "GRAPHQL_VALIDATION_FAILED"),
    "a long enum value": (literal(more=f", settings: {{ node: {LONG} }}"), 422, "GRAPHQL_VALIDATION_FAILED"),
    "a long field": (f"{{ {LONG} }}", 422, "GRAPHQL_VALIDATION_FAILED"),
    "an unknown argument": ("{ names(tongue: EN) { language } }", 422, "GRAPHQL_VALIDATION_FAILED"),
    "an instant without an offset": (
        '{ ayanamshas(at: "2000-01-01T00:00:00") { value } }', 422, "GRAPHQL_VALIDATION_FAILED",
    ),
    "half a surrogate pair": (r'{ settingOptions(name: "\uD83D") { name } }', 400, "GRAPHQL_PARSE_FAILED"),
    "100,000 braces": ("{" * 100_000, 400, "DOCUMENT_TOO_LARGE"),
    "100,000 brackets": (f"{{ charts(births: {'[' * 100_000}", 400, "DOCUMENT_TOO_LARGE"),
    "a selection 5,000 deep": ("{ a " * 5000 + "}" * 5000, 400, "DOCUMENT_TOO_LARGE"),
    "2,000 fragments in a chain": (
        "{ engine { ...F0 } } fragment F2000 on Engine { version } "
        + " ".join(f"fragment F{k} on Engine {{ ...F{k + 1} }}" for k in range(2000)),
        400, "DOCUMENT_TOO_LARGE",
    ),
    "a mutation": ("mutation { nothing }", 422, "GRAPHQL_VALIDATION_FAILED"),
    "only a comment": ("# nothing", 400, "GRAPHQL_PARSE_FAILED"),
    "10,000 characters of nonsense": (LONG, 400, "GRAPHQL_PARSE_FAILED"),
}  # fmt: skip


@pytest.mark.parametrize(("document", "status", "code"), WRONG_DOCUMENTS.values(), ids=WRONG_DOCUMENTS)
async def test_a_wrong_document_is_refused_with_what_is_wrong_in_it(
    web: httpx.AsyncClient, document: str, status: int, code: str
) -> None:
    response = await post(web, document)
    assert (response.status_code, told(response)["extensions"]["code"]) == (status, code)
    assert len(response.text) < 20 * LONGEST_TOLD


def variables_in(text: str) -> bytes:
    return (
        f'{{"query": "query ($b: BirthInput!) {{ chart(birth: $b) {{ id }} }}", "variables": {{"b": {text}}}}}'.encode()
    )


WRONG_BODIES: dict[str, tuple[bytes, int]] = {
    "a letter": (b"x", 400),
    "empty": (b"", 400),
    "blanks": (b"   ", 400),
    "null": (b"null", 422),
    "a list of a number": (b"[1]", 422),
    "a text": (b'"{ engine { version } }"', 422),
    "half an object": (b'{"query": "{ engine', 400),
    "bad UTF-8": (b'{"query": "{ engine { version } } # \xff"}', 400),
    "UTF-16": ('{"query": "{ engine { version } }"}'.encode("utf-16"), 400),
    "half a surrogate pair": (b'{"query": "{ engine { version } } # \\ud83d"}', 400),
    "100,000 brackets": (b"[" * 100_000, 400),
    "100,000 braces": (b'{"a":' * 100_000, 400),
    "NaN": (variables_in('{"latitude": NaN}'), 400),
    "Infinity": (variables_in('{"latitude": -Infinity}'), 400),
    "a number over all bounds": (variables_in('{"latitude": 1e999}'), 400),
    "variables 1,000 lists deep": (variables_in("[" * 1000 + "]" * 1000), 422),
    "no query": (b"{}", 422),
    "an empty query": (b'{"query": ""}', 422),
    "a query that is a number": (b'{"query": 5}', 422),
    "a query that is a list": (b'{"query": ["{ engine { version } }"]}', 422),
    "variables that are a text": (b'{"query": "{ engine { version } }", "variables": "{}"}', 422),
    "a name that is a number": (b'{"query": "{ engine { version } }", "operationName": 5}', 422),
}


@pytest.mark.parametrize(("body", "status"), WRONG_BODIES.values(), ids=WRONG_BODIES)
async def test_a_malformed_body_is_refused(web: httpx.AsyncClient, body: bytes, status: int) -> None:
    response = await web.post("/graphql", content=body, headers={"content-type": "application/json"})
    told(response)
    assert response.status_code == status
    assert "data" not in response.json()
    assert len(response.text) < LONGEST_TOLD


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
async def test_a_body_of_another_type_is_refused(web: httpx.AsyncClient, content_type: str | None) -> None:
    headers = {"content-type": content_type} if content_type else {}
    response = await web.post("/graphql", content=b"query=%7B__typename%7D", headers=headers)
    assert response.status_code == 415
    assert "application/json" in told(response)["extensions"]["remedy"]


@pytest.mark.parametrize(
    "address",
    ["/graphql", "/graphql?query=%ff", "/graphql?query=%7B__typename%7D&variables=x", "/graphql?variables={}"],
)
async def test_a_malformed_address_is_refused(web: httpx.AsyncClient, address: str) -> None:
    response = await web.get(address)
    told(response)
    assert response.status_code in (400, 422)


# ── the start of a service ──


def refused_start(folder: Path, **variables: str) -> str:
    """What `grahaql serve` says before it ends with 78; it must end by itself, and soon."""
    started = subprocess.run(
        [COMMAND, "serve"],
        env=environment(folder, **{"GRAHAQL_PORT": "0", "GRAHAQL_API_PROCESSES": "1", **variables}),
        cwd=folder,
        capture_output=True,
        timeout=30,
        check=False,
    )
    said = (started.stdout + started.stderr).decode()
    assert started.returncode == 78, said
    assert "Traceback" not in said
    return said


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("GRAHAQL_PORT", "http", "0 to 65535"),
        ("GRAHAQL_PORT", "70000", "0 to 65535"),
        ("GRAHAQL_API_PROCESSES", "-1", "0 to 64"),
        ("GRAHAQL_ENV", "staging", "development"),
        ("GRAHAQL_PROT", "8000", "did you mean GRAHAQL_PORT"),
        ("GRAHAQL_EPHEMERIS_DIR", "/nowhere", "folder"),
        ("REDIS_URL", "http://localhost", "redis://"),
    ],
)
def test_a_wrong_variable_ends_the_start_with_its_name_and_its_remedy(
    tmp_path: Path, name: str, value: str, remedy: str
) -> None:
    said = refused_start(tmp_path, **{name: value})
    assert name in said
    assert remedy in said


def ephemeris_without(folder: Path, missing: str) -> Path:
    made = folder / "ephemeris"
    made.mkdir()
    for path in Path(get_ephe_path()).glob("se[pm]*_18.se1"):
        if path.name != missing:
            shutil.copy(path, made)
    return made


def test_a_missing_ephemeris_file_ends_the_start_with_its_name_and_the_remedy(tmp_path: Path) -> None:
    said = refused_start(tmp_path, GRAHAQL_EPHEMERIS_DIR=str(ephemeris_without(tmp_path, "semo_18.se1")))
    assert "semo_18.se1 cannot be read: No such file or directory" in said
    assert "GRAHAQL_EPHEMERIS_DIR" in said


def test_a_corrupted_ephemeris_file_ends_the_start_with_its_name_and_the_remedy(tmp_path: Path) -> None:
    folder = ephemeris_without(tmp_path, "")
    file = folder / "sepl_18.se1"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    said = refused_start(tmp_path, GRAHAQL_EPHEMERIS_DIR=str(folder))
    assert "sepl_18.se1 is not the one expected: its SHA-256 is" in said
    assert "Install xingpan-ephemeris" in said
