"""Where a webhook goes: an https address on a host that the operator allows."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from jobs.errors import BulkError

WEBHOOK_REFUSED = "WEBHOOK_REFUSED"
URL_MAX = 2000
_VISIBLE = re.compile(r"[!-~]+", re.ASCII)


class WebhookError(BulkError):
    """Raised when a webhook cannot be accepted."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(WEBHOOK_REFUSED, message, remedy)


class Target(NamedTuple):
    """A host, its port, and what is asked of it. The last may hold a secret: it goes into no log."""

    host: str
    port: int
    path: str


def target_of(url: str, allowed: Collection[str]) -> Target:
    """Where a URL leads, when the operator allows it.

    Args:
        url: https://host/path.
        allowed: hosts, with `:port` where it is not 443.

    Raises:
        WebhookError: webhooks are off, or this one is not allowed.

    >>> target_of("https://hooks.example.com/done?x=1", ("hooks.example.com",))
    Target(host='hooks.example.com', port=443, path='/done?x=1')
    """
    if not allowed:
        raise WebhookError(
            "Webhooks are off.", "Ask who runs the service to set GRAHAQL_WEBHOOK_HOSTS; watch bulkProgress."
        )
    parts, port = _split(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or not host or parts.username is not None or parts.fragment:
        raise WebhookError("The webhook is no plain https address.", "Send https://host/path, without a user and a #.")
    if (host if port == 443 else f"{host}:{port}") not in allowed:
        raise WebhookError(f"The webhook's host {host[:80]}, port {port}, is not allowed here.", "Use one that is.")
    return Target(host, port, f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}")


def _split(url: str) -> tuple[SplitResult, int]:
    remedy = f"Send an https address of at most {URL_MAX:,} visible ASCII characters."
    if len(url) > URL_MAX or not _VISIBLE.fullmatch(url):
        raise WebhookError("The webhook's address is too long or has characters that an address has not.", remedy)
    try:
        parts = urlsplit(url)
        return parts, 443 if parts.port is None else parts.port
    except ValueError:
        raise WebhookError("The webhook's address cannot be read.", remedy) from None
