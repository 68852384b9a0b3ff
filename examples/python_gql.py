"""gql: a query over HTTP with typed problems, and a subscription over a WebSocket. Usage: uv run python_gql.py"""
# ruff: noqa: T201  a script that prints
# /// script
# requires-python = ">=3.11"
# dependencies = ["gql[httpx,websockets]==4.4.0"]
# ///

import asyncio
import os

from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

URL = os.environ.get("GRAHAQL_URL", "http://localhost:8000/graphql")
BIRTH = {
    "date": "1990-03-15",
    "time": "10:30",
    "latitude": 19.076,
    "longitude": 72.878,
    "zone": {"name": "Asia/Kolkata"},
}
MOON = (
    """query Moon($birth: BirthInput!) { chart(birth: $birth) { moon: graha(name: MOON) { rashi nakshatra pada } } }"""
)
SKY = """subscription Sky($place: PlaceInput!) { sky(place: $place, every: 1) { at lagnaRashi grahas { graha } } }"""


def request(document: str, **variables: object):
    """A document with its variables."""
    asked = gql(document)
    asked.variable_values = variables
    return asked


async def main() -> None:
    """Ask once, ask wrongly, then watch the sky for two events."""
    async with Client(transport=HTTPXAsyncTransport(url=URL, timeout=30)) as session:
        moon = (await session.execute(request(MOON, birth=BIRTH)))["chart"]["moon"]
        print("Moon:", moon["rashi"], moon["nakshatra"], moon["pada"])
        try:
            await session.execute(request(MOON, birth=BIRTH | {"latitude": 190.76}))
        except TransportQueryError as error:
            wrong = error.errors[0]["extensions"]
            print("Problem:", wrong["code"], ".".join(wrong["path"]))

    events = 0
    async with Client(transport=WebsocketsTransport(url=URL.replace("http", "ws", 1))) as session:
        async for event in session.subscribe(request(SKY, place={"latitude": 19.076, "longitude": 72.878})):
            print("Sky:", event["sky"]["at"], event["sky"]["lagnaRashi"], len(event["sky"]["grahas"]))
            events += 1
            if events == 2:
                break


asyncio.run(main())
