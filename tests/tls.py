"""An authority of our own, and a TLS server on loopback that notes what it was sent."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """Signs certificates, and trusts no other. Args: folder: where it writes what `ssl` reads from files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        self._certificate = self._signed(
            self._name, self._key.public_key(), x509.BasicConstraints(ca=True, path_length=0)
        )

    def client(self) -> ssl.SSLContext:
        """What trusts this authority alone."""
        text = self._certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=text)

    def server(self, host: str) -> ssl.SSLContext:
        """What has a certificate for *host*."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        alternative = x509.SubjectAlternativeName([x509.DNSName(host)])
        certificate = self._signed(name, key.public_key(), alternative)
        path = self._folder / f"{host}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _signed(
        self, name: x509.Name, key: ec.EllipticCurvePublicKey, extension: x509.ExtensionType
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        )
        return builder.sign(self._key, hashes.SHA256())


class Call(NamedTuple):
    """What came: the first line, the headers in small letters, the body."""

    line: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[ssl.SSLSocket], None]


class Receiver:
    """Takes one connection after another and answers each as it is told; `calls` has what came."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self.port: int = self._listener.getsockname()[1]
        self.calls: list[Call] = []
        self.answers: list[Answer] = []

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ends.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._ends.is_set():
            try:
                plain, _ = self._listener.accept()
            except TimeoutError:
                continue
            plain.settimeout(5)
            try:
                with self._context.wrap_socket(plain, server_side=True) as connected:
                    self.calls.append(_read(connected))
                    self.answers.pop(0)(connected) if self.answers else says(204)(connected)
            except (OSError, ValueError):  # a client that does not trust us, or ended
                plain.close()


def says(status: int, headers: str = "", body: bytes = b"") -> Answer:
    """An answer of that status."""
    text = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return lambda connected: connected.sendall(text.encode() + body)


def drips(seconds: float) -> Answer:
    """An answer that never ends and never pauses for long."""

    def answer(connected: ssl.SSLSocket) -> None:
        end = time.monotonic() + seconds
        connected.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while time.monotonic() < end:
            connected.sendall(b"x")
            time.sleep(0.02)

    return answer


@contextmanager
def receiving(context: ssl.SSLContext) -> Iterator[Receiver]:
    """A receiver that runs, and is stopped."""
    receiver = Receiver(context)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.stop()


def _read(connected: ssl.SSLSocket) -> Call:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(connected)
    head, _, body = data.partition(b"\r\n\r\n")
    line, *rest = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (text.partition(":") for text in rest)}
    while len(body) < int(headers.get("content-length", "0")):
        body += _some(connected)
    return Call(line, headers, body)


def _some(connected: ssl.SSLSocket) -> bytes:
    data = connected.recv(65_536)
    if not data:
        raise ValueError("the client ended")
    return data
