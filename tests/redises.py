"""Redis for tests: a stub in a dictionary, a private Valkey that can be stopped and killed, and a client that counts."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from runtime.embedded import find_program

START_SECONDS = 10.0
STUB_SECONDS = 0.001
"""How far away the stub is: long enough for two callers to meet."""


class StubRedis:
    """What the shared tier asks of a client, and what a test looks at."""

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}
        self._seconds: dict[str, int] = {}

    async def mget(self, keys: Sequence[str]) -> list[bytes | None]:
        await asyncio.sleep(STUB_SECONDS)
        return [self._values.get(key) for key in keys]

    def pipeline(self, *, transaction: bool) -> StubPipeline:
        assert not transaction
        return StubPipeline(self)

    async def get(self, key: bytes | str) -> bytes | None:
        return self._values.get(_text(key))

    async def set(self, key: bytes | str, value: bytes, ex: int = 0) -> bool:
        self._values[_text(key)] = value
        self._seconds[_text(key)] = ex
        return True

    async def keys(self) -> list[bytes]:
        return [key.encode() for key in self._values]

    async def pttl(self, key: bytes | str) -> int:
        return self._seconds[_text(key)] * 1000

    async def aclose(self) -> None:
        pass


class StubPipeline:
    """Commands that are sent together."""

    def __init__(self, client: StubRedis) -> None:
        self._client = client
        self._commands: list[tuple[str, bytes, int]] = []

    def set(self, key: str, value: bytes, ex: int) -> StubPipeline:
        self._commands.append((key, value, ex))
        return self

    async def execute(self) -> list[bool]:
        await asyncio.sleep(STUB_SECONDS)
        return [await self._client.set(*command) for command in self._commands]


class Counted:
    """A client that notes its round trips: how many keys each MGET asked for, how many values each pipeline wrote.

    Reads wait at `gate` while it is not set.
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self.reads: list[int] = []
        self.writes: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def mget(self, keys: Sequence[str]) -> Any:
        self.reads.append(len(keys))
        await self.gate.wait()
        return await self.client.mget(keys)

    def pipeline(self, *, transaction: bool) -> CountedPipeline:
        return CountedPipeline(self, self.client.pipeline(transaction=transaction))

    def forget(self) -> None:
        """Count from nought."""
        self.reads, self.writes = [], []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


class CountedPipeline:
    """A pipeline that notes how many values it writes."""

    def __init__(self, counted: Counted, pipeline: Any) -> None:
        self._counted = counted
        self._pipeline = pipeline
        self._values = 0

    def set(self, key: str, value: bytes, ex: int) -> CountedPipeline:
        self._values += 1
        self._pipeline.set(key, value, ex=ex)
        return self

    async def execute(self) -> Any:
        self._counted.writes.append(self._values)
        return await self._pipeline.execute()


class PrivateValkey:
    """A real server of ours alone on a unix socket, which a test may pause, kill and start again.

    Args:
        folder: its path must be short: a socket's has at most 103 bytes.
        options: of the server, in its own words.
        program: another server than the one that `serve` would start.
    """

    def __init__(self, folder: Path, *options: str, program: Path | None = None) -> None:
        found = find_program()
        assert found is not None, "no Redis-compatible server is installed"
        socket = folder / "v.sock"
        place = ("--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", "", "--appendonly", "no")
        self._argv = (str(program or found.path), *place, *options)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{socket}"

    def start(self) -> PrivateValkey:
        """Start it, empty; returns when it answers."""
        self._process = subprocess.Popen(self._argv, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, "the server ended at once"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.005)
        return self

    def ask(self, *command: str | int) -> Any:
        """The answer to a command, from a connection of its own that waits long enough."""
        with Redis.from_url(self.url, socket_timeout=START_SECONDS) as client:
            return client.execute_command(*command)

    def pause(self) -> None:
        """Stop it in its tracks: it accepts connections and never answers."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once, whatever it does; nothing happens if it has ended."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(START_SECONDS)
            self._process = None

    def _send(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _answers(self) -> bool:
        try:
            return bool(self.ask("PING"))
        except (RedisError, OSError):
            return False


def _text(key: bytes | str) -> str:
    return key.decode() if isinstance(key, bytes) else key
