"""Automatic persisted queries over HTTP, in the cases that Apollo Server's own tests go through, by POST and by GET."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from graph.app import AppSettings
from resolvers.trusted import digest_of
from tests.integration.test_bounds import application, client_of, code
from tests.unit.test_documents import MISS

OPTIONS = "query Options($name: String) { settingOptions(name: $name) { name } }"
BOTH = "query First { engine { firstDate } } query Last { engine { lastDate } }"
METHODS = ["POST", "GET"]


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(application(AppSettings())) as found:
        yield found


def named(text: str, **more: Any) -> dict[str, Any]:
    """A request that names a text by its hash. Args: more: what else it has, or has differently in the extension."""
    extension = {"version": 1, "sha256Hash": digest_of(text)} | more.pop("extension", {})
    return {"extensions": {"persistedQuery": extension}, **more}


async def ask(web: httpx.AsyncClient, method: str, sent: dict[str, Any]) -> httpx.Response:
    if method == "POST":
        return await web.post("/graphql", json=sent)
    params = {name: value if isinstance(value, str) else json.dumps(value) for name, value in sent.items()}
    return await web.get("/graphql", params=params)


@pytest.mark.parametrize("method", METHODS)
async def test_variables_and_the_operation_are_those_of_the_request_not_of_the_registration(
    method: str, web: httpx.AsyncClient
) -> None:
    await ask(web, method, named(OPTIONS, query=OPTIONS, variables={"name": "node"}))
    other = await ask(web, method, named(OPTIONS, variables={"name": "ayanamsha"}))
    assert other.json() == {"data": {"settingOptions": [{"name": "ayanamsha"}]}}
    await ask(web, method, named(BOTH, query=BOTH, operationName="First"))
    last = await ask(web, method, named(BOTH, operationName="Last"))
    assert list(last.json()["data"]["engine"]) == ["lastDate"]
    neither = await ask(web, method, named(BOTH))
    assert (neither.status_code, "data" in neither.json()) == (422, False)


@pytest.mark.parametrize("method", METHODS)
async def test_what_is_registered_by_one_method_is_known_by_the_other(method: str, web: httpx.AsyncClient) -> None:
    (other,) = {*METHODS} - {method}
    assert (await ask(web, other, named(BOTH, operationName="First"))).json() == MISS
    registered = await ask(web, method, named(BOTH, query=BOTH, operationName="First"))
    assert (await ask(web, other, named(BOTH, operationName="First"))).json() == registered.json()


@pytest.mark.parametrize("method", METHODS)
async def test_a_text_is_registered_though_its_variables_are_refused(method: str, web: httpx.AsyncClient) -> None:
    refused = await ask(web, method, named(OPTIONS, query=OPTIONS, variables={"name": 5}))
    assert (refused.status_code, code(refused)) == (422, "BAD_USER_INPUT")
    found = await ask(web, method, named(OPTIONS, variables={"name": "node"}))
    assert found.json() == {"data": {"settingOptions": [{"name": "node"}]}}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("extension", "told"),
    [
        ({"sha256Hash": digest_of(OPTIONS)}, "provided sha does not match query"),
        ({"sha256Hash": digest_of(BOTH).upper()}, "sha256Hash is '"),
        ({"sha256Hash": 5}, "sha256Hash is 5"),
        ({"sha256Hash": None}, "sha256Hash is missing"),
        ({"version": 2}, "Unsupported persisted query version: 2."),
        ({"version": None}, "Unsupported persisted query version: missing."),
    ],
)
async def test_a_wrong_extension_is_400_kept_by_nobody_and_registers_nothing(
    method: str, extension: dict[str, Any], told: str, web: httpx.AsyncClient
) -> None:
    refused = await ask(web, method, named(BOTH, query=BOTH, operationName="First", extension=extension))
    assert (refused.status_code, code(refused), refused.headers["cache-control"]) == (400, "BAD_REQUEST", "no-store")
    assert refused.json()["errors"][0]["message"].startswith(told)
    for text in (BOTH, OPTIONS):
        assert (await ask(web, method, named(text))).json() == MISS


@pytest.mark.parametrize("method", METHODS)
async def test_an_extension_of_null_asks_for_nothing(method: str, web: httpx.AsyncClient) -> None:
    null = {"extensions": {"persistedQuery": None}}
    answered = await ask(web, method, {"query": BOTH, "operationName": "First", **null})
    assert list(answered.json()["data"]["engine"]) == ["firstDate"]
    assert (await ask(web, method, null)).status_code == 422


@pytest.mark.parametrize("method", METHODS)
async def test_where_only_known_documents_are_answered_the_client_is_told_to_stop_registering(method: str) -> None:
    async with client_of(application(AppSettings(known_documents_only=True))) as web:
        assert (await ask(web, method, named(BOTH))).json() == MISS
        refused = await ask(web, method, named(BOTH, query=BOTH))
        (error,) = refused.json()["errors"]
        assert (refused.status_code, error["message"]) == (200, "PersistedQueryNotSupported")
        assert error["extensions"] == {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}
