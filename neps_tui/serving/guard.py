"""Who is let in: whoever has the address, which ends in a token that nobody can guess.

The token is part of every path. So a page of somebody else's, also one whose name was rebound to
this machine, has nothing to ask for: unlike a cookie, a browser never sends it by itself, nor to
other servers on this machine.
"""

from __future__ import annotations

import hmac

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware


def guard(token: str) -> Middleware:
    """Let nobody in without the token, nor from a page of another server.

    Args:
        token: What each path has to begin with, after its first slash.

    Returns:
        A middleware that answers everybody else with status 403 and one plain line.
    """

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = [*request.path.split("/"), ""][1]
        if not hmac.compare_digest(given.encode(errors="replace"), token.encode()):
            return _refusal("open the whole address that neps-tui printed when it began to serve")
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2] != request.host:
            return _refusal("only the page that neps-tui itself serves may ask for this")
        return await handler(request)

    return guarded


def _refusal(advice: str) -> web.Response:
    return web.Response(status=403, text=f"403: {advice}\n")
