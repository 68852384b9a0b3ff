"""One API process: `python -m graph.server --fd N`, started by the supervisor on a socket that listens already."""

from __future__ import annotations

import argparse
import os
import socket
import sys

import structlog
import uvicorn

from ephemeris.errors import EphemerisError
from graph.app import create_app
from resolvers.engine import Engine, open_engine
from resolvers.zones import ZoneDatabaseError
from runtime.clients import cache_client
from runtime.errors import EX_CONFIG, StartError
from runtime.logs import configure_logs
from runtime.settings import ServerSettings, read_settings
from runtime.state import open_state

_log = structlog.get_logger(__name__)


def engine_from(settings: ServerSettings, secret: bytes) -> Engine:
    """The engine that the settings describe. Raises: EphemerisError, ZoneDatabaseError."""
    redis = None
    if settings.cache_url is not None:
        redis = cache_client(settings.cache_url, timeout_seconds=settings.cache_timeout_seconds)
    return open_engine(
        settings.ephemeris_dir, secret, redis, entries=settings.l1_entries, ttl_seconds=settings.cache_ttl_seconds
    )


def serve(settings: ServerSettings, listener: socket.socket) -> None:
    """Answer on *listener* until told to end."""
    secret = settings.secret_key or open_state(settings.state_dir).secret_key()
    app = create_app(engine_from(settings, secret), settings.source_url)
    config = uvicorn.Config(
        app,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=max(1, round(settings.grace_seconds)),
        server_header=False,
        ws="none",
    )
    uvicorn.Server(config).run(sockets=[listener])


def main() -> None:
    """Read the environment and serve; a problem of configuration or data ends the process with EX_CONFIG."""
    parser = argparse.ArgumentParser(
        description="One API process of GrahaQL; `grahaql serve` starts as many as it needs."
    )
    parser.add_argument("--fd", type=int, required=True, help="descriptor of the listening socket")
    arguments = parser.parse_args()
    try:
        settings = read_settings(os.environ)
        configure_logs(settings)
        serve(settings, socket.socket(fileno=arguments.fd))
    except (StartError, EphemerisError, ZoneDatabaseError) as error:
        _log.error("server.refused", reason=str(error), remedy=getattr(error, "remedy", None))
        sys.exit(EX_CONFIG)


if __name__ == "__main__":
    main()
