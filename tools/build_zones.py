"""Pack the compiled zone files of Debian's tzdata package into the pinned zone database: zones.zip and zones.json.

Run it from the repository's root, on Debian, when a new tzdata release is to be adopted:

    python tools/build_zones.py [--source DIRECTORY] [--target DIRECTORY]

Debian compiles with the history before 1970 (`backzone`) that most builds leave out; a source without it is refused. The
archive holds each zone once, under its IANA name, and `links.txt` with one line for each link: its name and its zone. The
same source gives the same bytes: names are sorted, dates fixed, and the version of zlib is the only other influence.
"""

# ruff: noqa: INP001 - a script, one command; no package

from __future__ import annotations

import argparse
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

LINKS = "links.txt"
NOT_A_PLACE = {"Factory"}
"""Names that say only that no zone was set."""

FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def main() -> None:
    """Read the source, refuse a poor one, write the two files."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--source", type=Path, default=Path("/usr/share/zoneinfo"))
    options.add_argument("--target", type=Path, default=Path("resolvers/data"))
    chosen = options.parse_args()
    build(chosen.source, chosen.target)


def build(source: Path, target: Path) -> None:
    """Write zones.zip and zones.json into *target* from the compiled zones and `tzdata.zi` in *source*."""
    zones, links = read_names(source / "tzdata.zi")
    files = {name: (source / name).read_bytes() for name in zones}
    check_links(source, files, links)
    check_history(files["Europe/Stockholm"])
    archive = pack(files, links)
    about = {
        "version": version(source / "tzdata.zi"),
        "debian": debian_version(),
        "sha256": hashlib.sha256(archive).hexdigest(),
        "count": len(files) + len(links),
    }
    target.mkdir(parents=True, exist_ok=True)
    (target / "zones.zip").write_bytes(archive)
    (target / "zones.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{about['count']} names, {len(archive)} bytes, sha256 {about['sha256']}\n")


def read_names(path: Path) -> tuple[list[str], dict[str, str]]:
    """The zones, and each link with the zone it leads to, by the compact source that tzdata ships beside its files."""
    zones, links = [], {}
    for line in path.read_text(encoding="utf-8").splitlines():
        match line.split():
            case ["Z", name, *_] if name not in NOT_A_PLACE:
                zones.append(name)
            case ["L", zone, name]:
                links[name] = zone
    return sorted(zones), {name: _end(links, name) for name in sorted(links)}


def _end(links: dict[str, str], name: str) -> str:
    while name in links:
        name = links[name]
    return name


def check_links(source: Path, files: dict[str, bytes], links: dict[str, str]) -> None:
    """Refuse a link whose file is not its zone's."""
    for name, zone in links.items():
        if (source / name).read_bytes() != files[zone]:
            sys.exit(f"{name} is not the same as {zone}, of which {source}/tzdata.zi says that it is a link.")


def check_history(stockholm: bytes) -> None:
    """Refuse a build without the history before 1970: Sweden had no summer time in 1948."""
    zone = ZoneInfo.from_file(io.BytesIO(stockholm), key="Europe/Stockholm")
    if datetime(1948, 7, 1, tzinfo=zone).utcoffset() != timedelta(hours=1):
        sys.exit("The source was compiled without backzone: July 1948 in Stockholm is not +01:00.")


def pack(files: dict[str, bytes], links: dict[str, str]) -> bytes:
    """The archive: links first, then the zones by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        table = "".join(f"{name} {zone}\n" for name, zone in links.items())
        for name, data in [(LINKS, table.encode()), *sorted(files.items())]:
            entry = zipfile.ZipInfo(name, FIXED_DATE)
            entry.create_system = 3
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def version(path: Path) -> str:
    """The release, 2026f, by the first line of `tzdata.zi`."""
    with path.open(encoding="utf-8") as lines:
        return lines.readline().removeprefix("# version ").strip()


def debian_version() -> str:
    """The package's version, by dpkg."""
    command = ["dpkg-query", "--show", "--showformat=${Version}", "tzdata"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - nothing in it comes from others


if __name__ == "__main__":
    main()
