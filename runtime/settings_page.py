"""`docs/configuration.md`, written from the table of settings: `python -m runtime.settings_page > docs/configuration.md`."""

from __future__ import annotations

import sys

from runtime.settings import SettingRow, settings_table

_PREAMBLE = """\
# Configuration

<!-- Written by `python -m runtime.settings_page`; a test compares. -->

Everything is set by environment variables, read once at start. An empty variable counts as unset. A value out of its
range ends the start with a message that names the variable, the value and the remedy, and with exit code 78. So does a
variable that begins with `GRAHAQL_` and is not in this table; those that Kubernetes adds for a Service called
`grahaql` or `grahaql-…` are passed over.

Without `REDIS_URL` the service starts two private servers on unix sockets in its state folder, one for jobs (append-only
file, written every second) and one for the cache (at most 256 MB). They are never looked for on a port, end with the
service and keep their data.

With `REDIS_URL` alone, jobs use the logical database it names and the cache the next one, so that clearing or scanning
the one never meets the other. Where a server has only one database, set `CACHE_URL` to the same URL, or better to
another server.

| Variable | Type | Default | Range | Meaning |
|---|---|---|---|---|
"""


def settings_page() -> str:
    """The page as Markdown, one row per variable."""
    return _PREAMBLE + "".join(_line(row) for row in settings_table())


def _line(row: SettingRow) -> str:
    return f"| `{row.name}` | {row.type} | {row.default} | {row.range} | {row.description} |\n"


if __name__ == "__main__":
    sys.stdout.write(settings_page())
