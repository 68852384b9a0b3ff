"""A headless Chromium, driven by the Chrome DevTools Protocol: as much of it as the tests of the page need."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1440,900",
    "--remote-debugging-port=0",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # there is no other host
)  # fmt: skip


class Page:
    """One tab with its workers: what it asked for, what it said in the console, and what a person may do with it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.requests: list[str] = []
        self.console: list[str] = []
        self._socket = socket
        self._session: str | None = None
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def __aenter__(self) -> Self:
        self._reader = asyncio.create_task(self._read())
        target = await self._call("Target.createTarget", url="about:blank")
        attached = await self._call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        await self._watch(self._session)
        await self._call("Page.enable")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)

    async def goto(self, url: str) -> None:
        await self._call("Page.navigate", url=url)

    async def evaluate(self, script: str) -> Any:
        told = await self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    async def until(self, script: str, seconds: float = 30) -> Any:
        """The first true value of a script; fails with what the console said."""
        end = time.monotonic() + seconds
        while not (value := await self.evaluate(script)):
            assert time.monotonic() < end, f"{script} stayed {value!r}; console: {self.console}"
            await asyncio.sleep(0.05)
        return value

    async def press_ctrl_enter(self) -> None:
        key = {"modifiers": 2, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
        await self._call("Input.dispatchKeyEvent", type="rawKeyDown", **key)
        await self._call("Input.dispatchKeyEvent", type="keyUp", **key)

    async def prefer(self, scheme: str) -> None:
        """Light or dark, as the system would say."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        await self._call("Emulation.setEmulatedMedia", features=features)

    async def screenshot(self, path: Path) -> None:
        picture = await self._call("Page.captureScreenshot")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(picture["data"]))

    async def _watch(self, session: str) -> None:
        for method in ("Network.enable", "Runtime.enable", "Log.enable"):
            await self._call(method, session)
        attach = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
        await self._call("Target.setAutoAttach", session, **attach)
        await self._call("Runtime.runIfWaitingForDebugger", session)

    async def _call(self, method: str, session: str | None = None, /, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": params, "sessionId": session or self._session}
        await self._socket.send(json.dumps({key: value for key, value in message.items() if value is not None}))
        return await asyncio.wait_for(answer, 30)

    async def _read(self) -> None:
        watching = set()
        async for text in self._socket:
            message = json.loads(text)
            if (answer := self._answers.pop(message.get("id"), None)) is not None:
                if "error" in message:
                    answer.set_exception(RuntimeError(message["error"]))
                else:
                    answer.set_result(message["result"])
            elif message.get("method") == "Target.attachedToTarget" and self._session:
                watching.add(asyncio.create_task(self._watch(message["params"]["sessionId"])))
            else:
                self._note(message.get("method"), message.get("params", {}))

    def _note(self, event: object, params: dict[str, Any]) -> None:
        if event == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif event == "Network.webSocketCreated":
            self.requests.append(params["url"])
        elif event == "Log.entryAdded":
            self.console.append(
                f"{params['entry']['level']}: {params['entry']['text']} {params['entry'].get('url', '')}"
            )
        elif event == "Runtime.consoleAPICalled":
            self.console.append(f"{params['type']}: {[arg.get('value', '') for arg in params['args']]}")
        elif event == "Runtime.exceptionThrown":
            self.console.append(f"exception: {params['exceptionDetails']}")


@asynccontextmanager
async def chromium(profile: Path) -> AsyncIterator[Page]:
    """A page of a new browser with a profile of its own; both end with the block."""
    assert CHROMIUM is not None
    process = await asyncio.create_subprocess_exec(
        CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        port, path = await _devtools(profile / "DevToolsActivePort")
        async with connect(f"ws://127.0.0.1:{port}{path}", max_size=None, proxy=None) as socket, Page(socket) as page:
            yield page
    finally:
        process.terminate()
        await process.wait()


async def _devtools(note: Path) -> list[str]:
    for _ in range(600):
        if len(lines := _lines(note)) == 2:
            return lines
        await asyncio.sleep(0.05)
    raise TimeoutError("Chromium did not open its DevTools within 30 seconds.")


def _lines(note: Path) -> list[str]:
    return note.read_text(encoding="ascii").split() if note.exists() else []
