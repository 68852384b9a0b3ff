"""The ASGI application: composed of what it is given, with no logic of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from graph.engine_facts import engine_facts
from graph.http import GraphQLEndpoint
from graph.operations import Operations
from graph.schema import schema
from graph.source import SOURCE_PATH, source_archive
from resolvers.engine import Engine


def create_app(engine: Engine, source_url: str = SOURCE_PATH) -> Starlette:
    """The application over an engine.

    Args:
        engine: what answers; closed when the application ends.
        source_url: where users find the source of what runs, as the AGPL asks.
    """
    endpoint = GraphQLEndpoint(Operations(schema()), engine, engine_facts(engine, source_url))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await engine.close()

    async def ready(_request: Request) -> Response:
        return await readiness(engine)

    routes = [
        Route("/graphql", endpoint),
        Route("/health/live", live),
        Route("/health/ready", ready),
        Route(SOURCE_PATH, source),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


async def live(_request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "live"})


async def readiness(engine: Engine) -> Response:
    """What works: charts always do; without Redis they are computed where memory has none."""
    shared = engine.cache.shared
    redis = "absent" if shared.state is None else "up" if await shared.ping() else "down"
    return JSONResponse({"status": "degraded" if redis == "down" else "ready", "ephemeris": "up", "redis": redis})


async def source(_request: Request) -> Response:
    """The source of what runs."""
    headers = {"content-disposition": 'attachment; filename="grahaql-source.tar.gz"'}
    return Response(source_archive(), media_type="application/gzip", headers=headers)
