"""@defer: which client gets which form, what the forms look like, and that their sum is the answer without it."""

from __future__ import annotations

import asyncio
import email
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from graphql import GraphQLDeferDirective, build_schema, parse, validate
from graphql.execution import experimental_execute_incrementally
from graphql.execution.incremental import IncrementalExecutor

from graph.bounds import Bounds
from graph.cost import LIMIT
from graph.defer import MOST_DEFERRED, Piece, pieces
from graph.defer_forms import BY_PATH, DRAFT, VERSION_0_2, ByPath, Form, wants_pieces
from graph.drain import OpenStreams
from graph.frames import Pace
from graph.measures import measure
from graph.multipart import send_pieces
from graph.operations import Begun, Outcome
from graph.requests import GraphQLRequest, RequestError
from graph.schema import schema
from graph.streaming import Results, open_stream
from tests.served import MUMBAI, client, context, data, operations
from tests.streams import SECONDS, Reader

OLD = "multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9"
V02 = "multipart/mixed;incrementalSpec=v0.2,application/graphql-response+json,application/json;q=0.9"
URQL = (
    "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed"
)
FIXED = '{ engine { firstDate ... @defer(label: "last") { lastDate } } }'
CHART = "query ($birth: BirthInput!) { chart(birth: $birth) { id %s } }"


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    async with client() as opened:
        yield opened


async def sent(web: httpx.AsyncClient, accept: str, query: str = FIXED, **variables: Any) -> httpx.Response:
    return await web.post("/graphql", json={"query": query, "variables": variables}, headers={"accept": accept})


def parts(response: httpx.Response) -> list[Any]:
    """The parts as a reader of mail finds them."""
    head = b"content-type: " + response.headers["content-type"].encode() + b"\r\n\r\n"
    found = email.message_from_bytes(head + response.content).get_payload()
    assert isinstance(found, list)
    return [json.loads(part.get_payload(decode=True)) for part in found]  # type: ignore[union-attr, arg-type]  # messages


# ── who gets which form ──


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (OLD, BY_PATH),
        (V02, VERSION_0_2),
        ('multipart/mixed; deferSpec="20220824", application/json', BY_PATH),
        ("multipart/mixed, application/json", DRAFT),
        ("text/event-stream", "sse"),
        (URQL, "sse"),
        ("text/event-stream, multipart/mixed;incrementalSpec=v0.2", VERSION_0_2),
        ("text/event-stream, multipart/mixed;incrementalSpec=v0.2;q=0.9, application/json", "sse"),
        ("multipart/mixed;incrementalSpec=v0.2, multipart/mixed;deferSpec=20220824", BY_PATH),
        ("application/json, multipart/mixed;deferSpec=20220824;q=0.5", None),
        ("application/json, text/event-stream;q=0", None),
        ("multipart/mixed;deferSpec=20990101, application/json", None),
        ("multipart/mixed;boundary=graphql;subscriptionSpec=1.0, application/json", None),
        ("application/json", None),
        ("multipart/*, */*", None),
        ("*/*", None),
        ("", None),
    ],
)
def test_the_form_is_one_that_the_client_lists_and_likes_best(accept: str, form: Form | str | None) -> None:
    assert wants_pieces(accept) == form


# ── the forms, byte by byte ──

FIRST = '{"data":{"engine":{"firstDate":"1800-01-01"}},'
DRAFTED = (
    FIRST + '"pending":[{"id":"0","path":["engine"],"label":"last"}],"hasNext":true}',
    '{"incremental":[{"data":{"lastDate":"2399-12-31"},"id":"0"}],"completed":[{"id":"0"}],"hasNext":false}',
)
PATHED = (
    FIRST + '"hasNext":true}',
    '{"incremental":[{"data":{"lastDate":"2399-12-31"},"path":["engine"],"label":"last"}],"hasNext":false}',
)


@pytest.mark.parametrize(
    ("accept", "parameter", "bodies"),
    [
        (OLD, ";deferSpec=20220824", PATHED),
        (V02, ";incrementalSpec=v0.2", DRAFTED),
        ("multipart/mixed", "", DRAFTED),
    ],
)
async def test_parts(web: httpx.AsyncClient, accept: str, parameter: str, bodies: tuple[str, ...]) -> None:
    response = await sent(web, accept)
    head = "\r\ncontent-type: application/json\r\n\r\n"
    assert response.headers["content-type"] == "multipart/mixed;boundary=graphql" + parameter
    assert response.text == "--graphql" + "".join(f"{head}{body}\r\n--graphql" for body in bodies) + "--\r\n"


async def test_events(web: httpx.AsyncClient) -> None:
    response = await sent(web, URQL)
    events = "".join(f"event: next\ndata: {body}\n\n" for body in DRAFTED)
    assert response.text == f":\n\n{events}event: complete\ndata: \n\n"


@pytest.mark.parametrize("accept", [OLD, V02, URQL])
async def test_pieces_are_kept_by_nobody(web: httpx.AsyncClient, accept: str) -> None:
    for _ in range(2):
        response = await web.get("/graphql", params={"query": FIXED}, headers={"accept": accept})
        assert not response.headers["content-type"].startswith("application")
        assert "no-store" in response.headers["cache-control"]
        assert "etag" not in response.headers
        assert response.headers["vary"] == "Accept"


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json", "*/*"])
async def test_who_accepts_json_alone_gets_one_answer_that_may_be_kept(web: httpx.AsyncClient, accept: str) -> None:
    response = await web.get("/graphql", params={"query": FIXED}, headers={"accept": accept})
    assert response.json() == {"data": {"engine": {"firstDate": "1800-01-01", "lastDate": "2399-12-31"}}}
    headers = {"accept": accept, "if-none-match": response.headers["etag"]}
    assert (await web.get("/graphql", params={"query": FIXED}, headers=headers)).status_code == 304


@pytest.mark.parametrize("accept", [OLD, V02])
async def test_a_condition_that_does_not_hold_leaves_one_whole_part(web: httpx.AsyncClient, accept: str) -> None:
    query = "query ($later: Boolean!) { engine { firstDate ... @defer(if: $later) { lastDate } } }"
    whole = {"data": {"engine": {"firstDate": "1800-01-01", "lastDate": "2399-12-31"}}, "hasNext": False}
    assert parts(await sent(web, accept, query, later=False)) == [whole]
    assert len(parts(await sent(web, accept, query, later=True))) == 2


# ── the sum of the pieces ──

DOCUMENTS = [
    "... @defer { varga(division: 9) { code grahas { graha } } }",
    "grahas { graha } ... @defer { grahas { longitude } lagna { longitude } }",
    '... @defer(label: "a") { lagna { rashi } ... @defer(label: "b") { midheaven lagna { pada } } }',
    "grahas { graha ... @defer { nakshatra } } bhavas { number ...B @defer }",
    "... @defer { midheaven } ... @defer { midheaven lagna { rashi } } lagna { rashi ... @defer { rashi } }",
]
DEFINED = " fragment B on Bhava { rashi }"


async def in_pieces(document: str, **variables: Any) -> list[Piece]:
    async def found() -> AsyncGenerator[Piece, None]:
        results = await open_stream(operations(), GraphQLRequest(query=document, variables=variables), context)
        async for piece in results:
            yield piece

    return [json.loads(json.dumps(piece)) async for piece in found()]


def merged(into: Any, more: Any) -> Any:
    if isinstance(into, dict) and isinstance(more, dict):
        return into | {name: merged(into.get(name), value) for name, value in more.items()}
    if isinstance(into, list) and isinstance(more, list):
        return [merged(one, other) for one, other in zip(into, more, strict=True)]
    return more


def put(whole: Any, path: list[str | int], more: Any) -> Any:
    if not path:
        return merged(whole, more)
    whole[path[0]] = put(whole[path[0]], path[1:], more)
    return whole


def summed_by_id(found: list[Piece]) -> Any:
    whole: Any = found[0]["data"]
    places: dict[str, list[str | int]] = {}
    for piece in found:
        places |= {row["id"]: row["path"] for row in piece.get("pending", ())}
        for row in piece.get("incremental", ()):
            whole = put(whole, [*places[row["id"]], *row.get("subPath", ())], row["data"])
        for row in piece.get("completed", ()):
            del places[row["id"]]
    assert not places
    return whole


def summed_by_path(found: list[Piece]) -> Any:
    spell = ByPath()
    whole: Any = None
    for piece in [spell(one) for one in found]:
        whole = piece.get("data", whole)
        for row in piece.get("incremental", ()):
            whole = put(whole, row["path"], row["data"])
    return whole


@pytest.mark.parametrize("selection", DOCUMENTS)
async def test_the_pieces_add_up_to_the_answer_without_them(selection: str) -> None:
    document = CHART % selection + (DEFINED if "...B" in selection else "")
    found = await in_pieces(document, birth=MUMBAI)
    assert [piece["hasNext"] for piece in found] == [True] * (len(found) - 1) + [False]
    whole = await data(document, {"birth": MUMBAI})
    assert whole == await data(re.sub(r"@defer(\(.+?\))?", "", document), {"birth": MUMBAI})
    assert summed_by_id(json.loads(json.dumps(found))) == whole
    assert summed_by_path(json.loads(json.dumps(found))) == whole


@pytest.mark.parametrize("selection", DOCUMENTS)
async def test_the_pieces_are_those_of_graphql_core(selection: str) -> None:
    document = CHART % selection + (DEFINED if "...B" in selection else "")
    core: Any = experimental_execute_incrementally(
        schema()._schema, parse(document), context_value=context(), variable_values={"birth": MUMBAI}
    )
    core = await core
    expected = [core.initial_result.formatted, *[piece.formatted async for piece in core.subsequent_results]]
    assert await in_pieces(document, birth=MUMBAI) == expected
    assert "null" not in json.dumps(expected).replace('"variant": null', "")


def test_by_path_every_fragment_has_a_part_of_its_own() -> None:
    spell = ByPath()
    spell({"data": {}, "pending": [{"id": "0", "path": [], "label": "a"}, {"id": "1", "path": ["x"]}], "hasNext": True})
    piece = {
        "incremental": [{"data": {"b": 1}, "id": "0", "subPath": ["y", 2]}],
        "completed": [{"id": "0"}, {"id": "1", "errors": [{"message": "no"}]}],
        "hasNext": False,
    }
    assert spell(piece) == {
        "incremental": [
            {"data": {"b": 1}, "path": ["y", 2], "label": "a"},
            {"data": {}, "path": [], "label": "a"},
            {"errors": [{"message": "no"}], "data": None, "path": ["x"]},
        ],
        "hasNext": False,
    }


# ── what is wrong, and what is bounded ──

TOY = build_schema("type Query { a: String, b: B } type B { may: String, must: String!, slow: String }")
TOY.directives = (*TOY.directives, GraphQLDeferDirective)


def toy(document: str, **b: Callable[..., Any]) -> AsyncGenerator[Piece, None]:
    executor = IncrementalExecutor.build(TOY, parse(document), root_value={"a": "A", "b": b})
    assert not isinstance(executor, list)
    return pieces(executor)


def fails(_info: Any) -> str:
    raise ValueError("secret")


async def test_an_error_in_a_fragment_is_told_in_its_piece_and_without_its_own_words() -> None:
    _, last = [piece async for piece in toy("{ a b { ... @defer { may } } }", may=fails)]
    (row,) = last["incremental"]
    assert (row["data"], row["errors"][0]["path"]) == ({"may": None}, ["b", "may"])
    assert row["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "secret" not in json.dumps(last)


async def test_a_null_where_none_may_be_fails_the_fragment_and_nothing_else() -> None:
    first, last = [piece async for piece in toy("{ a b { ... @defer { must } } }", must=fails)]
    assert first["data"] == {"a": "A", "b": {}}
    assert "incremental" not in last
    (row,) = last["completed"]
    assert (row["id"], row["errors"][0]["path"]) == ("0", ["b", "must"])
    spell = ByPath()
    spell(first)
    (old,) = spell(last)["incremental"]
    assert (old["data"], old["path"]) == (None, ["b"])


@pytest.mark.parametrize(
    "document",
    [
        "subscription { sky(place: {latitude: 1, longitude: 2}) { at ... @defer { lagnaRashi } } }",
        '{ engine { ... @defer(label: "a") { firstDate } ... @defer(label: "a") { lastDate } } }',
        "query ($label: String) { engine { ... @defer(label: $label) { firstDate } } }",
        "{ engine { firstDate @defer } }",
        "{ charts(births: []) @stream { index } }",
    ],
)
async def test_what_the_rules_forbid_is_refused_as_any_other_document(web: httpx.AsyncClient, document: str) -> None:
    response = await sent(web, OLD, document)
    assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (
        422,
        "application/graphql-response+json",
    )


def test_a_mutation_cannot_defer_its_root() -> None:
    mutating = build_schema("directive @defer on INLINE_FRAGMENT type Query { a: Int } type Mutation { b: Int }")
    assert validate(mutating, parse("mutation { ... @defer { b } }"))


async def test_arguments_in_a_deferred_fragment_are_checked_before_anything_is_sent(web: httpx.AsyncClient) -> None:
    response = await sent(web, OLD, CHART % "... @defer { varga(division: 301) { code } }", birth=MUMBAI)
    assert response.status_code == 422
    assert response.json()["errors"][0]["extensions"]["code"] == "DIVISION_UNSUPPORTED"


def begun(document: str, **variables: Any) -> Begun | Outcome:
    prepared = operations().prepare(document)
    return operations().begin(prepared, variables, None, context(), in_pieces=True)


async def test_a_deferred_fragment_counts_and_costs_as_any_other() -> None:
    plain = CHART % "... { vargas(of: {set: SHODASHAVARGA}) { grahas { graha } } }"
    deferred = plain.replace("... {", "... @defer {")
    one, other = begun(plain, birth=MUMBAI), begun(deferred, birth=MUMBAI)
    assert isinstance(one, Begun)
    assert isinstance(other, Begun)
    assert one.cost == other.cost
    assert measure(parse(plain))._replace(directives=1) == measure(parse(deferred))
    many = "query ($b: [BirthInput!]!) { charts(births: $b) { ... @defer { chart { vargas(of: {set: SHODASHAVARGA}) { grahas { graha } } } } } }"
    refused = begun(many, b=[MUMBAI] * 1000)
    assert isinstance(refused, Outcome)
    assert f"{LIMIT:,.0f}" in refused.body["errors"][0]["message"]


@pytest.mark.parametrize(("fragments", "deferring"), [(1, True), (2, False)])
async def test_where_too_many_fragments_would_come_none_is_deferred(fragments: int, deferring: bool) -> None:
    births = [MUMBAI] * MOST_DEFERRED
    deferred = " ".join(f"... @defer {{ a{index}: index }}" for index in range(fragments))
    found = await in_pieces(f"query ($b: [BirthInput!]!) {{ charts(births: $b) {{ ref {deferred} }} }}", b=births)
    assert ("pending" in found[0]) is deferring
    assert len(found) == 1 + deferring


# ── leaving, draining, running out of time ──


class Slow:
    """A field that is answered when the test says so."""

    def __init__(self) -> None:
        self.begun, self.may_end, self.cancelled = asyncio.Event(), asyncio.Event(), False

    async def __call__(self, _info: Any) -> str:
        self.begun.set()
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return "at last"


def slowly(slow: Slow, streams: OpenStreams, pace: Pace = Pace()) -> Reader:  # noqa: B008  a value
    results = Results(toy("{ a b { ... @defer { slow } } }", slow=slow), live=False)
    return Reader(lambda receive, send: send_pieces(results, VERSION_0_2, receive, send, streams, pace))


async def test_the_first_piece_goes_out_before_the_deferred_field_ends_and_a_heartbeat_is_a_piece() -> None:
    slow = Slow()
    answer = slowly(slow, OpenStreams(), Pace(heartbeat_seconds=0.01))
    assert await answer.piece() == b"--graphql"
    assert b'"data":{"a":"A","b":{}}' in await answer.piece()
    assert b'\r\n\r\n{"hasNext":true}\r\n--graphql' in await answer.piece()
    slow.may_end.set()
    assert (await answer.body()).endswith(b'"hasNext":false}\r\n--graphql--\r\n')


async def test_who_goes_away_cancels_what_is_deferred() -> None:
    slow, streams = Slow(), OpenStreams()
    answer = slowly(slow, streams)
    await asyncio.wait_for(slow.begun.wait(), SECONDS)
    await answer.leave()
    assert slow.cancelled
    assert streams.count == 0


async def test_draining_lets_the_last_piece_and_the_closing_boundary_out() -> None:
    slow, streams = Slow(), OpenStreams()
    answer = slowly(slow, streams)
    await asyncio.wait_for(slow.begun.wait(), SECONDS)
    draining = asyncio.ensure_future(streams.drain(SECONDS))
    await asyncio.sleep(0)
    slow.may_end.set()
    assert await draining
    assert (await answer.body()).endswith(b'"hasNext":false}\r\n--graphql--\r\n')


async def test_a_refusal_before_the_first_piece_is_no_stream_and_after_it_is_the_last_piece() -> None:
    async def failing(*, late: bool) -> AsyncGenerator[Piece, None]:
        if late:
            yield {"data": {}, "pending": [], "hasNext": True}
        raise RequestError(504, [{"message": "over"}])

    def answering(*, late: bool) -> Reader:
        results = Results(failing(late=late), live=False)
        return Reader(lambda receive, send: send_pieces(results, BY_PATH, receive, send, OpenStreams()))

    answer = answering(late=True)
    assert (await answer.body()).endswith(b'{"errors":[{"message":"over"}],"hasNext":false}\r\n--graphql--\r\n')
    refused = answering(late=False)
    with pytest.raises(RequestError):
        await refused.body()
    assert refused.status == 0


async def test_an_operation_in_pieces_has_its_turn_and_its_time() -> None:
    bounds = Bounds(seconds=0.01, at_once=1)
    request = GraphQLRequest(query=FIXED)
    one = await open_stream(operations(), request, context, bounds=bounds)
    other = await open_stream(operations(), request, context, bounds=bounds)
    assert (await anext(one))["hasNext"]
    with pytest.raises(RequestError) as busy:
        await anext(other)
    await one.aclose()
    third = await open_stream(operations(), request, context, bounds=bounds)
    await anext(third)
    await third.aclose()
    assert busy.value.status == 503
    with bounds.turn(context()) as turn, pytest.raises(RequestError) as over:
        await turn.run(asyncio.sleep(SECONDS))
    assert over.value.status == 504
