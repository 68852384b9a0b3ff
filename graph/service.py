"""`grahaql serve`: private servers where none is named, API processes on one socket, and a supervisor over all."""

from __future__ import annotations

import os
import sys

import structlog

from runtime.api_children import api_children, listen
from runtime.embedded import provide_redis
from runtime.logs import configure_logs
from runtime.settings import ServerSettings
from runtime.state import open_state
from runtime.supervisor import Supervisor

_log = structlog.get_logger(__name__)


def run_service(settings: ServerSettings) -> int:
    """Serve until told to end; answers the exit code.

    Raises:
        StartError: when the configuration does not allow to start.
    """
    configure_logs(settings)
    state = open_state(settings.state_dir)
    listener = listen(settings.host, settings.port)
    settings, servers = provide_redis(settings, state)
    host, port, *_ = listener.getsockname()
    _log.info("service.starting", at=f"http://{host}:{port}/graphql", api_processes=settings.api_processes)
    specs = api_children(settings, listener, _api_command, os.environ)
    return Supervisor(specs, listener=listener, servers=servers, grace_seconds=settings.grace_seconds).run()


def _api_command(descriptor: int) -> tuple[str, ...]:
    return sys.executable, "-m", "graph.server", "--fd", str(descriptor)
