"""GraphQL over HTTP as the specification of September 2026 asks: methods, media types, statuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from graph.http import LONGEST_BODY, negotiated
from graph.requests import RequestError
from tests.served import GRAPHQL_JSON, MUMBAI, client

JSON = "application/json"
FACTS = "{ engine { firstDate } }"
ANSWER = {"data": {"engine": {"firstDate": "1800-01-01"}}}
URQL = (
    "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed"
)
BAD_BIRTH = MUMBAI | {"date": "1990-02-30"}
CHART = "query ($birth: BirthInput!) { chart(birth: $birth) { lagna { rashi } } }"


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    async with client() as opened:
        yield opened


def code(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    assert error["message"]
    assert error["extensions"]["remedy"]
    found: str = error["extensions"]["code"]
    return found


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("application/graphql-response+json,application/json;q=0.9", GRAPHQL_JSON),  # Apollo
        ("application/graphql-response+json", GRAPHQL_JSON),
        ("application/json", JSON),
        ("application/json; charset=utf-8", JSON),
        ("APPLICATION/JSON", JSON),
        ("application/json;q=0.1, application/graphql-response+json;q=0.2", GRAPHQL_JSON),
        ("application/graphql-response+json;q=0.1, application/json;q=0.2", JSON),
        ("text/html, application/graphql-response+json;q=0.9", GRAPHQL_JSON),
        ("text/html, */*;q=0.1", JSON),
        ("application/*", JSON),
        ("*/*", JSON),  # gql, curl
        ("", JSON),
        (URQL, GRAPHQL_JSON),
    ],
)
async def test_the_media_type_is_the_one_the_client_likes_best(web: httpx.AsyncClient, accept: str, media: str) -> None:
    response = await web.post("/graphql", json={"query": FACTS}, headers={"accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].split(";")[0] == media
    assert "accept" in response.headers["vary"].lower()
    assert response.json() == ANSWER


@pytest.mark.parametrize("accept", ["text/html", "image/png, text/*", "application/json;q=0", "application/json;q=x"])
async def test_who_accepts_nothing_we_have_is_told_what_we_have(web: httpx.AsyncClient, accept: str) -> None:
    response = await web.post("/graphql", json={"query": FACTS}, headers={"accept": accept})
    assert (response.status_code, code(response)) == (406, "BAD_REQUEST")
    with pytest.raises(RequestError):
        negotiated(accept)


async def test_a_GET_answers_as_a_POST_does(web: httpx.AsyncClient) -> None:
    response = await web.get("/graphql", params={"query": FACTS})
    assert (response.status_code, response.json()) == (200, ANSWER)


async def test_a_GET_takes_variables_as_JSON_and_an_operations_name(web: httpx.AsyncClient) -> None:
    document = "query A { __typename } query B($n: Int) { vargaRules(division: $n) { division } }"
    params = {"query": document, "variables": '{"n": 108}', "operationName": "B", "unknown": "passed over"}
    response = await web.get("/graphql", params=params)
    assert response.json()["data"]["vargaRules"][0] == {"division": 108}


async def test_empty_parameters_of_a_GET_count_as_absent(web: httpx.AsyncClient) -> None:
    response = await web.get("/graphql", params={"query": FACTS, "variables": "", "operationName": ""})
    assert (response.status_code, response.json()) == (200, ANSWER)


async def test_a_HEAD_has_the_headers_of_a_GET_and_no_body(web: httpx.AsyncClient) -> None:
    got = await web.get("/graphql", params={"query": FACTS})
    head = await web.head("/graphql", params={"query": FACTS})
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "vary"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize("method", ["PATCH", "QUERY"])
async def test_another_method_is_refused_with_those_that_are_allowed(web: httpx.AsyncClient, method: str) -> None:
    response = await web.request(method, "/graphql", json={"query": FACTS})
    assert (response.status_code, code(response)) == (405, "BAD_REQUEST")
    assert {"GET", "HEAD", "POST"} <= set(response.headers["allow"].split(", "))


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/graphql", "multipart/form-data; boundary=x", "application/json; charset=utf-16"],
)
async def test_another_media_type_of_the_body_is_refused(web: httpx.AsyncClient, content_type: str) -> None:
    headers = {"content-type": content_type} if content_type else {}
    response = await web.post("/graphql", content=b'{"query": "{ __typename }"}', headers=headers)
    assert (response.status_code, code(response)) == (415, "BAD_REQUEST")


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON", "application/json;charset=UTF-8", 'application/json; charset="utf-8"']
)  # fmt: skip
async def test_JSON_in_UTF_8_is_taken_however_it_is_written(web: httpx.AsyncClient, content_type: str) -> None:
    body = b'{"query": "{ engine { firstDate } }", "unknown": [1]}'
    response = await web.post("/graphql", content=body, headers={"content-type": content_type})
    assert (response.status_code, response.json()) == (200, ANSWER)


async def test_a_body_over_the_limit_is_refused_by_its_stated_length_and_by_its_own(web: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(LONGEST_BODY // 2**20 + 1):
            yield b" " * 2**20

    headers = {"content-type": JSON}
    stated = await web.post("/graphql", content=b" " * (LONGEST_BODY + 1), headers=headers)
    streamed = await web.post("/graphql", content=pieces(), headers=headers)
    assert [(row.status_code, code(row)) for row in (stated, streamed)] == [(413, "BAD_REQUEST")] * 2


async def test_a_body_that_comes_in_pieces_is_put_together(web: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for byte in b'{"query": "{ engine { firstDate } }"}':
            yield bytes([byte])

    response = await web.post("/graphql", content=pieces(), headers={"content-type": JSON})
    assert (response.status_code, response.json()) == (200, ANSWER)


STATUSES: dict[str, tuple[dict[str, Any], int, str]] = {
    "a document that does not parse": ({"query": "{"}, 400, "GRAPHQL_PARSE_FAILED"),
    "a field that is not there": ({"query": "{ nothing }"}, 422, "GRAPHQL_VALIDATION_FAILED"),
    "a missing variable": ({"query": CHART}, 422, "BAD_USER_INPUT"),
    "an unknown operation": ({"query": FACTS, "operationName": "A"}, 422, "BAD_USER_INPUT"),
    "an argument out of its range": ({"query": "{ vargaRules(division: 0) { rule } }"}, 422, "DIVISION_UNSUPPORTED"),
    "no query": ({}, 422, "BAD_REQUEST"),
    "a query that is no text": ({"query": 5}, 422, "BAD_REQUEST"),
    "variables that are no object": ({"query": FACTS, "variables": [1]}, 422, "BAD_REQUEST"),
    "a name that is no text": ({"query": FACTS, "operationName": 5}, 422, "BAD_REQUEST"),
}


@pytest.mark.parametrize("accept", [GRAPHQL_JSON, JSON])
@pytest.mark.parametrize(("request_body", "status", "expected"), STATUSES.values(), ids=STATUSES)
async def test_what_is_refused_has_a_status_of_its_own_and_no_data(
    web: httpx.AsyncClient, request_body: dict[str, Any], status: int, expected: str, accept: str
) -> None:
    response = await web.post("/graphql", json=request_body, headers={"accept": accept})
    assert (response.status_code, code(response)) == (status, expected)
    assert "data" not in response.json()


@pytest.mark.parametrize(("accept", "status"), [(GRAPHQL_JSON, 294), (JSON, 200)])
async def test_data_beside_errors_is_a_partial_success(web: httpx.AsyncClient, accept: str, status: int) -> None:
    body = {"query": CHART, "variables": {"birth": BAD_BIRTH}}
    response = await web.post("/graphql", json=body, headers={"accept": accept})
    assert (response.status_code, response.json()["data"]) == (status, {"chart": None})
    assert code(response) == "DATE_INVALID"


async def test_null_for_what_may_be_absent_is_taken(web: httpx.AsyncClient) -> None:
    response = await web.post("/graphql", json={"query": FACTS, "variables": None, "operationName": None})
    assert (response.status_code, response.json()) == (200, ANSWER)


async def test_an_address_that_is_none_of_ours_is_not_found(web: httpx.AsyncClient) -> None:
    assert (await web.get("/nothing")).status_code == 404


async def test_health_says_what_works(web: httpx.AsyncClient) -> None:
    assert (await web.get("/health/live")).json() == {"status": "live"}
    ready = await web.get("/health/ready")
    assert (ready.status_code, ready.json()["status"], ready.json()["redis"]) == (200, "ready", "absent")


async def test_a_fault_of_ours_outside_resolvers_is_told_by_a_number_and_quotes_no_birth(
    web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: object, text: str) -> None:
        raise RuntimeError(f"born 1879-03-14 {text}")

    monkeypatch.setattr("graph.operations.Operations.prepare", fail)
    with capture_logs() as events:
        response = await web.post("/graphql", json={"query": CHART, "variables": {"birth": MUMBAI}})
    assert (response.status_code, code(response)) == (500, "INTERNAL")
    (event,) = [event for event in events if event["event"] == "resolver.failed"]
    assert event["correlation"] in response.text
    assert "1879" not in response.text + str(events)
