"""Values that go wrong: parts of charts in memory are put out of order, so that whoever writes them must say so."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import msgspec
from graphql import Undefined

from ephemeris.chart import NatalChart
from ephemeris.words import Dignity, Graha, Motion, Nakshatra, Rashi
from resolvers.engine import Engine

BAD: tuple[Any, ...] = (
    None, float("nan"), float("inf"), "text", -1, 1 << 40, True, 3, 2.5, Dignity.OWN, Graha.MOON, ValueError("spoilt"),
    object(), Undefined, [], (), [None], {"a": 1}, b"bytes", "Sun\ud800", 10**400,
)  # fmt: skip

LIKELY: dict[type, tuple[Any, ...]] = {
    float: (float("nan"), float("inf"), -0.0, 1, True, "1.5", 10**400),
    int: (1 << 31, -(1 << 31) - 1, 2.0, 2.5, True, "7"),
    bool: (1, 0, 2.5, None, float("nan")),
    Graha: (Dignity.OWN, 3, "SUN", 99),
    Rashi: (Graha.MOON, 5, "ARIES", None),
    Nakshatra: (Graha.KETU, 1, None),
    Motion: (Graha.SUN, None),
}
"""What could be taken for the right one."""


def spoil(engine: Engine, chance: random.Random, times: int) -> list[str]:
    """Put as many attributes of charts in memory out of order, of one part or of all of a kind; what was done, in words."""
    parts = [part for memory in engine.cache._memory.values() for value in memory.values() for part in _parts(value)]
    return [_spoil(parts, chance) for _ in range(times)] if parts else []


def spoilt_in_turn(engine: Engine) -> Iterator[str]:
    """Each attribute of the second of each kind of part in memory, out of order while its story is looked at."""
    parts = [part for memory in engine.cache._memory.values() for value in memory.values() for part in _parts(value)]
    ones = {type(part): part for part in reversed(parts[2:])}
    for part in ones.values():
        for name in part.__struct_fields__:
            right = getattr(part, name)
            for bad in (*BAD, *LIKELY.get(type(right), ())):
                msgspec.structs.force_setattr(part, name, bad)
                yield f"{type(part).__name__}.{name} = {str(bad)[:20]}"
            msgspec.structs.force_setattr(part, name, right)


def _parts(value: Any) -> Iterator[msgspec.Struct]:
    """A chart or vargas, and all that is read from them."""
    for whole in (value,) if isinstance(value, NatalChart) else value:
        yield whole
        yield whole.lagna
        yield from whole.grahas if isinstance(whole, NatalChart) else whole.placements


def _spoil(parts: list[msgspec.Struct], chance: random.Random) -> str:
    part = chance.choice(parts)
    name = chance.choice(part.__struct_fields__)
    bad = chance.choice(LIKELY.get(type(getattr(part, name)), BAD) if chance.randint(0, 1) else BAD)
    for each in [other for other in parts if type(other) is type(part)] if chance.randint(0, 1) else [part]:
        msgspec.structs.force_setattr(each, name, bad)
    return f"{type(part).__name__}.{name} = {str(bad)[:20]}"
