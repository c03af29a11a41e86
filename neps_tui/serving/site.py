"""What the web server has to offer: the page, what it is made of, and a dashboard for each tab."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from html import escape
from importlib.resources import files
from pathlib import Path
from socket import socket
from string import Template

import textual_serve
from aiohttp import web

from neps_tui.serving.guard import guard
from neps_tui.serving.tab import Tab, close_all

_PAGE = "page.html"
_STATICS = Path(textual_serve.__file__).parent / "static"
_LEAVE_TAKING = 5.0
"""Seconds that dashboards have to end when the server ends; they see by themselves that it has."""
_HEADERS = {
    # Everything comes from here: there may be no internet, and nobody else has to know.
    "Content-Security-Policy": (
        "default-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self' ws: wss:; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


async def serve_until(
    over: asyncio.Event,
    listening: socket,
    *,
    token: str,
    name: str,
    command: str,
    begun: Callable[[], None],
) -> None:
    """Serve, until told to end; then end every dashboard.

    Args:
        over: Set when it is time to end.
        listening: Where browsers connect.
        token: What the path of everything begins with.
        name: What the page is called.
        command: What a shell has to run for the dashboard of a tab.
        begun: Called once browsers are let in.
    """
    site = _site(token, name, command)
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=_LEAVE_TAKING)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        begun()
        await over.wait()
    finally:
        await runner.cleanup()


def _site(token: str, name: str, command: str) -> web.Application:
    page = Template(files(__package__).joinpath(_PAGE).read_text(encoding="utf-8")).substitute(
        name=escape(name)
    )
    tabs: set[Tab] = set()

    async def show_page(_: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html", headers=_HEADERS)

    async def add_slash(_: web.Request) -> web.Response:
        # Relative, as everything on the page, so that a proxy may put a path before it.
        raise web.HTTPFound(f"{token}/")

    async def open_tab(request: web.Request) -> web.WebSocketResponse:
        tab = Tab(command)
        tabs.add(tab)
        try:
            return await tab.run(request)
        finally:
            tabs.discard(tab)

    async def close_tabs(_: web.Application) -> None:
        await close_all(tabs)

    site = web.Application(middlewares=[guard(token)])
    site.add_routes(
        [
            web.get(f"/{token}", add_slash),
            web.get(f"/{token}/", show_page),
            web.get(f"/{token}/ws", open_tab),
            web.static(f"/{token}/static", _STATICS),
        ]
    )
    site.on_shutdown.append(close_tabs)
    return site
