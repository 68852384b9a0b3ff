"""One service by its address: requests that stream both ways, and what it refuses told as it told it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

import msgspec

SECONDS = 60.0
"""For which a connection may be silent: a stream beats every twelve."""

_BLOCK_BYTES = 65_536
_OK = 300
_AGAIN = frozenset({408, 429, 502, 503, 504})


class Body(Protocol):
    """What is read to be sent."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, none at the end."""


class UnreachableError(Exception):
    """Raised when the service does not answer, or for now: a later attempt may succeed."""


class RefusedError(Exception):
    """Raised when the service says no. Args: details: what else is wrong, line by line."""

    def __init__(self, message: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.details = details


class Address(NamedTuple):
    """Where a service is."""

    secure: bool
    host: str
    port: int | None
    path: str


def address_of(url: str) -> Address:
    """The parts of an address.

    Raises:
        RefusedError: it is none of http or https.

    >>> address_of("http://127.0.0.1:8000/")
    Address(secure=False, host='127.0.0.1', port=8000, path='')
    """
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname:
            return Address(parts.scheme == "https", parts.hostname, parts.port, parts.path.rstrip("/"))
    except ValueError:
        pass
    raise RefusedError(f"{url!r} is no address of a service. Say http://127.0.0.1:8000, or https://your.host.")


class Site:
    """A service. Args: key: the API key, None where none is needed."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self._address = address_of(url)
        self._own = {"Authorization": f"Bearer {key}"} if key else {}

    @contextmanager
    def asked(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | Body | None = None
    ) -> Iterator[HTTPResponse]:
        """The answer, whose body is read within the block.

        Raises:
            UnreachableError: it does not answer, or its answer breaks off within the block.
            RefusedError: it refuses what was asked.
        """
        secure, host, port, prefix = self._address
        connection = (HTTPSConnection if secure else HTTPConnection)(
            host, port, timeout=SECONDS, blocksize=_BLOCK_BYTES
        )
        try:
            connection.request(method, prefix + path, body, {**self._own, **headers})
            answer = connection.getresponse()
            _check(answer)
            yield answer
        except (OSError, HTTPException) as error:
            raise UnreachableError(f"{host} cannot be reached: {str(error) or type(error).__name__}.") from error
        finally:
            connection.close()

    def graphql(self, document: str, variables: Mapping[str, Any]) -> Any:
        """The data that a document is answered with. Raises: UnreachableError, RefusedError."""
        body = msgspec.json.encode({"query": document, "variables": variables})
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        with self.asked("POST", "/graphql", headers, body) as answer:
            found = msgspec.json.decode(answer.read())
        if found.get("errors"):
            raise refusal_of(found)
        return found["data"]


def refusal_of(body: Mapping[str, Any]) -> RefusedError:
    """What an answer says that is wrong.

    >>> str(refusal_of({"errors": [{"message": "No.", "extensions": {"remedy": "Ask for less."}}]}))
    'No. Ask for less.'
    """
    first = body["errors"][0]
    extensions = first.get("extensions") or {}
    details = tuple(f"Line {row['line']}: {row['message']} {row['remedy']}" for row in extensions.get("problems", ()))
    return RefusedError(f"{first['message']} {extensions.get('remedy', '')}".strip(), details)


def _check(answer: HTTPResponse) -> None:
    if answer.status < _OK:
        return
    body = answer.read(1 << 20)
    try:
        error = refusal_of(msgspec.json.decode(body))
    except (msgspec.DecodeError, LookupError, TypeError, AttributeError):
        error = RefusedError(f"The service answers {answer.status} {answer.reason}, and is no GrahaQL at that address.")
    if answer.status in _AGAIN:
        raise UnreachableError(str(error))
    raise error
