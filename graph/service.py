"""`grahaql serve` and `grahaql worker`: private servers where none is named, API processes on one socket, workers, and a
supervisor over all."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Sequence

import msgspec
import structlog

from runtime.api_children import api_children, listen
from runtime.embedded import provide_redis
from runtime.errors import ConfigurationError
from runtime.logs import configure_logs
from runtime.metrics.folder import open_metrics_folder
from runtime.settings import ServerSettings
from runtime.state import open_state
from runtime.supervisor import Supervisor
from runtime.worker_children import worker_children

_log = structlog.get_logger(__name__)


def run_service(settings: ServerSettings) -> int:
    """Serve until told to end; answers the exit code.

    Raises:
        StartError: when the configuration does not allow to start.
    """
    configure_logs(settings)
    state = open_state(settings.state_dir)
    listener = listen(settings.host, settings.port)
    listeners = [listener, *_listeners_of_metrics(settings)]
    settings, servers = provide_redis(settings, state)
    settings, forget = _with_metrics_folder(settings)
    host, port, *_ = listener.getsockname()
    api = api_children(settings, listeners, _api_command, os.environ)
    workers = worker_children(settings, _worker_command(), os.environ, len(api))
    _log.info(
        "service.starting", at=f"http://{host}:{port}/graphql", api_processes=len(api), worker_processes=len(workers)
    )
    specs = (*api, *workers)
    return Supervisor(
        specs, listeners=listeners, servers=servers, grace_seconds=settings.grace_seconds, forget=forget
    ).run()


def run_workers(settings: ServerSettings) -> int:
    """Work at bulk operations of a service elsewhere until told to end; answers the exit code.

    Raises:
        StartError: when no jobs server is named, or the configuration does not allow to start.
    """
    configure_logs(settings)
    if settings.jobs_url is None:
        raise ConfigurationError("REDIS_URL", None, "Name the server that the API processes use, so that both meet.")
    open_state(settings.state_dir)
    workers = worker_children(settings, _worker_command(), os.environ)
    _log.info("workers.starting", worker_processes=len(workers))
    return Supervisor(workers, grace_seconds=settings.grace_seconds).run()


def _listeners_of_metrics(settings: ServerSettings) -> list[socket.socket]:
    """The socket of a port for metrics alone, where one is asked for."""
    if not settings.metrics or settings.metrics_port is None:
        return []
    return [listen(settings.host, settings.metrics_port, "GRAHAQL_METRICS_PORT")]


def _with_metrics_folder(settings: ServerSettings) -> tuple[ServerSettings, Callable[[int], None] | None]:
    """The settings with a folder of metrics where they are wanted, and what to do there when a process has ended."""
    if not settings.metrics:
        return settings, None
    folder = open_metrics_folder(settings.state_dir / "metrics")
    return msgspec.structs.replace(settings, metrics_dir=folder.path), folder.forget


def _api_command(descriptors: Sequence[int]) -> tuple[str, ...]:
    served, *of_metrics = map(str, descriptors)
    command = (sys.executable, "-m", "graph.server", "--fd", served)
    return (*command, "--metrics-fd", *of_metrics) if of_metrics else command


def _worker_command() -> tuple[str, ...]:
    return sys.executable, "-m", "graph.bulk_worker"
