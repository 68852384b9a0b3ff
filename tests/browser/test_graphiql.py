"""GraphiQL as a person meets it: opened in a browser that reaches nothing but this server, and used."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
import websockets
from starlette.applications import Starlette
from starlette.routing import Mount
from websockets.typing import Subprotocol

from graph.app import create_app
from graph.graphiql_page import graphiql_routes
from graph.schema import sdl
from resolvers.engine import open_engine
from tests.browser.chrome import CHROMIUM, Page, chromium

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium")

MODEL = "__MONACO.editor.getModels().find((model) => model.uri.path.endsWith('{}'))"
RESPONSE = MODEL.format("response.json") + ".getValue()"
MARKERS = "__MONACO.editor.getModelMarkers({}).map((marker) => marker.message)"
TITLES = "[...document.querySelectorAll('.graphiql-tab-button')].map((tab) => tab.innerText.trim())"


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    """The address of a server on loopback."""
    engine = open_engine(Path(os.environ["SE_EPHE_PATH"]), bytes(32), None)
    app = Starlette(routes=[*graphiql_routes(), Mount("/", create_app(engine))])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            app, log_config=None, lifespan="off", ws="websockets-sansio", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running
            await engine.close()


@asynccontextmanager
async def opened(folder: Path, scheme: str = "light") -> AsyncIterator[tuple[Page, str]]:
    """GraphiQL with the schema loaded, and the address it came from."""
    async with served() as address, chromium(folder / "profile") as page:
        await page.prefer(scheme)
        await page.goto(f"{address}/")
        await page.until("document.querySelector('.graphiql-query-editor .view-line')?.innerText.length > 0")
        await page.until("document.querySelector('.graphiql-execute-button') !== null")
        yield page, address


async def open_tab(page: Page, title: str) -> None:
    await page.evaluate(f"document.querySelectorAll('.graphiql-tab-button')[{TITLES}.indexOf('{title}')].click()")
    await page.until(f"document.querySelector('.graphiql-tab-active').innerText.includes('{title}')")
    await asyncio.sleep(1)  # GraphiQL reads which operation a tab has half a second after it is shown


def asked_elsewhere(page: Page, address: str) -> list[str]:
    """Requests that left the server the page came from; blob: and data: stay inside the browser."""
    inside = (address + "/", address.replace("http:", "ws:") + "/", "blob:", "data:", "about:")
    return [url for url in page.requests if not url.startswith(inside)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_first_tab_answers_a_chart_by_the_keyboard(tmp_path: Path, scheme: str) -> None:
    async with opened(tmp_path, scheme) as (page, address):
        assert await page.evaluate(TITLES) == ["NatalChart", "TwoBirthsCompared", "WhatCanISet", "TheSkyAsItMoves"]
        await page.evaluate("document.querySelector('.graphiql-query-editor textarea').focus()")
        await page.press_ctrl_enter()
        chart = json.loads(await page.until(RESPONSE))["data"]["chart"]
        await page.until("document.querySelector('.result-window .view-lines').innerText.includes('TAURUS')")
        await asyncio.sleep(1)  # colours and markers come from the workers a moment later
        assert await page.evaluate(MARKERS) == []
        await page.screenshot(tmp_path / f"natal-{scheme}.png")
        assert (chart["lagna"]["rashi"], len(chart["grahas"]), chart["navamsha"]["code"]) == ("TAURUS", 9, "D9")
        assert asked_elsewhere(page, address) == []
        assert page.console == []


async def test_a_wrong_birth_stands_beside_good_ones(tmp_path: Path) -> None:
    async with opened(tmp_path) as (page, _):
        await open_tab(page, "TwoBirthsCompared")
        await page.evaluate("document.querySelector('.graphiql-execute-button').click()")
        items = json.loads(await page.until(RESPONSE))["data"]["charts"]
        await page.screenshot(tmp_path / "two-births.png")
        assert [item["problem"] and item["problem"]["code"] for item in items] == [None, None, "LOCAL_TIME_AMBIGUOUS"]


async def test_the_settings_answer_and_the_documentation_opens(tmp_path: Path) -> None:
    async with opened(tmp_path) as (page, address):
        await open_tab(page, "WhatCanISet")
        await page.evaluate("document.querySelector('.graphiql-execute-button').click()")
        answer = json.loads(await page.until(RESPONSE))
        assert "errors" not in answer
        await page.evaluate("document.querySelector('.graphiql-sidebar button[aria-label*=\"Documentation\"]').click()")
        await page.until("document.querySelector('.graphiql-doc-explorer')?.innerText.includes('Query')")
        await page.screenshot(tmp_path / "settings.png")
        await page.evaluate(
            'document.querySelector(\'.graphiql-sidebar button[aria-label*="Explorer"]:not([aria-label*="Doc"])\').click()'
        )
        await page.until("document.querySelector('.graphiql-explorer-root')?.innerText.includes('chart')")
        await page.screenshot(tmp_path / "explorer.png")
        assert asked_elsewhere(page, address) == []
        assert page.console == []


async def test_the_editor_knows_the_schema_and_tidies_what_is_written(tmp_path: Path) -> None:
    query, variables = MODEL.format("operation.graphql"), MODEL.format("variables.json")
    async with opened(tmp_path) as (page, address):
        await page.evaluate(query + ".setValue('query A { engine { version speed } }')")
        assert "speed" in (await page.until(f"{MARKERS}.length && {MARKERS}"))[0]
        await page.evaluate(query + ".setValue('# mine\\nquery A{engine{version}}')")
        await page.evaluate(variables + """.setValue('{"one":1 /* kept */,"two":[2]}')""")
        await page.evaluate("document.querySelector('.graphiql-toolbar button[aria-label*=Prettify]').click()")
        await page.until(query + ".getValue() === '# mine\\nquery A {\\n  engine {\\n    version\\n  }\\n}\\n'")
        tidied = '{\\n  "one": 1 /* kept */,\\n  "two": [\\n    2\\n  ]\\n}'
        await page.until(f"{variables}.getValue().trim() === '{tidied}'")
        await page.until(f"{MARKERS}.length === 0")
        assert asked_elsewhere(page, address) == []
        assert page.console == []


async def skip_without_subscriptions(address: str) -> None:
    if "\ntype Subscription" not in sdl():
        pytest.skip("the schema has no Subscription yet")
    try:
        target = address.replace("http:", "ws:") + "/graphql"
        async with websockets.connect(target, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None):
            pass
    except websockets.InvalidStatus:
        pytest.skip("the endpoint answers no WebSocket yet")


async def test_the_sky_moves_over_a_web_socket(tmp_path: Path) -> None:
    async with opened(tmp_path) as (page, address):
        await skip_without_subscriptions(address)
        await open_tab(page, "TheSkyAsItMoves")
        await page.evaluate("document.querySelector('.graphiql-execute-button').click()")
        first = json.loads(await page.until(RESPONSE))["data"]["sky"]["at"]
        await page.until(f"{RESPONSE}.includes('\"at\"') && !{RESPONSE}.includes('{first}')")
        await page.screenshot(tmp_path / "sky.png")
        await page.evaluate("document.querySelector('.graphiql-execute-button').click()")
        assert address.replace("http:", "ws:") + "/graphql" in page.requests
        assert asked_elsewhere(page, address) == []
        assert page.console == []
