"""The npm package graphql-http audits the server: all of it in the compatible profile, and in the other one all but what the
specification of September 2026 asks otherwise."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.served import serving

PACKAGES = ("graphql@16.15.0", "graphql-http@1.23.1")
SCRIPT = """
import { serverAudits } from "graphql-http";
const found = [];
for (const audit of serverAudits({ url: process.argv[2] })) {
  const { id, name, status, reason } = await audit.fn();
  found.push({ id, name, status, reason: reason ?? "" });
}
console.log(JSON.stringify(found));
"""
AUDITS = 61

MALFORMED = (
    "Status Codes: if the request is not a well-formed GraphQL-over-HTTP request, status code 422 SHOULD be used"
)
UNPARSED = "Status Codes: if the GraphQL document in the request cannot be parsed, status code 400 SHOULD be used"
UNCOERCED = "Status Codes: if the variable values cannot be coerced, status code 422 SHOULD be used"
LEGACY = "Body: for who accepts application/json alone, only a response that produces 2xx differs, by its Content-Type"
BY_DESIGN = {
    "423L": MALFORMED,  # no query
    **{f"LKJ{kind}": MALFORMED for kind in range(4)},  # a query that is an object, a number, a boolean, a list
    **{f"6C0{kind}": MALFORMED for kind in range(4)},  # such an operationName
    **{f"476{kind}": MALFORMED for kind in range(4)},  # such variables, or a text
    **{f"58B{kind}": MALFORMED for kind in range(4)},  # such extensions, or a text
    "3E3A": MALFORMED,  # variables that are a list
    "572B": f"{UNPARSED}; {LEGACY}",
    "FDE2": f"{UNPARSED}; {LEGACY}",  # its query begins with a digit, so it does not come to validation
    "7B9B": f"{UNCOERCED}; {LEGACY}",
    "86EE": UNCOERCED,
}
"""What the package asks as the drafts before the specification did: its id, and what the specification says instead."""


class Audit(NamedTuple):
    """What the package says of a server in one respect."""

    id: str
    name: str
    status: str
    reason: str


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not here")
    folder = tmp_path_factory.mktemp("audit")
    command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), *PACKAGES]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm took too long")
    if done.returncode:
        pytest.skip(f"npm cannot install {' '.join(PACKAGES)}: {done.stderr[-300:]}")
    path = folder / "audit.mjs"
    path.write_text(SCRIPT, encoding="utf-8")
    return path


def audited(script: Path, folder: Path, profile: str) -> list[Audit]:
    with serving(folder, GRAHAQL_HTTP_PROFILE=profile) as service:
        command = ["node", str(script), f"{service.address}/graphql"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return [Audit(**row) for row in rows]


def test_the_compatible_profile_passes_every_audit(script: Path, tmp_path: Path) -> None:
    found = audited(script, tmp_path, "compat")
    assert [audit for audit in found if audit.status != "ok"] == []
    assert len(found) == AUDITS


def test_by_the_specification_of_September_2026_what_differs_does_so_by_design(script: Path, tmp_path: Path) -> None:
    found = audited(script, tmp_path, "sept2026")
    different = [audit for audit in found if audit.status != "ok"]
    assert len(found) == AUDITS
    assert [audit for audit in different if audit.status == "error" or audit.name.startswith("MUST")] == []
    assert sorted(audit.id for audit in different) == sorted(BY_DESIGN), different
