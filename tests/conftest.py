"""What every test shares: the ephemeris, opened before anything asks it, and long tests that run only when asked for."""

import os
from pathlib import Path

import pytest
from xingpan_ephemeris import get_ephe_path

# The library reads the name of its folder when it is imported, and every thread reads it from here.
os.environ["SE_EPHE_PATH"] = get_ephe_path()

from ephemeris import swiss


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the tests marked long, too")


def pytest_configure() -> None:
    swiss.open_ephemeris(Path(get_ephe_path()))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="takes long; runs with --long"))
