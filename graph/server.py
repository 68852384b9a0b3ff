"""One API process: `python -m graph.server --fd N`, started by the supervisor on a socket that listens already."""

from __future__ import annotations

import argparse
import gc
import os
import socket
import sys
from functools import partial

import structlog
import uvicorn

from ephemeris.errors import EphemerisError
from graph.app import AppSettings, create_app
from graph.bulk import BulkDoor, open_bulk
from graph.clients import ClientSettings
from graph.compiled.plans import Compile
from graph.drain import DrainingServer, OpenStreams
from graph.endpoint import EndpointSettings
from graph.http import LONGEST_BODY, Profile
from graph.manifests import read_manifests, validator
from graph.metrics_page import MetricsAccess
from graph.schema import schema
from resolvers.documents import DocumentStore
from resolvers.engine import Engine, open_engine
from resolvers.shared import SharedTier
from resolvers.zones import ZoneDatabaseError
from runtime.clients import cache_client
from runtime.errors import EX_CONFIG, StartError
from runtime.logs import configure_logs
from runtime.metrics.flusher import Metrics
from runtime.settings import ServerSettings, read_settings
from runtime.state import open_state

_log = structlog.get_logger(__name__)

_SWITCH_SECONDS = 0.0005
"""After which a thread that writes a download lets the event loop on: Python's own 5 ms would be felt by every query."""

_DRAIN_SECONDS = 4.0
"""Within which streams complete and running queries finish after SIGTERM."""


def engine_from(settings: ServerSettings, secret: bytes) -> Engine:
    """The engine that the settings describe. Raises: EphemerisError, ZoneDatabaseError."""
    redis = None
    if settings.cache_url is not None:
        redis = cache_client(settings.cache_url, timeout_seconds=settings.cache_timeout_seconds)
    return open_engine(
        settings.ephemeris_dir,
        secret,
        redis,
        memory_bytes=settings.l1_bytes,
        ttl_seconds=settings.cache_ttl_seconds,
        token_keys=settings.token_keys,
        pool_processes=settings.pool_processes,
    )


def documents_from(settings: ServerSettings, engine: Engine) -> DocumentStore:
    """The documents that the operator made known by files; those published are loaded when the application starts.

    Raises:
        ManifestError: a file is no manifest, or a document in it is wrong.
    """
    durable = cache_client(settings.jobs_url) if settings.jobs_url is not None else None
    store = DocumentStore(engine.cache.shared, durable=SharedTier(durable))
    store.named.trust(read_manifests(settings.persisted_files, validator(schema()._schema)))  # noqa: SLF001  graphql-core's own
    return store


def app_settings(settings: ServerSettings) -> AppSettings:
    """How the application is to behave."""
    endpoint = EndpointSettings(
        Profile(settings.http_profile),
        settings.private_answers,
        settings.operation_seconds,
        settings.operations_at_once,
        ClientSettings(settings.api_keys, settings.trusted_proxies),
    )
    return AppSettings(
        settings.source_url,
        endpoint,
        settings.cors_origins,
        settings.introspection,
        Compile(settings.compiled),
        settings.known_documents_only,
        settings.graphiql,
        metrics_operations=settings.metrics_operations,
        stalled_seconds=settings.stalled_seconds * 2,  # the server cuts off first, and closes cleanly by that
        webhook_hosts=settings.webhook_hosts,
    )


def metrics_from(settings: ServerSettings) -> Metrics | None:
    """What counts in this process; None where nothing does."""
    if not settings.metrics or settings.metrics_dir is None or settings.slot is None:
        return None
    return Metrics(settings.metrics_dir, settings.slot, f"api-{settings.slot}")


def serve(settings: ServerSettings, listener: socket.socket, of_metrics: socket.socket | None = None) -> None:
    """Answer on *listener* until told to end; /metrics on *of_metrics* alone, where that is given."""
    secret = settings.secret_key or open_state(settings.state_dir).secret_key()
    engine = engine_from(settings, secret)
    streams = OpenStreams(settings.streams_at_once)
    door = BulkDoor(partial(open_bulk, settings, secret))
    port = None if of_metrics is None else of_metrics.getsockname()[1]
    access = MetricsAccess(settings.metrics_key, port)
    how = app_settings(settings)._replace(metrics_access=access)
    app = create_app(engine, how, documents_from(settings, engine), streams, metrics_from(settings), door)
    config = uvicorn.Config(
        app,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # who is behind a proxy says GRAHAQL_TRUSTED_PROXIES, not whoever connects from loopback
        ws="websockets-sansio",
        ws_max_size=LONGEST_BODY,
    )
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.collect()
    gc.freeze()  # what was imported lives as long as the process: no collection need look at it again
    listeners = [listener, of_metrics] if of_metrics else [listener]
    seconds = min(_DRAIN_SECONDS, settings.grace_seconds)
    DrainingServer(config, streams, seconds, settings.stalled_seconds).run(sockets=listeners)


def main() -> None:
    """Read the environment and serve; a problem of configuration or data ends the process with EX_CONFIG."""
    parser = argparse.ArgumentParser(
        description="One API process of GrahaQL; `grahaql serve` starts as many as it needs."
    )
    parser.add_argument("--fd", type=int, required=True, help="descriptor of the listening socket")
    parser.add_argument("--metrics-fd", type=int, help="descriptor of a listening socket for /metrics alone")
    arguments = parser.parse_args()
    try:
        settings = read_settings(os.environ)
        configure_logs(settings)
        of_metrics = None if arguments.metrics_fd is None else socket.socket(fileno=arguments.metrics_fd)
        serve(settings, socket.socket(fileno=arguments.fd), of_metrics)
    except (StartError, EphemerisError, ZoneDatabaseError) as error:
        _log.error("server.refused", reason=str(error), remedy=getattr(error, "remedy", None))
        sys.exit(EX_CONFIG)


if __name__ == "__main__":
    main()
