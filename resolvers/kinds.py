"""Kinds of values that are asked for, computed and kept: how each is computed, written, read back and joined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, Protocol, TypeVar

import msgspec

from ephemeris.chart import NatalChart, bind
from ephemeris.natal import natal_chart
from ephemeris.vargas import Varga, bind_vargas, varga
from ephemeris.words import Ayanamsha
from resolvers.checksum import marked, opened
from resolvers.keys import Keys
from resolvers.requests import NatalRequest, VargaRequest


class Request(Protocol):
    """A question with the bytes that tell it from all others."""

    @property
    def token(self) -> bytes:
        """Equal for equal questions."""


Asked = TypeVar("Asked", bound=Request)
Value = TypeVar("Value")


class Kind(NamedTuple, Generic[Asked, Value]):
    """A kind of value.

    `compute` answers one request with a value as it travels; `join` makes it ready to be read; `order` is what a batch is sorted by, because neighbours in time share segments of the ephemeris files; by
    `ayanamsha` times are told apart; `size` says how many bytes of memory a value takes, about.
    """

    name: str
    compute: Callable[[Asked], Value]
    join: Callable[[Value, Asked, Keys], Value]
    order: Callable[[Asked], float]
    ayanamsha: Callable[[Asked], Ayanamsha]
    encode: Callable[[Value], bytes]
    decode: Callable[[bytes], Value]
    size: Callable[[Value], int]


def _compute_natal(asked: NatalRequest) -> NatalChart:
    return natal_chart(asked.instant, asked.place, asked.conventions.settings, asked.outer)


def _join_natal(chart: NatalChart, asked: NatalRequest, keys: Keys) -> NatalChart:
    settings, key = asked.conventions.settings, keys.label(asked.identity)
    return bind(chart, asked.instant, asked.place, settings, asked.local, key)


def _natal_order(asked: NatalRequest) -> float:
    return asked.instant.jd_tt


def _natal_ayanamsha(asked: NatalRequest) -> Ayanamsha:
    return asked.conventions.settings.ayanamsha


def _compute_vargas(asked: VargaRequest) -> tuple[Varga, ...]:
    frame = asked.frame
    return tuple([varga(frame, division, variant, frame.settings) for division, variant in asked.wanted])


def _join_vargas(vargas: tuple[Varga, ...], asked: VargaRequest, _keys: Keys) -> tuple[Varga, ...]:
    return bind_vargas(vargas, asked.frame)


def _no_order(_asked: VargaRequest) -> float:
    return 0.0


def _vargas_ayanamsha(asked: VargaRequest) -> Ayanamsha:
    return asked.frame.settings.ayanamsha


NATAL_BYTES, VARGA_BYTES = 12_000, 2_800
"""As measured: resident memory for each of 20,000 charts of nine grahas, and of 16 vargas of 5,000, once they were read."""


def _natal_size(_chart: NatalChart) -> int:
    return NATAL_BYTES


def _vargas_size(vargas: tuple[Varga, ...]) -> int:
    return len(vargas) * VARGA_BYTES


_encoder = msgspec.msgpack.Encoder()
_natal = msgspec.msgpack.Decoder(NatalChart)
_vargas = msgspec.msgpack.Decoder(tuple[Varga, ...])


def _encode(value: object) -> bytes:
    return marked(_encoder.encode(value))


def _decode_natal(value: bytes) -> NatalChart:
    return _natal.decode(opened(value))


def _decode_vargas(value: bytes) -> tuple[Varga, ...]:
    return _vargas.decode(opened(value))


NATAL: Kind[NatalRequest, NatalChart] = Kind(
    "natal", _compute_natal, _join_natal, _natal_order, _natal_ayanamsha, _encode, _decode_natal, _natal_size
)
VARGAS: Kind[VargaRequest, tuple[Varga, ...]] = Kind(
    "vargas", _compute_vargas, _join_vargas, _no_order, _vargas_ayanamsha, _encode, _decode_vargas, _vargas_size
)
KINDS = (NATAL, VARGAS)
