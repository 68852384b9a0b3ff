"""The signature of a webhook: HMAC-SHA256 over the time and the body, one for each key."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence

HEADER = "GrahaQL-Signature"
WINDOW_SECONDS = 300
"""How old a call may be when it is verified, and how far ahead a clock."""

_TIME = re.compile(r"t=(\d{1,12})", re.ASCII)
_SIGNATURE = re.compile(r"v1=([0-9a-f]{64})", re.ASCII)


def signature(keys: Sequence[bytes], time: int, body: bytes) -> str:
    """The header's value: the time, and a signature with each key.

    Args:
        keys: the first is the newest; while a key is changed, receivers know one of two.
        time: seconds since 1970.
        body: as it is sent.

    >>> signature([bytes(32)], 1700000000, b"{}")[:27]
    't=1700000000,v1=a9dc44c8eda'
    """
    return ",".join([f"t={time}", *[f"v1={_digest(key, time, body)}" for key in keys]])


def verified(key: bytes, header: str, body: bytes, now: float) -> bool:
    """Whether the header is of this body, with this key, and not older than WINDOW_SECONDS. Receivers do the same.

    >>> verified(bytes(32), signature([bytes(32)], 1700000000, b"{}"), b"{}", now=1700000100)
    True
    """
    time, *signatures = [part.strip() for part in header.split(",")]
    found = _TIME.fullmatch(time)
    if not found or abs(now - int(found[1])) > WINDOW_SECONDS:
        return False
    wanted = _digest(key, int(found[1]), body)
    sent = [match[1] for match in map(_SIGNATURE.fullmatch, signatures) if match]
    return any(hmac.compare_digest(wanted, one) for one in sent)


def _digest(key: bytes, time: int, body: bytes) -> str:
    return hmac.digest(key, b"%d.%b" % (time, body), "sha256").hex()
