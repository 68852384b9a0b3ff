"""The settings of a server, read once from the environment; every variable is a row of `runtime.variables`."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from runtime import values
from runtime.errors import ConfigurationError
from runtime.variable import Environ, is_service_link
from runtime.variables import VARIABLES

PREFIX = "GRAHAQL_"

_KEYS = frozenset({"secret_key", "token_keys", "webhook_keys", "metrics_key", "api_keys"})


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of a server, resolved. `docs/configuration.md` has the variables, ranges and defaults.

    `cache_url` and `jobs_url` are None when no server is named: one is started or the process does without.
    `secret_key` is None when the key of the state folder is to be used (`State.secret_key`), `token_keys` when the secret
    key is, `bulk_store` when the folder `bulk` of the state folder is.
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
    l1_bytes: int
    cache_ttl_seconds: int
    cache_timeout_seconds: float
    pool_processes: int
    source_url: str
    http_profile: str
    private_answers: bool
    operation_seconds: float
    operations_at_once: int
    streams_at_once: int
    stalled_seconds: float
    cors_origins: tuple[str, ...]
    compiled: str
    introspection: bool
    graphiql: bool
    persisted_files: tuple[Path, ...]
    known_documents_only: bool
    bulk_store: str | None
    bulk_redis_bytes: int
    workers: int
    worker_nice: int
    worker_chunks: int
    worker_memory: int
    broker_url: str | None
    bulk_tries: int
    bulk_chunk_seconds: float
    bulk_seconds: float
    bulk_client_operations: int
    bulk_client_births: int
    bulk_operations: int
    bulk_births: int
    upload_rows: int
    upload_bytes: int
    api_keys: tuple[str, ...]
    trusted_proxies: int
    webhook_hosts: tuple[str, ...]
    webhook_keys: tuple[bytes, ...]
    metrics: bool
    metrics_port: int | None
    metrics_key: str | None
    metrics_operations: tuple[str, ...]
    secret_key: bytes | None
    token_keys: tuple[bytes, ...] | None
    slot: int | None
    metrics_dir: Path | None

    def __repr__(self) -> str:
        """Every setting but the keys and the passwords, so that no log or traceback ever shows them."""
        urls = {
            "cache_url": self.cache_url,
            "jobs_url": self.jobs_url,
            "bulk_store": self.bulk_store,
            "broker_url": self.broker_url,
        }
        shown = {name: url and values.masked_url(url) for name, url in urls.items()}
        rest = {name: getattr(self, name) for name in self.__struct_fields__ if name not in {*urls, *_KEYS}}
        return f"ServerSettings({', '.join(f'{name}={value!r}' for name, value in {**shown, **rest}.items())})"


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
    return ServerSettings(**{row.field: row.value(environ) for row in VARIABLES if row.field})


def settings_table() -> tuple[SettingRow, ...]:
    """The rows of all variables, in the order of the documentation."""
    return tuple(SettingRow(row.name, row.kind, row.default, row.range, row.description) for row in VARIABLES)


def _refuse_unknown(environ: Environ) -> None:
    known = [row.name for row in VARIABLES]
    for name, text in environ.items():
        if name.upper().startswith(PREFIX) and name not in known and not is_service_link(name, text):
            nearest = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0)
            raise ConfigurationError(name, "***", f"There is no such variable; did you mean {nearest[0]}?")
