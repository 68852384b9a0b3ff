"""The API processes: the one socket they listen on, and how each is started."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runtime.children import ChildSpec
from runtime.errors import ConfigurationError
from runtime.settings import ServerSettings

BACKLOG = 2048
"""Connections that wait while a process is being restarted; the kernel may allow fewer (net.core.somaxconn)."""


def listen(host: str, port: int, variable: str = "GRAHAQL_PORT") -> socket.socket:
    """A listening socket for all API processes: whichever is free accepts, so that a killed one loses no connection
    that it had not yet accepted.

    Args:
        host: a name or address.
        port: 0 to 65535; 0 takes a free one (`getsockname()[1]` says which).
        variable: that sets the port, for the error's message.

    Raises:
        ConfigurationError: the host has no address here, or the port is taken or forbidden.
    """
    family, address = _address(host, port)
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Accepted sockets inherit it; without it every response waits about 40 ms for an acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise _cannot_listen(host, port, variable, error) from None
    return listener


def api_children(
    settings: ServerSettings,
    listeners: Sequence[socket.socket],
    command: Callable[[Sequence[int]], Sequence[str]],
    environ: Mapping[str, str],
) -> tuple[ChildSpec, ...]:
    """The API processes that *settings* ask for, in slots 0 to n-1.

    Args:
        command: the command line of a process that serves on the descriptors it is given.
        environ: what the environment of each is made from, usually `os.environ`.
    """
    descriptors = tuple([listener.fileno() for listener in listeners])
    return tuple(
        ChildSpec(
            name=f"api-{slot}",
            argv=tuple(command(descriptors)),
            environment=child_environment(settings, slot, environ),
            pass_fds=descriptors,
            slot=slot,
        )
        for slot in range(settings.api_processes)
    )


def child_environment(settings: ServerSettings, slot: int, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child: *environ* with what the parent has resolved, so that each child reads the same.

    Args:
        slot: the child's number, 0 to 1023, the same after a restart and different from any other child's.
    """
    resolved = {
        "CACHE_URL": settings.cache_url,
        "JOBS_URL": settings.jobs_url,
        "REDIS_URL": None,
        "GRAHAQL_STATE_DIR": str(settings.state_dir),
        "GRAHAQL_EPHEMERIS_DIR": str(settings.ephemeris_dir),
        "GRAHAQL_SLOT": str(slot),
        "GRAHAQL_METRICS_DIR": None if settings.metrics_dir is None else str(settings.metrics_dir),
        "SE_EPHE_PATH": str(settings.ephemeris_dir),  # must be there before swisseph is imported
    }
    kept = {name: text for name, text in environ.items() if name not in resolved}
    return kept | {name: text for name, text in resolved.items() if text is not None}


def _address(host: str, port: int) -> tuple[int, tuple[Any, ...]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise ConfigurationError("GRAHAQL_HOST", host, "Name an address of this machine, such as 127.0.0.1.") from None
    family, _, _, _, address = found[0]
    return family, address


def _cannot_listen(host: str, port: int, variable: str, error: OSError) -> ConfigurationError:
    if isinstance(error, PermissionError):
        return ConfigurationError(variable, str(port), "This user may not listen there: take one over 1023.")
    reason = error.strerror or str(error)
    return ConfigurationError(
        variable, str(port), f"Listening on {host} failed ({reason}): take a free port, or 0 for any."
    )
