"""The pinned zone database: what it knows, what it refuses, and that it is the one that was pinned."""

import json
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ephemeris.errors import InputError
from ephemeris.words import ErrorCode
from resolvers.zones import DATA, ZoneDatabaseError, open_zones

ROOT = Path(__file__).resolve().parents[2]
ZONES = open_zones()


def offset(zone: str, *local: int) -> timedelta | None:
    return datetime(*local, tzinfo=ZONES.zone(zone)).utcoffset()  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        ("Asia/Kolkata", (1850, 1, 1), timedelta(hours=5, minutes=53, seconds=28)),
        ("Asia/Kolkata", (1860, 1, 1), timedelta(hours=5, minutes=53, seconds=20)),
        ("Asia/Kolkata", (1890, 1, 1), timedelta(hours=5, minutes=21, seconds=10)),
        ("Asia/Kolkata", (1920, 1, 1), timedelta(hours=5, minutes=30)),
        ("Asia/Kolkata", (1943, 1, 1), timedelta(hours=6, minutes=30)),
        ("Asia/Kolkata", (2399, 12, 31), timedelta(hours=5, minutes=30)),
        ("Europe/Stockholm", (1948, 7, 1), timedelta(hours=1)),
        ("Europe/Amsterdam", (1938, 7, 1), timedelta(hours=1, minutes=20)),
        ("America/New_York", (2399, 7, 1), timedelta(hours=-4)),
    ],
)
def test_zones_have_their_history(zone: str, local: tuple[int, ...], expected: timedelta) -> None:
    assert offset(zone, *local) == expected


def test_every_name_opens_and_keeps_its_name() -> None:
    assert len(ZONES.names) == json.loads((DATA / "zones.json").read_text())["count"]
    for name in ZONES.names:
        assert ZONES.zone(name).key == name


def test_a_zone_is_read_once() -> None:
    assert ZONES.zone("Asia/Kolkata") is ZONES.zone("Asia/Kolkata")


@pytest.mark.parametrize("name", ["Factory", "localtime", "posixrules", "posix/Asia/Kolkata", "links.txt", "zone.tab"])
def test_what_is_no_place_is_no_zone(name: str) -> None:
    assert name not in ZONES.names


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("Asia/Calcuta", "Asia/Calcutta"),
        ("asia/kolkata", "Asia/Kolkata"),
        ("ASIA/KOLKATA", "Asia/Kolkata"),
        ("Kolkata", "Asia/Kolkata"),
        ("America/New York", "America/New_York"),
        ("Europe/Amsterdm", "Europe/Amsterdam"),
        ("IST", "Send an IANA name"),
        ("", "Send an IANA name"),
        ("../../etc/passwd", "Send an IANA name"),
        ("/etc/localtime", "Send an IANA name"),
        ("Asia/Kolkata\x00", "Asia/Kolkata"),
        ("Ａsia/Kolkata", "Asia/Kolkata"),
        ("x" * 10_000, "Send an IANA name"),
    ],
)
def test_an_unknown_zone_is_refused_and_the_nearest_named(name: str, remedy: str) -> None:
    with pytest.raises(InputError) as caught:
        ZONES.zone(name)
    error = caught.value
    assert (error.code, error.path) == (ErrorCode.ZONE_UNKNOWN, ("zone", "name"))
    assert remedy in error.remedy
    assert repr(name)[:20] in error.message
    assert len(error.message) < 100


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (19.07, 72.88, "Asia/Kolkata"),
        (59.33, 18.07, "Europe/Stockholm"),
        (40.71, -74.01, "America/New_York"),
        (-33.87, 151.21, "Australia/Sydney"),
        (-90.0, 0.0, "Antarctica/McMurdo"),
    ],
)
def test_a_place_on_land_has_a_zone(latitude: float, longitude: float, zone: str) -> None:
    assert ZONES.at(latitude, longitude) == zone


@pytest.mark.parametrize(("latitude", "longitude"), [(0.0, -30.0), (90.0, 0.0), (-40.0, -120.0)])
def test_the_open_sea_has_none(latitude: float, longitude: float) -> None:
    with pytest.raises(InputError, match="No land") as caught:
        ZONES.at(latitude, longitude)
    assert (caught.value.code, caught.value.path) == (ErrorCode.ZONE_NOT_FOUND, ("zone",))
    assert "Send a zone" in caught.value.remedy


def test_every_zone_that_has_borders_is_in_the_database() -> None:
    import tzfpy

    assert set(tzfpy.timezonenames()) <= set(ZONES.names)


def test_the_borders_are_not_loaded_before_they_are_needed() -> None:
    script = (
        "import sys; from resolvers.zones import open_zones; open_zones().zone('Asia/Kolkata'); "
        "sys.exit('tzfpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


def test_an_altered_archive_is_refused_with_its_name(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    archive = tmp_path / "zones.zip"
    archive.write_bytes(archive.read_bytes()[:-1] + b"!")
    with pytest.raises(ZoneDatabaseError, match=r"zones\.zip is not the one expected") as caught:
        open_zones(tmp_path)
    assert caught.value.code is ErrorCode.UNAVAILABLE
    assert "Install grahaql again" in caught.value.remedy


def test_a_missing_archive_is_refused_with_its_name(tmp_path: Path) -> None:
    shutil.copy(DATA / "zones.json", tmp_path)
    with pytest.raises(ZoneDatabaseError, match=r"zones\.zip cannot be read: No such file"):
        open_zones(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": "2026f"}', "\x00"])
def test_a_damaged_description_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    (tmp_path / "zones.json").write_text(text)
    with pytest.raises(ZoneDatabaseError, match=r"zones\.json, is damaged|zones\.json"):
        open_zones(tmp_path)


def test_the_tool_makes_the_same_bytes_on_each_run(tmp_path: Path) -> None:
    if not Path("/usr/share/zoneinfo/tzdata.zi").exists() or shutil.which("dpkg-query") is None:
        pytest.skip("Debian's tzdata is not installed")
    for run in ("first", "second"):
        command = [sys.executable, "tools/build_zones.py", "--target", str(tmp_path / run)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"Debian's tzdata is not the build that is pinned: {done.stderr.strip()}")
    first, second = tmp_path / "first", tmp_path / "second"
    assert (first / "zones.zip").read_bytes() == (second / "zones.zip").read_bytes()
    assert (first / "zones.json").read_bytes() == (second / "zones.json").read_bytes()
