"""What a variable is when it is unset, where that depends on other variables or on the machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from runtime import values
from runtime.cores import usable_cores
from runtime.errors import ConfigurationError
from runtime.variable import Environ, Variable, stated


def url_after(row: Variable, database_offset: int) -> Callable[[Environ], str | None]:
    """The URL of another variable, so many logical databases further."""

    def computed(environ: Environ) -> str | None:
        text = stated(environ, row.name)
        if text is None:
            return None
        url: str = row.parsed(text)
        return values.with_database(url, values.database_of(url) + database_offset) if database_offset else url

    return computed


def state_folder(environ: Environ) -> Path:
    """The user's folder of state, else one of this user among the temporary files."""
    state_home, home = environ.get("XDG_STATE_HOME", ""), environ.get("HOME", "")
    if Path(state_home).is_absolute():  # the XDG specification: a relative path is to be ignored
        return Path(state_home, "grahaql")
    if home:
        return Path(home, ".local/state/grahaql").absolute()
    return Path(tempfile.gettempdir(), f"grahaql-{os.getuid()}")


def packaged_ephemeris(_environ: Environ) -> Path:
    """The files of the package. Raises: ConfigurationError: it is not installed."""
    spec = find_spec("xingpan_ephemeris")  # found, not imported
    if spec is None or not spec.submodule_search_locations:
        remedy = "Install the package xingpan-ephemeris, or name a folder that holds sepl_18.se1 and semo_18.se1."
        raise ConfigurationError("GRAHAQL_EPHEMERIS_DIR", None, remedy)
    text = str(Path(spec.submodule_search_locations[0], "data"))
    try:
        return values.ephemeris_folder(text)
    except ValueError as error:
        raise ConfigurationError("GRAHAQL_EPHEMERIS_DIR", text, str(error)) from None


def none(_environ: Environ) -> None:
    """Nothing."""


def cores(_environ: Environ) -> int:
    """As many as there are cores to use, at most 64."""
    return min(usable_cores(), 64)


def no_words(_environ: Environ) -> tuple[str, ...]:
    """An empty list."""
    return ()


def in_development(environ: Environ) -> bool:
    """Whether it is no production."""
    return (stated(environ, "GRAHAQL_ENV") or "development") != "production"
