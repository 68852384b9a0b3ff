"""The settings of a server, read once from the environment; every variable is a row of `VARIABLES`."""

from __future__ import annotations

import difflib
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from runtime import values
from runtime.cores import usable_cores
from runtime.errors import ConfigurationError

PREFIX = "GRAHAQL_"
LOG_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}

_KEYS = frozenset({"secret_key", "token_keys"})

Environ = Mapping[str, str]


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of a server, resolved. `docs/configuration.md` has the variables, ranges and defaults.

    `cache_url` and `jobs_url` are None when no server is named: one is started or the process does without.
    `secret_key` is None when the key of the state folder is to be used (`State.secret_key`), `token_keys` when the secret
    key is.
    """

    cache_url: str | None
    jobs_url: str | None
    production: bool
    host: str
    port: int
    api_processes: int
    grace_seconds: float
    state_dir: Path
    ephemeris_dir: Path
    log_level: int
    log_format: Literal["auto", "json", "console"]
    l1_entries: int
    cache_ttl_seconds: int
    cache_timeout_seconds: float
    pool_processes: int
    source_url: str
    http_profile: str
    private_answers: bool
    operation_seconds: float
    operations_at_once: int
    cors_origins: tuple[str, ...]
    introspection: bool
    graphiql: bool
    persisted_files: tuple[Path, ...]
    known_documents_only: bool
    secret_key: bytes | None
    token_keys: tuple[bytes, ...] | None
    slot: int | None

    def __repr__(self) -> str:
        """Every setting but the keys and the passwords, so that no log or traceback ever shows them."""
        urls = {"cache_url": self.cache_url, "jobs_url": self.jobs_url}
        shown = {name: url and values.masked_url(url) for name, url in urls.items()}
        rest = {name: getattr(self, name) for name in self.__struct_fields__ if name not in {*urls, *_KEYS}}
        return f"ServerSettings({', '.join(f'{name}={value!r}' for name, value in {**shown, **rest}.items())})"


class Variable(NamedTuple):
    """One environment variable: what it is called, what may stand in it, and how it is read.

    `default` is text that `read` understands or, where `computed` is given, words for what that does.
    """

    name: str
    field: str
    kind: str
    default: str
    range: str
    description: str
    read: values.Reader
    computed: Callable[[Environ], Any] | None = None
    shown: Callable[[str], str] = values.as_written


class SettingRow(NamedTuple):
    """One variable as a reader of the documentation sees it."""

    name: str
    type: str
    default: str
    range: str
    description: str


def read_settings(environ: Environ) -> ServerSettings:
    """The settings that *environ* (usually `os.environ`) states; an empty variable counts as unset.

    Raises:
        ConfigurationError: a value is out of its range, or a GRAHAQL_ variable does not exist.

    >>> read_settings({"HOME": "/home/a", "GRAHAQL_PORT": "80"}).port
    80
    """
    _refuse_unknown(environ)
    return ServerSettings(**{row.field: _value(row, environ) for row in VARIABLES if row.field})


def settings_table() -> tuple[SettingRow, ...]:
    """The rows of all variables, in the order of the documentation."""
    return tuple(SettingRow(row.name, row.kind, row.default, row.range, row.description) for row in VARIABLES)


def _value(row: Variable, environ: Environ) -> Any:
    text = _stated(environ, row.name)
    if text is None and row.computed is not None:
        return row.computed(environ)
    return _read(row, row.default if text is None else text)


def _read(row: Variable, text: str) -> Any:
    try:
        return row.read(text)
    except ValueError as error:
        raise ConfigurationError(row.name, row.shown(text), str(error)) from None


def _stated(environ: Environ, name: str) -> str | None:
    text = environ.get(name, "")
    return None if not text.strip() or _is_service_link(name, text) else text


def _refuse_unknown(environ: Environ) -> None:
    known = [row.name for row in VARIABLES]
    for name, text in environ.items():
        if name.upper().startswith(PREFIX) and name not in known and not _is_service_link(name, text):
            nearest = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0)
            raise ConfigurationError(name, "***", f"There is no such variable; did you mean {nearest[0]}?")


def _is_service_link(name: str, text: str) -> bool:
    """Whether Kubernetes put the variable there because a Service is called grahaql or grahaql-something."""
    if re.fullmatch(r"GRAHAQL_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)", name):
        return True
    return bool(re.fullmatch(r"GRAHAQL_(\w+_)?PORT", name) and re.match(r"(tcp|udp|sctp)://", text))


def _url_for(database_offset: int) -> Callable[[Environ], str | None]:
    """What CACHE_URL or JOBS_URL is when unset: REDIS_URL, so many logical databases further."""

    def computed(environ: Environ) -> str | None:
        text = _stated(environ, "REDIS_URL")
        if text is None:
            return None
        url: str = _read(_REDIS_URL, text)
        return values.with_database(url, values.database_of(url) + database_offset) if database_offset else url

    return computed


def _process_count(text: str) -> int:
    stated: int = values.whole_number(0, 64)(text)
    return stated or min(usable_cores(), 64)


def _existing_files(text: str) -> tuple[Path, ...]:
    paths = tuple([Path(os.path.abspath(name)) for name in text.split(":") if name.strip()])  # noqa: PTH100  keeps links
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        raise ValueError(f"Name files that exist, separated by colons; there is no {missing[0]}.")
    return paths


def _state_folder(environ: Environ) -> Path:
    state_home, home = environ.get("XDG_STATE_HOME", ""), environ.get("HOME", "")
    if Path(state_home).is_absolute():  # the XDG specification: a relative path is to be ignored
        return Path(state_home, "grahaql")
    if home:
        return Path(home, ".local/state/grahaql").absolute()
    return Path(tempfile.gettempdir(), f"grahaql-{os.getuid()}")


def _packaged_ephemeris(_environ: Environ) -> Path:
    spec = find_spec("xingpan_ephemeris")  # found, not imported
    if spec is None or not spec.submodule_search_locations:
        remedy = "Install the package xingpan-ephemeris, or name a folder that holds sepl_18.se1 and semo_18.se1."
        raise ConfigurationError("GRAHAQL_EPHEMERIS_DIR", None, remedy)
    text = str(Path(spec.submodule_search_locations[0], "data"))
    try:
        return values.ephemeris_folder(text)
    except ValueError as error:
        raise ConfigurationError("GRAHAQL_EPHEMERIS_DIR", text, str(error)) from None


def _none(_environ: Environ) -> None:
    return None


def _no_words(_environ: Environ) -> tuple[str, ...]:
    return ()


def _in_development(environ: Environ) -> bool:
    return (_stated(environ, "GRAHAQL_ENV") or "development") != "production"


_YES_OR_NO = {"true": True, "false": False}
_URL_RANGE = "redis://, rediss:// or unix://"

_REDIS_URL = Variable(
    "REDIS_URL", "", "URL", "unset: private servers are started", _URL_RANGE,
    "Redis or Valkey server for jobs and, one logical database further, for the cache.",
    values.redis_url, shown=values.masked_url,
)  # fmt: skip

VARIABLES = (
    _REDIS_URL,
    Variable(
        "CACHE_URL", "cache_url", "URL", "`REDIS_URL`, next logical database", _URL_RANGE,
        "Server of the cache; wants `maxmemory` with `allkeys-lfu` and no persistence.",
        values.redis_url, _url_for(1), values.masked_url,
    ),
    Variable(
        "JOBS_URL", "jobs_url", "URL", "`REDIS_URL`", _URL_RANGE,
        "Server of bulk operations; wants `noeviction` and the append-only file.",
        values.redis_url, _url_for(0), values.masked_url,
    ),
    Variable(
        "GRAHAQL_ENV", "production", "choice", "development", "development, production",
        "In production logs are JSON and the service refuses to start without a Redis-compatible server.",
        values.one_of({"development": False, "production": True}),
    ),
    Variable("GRAHAQL_HOST", "host", "address", "127.0.0.1", "host name, IPv4 or IPv6 address",
             "Address to listen on; 0.0.0.0 or :: for all.", values.words),
    Variable("GRAHAQL_PORT", "port", "integer", "8000", "0–65535",
             "TCP port to listen on; 0 takes a free one.", values.whole_number(0, 65535)),
    Variable("GRAHAQL_API_PROCESSES", "api_processes", "integer", "0", "0–64",
             "API processes on the one listening socket; 0 means one per core that it may use, at most 64.", _process_count),
    Variable("GRAHAQL_GRACE_SECONDS", "grace_seconds", "seconds", "20", "0–3600",
             "How long requests may take to finish after SIGTERM before processes are killed.",
             values.seconds(0, 3600)),
    Variable(
        "GRAHAQL_STATE_DIR", "state_dir", "folder", "`$XDG_STATE_HOME/grahaql`, else `~/.local/state/grahaql`",
        "a folder this user may write",
        "Data of the private servers, results of bulk operations, and the secret key; made with mode 0700.",
        values.folder, _state_folder,
    ),
    Variable(
        "GRAHAQL_EPHEMERIS_DIR", "ephemeris_dir", "folder", "the files of the package xingpan-ephemeris",
        f"an existing folder, at most {values.EPHEMERIS_PATH_BYTES_MAX} bytes, without : and ;",
        "Swiss Ephemeris files (sepl_18.se1, semo_18.se1 and so on).",
        values.ephemeris_folder, _packaged_ephemeris,
    ),
    Variable("GRAHAQL_LOG_LEVEL", "log_level", "choice", "info", ", ".join(LOG_LEVELS),
             "The least level that is logged.", values.one_of(LOG_LEVELS)),
    Variable("GRAHAQL_LOG_FORMAT", "log_format", "choice", "auto", "auto, json, console",
             "How log lines are written; auto means console on a terminal in development, else JSON.",
             values.one_of({"auto": "auto", "json": "json", "console": "console"})),
    Variable("GRAHAQL_L1_ENTRIES", "l1_entries", "integer", "20000", "1–10000000",
             "Values of each kind (natal charts, sets of vargas) that each API process keeps in memory.",
             values.whole_number(1, 10_000_000)),
    Variable("GRAHAQL_HTTP_PROFILE", "http_profile", "choice", "sept2026", "sept2026, compat",
             "Statuses of what is wrong: by the specification of September 2026, or as older clients and audits want them.",
             values.one_of({"sept2026": "sept2026", "compat": "compat"})),
    Variable("GRAHAQL_PRIVATE_ANSWERS", "private_answers", "choice", "false", "true, false",
             "Whether only the client itself may keep answers, and no cache between.", values.one_of(_YES_OR_NO)),
    Variable("GRAHAQL_OPERATION_SECONDS", "operation_seconds", "seconds", "30", "0.1–3600",
             "After how long an operation is stopped and refused.", values.seconds(0.1, 3600)),
    Variable("GRAHAQL_OPERATIONS_AT_ONCE", "operations_at_once", "integer", "256", "1–100000",
             "Operations that an API process executes at a time; more are told to come back.",
             values.whole_number(1, 100_000)),
    Variable("GRAHAQL_CORS_ORIGINS", "cors_origins", "list", "none", "origins separated by commas, or *",
             "Origins of other sites whose pages may ask.", values.comma_separated, _no_words),
    Variable("GRAHAQL_INTROSPECTION", "introspection", "choice", "true", "true, false",
             "Whether the schema can be asked for, and errors suggest names.", values.one_of(_YES_OR_NO)),
    Variable("GRAHAQL_GRAPHIQL", "graphiql", "choice", "on in development", "true, false",
             "Whether GraphiQL is served at /.", values.one_of(_YES_OR_NO), _in_development),
    Variable("GRAHAQL_PERSISTED_FILES", "persisted_files", "files", "none", "existing files, separated by colons",
             "Manifests of trusted documents, as Apollo, Relay and graphql-codegen write them; read at the start.",
             _existing_files, _no_words),
    Variable("GRAHAQL_KNOWN_DOCUMENTS_ONLY", "known_documents_only", "choice", "false", "true, false",
             "Whether only trusted documents are answered: those of the files and those that `grahaql persist` published.",
             values.one_of(_YES_OR_NO)),
    Variable("GRAHAQL_POOL_PROCESSES", "pool_processes", "integer", "1", "0–64",
             "Children of each API process that compute what takes over 5 ms (from about 40 charts on), 26 MB each, started when "
             "first needed; 0 computes in the API process itself.", values.whole_number(0, 64)),
    Variable("GRAHAQL_SOURCE_URL", "source_url", "address", "/source.tar.gz", "a path of this service or an address",
             "Where users find the source of what runs, as the AGPL asks; by default the service hands it out itself.",
             values.words),
    Variable("GRAHAQL_CACHE_TTL_SECONDS", "cache_ttl_seconds", "integer", "604800", "1–31536000",
             "How long charts stay in the cache server; 604800 is 7 days.", values.whole_number(1, 31_536_000)),
    Variable("GRAHAQL_CACHE_TIMEOUT_SECONDS", "cache_timeout_seconds", "seconds", "0.05", "0.001–10",
             "How long a request waits for the cache server before it computes instead.", values.seconds(0.001, 10)),
    Variable(
        "GRAHAQL_SECRET_KEY", "secret_key", "key", "made once in the state folder",
        f"hexadecimal or base64, at least {values.KEY_BYTES_MIN} bytes",
        "Signs cursors and hashes births in logs; set the same on every machine of one service.",
        values.secret_key, _none, values.masked,
    ),
    Variable(
        "GRAHAQL_TOKEN_KEYS", "token_keys", "keys", "the secret key",
        f"keys of at least {values.KEY_BYTES_MIN} bytes in hexadecimal or base64, separated by commas",
        "Seal chart tokens: the first key seals, all open. To rotate, put a new key first and leave the old ones behind it for "
        "as long as their tokens shall open.",
        values.secret_keys, _none, values.masked,
    ),
    Variable("GRAHAQL_SLOT", "slot", "integer", "unset", "0–1023",
             "Set by the supervisor, not by you: the number of a process, the same after a restart.",
             values.whole_number(0, 1023), _none),
)  # fmt: skip
"""Every variable there is; a row reads name, field, type, default, range, description, reader, fallback, what is shown."""
