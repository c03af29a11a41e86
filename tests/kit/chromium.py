"""A real Chromium without a window, driven through its DevTools, and what a page draws in it."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pyte

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
_PATIENCE = 60.0
_BINARY = 2


class Page:
    """A tab with a terminal in it.

    Attributes:
        requested: Every address that the page has asked for.
        complaints: What the browser had to say against it.
        ended: Whether its websocket was closed.
    """

    def __init__(self, devtools: aiohttp.ClientWebSocketResponse) -> None:
        self.requested: list[str] = []
        self.complaints: list[str] = []
        self.ended = False
        self._devtools = devtools
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._screen = pyte.Screen(80, 24)
        self._terminal = pyte.ByteStream(self._screen)
        self._listening = asyncio.create_task(self._listen())

    async def open(self, address: str) -> None:
        for domain in ("Page", "Network", "Runtime", "Log"):
            await self.ask(f"{domain}.enable")
        await self.ask("Page.navigate", url=address)

    async def ask(self, method: str, **parameters: object) -> Any:
        """Have the browser do something; its answer."""
        number = len(self._answers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._devtools.send_json({"id": number, "method": method, "params": parameters})
        async with asyncio.timeout(_PATIENCE):
            return await self._answers[number]

    async def evaluate(self, script: str) -> Any:
        """What a script in the page comes to."""
        answer = await self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")

    async def type(self, text: str) -> None:
        """Press the key of each character."""
        for each in text:
            key = {"key": each, "text": each}
            await self.ask("Input.dispatchKeyEvent", type="keyDown", **key)
            await self.ask("Input.dispatchKeyEvent", type="keyUp", key=each)

    async def picture(self) -> bytes:
        """What is to be seen, as PNG."""
        return base64.b64decode((await self.ask("Page.captureScreenshot"))["data"])

    def text(self) -> str:
        """What the terminal in the page was told to draw, line by line."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    async def shows(self, text: str) -> None:
        await self.until(lambda: text in self.text(), f"{text!r} on the screen")

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something is so; a test fails rather than hangs."""
        for _ in range(int(_PATIENCE / 0.05)):
            if holds():
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"never happened: {what}\n{self.text()}\n{self.complaints}")

    async def leave(self) -> None:
        """Close the tab."""
        await self.ask("Page.close")

    async def _listen(self) -> None:
        async for message in self._devtools:
            said = message.json()
            if "id" in said:
                answer = self._answers[said["id"]]
                if "error" in said:
                    answer.set_exception(AssertionError(str(said["error"])))
                else:
                    answer.set_result(said["result"])
            else:
                self._note(said["method"], said["params"])

    def _note(self, event: str, told: dict[str, Any]) -> None:
        match event:
            case "Network.requestWillBeSent":
                self.requested.append(told["request"]["url"])
            case "Network.webSocketCreated":
                self.requested.append(told["url"])
                asked = dict(each.split("=") for each in told["url"].partition("?")[2].split("&"))
                self._screen.resize(int(asked["height"]), int(asked["width"]))
            case "Network.webSocketFrameReceived" if told["response"]["opcode"] == _BINARY:
                self._terminal.feed(base64.b64decode(told["response"]["payloadData"]))
            case "Network.webSocketClosed":
                self.ended = True
            case "Runtime.exceptionThrown":
                self.complaints.append(str(told["exceptionDetails"]))
            case "Log.entryAdded" if told["entry"]["level"] in ("warning", "error"):
                self.complaints.append(told["entry"]["text"])


@asynccontextmanager
async def page_in(directory: Path, *, size: tuple[int, int] = (1280, 800)) -> AsyncIterator[Page]:
    """An empty page in a Chromium that keeps what it has to keep in a directory, and ends after."""
    assert PROGRAM is not None
    profile = directory / "chromium"
    browser = subprocess.Popen(
        [
            *(PROGRAM, "--headless=new", "--no-first-run", "--disable-gpu", "--mute-audio"),
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            *("--disable-dev-shm-usage", "--remote-debugging-port=0"),
            *(f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}", "about:blank"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(directory)},
    )
    try:
        port = await _port(profile / "DevToolsActivePort")
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [each for each in await answer.json() if each["type"] == "page"]
            async with session.ws_connect(
                pages[0]["webSocketDebuggerUrl"], max_msg_size=0
            ) as devtools:
                yield Page(devtools)
    finally:
        browser.terminate()
        browser.wait()


async def _port(told: Path) -> int:
    """Where the browser can be driven, once it says so."""
    for _ in range(int(_PATIENCE / 0.05)):
        if told.exists() and (line := told.read_text().partition("\n")[0]):
            return int(line)
        await asyncio.sleep(0.05)
    raise AssertionError("Chromium never said where it can be driven")
