"""Every variable that a server's settings are read from: the table."""

from __future__ import annotations

from runtime import defaults, store_urls, values
from runtime.variable import Variable

LOG_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}

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
        values.redis_url, defaults.url_after(_REDIS_URL, 1), values.masked_url,
    ),
    Variable(
        "JOBS_URL", "jobs_url", "URL", "`REDIS_URL`", _URL_RANGE,
        "Server of bulk operations; wants `noeviction` and the append-only file.",
        values.redis_url, defaults.url_after(_REDIS_URL, 0), values.masked_url,
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
             "API processes on the one listening socket; 0 means one per core that it may use, at most 64.", values.process_count),
    Variable("GRAHAQL_GRACE_SECONDS", "grace_seconds", "seconds", "20", "0–3600",
             "How long requests may take to finish after SIGTERM before processes are killed.",
             values.seconds(0, 3600)),
    Variable(
        "GRAHAQL_STATE_DIR", "state_dir", "folder", "`$XDG_STATE_HOME/grahaql`, else `~/.local/state/grahaql`",
        "a folder this user may write",
        "Data of the private servers, results of bulk operations, and the secret key; made with mode 0700.",
        values.folder, defaults.state_folder,
    ),
    Variable(
        "GRAHAQL_EPHEMERIS_DIR", "ephemeris_dir", "folder", "the files of the package xingpan-ephemeris",
        f"an existing folder, at most {values.EPHEMERIS_PATH_BYTES_MAX} bytes, without : and ;",
        "Swiss Ephemeris files (sepl_18.se1, semo_18.se1 and so on).",
        values.ephemeris_folder, defaults.packaged_ephemeris,
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
             "Origins of other sites whose pages may ask.", values.comma_separated, defaults.no_words),
    Variable("GRAHAQL_INTROSPECTION", "introspection", "choice", "true", "true, false",
             "Whether the schema can be asked for, and errors suggest names.", values.one_of(_YES_OR_NO)),
    Variable("GRAHAQL_GRAPHIQL", "graphiql", "choice", "on in development", "true, false",
             "Whether GraphiQL is served at /.", values.one_of(_YES_OR_NO), defaults.in_development),
    Variable("GRAHAQL_PERSISTED_FILES", "persisted_files", "files", "none", "existing files, separated by colons",
             "Manifests of trusted documents, as Apollo, Relay and graphql-codegen write them; read at the start.",
             values.existing_files, defaults.no_words),
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
        "GRAHAQL_BULK_STORE", "bulk_store", "URL", "the folder bulk of the state folder", store_urls.RANGE,
        "Where births and results of bulk operations are kept; with more than one host it has to be one that all reach.",
        store_urls.store_url, defaults.none, values.masked_url,
    ),
    Variable("GRAHAQL_BULK_REDIS_BYTES", "bulk_redis_bytes", "integer", "67108864", "65536–4294967296",
             "Bytes that one bulk operation may keep where GRAHAQL_BULK_STORE is a Redis-compatible server.",
             values.whole_number(65_536, 4_294_967_296)),
    Variable("GRAHAQL_UPLOAD_ROWS", "upload_rows", "integer", "1000000", "1–10000000",
             "Births of an upload.", values.whole_number(1, 10_000_000)),
    Variable("GRAHAQL_UPLOAD_BYTES", "upload_bytes", "integer", "1073741824", "1024–1099511627776",
             "Bytes of an upload after it was unpacked.", values.whole_number(1024, 1_099_511_627_776)),
    Variable("GRAHAQL_WEBHOOK_HOSTS", "webhook_hosts", "list", "none", "host names separated by commas",
             "Hosts that may be called when a bulk operation ends; without any, webhooks are off.",
             values.host_names, defaults.no_words),
    Variable(
        "GRAHAQL_WEBHOOK_KEYS", "webhook_keys", "keys", "none",
        f"keys of at least {values.KEY_BYTES_MIN} bytes in hexadecimal or base64, separated by commas",
        "Sign what webhooks send, each key with a signature of its own; the receiver knows one of them.",
        values.secret_keys, defaults.no_words, values.masked,
    ),
    Variable(
        "GRAHAQL_SECRET_KEY", "secret_key", "key", "made once in the state folder",
        f"hexadecimal or base64, at least {values.KEY_BYTES_MIN} bytes",
        "Signs cursors and hashes births in logs; set the same on every machine of one service.",
        values.secret_key, defaults.none, values.masked,
    ),
    Variable(
        "GRAHAQL_TOKEN_KEYS", "token_keys", "keys", "the secret key",
        f"keys of at least {values.KEY_BYTES_MIN} bytes in hexadecimal or base64, separated by commas",
        "Seal chart tokens: the first key seals, all open. To rotate, put a new key first and leave the old ones behind it for "
        "as long as their tokens shall open.",
        values.secret_keys, defaults.none, values.masked,
    ),
    Variable("GRAHAQL_SLOT", "slot", "integer", "unset", "0–1023",
             "Set by the supervisor, not by you: the number of a process, the same after a restart.",
             values.whole_number(0, 1023), defaults.none),
)  # fmt: skip
"""Every variable there is; a row reads name, field, type, default, range, description, reader, fallback, what is shown."""
