"""The folder of what others computed: it stays outside the repository, and tests that need it skip without it."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ephemeris.places import Place

ORACLES = Path(os.environ.get("GRAHAQL_ORACLES") or Path(__file__).parents[2] / "shared" / "oracles")


def load(name: str) -> Any:
    """The oracle file of that name, read; the test is skipped where it is absent."""
    path = ORACLES / name
    if not path.is_file():
        pytest.skip(f"oracle file {name} is not beside this checkout")
    return json.loads(path.read_text(encoding="utf-8"))


def birth(given: dict[str, Any]) -> tuple[datetime, Place]:
    """The instant in UTC and the place of an oracle's `input`."""
    east = timedelta(hours=given["utc_offset_hours"])
    utc = datetime.fromisoformat(f"{given['date']}T{given['time']}+00:00") - east
    return utc, Place(given["latitude"], given["longitude"], given.get("altitude_m", 0.0))
