"""Whatever document is sent, right or wrong, in whatever spelling: it is answered or refused, and never fails here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Any

import graphql
import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from hypothesis_graphql import Mode, nodes, queries

from tests.served import MUMBAI, ROOT, client, data

SCHEMA = (ROOT / "schema.graphql").read_text()
EXAMPLES = 150
LONG_EXAMPLES = 3000
PLENTY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)

HOSTILE = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "",
            " ",
            "\0",
            "\n",
            "null",
            "NaN",
            "-0",
            "1e999",
            "९",
            "٣",
            "\u202e",
            "😀",
            "../../etc/passwd",
            "%s%n",
            "{}",
            "'",
        ]
    ),
    st.builds(lambda piece, times: piece * times, st.sampled_from(["9", "x", "é", "/", "+"]), st.integers(1, 3000)),
)


def spelt(usual: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Texts that a scalar is meant for, and in one of three cases any other."""
    return st.one_of(usual, usual, HOSTILE).map(nodes.String)


DATES = st.one_of(
    st.dates().map(str), st.sampled_from(["1800-01-01", "2399-12-31", "2400-01-02", "1900-02-29", "0000-00-00"])
)
TIMES = st.one_of(st.times().map(str), st.sampled_from(["00:00", "23:59:59.999", "23:59:60", "24:00", "10:30+05:30"]))
ZONES = st.sampled_from(
    ["Asia/Kolkata", "UTC", "America/New_York", "Africa/Monrovia", "Europe/Dublin", "GMT+5", "posix"]
)
OFFSETS = st.one_of(
    st.from_regex(r"[+-][0-2][0-9]:[0-5][0-9](:[0-5][0-9])?", fullmatch=True),
    st.sampled_from(["Z", "+40:00", "-00:00"]),
)
INSTANTS = st.one_of(
    st.datetimes(timezones=st.timezones()).map(lambda value: value.isoformat()),
    st.sampled_from(["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "1800-01-01T09:00:00Z"]),
)
JSONS: st.SearchStrategy[Any] = st.one_of(
    HOSTILE.map(nodes.String), st.integers().map(nodes.Int), st.booleans().map(nodes.Boolean)
)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "Date": spelt(DATES),
    "LocalTime": spelt(TIMES),
    "DateTime": spelt(INSTANTS),
    "TimeZone": spelt(ZONES),
    "UtcOffset": spelt(OFFSETS),
    "ChartToken": spelt(st.from_regex(r"[-_A-Za-z0-9]{0,120}", fullmatch=True)),
    "JSON": JSONS,
}


class Asker:
    """The application in this process, asked from tests that know no event loop."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._web = client()

    def ask(self, document: str, variables: dict[str, Any] | None = None) -> httpx.Response:
        return self._runner.run(self._web.post("/graphql", json={"query": document, "variables": variables}))

    def close(self) -> None:
        self._runner.run(self._web.aclose())
        self._runner.close()


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    opened = Asker()
    yield opened
    opened.close()


def check(response: httpx.Response, document: str) -> dict[str, Any]:
    """The body of an answer that is one, whatever it says."""
    assert response.status_code < 500, (response.text[:2000], document)
    body: dict[str, Any] = orjson.loads(response.content)
    assert {"data", "errors"} & set(body) == set(body)
    assert "errors" not in body or body["errors"]
    for error in body.get("errors", ()):
        assert error["message"], document
        assert error.get("extensions", {}).get("code") not in (None, "", "INTERNAL"), (error, document)
        assert error["extensions"]["remedy"], (error, document)
    assert (response.status_code == 200) == ("errors" not in body)
    assert (response.status_code == 294) == ({"data", "errors"} <= set(body))
    return body


class Mender(graphql.Visitor):
    """Puts what is out of its range into it, so that a document comes to be executed."""

    def enter_argument(self, node: graphql.ArgumentNode, *_: object) -> graphql.ArgumentNode:
        return graphql.ArgumentNode(name=node.name, value=mended(node.name.value, node.value))

    def enter_object_field(self, node: graphql.ObjectFieldNode, *_: object) -> graphql.ObjectFieldNode:
        return graphql.ObjectFieldNode(name=node.name, value=mended(node.name.value, node.value))


def mended(name: str, value: graphql.ValueNode) -> graphql.ValueNode:
    """A value that its argument or input field can take."""
    if name in INSTEAD and isinstance(value, graphql.StringValueNode | graphql.EnumValueNode):
        return INSTEAD[name]()
    if name in ONE_OF and isinstance(value, graphql.ObjectValueNode):
        return graphql.ObjectValueNode(fields=value.fields[:1])
    if isinstance(value, graphql.ListValueNode):
        return graphql.ListValueNode(values=tuple(mended(name, inner) for inner in value.values) or EMPTY.get(name, ()))
    if name in LEAST_AND_MOST and isinstance(value, graphql.IntValueNode | graphql.FloatValueNode):
        least, most = LEAST_AND_MOST[name]
        return graphql.IntValueNode(value=str(least + int(float(value.value)) % (most - least + 1)))
    return value


INSTEAD: dict[str, Callable[[], graphql.ValueNode]] = {
    "token": lambda: graphql.StringValueNode(value=real_token()),
    "variant": lambda: graphql.EnumValueNode(value="PARASHARA"),
    "at": lambda: graphql.StringValueNode(value="2000-01-01T00:00:00Z"),
}
ONE_OF = ("zone", "of")
BIRTH = '{date: "1990-03-15", time: "10:30", latitude: 19, longitude: 72.8, zone: {offset: "+05:30"}}'
EMPTY: dict[str, tuple[graphql.ValueNode, ...]] = {
    "divisions": (graphql.IntValueNode(value="9"),),
    "births": (graphql.parse_value(BIRTH),),
}
LEAST_AND_MOST = {
    "division": (1, 300), "divisions": (1, 300), "withinSeconds": (1, 3600), "every": (1, 3600), "latitude": (-66, 66),
    "longitude": (-180, 180), "altitude": (-500, 9000), "offsetHours": (-14, 14),
}  # fmt: skip


@cache
def real_token() -> str:
    """The token of a chart that can be computed."""
    document = "query ($birth: BirthInput!) { chart(birth: $birth) { token } }"
    found: str = asyncio.run(data(document, {"birth": MUMBAI}))["chart"]["token"]
    return found


def written(document: graphql.DocumentNode) -> str:
    """A document's text, its values mended."""
    return graphql.print_ast(graphql.visit(document, Mender()))


USUAL = {"Date": st.dates(date(1801, 1, 1), date(2398, 12, 31)).map(str), "LocalTime": st.times().map(lambda time: f"{time:%H:%M:%S}"), "DateTime": st.just("2000-01-01T00:00:00Z"),
    "TimeZone": ZONES, "UtcOffset": st.sampled_from(["Z", "+05:30", "-00:25:21"]), "ChartToken": st.just(""),
}  # fmt: skip
SOUND = queries(
    SCHEMA,
    custom_scalars={"JSON": JSONS, **{name: usual.map(nodes.String) for name, usual in USUAL.items()}},
    print_ast=written,
    allow_null=False,
    codec="utf-8",
)
VALID = queries(SCHEMA, custom_scalars=SCALARS, codec="utf-8")
ANY = queries(SCHEMA, custom_scalars=SCALARS, codec="utf-8", mode=Mode.NEGATIVE)


@given(document=SOUND)
@PLENTY
def test_a_document_with_values_in_their_ranges_is_answered_or_refused(asker: Asker, document: str) -> None:
    check(asker.ask(document), document)


@given(document=VALID)
@PLENTY
def test_a_document_of_the_schema_is_answered_or_refused(asker: Asker, document: str) -> None:
    body = check(asker.ask(document), document)
    assert all(error["extensions"]["code"] != "GRAPHQL_PARSE_FAILED" for error in body.get("errors", ()))


@given(document=ANY)
@PLENTY
def test_a_document_that_the_schema_does_not_have_is_refused(asker: Asker, document: str) -> None:
    check(asker.ask(document), document)


@given(
    document=VALID,
    place=st.integers(0),
    put=st.one_of(st.just(""), st.characters(), st.sampled_from('{}()[]"\\$:!@.…')),
)
@PLENTY
def test_a_document_with_a_slip_of_the_pen_is_answered_or_refused(
    asker: Asker, document: str, place: int, put: str
) -> None:
    at = place % (len(document) + 1)
    check(asker.ask(document[:at] + put + document[at + 1 :]), document)


@pytest.mark.long
@given(document=st.one_of(SOUND, VALID, ANY))
@settings(PLENTY, max_examples=LONG_EXAMPLES)
def test_many_more_documents_are_answered_or_refused(asker: Asker, document: str) -> None:
    check(asker.ask(document), document)


CHECK = (
    '{ checkBirth(birth: {date: "1990-03-15", time: "10:30", latitude: 19, longitude: 72, zone: {%s}}) '
    "{ problem { code } } }"
)
HIGH = CHECK.replace("{ check", "query ($h: Float = 5.5) { check").replace("72,", "72, altitude: $h,") % 'name: "UTC"'
ONCE_UNCODED = {
    "two zones written out": (CHECK % 'name: "UTC", offset: "Z"', {}, 422),
    "no zone written out": (CHECK % "", {}, 422),
    "a null in an argument that takes none": ("query ($l: Language = EN) { names(language: $l) { language } }", {"l": None}, 294),
    "a null in an input field that takes none": (HIGH, {"h": None}, 294),
}  # fmt: skip


@pytest.mark.parametrize(("document", "variables", "status"), ONCE_UNCODED.values(), ids=ONCE_UNCODED)
def test_what_only_shows_while_executing_has_a_code_too(
    asker: Asker, document: str, variables: dict[str, Any], status: int
) -> None:
    response = asker.ask(document, variables)
    check(response, document)
    assert response.status_code == status
