"""The words of `grahaql bulk`, apart from what it does: no other command loads that."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def add_bulk(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="births: .jsonl or .csv, also followed by .gz, .zst or .br"
    )
    selection = parser.add_mutually_exclusive_group()
    selection.add_argument("--fragment", help="what of each chart: a GraphQL fragment on Chart, or @FILE with one")
    selection.add_argument("--document", help="a query with the variable $birth: BirthInput!, or @FILE with one")
    selection.add_argument("--persisted", metavar="ID", help="the id of a persisted document")
    parser.add_argument("--variables", type=_json, default={}, metavar="JSON", help="other variables of the document")
    parser.add_argument("--settings", type=_json, metavar="JSON", help="conventions: SettingsInput")
    parser.add_argument("--operation", metavar="ID", help="follow this operation instead of submitting a file")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="address of the service")
    parser.add_argument("--api-key-env", metavar="NAME", help="the environment variable that has the API key")
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: results.FORMAT")
    parser.add_argument("--format", choices=("jsonl", "csv", "parquet"), help="default: as the output is called")
    parser.add_argument("--idempotency-key", metavar="KEY", help="the same key and births are the same operation")
    parser.add_argument("--dry-run", action="store_true", help="only say what it would take")


def _json(said: str) -> Mapping[str, Any]:
    found = json.loads(said)
    if not isinstance(found, dict):
        raise argparse.ArgumentTypeError("no JSON object")
    return found
