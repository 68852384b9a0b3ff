"""Tokens through GraphQL: the chart of a token is the chart it came from, and a wrong one is said to be wrong."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.app import create_app
from resolvers.engine import open_engine

FOLDER = Path(os.environ["SE_EPHE_PATH"])
SECRET, OTHER = bytes(32), bytes(range(32))

ASKED = "id token moment { local zoneSource } settings { asInput } lagna { longitude } grahas { longitude }"
CHART = f"query ($birth: BirthInput!, $settings: SettingsInput) {{ chart(birth: $birth, settings: $settings) {{ {ASKED} }} }}"
BY_TOKEN = f"query ($token: ChartToken!) {{ chartByToken(token: $token) {{ {ASKED} }} }}"
LIST = "query ($births: [BirthInput!]!) { charts(births: $births) { ref chart { id token } } }"

MUMBAI = {"date": "1990-03-15", "time": "05:45", "latitude": 19.07, "longitude": 72.88, "ref": "R-7"}
BIRTHS = [
    MUMBAI,
    {**MUMBAI, "latitude": -0.0, "altitude": 12.5, "zone": {"name": "Asia/Calcutta"}},
    {**MUMBAI, "zone": {"offsetHours": 5.5}},
    {**MUMBAI, "zone": {"solar": "LOCAL_MEAN_TIME"}},
    {**MUMBAI, "date": "1945-10-14", "time": "23:30", "zone": {"name": "Asia/Kolkata"}, "disambiguation": "EARLIER"},
]
SETTINGS = [
    None,
    {"preset": "JAGANNATHA_HORA_8"},
    {"ayanamsha": "CUSTOM", "customAyanamsha": {"epochJd": 2415020, "value": 22.46}},
    {"vargaVariants": [{"division": 3, "variant": "JAGANNATHA"}]},
]


async def answer(
    query: str, variables: dict[str, Any], secret: bytes = SECRET, keys: Sequence[bytes] | None = None
) -> dict[str, Any]:
    app = create_app(open_engine(FOLDER, secret, None, token_keys=keys))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        found: dict[str, Any] = (await client.post("/graphql", json={"query": query, "variables": variables})).json()
    return found


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("birth", BIRTHS)
async def test_the_chart_of_a_token_is_the_chart_it_came_from(birth: dict[str, Any], settings: dict[str, Any]) -> None:
    first = await answer(CHART, {"birth": birth, "settings": settings})
    chart = first["data"]["chart"]
    second = await answer(BY_TOKEN, {"token": chart["token"]})
    assert second == {"data": {"chartByToken": chart}}


async def test_charts_of_a_list_have_tokens_and_a_reference_is_not_part_of_them() -> None:
    births = [MUMBAI, {**MUMBAI, "ref": "somebody else"}, {**MUMBAI, "time": "05:46"}]
    items = (await answer(LIST, {"births": births}))["data"]["charts"]
    tokens = [item["chart"]["token"] for item in items]
    assert tokens[0] == tokens[1] != tokens[2]
    assert items[0]["chart"]["id"] == items[1]["chart"]["id"] != items[2]["chart"]["id"]


@pytest.mark.parametrize("token", ["", "t1.", "t1.AAAA", "hello", "x" * 2000])
async def test_a_text_that_is_no_token_is_an_error_with_its_code(token: str) -> None:
    found = await answer(BY_TOKEN, {"token": token})
    assert found["data"] == {"chartByToken": None}
    extensions = found["errors"][0]["extensions"]
    assert (extensions["code"], extensions["path"]) == ("TOKEN_INVALID", ["token"])


async def test_a_token_outlives_the_secret_when_its_key_is_kept() -> None:
    token = (await answer(CHART, {"birth": MUMBAI}))["data"]["chart"]["token"]
    kept = await answer(BY_TOKEN, {"token": token}, OTHER, [OTHER, SECRET])
    assert kept["data"]["chartByToken"]["moment"]["local"] == "1990-03-15T05:45:00+05:30"
    assert kept["data"]["chartByToken"]["token"] != token, "the newest key seals"
    lost = await answer(BY_TOKEN, {"token": token}, OTHER)
    assert lost["errors"][0]["extensions"]["code"] == "TOKEN_INVALID"


async def test_a_token_that_is_no_text_is_refused_before_anything_is_asked() -> None:
    found = await answer(BY_TOKEN, {"token": 5})
    assert "data" not in found
    assert found["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
