"""The folder of what others computed: it stays outside the repository, and tests that need it skip without it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

ORACLES = Path(os.environ.get("GRAHAQL_ORACLES") or Path(__file__).parents[2] / "shared" / "oracles")


def load(name: str) -> Any:
    """The oracle file of that name, read; the test is skipped where it is absent."""
    path = ORACLES / name
    if not path.is_file():
        pytest.skip(f"oracle file {name} is not beside this checkout")
    return json.loads(path.read_text(encoding="utf-8"))
