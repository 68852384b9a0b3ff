"""A connection that a test may cut or let go silent: a proxy between a client and a server on a unix socket."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

CHUNK_BYTES = 65_536


class Proxy:
    """Passes bytes on in a thread, until it is told to swallow them.

    Args:
        path: where it listens.
        target: where the server does.
    """

    def __init__(self, path: Path, target: Path) -> None:
        self._target = target
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._ending = False
        self._thread = threading.Thread(target=self._pass_on, daemon=True)
        self._thread.start()
        self.url = f"unix://{path}"
        self.silent = False

    def close(self) -> None:
        """Cut every connection, and take no more."""
        self._ending = True
        self._thread.join(5)

    def _pass_on(self) -> None:
        while not self._ending:
            for key, _ in self._selector.select(0.05):
                if key.fileobj is self._listener:
                    self._accept()
                elif not self.silent:
                    self._move(key)
            if self.silent:
                time.sleep(0.01)
        for key in list(self._selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(str(self._target))
        except OSError:
            client.close()
            server.close()
            return
        self._selector.register(client, selectors.EVENT_READ, server)
        self._selector.register(server, selectors.EVENT_READ, client)

    def _move(self, key: selectors.SelectorKey) -> None:
        source, sink = key.fileobj, key.data
        assert isinstance(source, socket.socket)
        with suppress(OSError):
            if data := source.recv(CHUNK_BYTES):
                sink.sendall(data)
                return
        for one in (source, sink):
            with suppress(KeyError, ValueError):
                self._selector.unregister(one)
            one.close()
