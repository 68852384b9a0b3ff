"""The ASGI application: composed of what it is given, with no logic of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from graph.bulk import BulkDoor
from graph.bulk_face import BulkFace
from graph.bulk_routes import bulk_routes
from graph.bulk_selection import Selections
from graph.compiled.plans import Compile
from graph.compiled.reuse import WrittenCharts
from graph.counts import HttpCounts, OperationCounts, OperationNames
from graph.documents import Documents
from graph.drain import OpenStreams
from graph.endpoint import DEFAULT_ENDPOINT, EndpointSettings, GraphQLEndpoint
from graph.engine_facts import engine_facts
from graph.figures import FaceReadings
from graph.graphiql_page import graphiql_routes
from graph.kept import KeptFirst
from graph.live import LiveAnswers, registering
from graph.measured import MeasuredApplication
from graph.metrics_page import MetricsAccess, metrics_route
from graph.operations import Operations
from graph.schema import schema
from graph.source import SOURCE_PATH, source_archive
from graph.streaming import opener
from graph.websocket import SocketSettings, WebSocketEndpoint
from resolvers.documents import DocumentStore
from resolvers.engine import Engine
from resolvers.figures import EngineReadings, PoolReadings
from runtime.metrics.flusher import Metrics

GRAPHQL_PATH = "/graphql"

EXPOSED = ("Accept-Ranges", "Content-Range", "ETag", "Link", "Retry-After", "X-Next-Cursor")
"""Headers of answers that pages of other sites may read."""


class Application:
    """Three applications as one: GraphQL stands before the routes, because each of its requests counts."""

    def __init__(self, graphql: ASGIApp, sockets: ASGIApp, others: Starlette) -> None:
        self._by_type = {"http": graphql, "websocket": sockets}
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        graphql = self._by_type.get(scope["type"])
        if graphql is not None and _is_graphql(scope["path"]):
            await graphql(scope, receive, send)
        else:
            await self._others(scope, receive, send)


def _is_graphql(path: str) -> bool:
    return path == GRAPHQL_PATH or path.startswith(GRAPHQL_PATH + "/")


class AppSettings(NamedTuple):
    """How the application behaves.

    Args:
        source_url: where users find the source of what runs, as the AGPL asks.
        endpoint: how the GraphQL endpoint behaves.
        cors_origins: sites whose pages may ask; "*" is any.
        introspection: whether the schema can be asked for.
        compiled: which operations are compiled.
        known_documents_only: whether documents that the operator made known are answered alone.
        graphiql: whether GraphiQL is served at /.
        metrics_access: who may see /metrics.
        metrics_operations: names of operations that metrics tell apart, beside those of published documents.
        stalled_seconds: after which a client that takes nothing is given up, where the server has not cut it off before.
        webhook_hosts: hosts that may be called when a bulk operation ends.
    """

    source_url: str = SOURCE_PATH
    endpoint: EndpointSettings = DEFAULT_ENDPOINT
    cors_origins: tuple[str, ...] = ()
    introspection: bool = True
    compiled: Compile = Compile.AGAIN
    known_documents_only: bool = False
    graphiql: bool = True
    metrics_access: MetricsAccess = MetricsAccess()
    metrics_operations: tuple[str, ...] = ()
    stalled_seconds: float = 60.0
    webhook_hosts: tuple[str, ...] = ()


DEFAULT_APP = AppSettings()

_WRITTEN_BYTES = 12 * 1024 * 1024


def create_app(
    engine: Engine,
    settings: AppSettings = DEFAULT_APP,
    store: DocumentStore | None = None,
    streams: OpenStreams | None = None,
    metrics: Metrics | None = None,
    bulk: BulkDoor | None = None,
) -> ASGIApp:
    """The application over an engine, which is closed when the application ends.

    Args:
        store: the documents that are known by id; absent = those that clients register.
        streams: what is open in this process, for whoever drains it.
        metrics: of this process; absent = requests are not counted, and there is no /metrics.
        bulk: leads to bulk operations; absent = there are none.
    """
    streams, bulk = streams or OpenStreams(), bulk or BulkDoor()
    facts = engine_facts(engine, settings.source_url)
    operations = Operations(
        schema(),
        introspection=settings.introspection,
        compiled=settings.compiled,
        written=WrittenCharts(_WRITTEN_BYTES),
    )
    documents = Documents(store or DocumentStore(engine.cache.shared), known_only=settings.known_documents_only)
    counts = OperationCounts(OperationNames(frozenset(settings.metrics_operations), documents.store.named.held))
    face = BulkFace(bulk, Selections(operations, documents), settings.webhook_hosts)
    endpoint = GraphQLEndpoint(GRAPHQL_PATH, operations, engine, facts, documents, settings.endpoint, counts, face)
    resolve = registering(documents, operations)
    open_request = opener(operations, endpoint.contexts, resolve, endpoint.finish, endpoint.bounds)
    endpoint.live = LiveAnswers(operations, documents, open_request, streams, settings.stalled_seconds)
    sockets = WebSocketEndpoint(open_request, streams, _socket_settings(settings))
    others = _others(engine, documents, streams, _pages(settings, bulk, metrics), endpoint.kept.forget, metrics, bulk)
    app = Application(endpoint, sockets, others)
    if metrics is None:
        return _shared_with(settings.cors_origins, KeptFirst(endpoint.kept, app))
    http = HttpCounts()
    metrics.add(EngineReadings(engine))
    metrics.add(PoolReadings("documents", documents.store.durable))
    metrics.add(FaceReadings(http, counts, endpoint.kept, endpoint.bounds, streams, facts))
    return _shared_with(settings.cors_origins, MeasuredApplication(endpoint.kept, app, GRAPHQL_PATH, http))


def _pages(settings: AppSettings, bulk: BulkDoor, metrics: Metrics | None) -> list[BaseRoute]:
    """What is served beside GraphQL."""
    pages = bulk_routes(bulk, settings.endpoint.clients, settings.stalled_seconds)
    if settings.graphiql:
        pages += graphiql_routes(endpoint=GRAPHQL_PATH)
    return pages if metrics is None else [*pages, metrics_route(metrics, settings.metrics_access)]


def _socket_settings(settings: AppSettings) -> SocketSettings:
    return SocketSettings(
        stalled_seconds=settings.stalled_seconds, origins=settings.cors_origins, clients=settings.endpoint.clients
    )


def _shared_with(origins: tuple[str, ...], app: ASGIApp) -> ASGIApp:
    """The application, open to the pages of other sites where any are named."""
    if not origins:
        return app
    methods = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
    return CORSMiddleware(
        app, allow_origins=origins, allow_methods=methods, allow_headers=["*"], expose_headers=EXPOSED, max_age=86_400
    )


def _others(
    engine: Engine,
    documents: Documents,
    streams: OpenStreams,
    pages: Sequence[BaseRoute],
    withdrawn: Callable[[], None],
    metrics: Metrics | None,
    bulk: BulkDoor,
) -> Starlette:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        published = documents.store.named
        await published.load()
        following = asyncio.create_task(published.follow(withdrawn))
        async with _flushed(metrics), bulk.opened():
            yield
        following.cancel()
        await engine.close()

    async def ready(_request: Request) -> Response:
        return await readiness(engine, draining=streams.draining)

    routes = [Route("/health/live", live), Route("/health/ready", ready), Route(SOURCE_PATH, source)]
    return Starlette(routes=[*routes, *pages], lifespan=lifespan)


@asynccontextmanager
async def _flushed(metrics: Metrics | None) -> AsyncIterator[None]:
    """Let metrics be flushed within the block, and once at its end."""
    if metrics is None:
        yield
        return
    flushing = asyncio.create_task(metrics.run())
    yield
    flushing.cancel()
    await asyncio.wait([flushing])


async def live(_request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "live"})


async def readiness(engine: Engine, *, draining: bool = False) -> Response:
    """What works: charts always do; without Redis they are computed where memory has none. 503 while the process ends."""
    if draining:
        return JSONResponse({"status": "ending"}, 503)
    shared = engine.cache.shared
    redis = "absent" if shared.state is None else "up" if await shared.ping() else "down"
    return JSONResponse({"status": "degraded" if redis == "down" else "ready", "ephemeris": "up", "redis": redis})


async def source(_request: Request) -> Response:
    """The source of what runs."""
    headers = {"content-disposition": 'attachment; filename="grahaql-source.tar.gz"'}
    return Response(await run_in_threadpool(source_archive), media_type="application/gzip", headers=headers)
