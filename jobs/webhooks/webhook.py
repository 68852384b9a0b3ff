"""The call when an operation has ended: at least once, a bounded number of times, signed, without any birth."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Sequence
from enum import Enum
from http.client import HTTPException

import msgspec
import structlog

from jobs.webhooks.addresses import Allow, Resolve, is_public, resolve
from jobs.webhooks.posting import post
from jobs.webhooks.signing import HEADER, signature
from jobs.webhooks.targets import Target, WebhookError, target_of
from runtime.errors import ConfigurationError
from runtime.settings import ServerSettings

PAUSES = (5.0, 30.0, 120.0, 600.0, 1800.0)
"""Seconds after each call that failed: six calls within three quarters of an hour."""

ATTEMPT_SECONDS = 10.0

_AGAIN = frozenset({408, 425, 429})
_log = structlog.get_logger(__name__)


class Ended(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What a webhook says. Calls may come twice: `id` is the same then.

    Args:
        id: of the call: the operation's, and its version.
        finished_at: RFC 3339, UTC.
    """

    id: str
    type: str = "bulk.ended"
    operation: str
    state: str
    total: int
    done: int
    failed: int
    finished_at: str


class Outcome(Enum):
    """What came of a call."""

    DELIVERED = "delivered"
    AGAIN = "again"
    GIVEN_UP = "given up"


class Webhooks:
    """Calls hosts that the operator allows.

    Args:
        hosts: as GRAHAQL_WEBHOOK_HOSTS has them.
        keys: that sign, at least one where there are hosts.
        resolve: finds a host's addresses.
        allow: whether an address may be called.
        context: of TLS; the system's authorities if None.
    """

    def __init__(
        self,
        hosts: Sequence[str],
        keys: Sequence[bytes],
        *,
        resolve: Resolve = resolve,
        allow: Allow = is_public,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._hosts = frozenset(hosts)
        self._keys = tuple(keys)
        self._resolve = resolve
        self._allow = allow
        self._context = context

    def check(self, url: str) -> None:
        """Nothing, where the URL may be called. Nothing is resolved yet. Raises: WebhookError."""
        target_of(url, self._hosts)

    def call(self, url: str, ended: Ended, attempt_seconds: float = ATTEMPT_SECONDS) -> Outcome:
        """Call once; blocks for so many seconds and as long as a name is looked up.

        What went wrong is logged without the address's path, which may hold a secret.
        """
        try:
            target = target_of(url, self._hosts)
            status = self._post(target, msgspec.json.encode(ended), attempt_seconds)
        except WebhookError as error:
            return _failed(ended, Outcome.GIVEN_UP, error.message)
        except (OSError, HTTPException) as error:
            return _failed(ended, Outcome.AGAIN, type(error).__name__)
        if 200 <= status < 300:
            _log.info("webhook.delivered", operation=ended.operation, status=status)
            return Outcome.DELIVERED
        again = status >= 500 or status in _AGAIN
        return _failed(ended, Outcome.AGAIN if again else Outcome.GIVEN_UP, f"status {status}")

    def deliver(self, url: str, ended: Ended, wait: Callable[[float], object] = time.sleep) -> Outcome:
        """Call until it is delivered or given up, in a thread of its own; the last outcome.

        Who must not lose it when the process ends keeps the number of calls, uses `call`, and waits `pause_after` between.
        """
        outcome, calls = self.call(url, ended), 1
        while outcome is Outcome.AGAIN and (pause := pause_after(calls)) is not None:
            wait(pause)
            outcome, calls = self.call(url, ended), calls + 1
        return outcome

    def _post(self, target: Target, body: bytes, seconds: float) -> int:
        addresses = self._resolve(target.host, target.port)
        if not addresses or not all(self._allow(address) for address in addresses):
            raise WebhookError(f"The host {target.host} has an address that may not be called.", "Use a public one.")
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "GrahaQL",
            HEADER: signature(self._keys, int(time.time()), body),
        }
        return post(addresses, target, body, headers, self._context or ssl.create_default_context(), seconds)


def pause_after(calls: int) -> float | None:
    """Seconds to wait after so many calls that failed; None when it is enough.

    >>> pause_after(1), pause_after(6)
    (5.0, None)
    """
    return PAUSES[calls - 1] if calls <= len(PAUSES) else None


def make_webhooks(settings: ServerSettings) -> Webhooks:
    """Webhooks as the settings allow them: to nowhere by default.

    Raises:
        ConfigurationError: hosts are named and no key.
    """
    if settings.webhook_hosts and not settings.webhook_keys:
        remedy = "Set it to a key that receivers know too: what is called for GRAHAQL_WEBHOOK_HOSTS has to be signed."
        raise ConfigurationError("GRAHAQL_WEBHOOK_KEYS", None, remedy)
    return Webhooks(settings.webhook_hosts, settings.webhook_keys)


def _failed(ended: Ended, outcome: Outcome, reason: str) -> Outcome:
    _log.warning("webhook.failed", operation=ended.operation, outcome=outcome.value, reason=reason)
    return outcome
