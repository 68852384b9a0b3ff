"""One POST to the very address that was checked, over TLS whose certificate names the host, within a deadline."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from threading import Event, Timer

from jobs.webhooks.targets import Target

CONNECT_SECONDS = 5.0
ADDRESSES_MAX = 3
ANSWER_BYTES = 1024
"""Of an answer's body that are read; nothing is done with them."""


def post(
    addresses: Sequence[str],
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    context: ssl.SSLContext,
    seconds: float,
) -> int:
    """The status of the answer. No redirect is followed, and no proxy used.

    Args:
        addresses: of the host, checked; the first that accepts is used, and nothing is resolved here.
        target: its host is what the certificate has to name.
        body: JSON.
        headers: beside the usual ones.
        context: verifies certificate and name.
        seconds: for all of it, however slowly bytes come.

    Raises:
        OSError: it could not be reached, trusted, or was too slow.
        http.client.HTTPException: its answer is no HTTP.
    """
    with _connected(addresses[:ADDRESSES_MAX], target.port) as plain:
        plain.settimeout(seconds)
        wrapped = context.wrap_socket(plain, server_hostname=target.host, do_handshake_on_connect=False)
        with wrapped as secure, _deadline(secure, seconds):
            secure.do_handshake()
            connection = HTTPConnection(target.host, target.port)
            connection.sock = secure  # connected, so that it looks nothing up
            connection.request("POST", target.path, body, {**headers, "Connection": "close"})
            answer = connection.getresponse()
            answer.read(ANSWER_BYTES)
            return answer.status


def _connected(addresses: Sequence[str], port: int) -> socket.socket:
    *others, last = addresses
    for address in others:
        with suppress(OSError):
            return socket.create_connection((address, port), CONNECT_SECONDS)
    return socket.create_connection((last, port), CONNECT_SECONDS)


@contextmanager
def _deadline(connected: socket.socket, seconds: float) -> Iterator[None]:
    """Ends the connection when the time is over: a time-out of the socket begins anew with each byte.

    Raises:
        TimeoutError: it was over, whatever had come until then.
    """
    over = Event()

    def end() -> None:
        over.set()
        with suppress(OSError):
            socket.socket.shutdown(connected, socket.SHUT_RDWR)  # not TLS' own, which another thread is in

    timer = Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if over.is_set():
        raise TimeoutError
