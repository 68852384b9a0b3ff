"""The applications that bench_http compares, each served by the same uvicorn: `python -m benchmarks.applications NAME PORT`."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import tempfile
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.births import FOLDER
from graph.app import create_app
from resolvers.engine import open_engine
from runtime.metrics.flusher import Metrics


def grahaql() -> ASGIApp:
    """Ours, without Redis: what is measured is kept in memory."""
    return create_app(open_engine(FOLDER, bytes(32), None))


def counted() -> ASGIApp:
    """Ours with its metrics, as it is served: counted in integers and flushed once a second."""
    folder = Path(tempfile.mkdtemp(dir=os.environ["HOME"]))  # which ends with the benchmark
    return create_app(open_engine(FOLDER, bytes(32), None), metrics=Metrics(folder, 0, "api-0"))


def ready() -> ASGIApp:
    """Ours, whose resolver of `chart` has one chart at hand, whatever birth it is given."""
    from graph.query import Query  # noqa: PLC0415  for this application alone

    fields = Query.__strawberry_definition__.fields  # type: ignore[attr-defined]  # a type has one
    resolver = next(field for field in fields if field.name == "chart").base_resolver
    compute, found = resolver.wrapped_func, list[object]()

    async def answer(*arguments: object, **named: object) -> object:
        if not found:
            found.append(await compute(*arguments, **named))
        return found[0]

    resolver.wrapped_func = answer
    return grahaql()


def bare() -> ASGIApp:
    """The bytes of the sixteen vargas, sent by the least code that ASGI allows."""
    body = asyncio.run(_sixteen())
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"content-length", str(len(body)).encode())]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return
        if scope["method"] == "POST":
            await receive()
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


async def _sixteen() -> bytes:
    import orjson  # noqa: PLC0415  for this application alone

    from benchmarks.bench_http import SIXTEEN  # noqa: PLC0415  it imports nothing of ours
    from graph.context import Context  # noqa: PLC0415
    from graph.engine_facts import engine_facts  # noqa: PLC0415
    from graph.operations import Operations  # noqa: PLC0415
    from graph.schema import schema  # noqa: PLC0415

    engine = open_engine(FOLDER, bytes(32), None)
    outcome = await Operations(schema()).execute(SIXTEEN, None, None, Context(engine, engine_facts(engine, "")))
    return orjson.dumps(outcome.body)


def strawberry() -> ASGIApp:
    """Plain strawberry's own view over the same schema and engine, with its parser and validation caches."""
    from strawberry import Schema  # noqa: PLC0415  for this application alone
    from strawberry.asgi import GraphQL  # noqa: PLC0415
    from strawberry.extensions import ParserCache, ValidationCache  # noqa: PLC0415
    from strawberry.schema.config import StrawberryConfig  # noqa: PLC0415

    from graph.context import Context  # noqa: PLC0415
    from graph.engine_facts import engine_facts  # noqa: PLC0415
    from graph.query import Query  # noqa: PLC0415
    from graph.scalars import SCALARS  # noqa: PLC0415

    engine = open_engine(FOLDER, bytes(32), None)
    facts = engine_facts(engine, "")
    config = StrawberryConfig(scalar_map=SCALARS)
    plain = Schema(Query, config=config, extensions=[ParserCache, ValidationCache])

    class View(GraphQL[Context, None]):
        async def get_context(self, request: object, response: object) -> Context:
            return Context(engine, facts)

    return View(plain, graphql_ide=None)


APPLICATIONS = {"grahaql": grahaql, "counted": counted, "ready": ready, "bare": bare, "strawberry": strawberry}


def main() -> None:
    """Serve one of them on loopback until told to end."""
    _, name, port = sys.argv
    app = APPLICATIONS[name]()
    gc.collect()
    gc.freeze()  # as graph.server does
    uvicorn.run(app, port=int(port), log_level="error", access_log=False, loop="uvloop")


if __name__ == "__main__":
    main()
