"""What resolvers ask of the engine: each question as a need, with what is made of its answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ephemeris.chart import NatalChart
from ephemeris.frame import Frame
from ephemeris.vargas import Varga, VargaFrame
from ephemeris.words import Graha, VargaVariant
from graph.needs import Need
from resolvers.kinds import NATAL, VARGAS
from resolvers.requests import request_in, varga_request

Wanted = tuple[int, VargaVariant]
"""A division and how it is built."""


def with_outer(frame: Frame, make: Callable[[NatalChart], Any]) -> Need:
    """The natal chart of *frame* with Uranus, Neptune and Pluto."""
    return Need(NATAL, request_in(frame, outer=True), make)


def vargas(frame: Frame, wanted: Sequence[Wanted], make: Callable[[tuple[Varga, ...]], Any]) -> Need:
    """Several divisional charts of the natal chart of *frame*, as one question."""
    return Need(VARGAS, varga_request(frame, wanted), make)


def varga(frame: Frame, division: int, variant: VargaVariant | None, make: Callable[[Varga], Any]) -> Need:
    """One divisional chart; by the settings' variant where none is named."""
    chosen = frame.settings.variant(division) if variant is None else variant
    return vargas(frame, [(division, chosen)], lambda found: make(found[0]))


def varga_with_outer(frame: VargaFrame, make: Callable[[Varga], Any]) -> Need:
    """The divisional chart of *frame* with Uranus, Neptune and Pluto."""
    return with_outer(frame.natal, lambda whole: varga(whole.frame, frame.division, frame.variant, make))


def needs_outer(*grahas: Graha) -> bool:
    """Whether any of them is one of the outer three."""
    return any(graha > Graha.KETU for graha in grahas)
