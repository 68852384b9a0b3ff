"""What travels between an API process and the workers of its pool: questions without their tokens, answers as bytes.

A frame is four bytes of length, little-endian, and one msgpack value. The worker says hello with its release, then each
frame of questions is answered by one `Reply`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from ephemeris.errors import ChartError, EphemerisError, HousesUndefinedError, InputError
from ephemeris.frame import Body
from ephemeris.moments import Instant
from ephemeris.natal import natal_chart
from ephemeris.places import Place
from ephemeris.settings import Settings
from ephemeris.vargas import Longitudes, varga
from ephemeris.words import ErrorCode, VargaVariant
from resolvers.kinds import NATAL, VARGAS
from resolvers.requests import NatalRequest, VargaRequest, conventions

LENGTH_BYTES = 4

_ERRORS = {kind.__name__: kind for kind in (ChartError, InputError, HousesUndefinedError, EphemerisError)}

_settings = lru_cache(maxsize=256)(msgspec.msgpack.Decoder(Settings).decode)


class NatalQuestion(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=0):
    """A natal chart by its numbers."""

    instant: Instant
    place: Place
    settings: bytes
    outer: bool

    def answer(self) -> bytes:
        """The chart as it is kept. Raises: ChartError."""
        return NATAL.encode(natal_chart(self.instant, self.place, _settings(self.settings), self.outer))


class VargaQuestion(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=1):
    """Divisional charts of a natal chart that is known by its longitudes."""

    lagna_units: int
    bodies: tuple[Body, ...]
    settings: bytes
    wanted: tuple[tuple[int, VargaVariant], ...]

    def answer(self) -> bytes:
        """The charts as they are kept. Raises: ChartError."""
        natal, settings = Longitudes(self.lagna_units, self.bodies), _settings(self.settings)
        return VARGAS.encode(tuple([varga(natal, division, variant, settings) for division, variant in self.wanted]))


Question = NatalQuestion | VargaQuestion


class Refusal(msgspec.Struct, frozen=True, array_like=True):
    """An error on its way: its class and what it carries."""

    kind: str
    code: ErrorCode
    message: str
    remedy: str
    path: tuple[str | int, ...]

    def error(self) -> ChartError:
        """The error as it was raised.

        >>> Refusal("InputError", ErrorCode.DATE_INVALID, "No such day.", "Send another.", ("date",)).error()
        InputError('No such day.')
        """
        return _ERRORS.get(self.kind, ChartError)(self.code, self.message, self.remedy, self.path)


class Reply(msgspec.Struct, frozen=True, array_like=True):
    """Answers in the order of the questions, and the seconds they took; or `fault`, the traceback of a bug."""

    answers: tuple[bytes | Refusal, ...]
    seconds: float = 0.0
    fault: str | None = None


class Travel(NamedTuple):
    """How a kind's questions travel and what they cost: `weight` in units that took about `unit_us` microseconds each on
    the machine this was written on; what is measured replaces it."""

    pack: Callable[[Any], Question]
    weight: Callable[[Any], int]
    unit_us: float


def _natal_question(asked: NatalRequest) -> NatalQuestion:
    return NatalQuestion(asked.instant, asked.place, asked.conventions.code, asked.outer)


def _varga_question(asked: VargaRequest) -> VargaQuestion:
    frame = asked.frame
    return VargaQuestion(frame.lagna_units, tuple(frame.bodies), conventions(frame.settings).code, asked.wanted)


def _one(_asked: NatalRequest) -> int:
    return 1


def _divisions(asked: VargaRequest) -> int:
    return len(asked.wanted)


TRAVELS: Mapping[str, Travel] = {
    NATAL.name: Travel(_natal_question, _one, 125.0),
    VARGAS.name: Travel(_varga_question, _divisions, 8.0),
}
"""By the kind's name."""

_encode = msgspec.msgpack.Encoder().encode
decode_questions = msgspec.msgpack.Decoder(tuple[Question, ...]).decode
decode_reply = msgspec.msgpack.Decoder(Reply).decode
decode_hello = msgspec.msgpack.Decoder(str).decode


def frame(value: Sequence[Question] | Reply | str) -> bytes:
    """A value with its length before it.

    >>> frame("r1")
    b'\\x03\\x00\\x00\\x00\\xa2r1'
    """
    written = _encode(value)
    return len(written).to_bytes(LENGTH_BYTES, "little") + written


def refusal(error: ChartError) -> Refusal:
    """An error as it travels."""
    return Refusal(type(error).__name__, error.code, error.message, error.remedy, error.path)
