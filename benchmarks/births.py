"""Births to measure with, and the engine's minimal calls as the reference."""

from __future__ import annotations

import os
import random
from importlib.util import find_spec
from pathlib import Path


def ephemeris_folder() -> Path:
    """The packaged files; also named to the library before it is imported."""
    spec = find_spec("xingpan_ephemeris")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("xingpan-ephemeris is not installed: run make bench")
    folder = Path(spec.submodule_search_locations[0], "data")
    os.environ["SE_EPHE_PATH"] = str(folder)
    return folder


FOLDER = ephemeris_folder()

import swisseph  # noqa: E402  the library reads SE_EPHE_PATH when it is imported

from ephemeris import swiss  # noqa: E402
from ephemeris.moments import Instant  # noqa: E402
from ephemeris.places import Place  # noqa: E402

Birth = tuple[Instant, Place]

_BODIES = (0, 1, 2, 3, 4, 5, 6, swisseph.MEAN_NODE)
_FLAGS = swisseph.FLG_SWIEPH | swisseph.FLG_SPEED | swisseph.FLG_NONUT


def open_sky() -> None:
    """Let this process pass the door."""
    swiss.open_ephemeris(FOLDER)


def random_births(count: int, seed: int = 1) -> list[Birth]:
    """Births of 1900 to 2099 between the polar circles, the same for the same seed."""
    chance = random.Random(seed)
    births = []
    for _ in range(count):
        jd_ut = chance.uniform(2415020.5, 2488069.5)
        births.append(
            (Instant(jd_ut, jd_ut + 69.184 / 86_400), Place(chance.uniform(-60, 60), chance.uniform(-180, 180)))
        )
    return births


def bare_calls(births: list[Birth]) -> None:
    """The least that a sidereal chart asks of pyswisseph: eight bodies, the ayanamsha twice, nutation, time and angles."""
    swe = swisseph
    for instant, place in births:
        for body in _BODIES:
            swe.calc(instant.jd_tt, body, _FLAGS)
        swe.set_sid_mode(swe.SIDM_LAHIRI)
        swe.get_ayanamsa_ex(instant.jd_tt, swe.FLG_SWIEPH | swe.FLG_NONUT)
        swe.get_ayanamsa_ex(instant.jd_tt - 0.001, swe.FLG_SWIEPH | swe.FLG_NONUT)
        obliquity, _, nutation, *_ = swe.calc(instant.jd_tt, swe.ECL_NUT, swe.FLG_SWIEPH)[0]
        armc = (swe.sidtime0(instant.jd_ut, obliquity, nutation) * 15 + place.longitude) % 360
        swe.houses_armc(armc, place.latitude, obliquity, b"O")
