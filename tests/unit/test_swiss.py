"""The door to the Swiss Ephemeris: what it refuses, and that no call leaves anything to a later one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import pytest
from xingpan_ephemeris import get_ephe_path

from ephemeris import swiss
from ephemeris.errors import EphemerisError, HousesUndefinedError
from ephemeris.moments import Instant
from ephemeris.natal import chart, natal_chart
from ephemeris.places import Place
from ephemeris.settings import CustomAyanamsha, Settings, settings
from ephemeris.words import (
    Ayanamsha,
    AyanamshaNutation,
    ErrorCode,
    HouseSystem,
    LunarNode,
    PositionKind,
    PositionOrigin,
    SettingsPreset,
)

FILES = Path(get_ephe_path())
ROOT = Path(__file__).parents[2]
JANUARY_2400 = 2597650.5
"""Julian day of 10 January 2400: asked beyond it, the library drops its files."""

MUMBAI = Place(19.07, 72.88)
J2000 = Instant(2451545.0, 2451545.0 + 63.8 / 86400)


def copied(folder: Path, names: tuple[str, ...] = tuple(swiss.FILES)) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes((FILES / name).read_bytes())
    return folder


def refused(call: Callable[..., object], *args: object) -> EphemerisError:
    with pytest.raises(EphemerisError) as caught:
        call(*args)
    return caught.value


# ── the self-test ──


def test_what_was_opened_is_told_with_the_digests_of_the_files() -> None:
    found = swiss.open_ephemeris(FILES)
    assert found.version.startswith("2.10")
    assert [text.split()[0] for text in found.files] == list(swiss.FILES)
    assert all("DE441" in text for text in found.files)


@pytest.mark.parametrize("missing", swiss.FILES)
def test_a_missing_file_is_refused_by_name(tmp_path: Path, missing: str) -> None:
    folder = copied(tmp_path, tuple(name for name in swiss.FILES if name != missing))
    error = refused(swiss.open_ephemeris, folder)
    assert error.code is ErrorCode.UNAVAILABLE
    assert str(folder / missing) in error.message
    assert "xingpan-ephemeris" in error.remedy


def test_a_missing_folder_is_refused_by_name(tmp_path: Path) -> None:
    error = refused(swiss.open_ephemeris, tmp_path / "nowhere")
    assert error.code is ErrorCode.UNAVAILABLE
    assert str(tmp_path / "nowhere") in error.message


@pytest.mark.parametrize("name", swiss.FILES)
@pytest.mark.parametrize("harm", ["cut short", "one byte"])
def test_an_altered_file_is_refused_by_name_and_digest(tmp_path: Path, name: str, harm: str) -> None:
    path = copied(tmp_path) / name
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole if harm == "one byte" else whole[:-1000])
    error = refused(swiss.open_ephemeris, tmp_path)
    assert error.code is ErrorCode.UNAVAILABLE
    assert str(path) in error.message
    assert swiss.FILES[name] in error.message


def test_a_refused_folder_leaves_the_open_ephemeris_open(tmp_path: Path) -> None:
    before = natal_chart(J2000, MUMBAI, settings())
    refused(swiss.open_ephemeris, tmp_path)
    assert natal_chart(J2000, MUMBAI, settings()) == before


# ── other processes ──

PROLOGUE = f"""
import os, sys, threading
from pathlib import Path
from ephemeris import swiss
from ephemeris.errors import EphemerisError
from ephemeris.moments import Instant
from ephemeris.natal import natal_chart
from ephemeris.places import Place
from ephemeris.settings import settings
from ephemeris.words import Ayanamsha, Graha

J2000 = Instant({J2000.jd_ut!r}, {J2000.jd_tt!r})
MUMBAI = Place({MUMBAI.latitude}, {MUMBAI.longitude})
FOLDER = Path(sys.argv[1])

def told(call, *args):
    try:
        return repr(call(*args))
    except EphemerisError as error:
        return f"{{error.code.name}}: {{error.message}}"

def sun_and_moon():
    return [swiss.calc(J2000.jd_tt, body, 0)[0] for body in (0, 1)]

def in_a_thread(call, *args):
    answers = []
    thread = threading.Thread(target=lambda: answers.append(told(call, *args)))
    thread.start()
    thread.join()
    return answers[0]
"""


def process(script: str, folder: Path = FILES, path: Path | None = FILES) -> list[str]:
    """Lines that a fresh process prints. Args: folder: what the script opens; path: its SE_EPHE_PATH."""
    environment = {name: value for name, value in os.environ.items() if name != "SE_EPHE_PATH"}
    if path is not None:
        environment["SE_EPHE_PATH"] = str(path)
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", PROLOGUE + script, str(folder)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_a_process_that_did_not_open_the_ephemeris_gets_no_chart() -> None:
    (answer,) = process("print(told(natal_chart, J2000, MUMBAI, settings()))")
    assert answer.startswith("INTERNAL: ")


@pytest.mark.parametrize(
    ("found", "why"),
    [((), "built-in model"), (("sepl_18.se1",), "stands at"), (("semo_18.se1",), "built-in model")],
    ids=["empty", "without the Moon", "without the planets"],
)
def test_a_good_folder_is_refused_where_the_environment_names_a_poorer_one(
    tmp_path: Path, found: tuple[str, ...], why: str
) -> None:
    # The environment wins over the argument, and without its file the Moon comes from the built-in model with a good flag.
    answer, after = process(
        "print(told(swiss.open_ephemeris, FOLDER)); print(told(natal_chart, J2000, MUMBAI, settings()))",
        path=copied(tmp_path, found),
    )
    assert answer.startswith("UNAVAILABLE: ")
    assert why in answer
    assert after.startswith("INTERNAL: ")


def test_a_path_longer_than_the_library_reads_is_refused(tmp_path: Path) -> None:
    deep = copied(tmp_path / ("d" * 120) / ("e" * 120))
    (answer,) = process("print(told(swiss.open_ephemeris, FOLDER))", deep, deep)
    assert answer.startswith("UNAVAILABLE: ")


def test_a_fresh_thread_answers_as_the_main_one_where_the_environment_names_the_folder() -> None:
    ours, theirs, chart_here, chart_there = process(
        "swiss.open_ephemeris(FOLDER)\n"
        "print(told(sun_and_moon)); print(in_a_thread(sun_and_moon))\n"
        "print(told(natal_chart, J2000, MUMBAI, settings()))\n"
        "print(in_a_thread(natal_chart, J2000, MUMBAI, settings()))"
    )
    assert ours == theirs
    assert chart_here == chart_there
    assert chart_here.startswith("NatalChart(")


def test_a_fresh_thread_is_refused_where_the_environment_names_none() -> None:
    here, *refusals = process(
        "swiss.open_ephemeris(FOLDER)\n"
        "print(told(sun_and_moon))\n"
        "for body in (*swiss.BODIES.values(), swiss.TRUE_NODE):\n"
        "    print(in_a_thread(swiss.calc, J2000.jd_tt, body, 0))\n"
        "print(in_a_thread(natal_chart, J2000, MUMBAI, settings(ayanamsha=Ayanamsha.TRUE_CHITRA)))",
        path=None,
    )
    assert here.startswith("[280.36")
    assert len(refusals) == 12
    assert all(text.startswith("UNAVAILABLE: ") and "built-in model" in text for text in refusals)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_is_refused() -> None:
    child, parent = process(
        "swiss.open_ephemeris(FOLDER)\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    print(told(natal_chart, J2000, MUMBAI, settings()), flush=True)\n"
        "    os._exit(0)\n"
        "os.waitpid(pid, 0)\n"
        "print(told(natal_chart, J2000, MUMBAI, settings()))"
    )
    assert child.startswith("INTERNAL: Process ")
    assert "exec" in refused_remedy()
    assert parent.startswith("NatalChart(")


def refused_remedy() -> str:
    """What a refused process is told to do."""
    pid, swiss._Door.pid = swiss._Door.pid, 0
    try:
        return refused(swiss.check_process).remedy
    finally:
        swiss._Door.pid = pid


# ── nothing is left to a later call ──


def variety() -> Iterator[tuple[Instant, Place, Settings]]:
    """Charts that set everything the library keeps: ayanamsha, place, nodes, files from end to end."""
    custom = CustomAyanamsha(2440000.5, 23.25)
    rules = (
        settings(),
        settings(SettingsPreset.JAGANNATHA_HORA_8),
        settings(SettingsPreset.PROKERALA),
        settings(SettingsPreset.KP),
        settings(ayanamsha=Ayanamsha.J2000),
        settings(ayanamsha=Ayanamsha.TROPICAL, origin=PositionOrigin.TOPOCENTRIC),
        settings(ayanamsha=Ayanamsha.CUSTOM, custom_ayanamsha=custom, node=LunarNode.TRUE_NODE),
        settings(ayanamsha=Ayanamsha.TRUE_PUSHYA, positions=PositionKind.GEOMETRIC, chalit_system=HouseSystem.KOCH),
        settings(ayanamsha=Ayanamsha.TRUE_REVATI, origin=PositionOrigin.TOPOCENTRIC),
        settings(ayanamsha_nutation=AyanamshaNutation.EXCLUDED_FOR_LAGNA),
    )
    places = (MUMBAI, Place(-54.8, -68.3, 30.0), Place(78.2, 15.6))
    days = (2378500.25, 2415020.0, 2451545.0, 2451545.01, 2460000.5, 2597600.0)
    for index, chosen in enumerate(rules * 3):
        day = days[index % len(days)]
        yield Instant(day, day + swiss.delta_t(day)), places[index % len(places)], chosen


def test_charts_computed_in_any_order_are_the_same_to_the_last_bit() -> None:
    asked = list(variety())
    alone = [natal_chart(*each, outer=True) for each in asked]
    order = list(range(len(asked))) * 3
    Random(7).shuffle(order)
    for index in order:
        assert natal_chart(*asked[index], outer=True) == alone[index]


def test_charts_computed_by_threads_at_once_are_the_same_to_the_last_bit() -> None:
    asked = list(variety())
    alone = [natal_chart(*each) for each in asked]
    differing: list[int] = []

    def compute(start: int) -> None:
        order = [*range(start, len(asked)), *range(start)]
        differing.extend([index for index in order if natal_chart(*asked[index]) != alone[index]])

    threads = [threading.Thread(target=compute, args=(start,)) for start in (0, 7, 13)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert differing == []


def test_a_fresh_process_computes_the_same_to_the_last_bit() -> None:
    script = (
        "swiss.open_ephemeris(FOLDER)\n"
        "for mode in (Ayanamsha.TRUE_PUSHYA, Ayanamsha.J2000, Ayanamsha.LAHIRI):\n"
        "    print(natal_chart(J2000, MUMBAI, settings(ayanamsha=mode), outer=True))"
    )
    ours = [
        repr(natal_chart(J2000, MUMBAI, settings(ayanamsha=mode), outer=True))
        for mode in (Ayanamsha.TRUE_PUSHYA, Ayanamsha.J2000, Ayanamsha.LAHIRI)
    ]
    assert process(script) == ours


# ── the ends of the files ──


@pytest.mark.parametrize(
    "jd_tt", [swiss.FIRST_TT - 1, swiss.LAST_TT + 2, JANUARY_2400, 0.0, float("nan"), float("inf")]
)
def test_a_day_outside_the_files_is_refused_before_the_library_is_asked(
    jd_tt: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(swiss.swisseph, "calc")
    error = refused(swiss.calc, jd_tt, 0, 0)
    assert error.code is ErrorCode.UNAVAILABLE
    assert str(jd_tt) in error.message


@pytest.mark.parametrize("jd_tt", [swiss.FIRST_TT, swiss.LAST_TT], ids=["first", "last"])
def test_the_first_and_the_last_instant_are_served_by_every_ayanamsha(jd_tt: float) -> None:
    for ayanamsha in Ayanamsha:
        if ayanamsha is not Ayanamsha.CUSTOM:
            for kind in PositionKind:
                chosen = settings(ayanamsha=ayanamsha, positions=kind, node=LunarNode.TRUE_NODE)
                found = chart(Instant(jd_tt - swiss.delta_t(jd_tt), jd_tt), MUMBAI, chosen, outer=True)
                assert len(found.grahas) == 12


def test_nothing_is_asked_beyond_10_January_2400(monkeypatch: pytest.MonkeyPatch) -> None:
    last = Instant(swiss.LAST_TT - swiss.delta_t(swiss.LAST_TT), swiss.LAST_TT)
    middle = Instant(2590000.0, 2590000.01)
    before = natal_chart(middle, MUMBAI, settings(), outer=True)
    days: list[float] = []
    for name in ("calc", "get_ayanamsa_ex", "houses_ex"):
        monkeypatch.setattr(swiss.swisseph, name, _noting(getattr(swiss.swisseph, name), days))
    for ayanamsha in (Ayanamsha.LAHIRI, Ayanamsha.TRUE_CHITRA, Ayanamsha.J2000, Ayanamsha.TROPICAL):
        for origin in PositionOrigin:
            chart(last, MUMBAI, settings(ayanamsha=ayanamsha, origin=origin), outer=True)
    assert natal_chart(middle, MUMBAI, settings(), outer=True) == before
    assert swiss.LAST_TT <= max(days) < JANUARY_2400


def _noting(call: Callable[..., Any], days: list[float]) -> Callable[..., Any]:
    def noted(jd: float, *args: Any) -> Any:
        days.append(jd)
        return call(jd, *args)

    return noted


# ── angles ──


@pytest.mark.parametrize("system", [HouseSystem.PLACIDUS, HouseSystem.KOCH], ids=lambda system: system.name)
def test_placidus_and_koch_have_no_cusps_beyond_the_polar_circle_and_say_what_has(system: HouseSystem) -> None:
    for ask in (
        lambda: swiss.angles(100.0, 78.2, 23.4, system),
        lambda: swiss.sidereal_angles(2451545.0, 78.2, 15.6, 0, system),
    ):
        with pytest.raises(HousesUndefinedError) as caught:
            ask()
        assert caught.value.code is ErrorCode.HOUSES_UNDEFINED
        assert "SRIPATI" in caught.value.remedy


def test_a_thread_may_ask_for_delta_t_first() -> None:
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(swiss.delta_t, 2451545.0).result() == swiss.delta_t(2451545.0)
