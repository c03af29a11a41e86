"""The command that shows the dashboard in a browser."""

from __future__ import annotations

import argparse
import asyncio
import logging
import secrets
import shlex
import signal
import socket
import sys
from ipaddress import ip_address
from pathlib import Path

from neps_tui.commands.exit_status import CommandError, Exit
from neps_tui.commands.watching import need_run_directory, need_theme
from neps_tui.settings import read_settings
from neps_tui.words.formatting import plain

_USUAL_PORT = 8000
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def serve(arguments: argparse.Namespace) -> Exit:
    """Serve the dashboard until a signal ends it; each tab has a dashboard of its own.

    Raises:
        CommandError: There is nothing to be served, nothing to serve it with, or no such address.
    """
    try:
        from neps_tui.serving.site import serve_until
    except ImportError as error:
        raise CommandError(
            "serving needs textual-serve (pip install textual-serve); nothing was started",
            Exit.USAGE,
        ) from error
    root: Path = arguments.root.absolute()
    need_run_directory(root)
    settings = read_settings()
    need_theme(arguments.theme or settings.theme)
    _log_in_lines()
    with _listening(arguments.host, arguments.port) as listening:
        token = secrets.token_urlsafe()
        may_change = arguments.allow_changes and not settings.why_read_only

        async def serve_it() -> None:
            over = asyncio.Event()
            for each in _ENDING:
                asyncio.get_running_loop().add_signal_handler(each, over.set)
            await serve_until(
                over,
                listening,
                token=token,
                name=plain(root.name),
                command=dashboard_command(arguments),
                begun=lambda: _say_where(arguments.host, listening, token, may_change),
            )

        asyncio.run(serve_it())
    return Exit.DONE


def dashboard_command(arguments: argparse.Namespace) -> str:
    """What a shell has to run for the dashboard of one tab.

    Args:
        arguments: Those of `serve`.

    Returns:
        A command that takes the shell's own place, so that its end is the dashboard's.
    """
    options = [] if arguments.allow_changes else ["--read-only"]
    if arguments.poll is not None:
        options += ["--poll", str(arguments.poll)]
    if arguments.theme is not None:
        options.append(f"--theme={arguments.theme}")
    if arguments.ascii:
        options.append("--ascii")
    # Isolated from the directory that this was started in, where another `neps_tui` may lie.
    program = [sys.executable, "-P", "-m", "neps_tui", "watch"]
    return f"exec {shlex.join([*program, *options, str(arguments.root.absolute())])}"


def _listening(host: str, port: int | None) -> socket.socket:
    """A socket that browsers can connect to.

    Args:
        host: A name or an address of this machine.
        port: None for the usual one, or any other if that is taken.
    """
    try:
        family, _, _, _, place = socket.getaddrinfo(
            host, _USUAL_PORT if port is None else port, type=socket.SOCK_STREAM
        )[0]
        try:
            return socket.create_server(place[:2], family=family)
        except OSError:
            if port is not None:
                raise
            return socket.create_server((place[0], 0), family=family)
    except (OSError, UnicodeError) as error:
        asked = host if port is None else f"{host}, port {port}"
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise CommandError(
            f"cannot serve at {asked}: {why}; nothing was started",
            Exit.REFUSED,
        ) from error


def _say_where(host: str, listening: socket.socket, token: str, may_change: bool) -> None:
    """Print the address, in a line of its own, and what it means; warn where many can reach it."""
    address, port = listening.getsockname()[:2]
    machine = socket.gethostname()
    ip = ip_address(address)
    name = machine if ip.is_unspecified else f"[{host}]" if ":" in host else host
    print(f"http://{name}:{port}/{token}/")
    does = "changes of the run are allowed" if may_change else "read-only"
    if ip.is_loopback:
        tunnel = f"ssh -L {port}:{name}:{port} {machine}"
        print(f"{does}; on this machine only (from another one: {tunnel}); ctrl+c ends it")
    else:
        print(f"{does}; ctrl+c ends it")
        print(
            f"neps-tui: warning: {name} is not for this machine only: whoever can reach it and has "
            f"the address may look{' and change the run' if may_change else ''}, and what is sent "
            "is not encrypted",
            file=sys.stderr,
        )
    sys.stdout.flush()


class _OneLine(logging.Formatter):
    """What libraries log, as this program says everything: in a line, with no traceback."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        why = f": {type(error).__name__}: {error}" if error is not None else ""
        return plain(f"neps-tui: {record.getMessage()}{why}")


def _log_in_lines() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    logging.getLogger().addHandler(handler)
