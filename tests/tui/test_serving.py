"""The dashboard in a browser: who is let in, what they see, and that it ends when it should."""

from __future__ import annotations

import argparse
import asyncio
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import aiohttp
import pytest
from chromium import PROGRAM, Page, page_in
from runs import RunMaker
from served import Served, wait_until

from neps_tui.cli import main
from neps_tui.commands.serving import dashboard_command

ROUTES = ("", "ws", "static/js/textual.js", "download/1", "nowhere")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "a run"
    RunMaker().mixed(place)
    return place


@contextmanager
def serving(root: Path, *options: str, host: str = "127.0.0.1") -> Iterator[Served]:
    served = Served(root, *options, host=host)
    try:
        yield served
    finally:
        served.close()


def ask(do: Callable[[aiohttp.ClientSession], Awaitable[None]]) -> None:
    """Ask the server something, as a program of somebody's does."""

    async def run() -> None:
        async with aiohttp.ClientSession() as session, asyncio.timeout(60):
            await do(session)

    asyncio.run(run())


async def drawn(tab: aiohttp.ClientWebSocketResponse, text: bytes) -> None:
    """Wait until a tab was sent something."""
    sent = b""
    while text not in sent:
        message = await tab.receive()
        assert message.type is aiohttp.WSMsgType.BINARY, (message, sent[-300:])
        sent += message.data


# --- who is let in -------------------------------------------------------------------------------


def test_without_the_token_nothing_is_answered(root: Path) -> None:
    async def go_in(session: aiohttp.ClientSession) -> None:
        token = served.address.rstrip("/").rpartition("/")[2]
        wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
        wrongs = ("", f"{wrong}/", f"{token[:-1]}/", f"?token={token}&/", "%ff%00/", "ä/")
        for before, route in product(wrongs, ROUTES):
            address = f"{served.origin}/{before}{route}"
            for answer in (await session.get(address), await session.post(address)):
                text = await answer.text()
                assert answer.status == 403
                assert text.count("\n") == 1
                assert root.name not in text
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(address)
            assert refused.value.status == 403
        assert served.dashboards() == []

    with serving(root) as served:
        ask(go_in)


def test_a_path_without_a_slash_is_refused_like_any_other(root: Path) -> None:
    with serving(root) as served:
        host, _, port = served.origin.rpartition("/")[2].partition(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 403")


def test_the_token_is_long_and_another_one_each_time(root: Path) -> None:
    tokens = set()
    for _ in range(2):
        with serving(root) as served:
            tokens.add(served.address.rstrip("/").rpartition("/")[2])
    assert len(tokens) == 2
    assert min(map(len, tokens)) >= 43  # 256 bits


def test_with_the_token_there_is_the_page(root: Path) -> None:
    async def go_in(session: aiohttp.ClientSession) -> None:
        for address in (served.address, served.address.rstrip("/")):
            answer = await session.get(address)
            assert answer.status == 200
            assert str(answer.url) == served.address
            page = await answer.text()
        assert "<title>a run – neps-tui</title>" in page
        assert "://" not in page
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        script = await session.get(f"{served.address}static/js/textual.js")
        assert script.status == 200
        for outside in ("../page.html", "%2e%2e/server.py", "..%2f..%2f..%2fetc/passwd"):
            assert (await session.get(f"{served.address}static/{outside}")).status in (403, 404)

    with serving(root) as served:
        ask(go_in)


def test_a_name_is_no_markup_in_the_page(tmp_path: Path) -> None:
    root = tmp_path / "<script>$name\n&"
    RunMaker().mixed(root)

    async def go_in(session: aiohttp.ClientSession) -> None:
        page = await (await session.get(served.address)).text()
        assert "<title>&lt;script&gt;$name &amp; – neps-tui</title>" in page

    with serving(root) as served:
        ask(go_in)


def test_a_page_of_another_server_gets_no_websocket(root: Path) -> None:
    async def go_in(session: aiohttp.ClientSession) -> None:
        for origin in ("http://evil.example", "https://127.0.0.1", f"{served.origin}1", "null", ""):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(f"{served.address}ws", headers={"Origin": origin})
            assert refused.value.status == 403
        assert served.dashboards() == []
        async with session.ws_connect(f"{served.address}ws", origin=served.origin) as tab:
            await drawn(tab, b"Evaluated")

    with serving(root) as served:
        ask(go_in)


# --- what is served ------------------------------------------------------------------------------


def test_it_is_read_only_unless_asked(root: Path) -> None:
    async def change(session: aiohttp.ClientSession) -> None:
        async with session.ws_connect(f"{served.address}ws?width=160&height=48") as tab:
            await drawn(tab, b"Evaluated")
            await tab.send_json(["stdin", "r"])
            await drawn(tab, answer)

    answer = b"served without --allow-changes"
    with serving(root) as served:
        assert served.meaning.startswith("read-only; on this machine only")
        ask(change)
    answer = b"Yes,"
    with serving(root, "--allow-changes") as served:
        assert served.meaning.startswith("changes of the run are allowed; on this machine only")
        ask(change)


def test_settings_that_allow_no_change_count_more(root: Path) -> None:
    settings = Path(os.environ["XDG_CONFIG_HOME"]) / "neps-tui" / "settings.toml"
    settings.parent.mkdir()
    settings.write_text("read_only = true\n")
    with serving(root, "--allow-changes") as served:
        assert served.meaning.startswith("read-only")


def test_what_others_can_reach_is_warned_of(root: Path) -> None:
    for options, danger in (
        ((), "may look,"),
        (("--allow-changes",), "may look and change the run,"),
    ):
        with serving(root, *options, host="0.0.0.0") as served:
            assert served.address.startswith(f"http://{socket.gethostname()}:")
            _, complaints = served.end()
            assert complaints.count("\n") == 1
            assert danger in complaints


@pytest.mark.parametrize(
    "name", ["it's", 'a "b"', "a\nb", "-x", "$HOME", "`id`; exit", "ü ✓", "a\\", "*"]
)
def test_any_name_of_a_run_reaches_the_dashboard_as_it_is(name: str, tmp_path: Path) -> None:
    root = tmp_path / name
    arguments = argparse.Namespace(
        root=root, allow_changes=False, poll=2.5, theme="a b", ascii=True
    )
    command = dashboard_command(arguments)
    assert command.startswith("exec ")
    read = subprocess.run(
        ["sh", "-c", f"printf '%s\\0' {command.removeprefix('exec ')}"],
        capture_output=True,
        check=True,
    ).stdout.split(b"\0")
    words = [os.fsdecode(word) for word in read[:-1]]
    assert words == shlex.split(command)[1:]
    assert words[:5] == [sys.executable, "-P", "-m", "neps_tui", "watch"]
    assert words[5:] == [
        *("--read-only", "--poll", "2.5", "--theme=a b", "--ascii", str(root)),
    ]


def test_a_run_with_an_odd_name_is_shown(tmp_path: Path) -> None:
    root = tmp_path / '-it\'s "$HOME"\nhere'
    RunMaker().mixed(root)

    async def look(session: aiohttp.ClientSession) -> None:
        async with session.ws_connect(f"{served.address}ws?width=x&height=99999") as tab:
            await drawn(tab, b"Evaluated")

    with serving(root) as served:
        ask(look)


# --- its end -------------------------------------------------------------------------------------


def test_a_dashboard_ends_with_its_tab_and_the_tab_with_it(root: Path) -> None:
    async def come_and_go(session: aiohttp.ClientSession) -> None:
        async with session.ws_connect(f"{served.address}ws") as tab:
            await drawn(tab, b"Evaluated")
            assert len(served.dashboards()) == 1
        await asyncio.to_thread(wait_until, lambda: not served.dashboards(), "it ends")

        async with session.ws_connect(f"{served.address}ws") as tab:
            await drawn(tab, b"Evaluated")
            await tab.send_json(["stdin", "q"])
            await until_closed(tab)
        await asyncio.to_thread(wait_until, lambda: not served.dashboards(), "it ends")

        async with session.ws_connect(f"{served.address}ws") as tab:
            await drawn(tab, b"Evaluated")
            os.kill(served.dashboards()[0], signal.SIGKILL)
            await until_closed(tab)

    with serving(root) as served:
        ask(come_and_go)
        assert served.end() == ("", "")


def test_a_tab_may_be_closed_while_its_dashboard_is_still_being_made(root: Path) -> None:
    async def come_and_go(session: aiohttp.ClientSession) -> None:
        for delay in (0.0, 0.05, 0.1, 0.2, 0.3):
            async with session.ws_connect(f"{served.address}ws") as tab:
                await tab.receive()
                await asyncio.sleep(delay)

    with serving(root) as served:
        ask(come_and_go)
        wait_until(lambda: not served.dashboards(), "they end")
        assert served.end() == ("", "")


def test_a_window_may_be_resized_while_its_dashboard_is_still_being_made(root: Path) -> None:
    async def drag(session: aiohttp.ClientSession) -> None:
        async with session.ws_connect(f"{served.address}ws?width=160&height=48") as tab:
            for width in range(120, 150):
                await tab.send_json(["resize", {"width": width, "height": 40}])
                await asyncio.sleep(0.05)
            await drawn(tab, b"Evaluated")
            await tab.send_json(["stdin", "q"])
            await until_closed(tab)

    with serving(root) as served:
        ask(drag)
        assert served.end() == ("", "")


async def until_closed(tab: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in tab:
        pass
    assert tab.closed


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=str
)
def test_the_server_takes_its_dashboards_with_it(root: Path, number: signal.Signals) -> None:
    async def see_it_end(session: aiohttp.ClientSession) -> None:
        async with (
            session.ws_connect(f"{served.address}ws") as one,
            session.ws_connect(f"{served.address}ws") as other,
        ):
            await drawn(one, b"Evaluated")
            await drawn(other, b"Evaluated")
            dashboards = served.dashboards()
            assert len(dashboards) == 2
            said, complaints = await asyncio.to_thread(served.end, number)
            await until_closed(one)
            await until_closed(other)
        assert (said, complaints) == ("", "")
        assert served.process.returncode == (-number if number is signal.SIGKILL else 0)
        await asyncio.to_thread(
            wait_until, lambda: not any(map(is_alive, dashboards)), "the dashboards end"
        )

    with serving(root) as served:
        ask(see_it_end)
    # What a dashboard whose server is gone cannot draw is no mistake to be reported.
    assert not list(Path(os.environ["XDG_STATE_HOME"]).rglob("breakdown.txt"))


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_nonsense_is_no_end_of_it(root: Path) -> None:
    async def talk_nonsense(session: aiohttp.ClientSession) -> None:
        address = served.origin.removeprefix("http://")
        host, _, port = address.partition(":")
        for nonsense in (b"\x00\xff\r\n\r\n", b"GET / HTTP/1.1\r\nHost\r\n\r\n", b"\x16\x03\x01"):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(nonsense)
            writer.write_eof()
            assert root.name.encode() not in await reader.read()
            writer.close()
        async with session.ws_connect(f"{served.address}ws") as tab:
            for sent in ("[]", "3", '["stdin", 3]', '["resize", {"width": -9, "height": 1e9}]'):
                await tab.send_str(sent)
            await tab.send_json(["resize", {"width": 10**9, "height": -1}])
            await tab.send_json(["resize", {"width": 80, "height": 24}])
            await tab.send_bytes(b"\xff")
            await tab.send_str('["stdin", "\\ud800"]')
            await drawn(tab, b"Evaluated")
            await tab.send_json(["ping", "7"])
            async for message in tab:
                if message.type is aiohttp.WSMsgType.TEXT:
                    assert message.json() == ["pong", "7"]
                    break
        async with session.ws_connect(f"{served.address}ws") as tab:
            await tab.send_str("{")
            await until_closed(tab)

    with serving(root) as served:
        ask(talk_nonsense)
        said, complaints = served.end()
    assert said == ""
    assert "Traceback" not in complaints
    assert all(line.startswith("neps-tui: ") for line in complaints.splitlines())


# --- what cannot be served -----------------------------------------------------------------------


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    status = main(["serve", *words])
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    return status, output.err


def test_it_says_what_it_needs(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in [each for each in sys.modules if each.startswith("neps_tui.serving")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    status, complaint = refused(capsys, str(root))
    assert status == 2
    assert "pip install textual-serve" in complaint


def test_a_place_that_cannot_be_had_is_told_in_a_line(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, complaint = refused(capsys, str(root), "--port", str(port))
        assert status == 3
        assert f"cannot serve at 127.0.0.1, port {port}: Address already in use" in complaint
    status, complaint = refused(capsys, str(root), "--host", "nowhere.invalid")
    assert status == 3
    assert "cannot serve at nowhere.invalid" in complaint
    status, complaint = refused(capsys, str(root), "--host", "a..b")
    assert status == 3
    assert "cannot serve at a..b" in complaint
    assert refused(capsys, str(root), "--theme", "no-such")[0] == 2
    file = root / "optimizer_info.yaml"
    assert "is a file" in refused(capsys, str(file))[1]
    with pytest.raises(SystemExit):
        main(["serve", str(root), "--port", "65536"])


# --- a real browser ------------------------------------------------------------------------------


@pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium here (apt-get install chromium)")
def test_a_real_browser_shows_the_dashboard_and_takes_keys(root: Path, tmp_path: Path) -> None:
    async def look(page: Page) -> None:
        await page.open(served.address)
        await page.shows("Evaluated 4")
        await page.shows("boom")
        drawn = len(await page.picture())

        await page.type("r")
        await page.shows("served without --allow-changes")
        await page.type("?")
        await page.shows("Put every trial that its worker has certainly left back")
        await page.type("q")
        await page.until(lambda: "certainly left" not in page.text(), "the help is closed")

        assert page.requested
        own = (served.address, served.address.replace("http:", "ws:"))
        assert [each for each in page.requested if not each.startswith(own)] == []
        # Without a graphics card, it has to say so.
        assert [each for each in page.complaints if "WebGL" not in each] == []
        await page.type("q")
        await page.until(lambda: page.ended, "the tab's dashboard ends")
        assert await page.evaluate("document.activeElement.textContent") == "Open it again"
        # A page with next to nothing on it has a fifth of that.
        assert drawn > 2 * len(await page.picture())
        await asyncio.to_thread(wait_until, lambda: not served.dashboards(), "no process stays")

        await page.evaluate("document.activeElement.click()")
        await asyncio.to_thread(wait_until, lambda: bool(served.dashboards()), "it opens again")
        await page.leave()
        await asyncio.to_thread(wait_until, lambda: not served.dashboards(), "it ends with the tab")

    async def browse() -> None:
        async with page_in(tmp_path) as page:
            await look(page)

    with serving(root) as served:
        asyncio.run(browse())
        assert served.end() == ("", "")
