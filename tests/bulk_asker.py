"""A client of bulk operations, and what it asks, as tests have it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.served import MUMBAI, Service

PATIENCE_SECONDS = 40.0
FRAGMENT = "fragment F on Chart { lagna { rashi } ...G } fragment G on Chart { moon: graha(name: MOON) { nakshatra } }"
OPERATION = "id state finished total done failed progress version expiresAt problem { code } "
SUBMIT = f"""
mutation ($input: SubmitBulkInput!) {{
  submitBulk(input: $input) {{
    reused
    operation {{ {OPERATION} settings {{ preset ayanamsha }} }}
    estimate {{ births costPerBirth seconds bytes }}
    problems {{ code message remedy path retryAfterSeconds }}
  }}
}}
"""
READ = f"""
query ($id: ID!, $first: Int! = 50, $after: String, $only: BulkLineKind! = ALL) {{
  bulkOperation(id: $id) {{
    {OPERATION} createdAt startedAt finishedAt settings {{ preset }}
    downloads {{ format url bytes etag }}
    results(first: $first, after: $after, only: $only) {{
      totalCount
      pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
      edges {{ cursor node {{ id }} }}
      nodes {{ id index ref data problem {{ code path remedy }} chart {{ id lagna {{ rashi }} settings {{ preset }} }} }}
    }}
  }}
}}
"""


class Asker:
    """A client of a running service."""

    def __init__(self, address: str, **headers: str) -> None:
        self.address = address
        self._http = httpx.Client(base_url=address, headers=headers, timeout=30)

    def close(self) -> None:
        self._http.close()

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = self._http.post("/graphql", json={"query": query, "variables": variables})
        body: dict[str, Any] = answer.json()
        return body

    def data(self, query: str, **variables: Any) -> dict[str, Any]:
        body = self.ask(query, **variables)
        assert "errors" not in body, body
        found: dict[str, Any] = body["data"]
        return found

    def submit(self, births: Any = None, selection: Any = None, **more: Any) -> dict[str, Any]:
        sent = {"births": births or {"inline": [MUMBAI]}, "selection": selection or {"fragment": FRAGMENT}, **more}
        found: dict[str, Any] = self.data(SUBMIT, input=sent)["submitBulk"]
        return found

    def finished(self, id: str) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            found: dict[str, Any] = self.data(READ, id=id)["bulkOperation"]
            if found["finished"]:
                return found
            time.sleep(0.05)
        raise AssertionError(found)

    def post(self, path: str, **sent: Any) -> httpx.Response:
        return self._http.post(path, **sent)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._http.get(path, headers=headers)


@contextmanager
def asking(service: Service, **headers: str) -> Iterator[Asker]:
    """A client, its connections let go with the block."""
    found = Asker(service.address, **headers)
    try:
        yield found
    finally:
        found.close()


async def streamed(address: str, asked: dict[str, Any], accept: str = "text/event-stream") -> list[dict[str, Any]]:
    """The results of a subscription by a stream of HTTP."""
    found = []
    async with (
        httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http,
        http.stream("POST", f"{address}/graphql", json=asked, headers={"accept": accept}) as answer,
    ):
        async for line in answer.aiter_lines():
            text = line.removeprefix("data: ")
            if text.startswith("{") and len(text) > 2:
                found.append(json.loads(text))
    return found
