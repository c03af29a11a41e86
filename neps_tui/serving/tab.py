"""One tab of a browser and the dashboard in it, which end together."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiohttp import WSMessage, WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

_HEARTBEAT = 15.0
_GOODBYE = 2.0
"""Seconds that a browser has to answer when its tab is closed from here."""
_USUAL_COLUMNS, _USUAL_ROWS = 80, 24
_MOST_CELLS = 1000
"""More columns or rows no screen has; a dashboard would claim memory for them."""


class Tab:
    """A websocket of a page, and the process that draws there.

    Args:
        command: What a shell has to run for it.
    """

    def __init__(self, command: str) -> None:
        # Without this, a tab that was closed at the other end would be waited for.
        self._socket = web.WebSocketResponse(heartbeat=_HEARTBEAT, timeout=_GOODBYE)
        self._dashboard = _Dashboard(
            command,
            write_bytes=self._draw,
            write_str=self._tell,
            close=self.close,
            download_manager=DownloadManager(),
        )

    async def run(self, request: web.Request) -> web.WebSocketResponse:
        """Draw and take keys until the page or the dashboard ends, then end the other one.

        Args:
            request: What the page asked for: a websocket of a size in columns and rows.
        """
        await self._socket.prepare(request)
        columns = _cells(request.query.get("width", ""), _USUAL_COLUMNS)
        rows = _cells(request.query.get("height", ""), _USUAL_ROWS)
        await self._dashboard.start(columns, rows)
        try:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    await self._pass_on(message)
        finally:
            await self._dashboard.stop()
        return self._socket

    async def close(self) -> None:
        """Close the page's side; the dashboard's follows."""
        await self._socket.close()

    async def _pass_on(self, message: WSMessage) -> None:
        match message.json():
            case ["stdin", str(keys)]:
                await self._dashboard.send_bytes(keys.encode(errors="replace"))
            case ["resize", {"width": int(width), "height": int(height)}]:
                await self._dashboard.set_terminal_size(_limited(width), _limited(height))
            case ["ping", sent]:
                await self._socket.send_json(["pong", sent])
            case ["focus"]:
                await self._dashboard.focus()
            case ["blur"]:
                await self._dashboard.blur()

    async def _draw(self, data: bytes) -> None:
        # A tab that is gone sees nothing. Its dashboard may go on writing until it has ended:
        # if nobody took that, it would wait for ever instead.
        with suppress(ConnectionError):
            await self._socket.send_bytes(data)

    async def _tell(self, text: str) -> None:
        with suppress(ConnectionError):
            await self._socket.send_str(text)


class _Dashboard(AppService):
    """A process that draws for a tab, and closes it however it ends."""

    async def run(self) -> None:
        """Take what it draws, until it ends."""
        try:
            await super().run()
        finally:
            await self.remote_close()


def _cells(text: str, usual: int) -> int:
    return _limited(int(text)) if text.isdecimal() and len(text) < 6 else usual


def _limited(cells: int) -> int:
    return min(max(cells, 1), _MOST_CELLS)


async def close_all(tabs: set[Tab]) -> None:
    """Close every tab, at once."""
    await asyncio.gather(*(tab.close() for tab in tabs))
