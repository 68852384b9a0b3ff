"""`/metrics`: the figures of all processes, answered by whichever is asked, to who may see them."""

from __future__ import annotations

import hmac
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from runtime.metrics.files import CONTENT_TYPE
from runtime.metrics.flusher import Metrics

METRICS_PATH = "/metrics"


class MetricsAccess(NamedTuple):
    """Who may see the figures.

    Args:
        key: to be sent as `Authorization: Bearer <key>`; None where none is asked for.
        port: of this process, where they are answered on it alone.
    """

    key: str | None = None
    port: int | None = None

    def allows(self, authorization: str) -> bool:
        """Whether an Authorization header has the key, compared in a time that tells nothing about it."""
        scheme, _, given = authorization.partition(" ")
        if self.key is None:
            return True
        return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self.key.encode())

    def is_here(self, scope: Scope) -> bool:
        """Whether a request came in where the figures are answered."""
        server = scope.get("server")
        return self.port is None or (server is not None and server[1] == self.port)


def metrics_route(metrics: Metrics, access: MetricsAccess) -> Route:
    """The route of the page."""

    async def show(request: Request) -> Response:
        if not access.is_here(request.scope):
            return PlainTextResponse("Not Found", 404)
        if not access.allows(request.headers.get("authorization", "")):
            told = "Send Authorization: Bearer with the key of GRAHAQL_METRICS_KEY.\n"
            return PlainTextResponse(told, 401, {"www-authenticate": "Bearer"})
        metrics.flush()
        return Response(await run_in_threadpool(metrics.page), headers={"content-type": CONTENT_TYPE})

    return Route(METRICS_PATH, show)
