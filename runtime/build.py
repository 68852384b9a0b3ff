"""What is running: the versions of this program and of what its answers and speed depend on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import msgspec

UNKNOWN = "0+unknown"
PACKAGES = ("strawberry-graphql", "graphql-core", "starlette", "uvicorn", "redis", "dramatiq", "xingpan-ephemeris")


class Build(msgspec.Struct, frozen=True):
    """Versions: of GrahaQL, of Python, and of the packages as (name, version); "0+unknown" where none is installed."""

    grahaql: str
    python: str
    packages: tuple[tuple[str, str], ...]


def build() -> Build:
    """The versions of this process; it reads package metadata and imports nothing.

    >>> build().python.count(".")
    2
    """
    return Build(
        grahaql=distribution_version("grahaql"),
        python=platform.python_version(),
        packages=tuple((name, distribution_version(name)) for name in PACKAGES),
    )


def distribution_version(name: str) -> str:
    """The installed version of distribution *name*, "0+unknown" when it runs from a folder without being installed.

    >>> distribution_version("no-such-distribution")
    '0+unknown'
    """
    try:
        return version(name)
    except PackageNotFoundError:
        return UNKNOWN
