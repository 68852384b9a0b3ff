"""Chart tokens: a birth and its settings sealed into a text that may stand in an address. Nothing is stored.

The encryption is deterministic and authenticated (AES-SIV, RFC 5297): the same birth and settings give the same token, so
that a CDN recognises an address, and an altered or foreign token opens to nothing. What is sealed is padded to whole
blocks, so that its length does not tell one zone from another.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from ephemeris.errors import InputError
from ephemeris.settings import Settings
from ephemeris.words import Disambiguation, ErrorCode, SolarTime
from resolvers.births import BirthRequest, ZoneRequest

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

PREFIX = "t1."
"""What a token begins with; authenticated with the rest."""

_VERSION = 1
"""Of the array inside. Its fields and the numbers of their terms may be added to at the end, and no more than that."""

_KEY_BYTES = 64
"""AES-256-SIV: one half authenticates, the other encrypts."""

_BLOCK = 32
_LONGEST = 4096
"""Characters of a text that is looked at: the longest birth that can be charted has far fewer."""


class _SealedSettings(Settings, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Settings as they are opened: a setting that a newer release added is an error, not another chart."""


class _Sealed(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What is inside: the version, the birth flat, and the settings. `zone` is the name, offset, hours, or time by the Sun."""

    version: int
    date: str
    time: str
    latitude: float
    longitude: float
    altitude: float
    zone: tuple[str | None, str | None, float | None, SolarTime | None] | None
    disambiguation: Disambiguation
    settings: Settings


class _Opened(_Sealed, frozen=True, array_like=True, forbid_unknown_fields=True):
    settings: _SealedSettings


_decode = msgspec.msgpack.Decoder(_Opened).decode


class Tokens:
    """Seals births and opens what it sealed.

    Args:
        keys: secrets of at least 32 bytes each, newest first: the first seals, all open.

    >>> tokens = Tokens([bytes(32)])
    >>> birth = BirthRequest("1990-03-15", "05:45", 19.07, 72.88, zone=ZoneRequest(name="Asia/Kolkata"))
    >>> token = tokens.seal(birth, Settings())
    >>> token[:3], len(token), tokens.open(token) == (birth, Settings())
    ('t1.', 153, True)
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = [blake2b(key, digest_size=_KEY_BYTES, person=b"grahaql.token").digest() for key in keys]

    def seal(self, birth: BirthRequest, settings: Settings) -> str:
        """The token of a birth and its conventions: letters, digits, `-`, `_` and one full stop."""
        zone = None if birth.zone is None else msgspec.structs.astuple(birth.zone)
        inside = _Sealed(
            _VERSION,
            birth.date,
            birth.time,
            birth.latitude,
            birth.longitude,
            birth.altitude,
            zone,
            birth.disambiguation,
            settings,
        )
        return _written(self._ciphers[0].encrypt(_padded(msgspec.msgpack.encode(inside)), [PREFIX.encode()]))

    def open(self, token: str) -> tuple[BirthRequest, Settings]:
        """The birth and the conventions that were sealed.

        Raises:
            InputError: TOKEN_INVALID, path `token`: never sealed here, altered, or sealed under a key that is gone.
        """
        sealed = _read(token)
        inside = None if sealed is None else self._opened(sealed)
        if inside is None:
            raise _invalid()
        try:
            found = _decode(inside)
        except msgspec.DecodeError:  # of a newer release that shares our keys
            raise _invalid() from None
        return _birth(found), Settings(*msgspec.structs.astuple(found.settings))

    @cached_property
    def _ciphers(self) -> list[AESSIV]:
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # noqa: PLC0415  8 MB, only where there are tokens

        return [AESSIV(key) for key in self._keys]

    def _opened(self, sealed: bytes) -> bytes | None:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  as above

        for cipher in self._ciphers:
            try:
                return _unpadded(cipher.decrypt(sealed, [PREFIX.encode()]))
            except InvalidTag:
                continue
        return None


def _birth(found: _Opened) -> BirthRequest:
    zone = None if found.zone is None else ZoneRequest(*found.zone)
    return BirthRequest(
        found.date, found.time, found.latitude, found.longitude, found.altitude, zone, found.disambiguation
    )


def _padded(inside: bytes) -> bytes:
    """ISO/IEC 7816-4: a one bit, then zeros to the end of the block."""
    return inside + b"\x80" + bytes(-(len(inside) + 1) % _BLOCK)


def _unpadded(padded: bytes) -> bytes:
    return padded.rstrip(b"\0")[:-1]


def _written(sealed: bytes) -> str:
    return PREFIX + urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _read(token: str) -> bytes | None:
    """The bytes of a text that is spelt as a token is; base64 has other spellings of the same bytes, which are refused."""
    if len(token) > _LONGEST:
        return None
    text = token.removeprefix(PREFIX)
    try:
        sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    return sealed if _written(sealed) == token else None


def _invalid() -> InputError:
    return InputError(
        ErrorCode.TOKEN_INVALID,
        "The token is not one of this server, or it was altered.",
        "Ask for Chart.token again. Machines of one service open each other's tokens when their keys are the same.",
        ("token",),
    )
