"""Makes the pictures in this folder: `python screenshots/make.py [NAME ...]`.

They show the demo, and beside it the recorded runs that the tests have.

Needs Chromium and the font DejaVu Sans Mono, which has the box and braille characters.
"""

from __future__ import annotations

import asyncio
import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from textual.pilot import Pilot

from neps_state import State
from neps_tui.app import NepsTuiApp, Options
from neps_tui.demo.run import DemoRun
from neps_tui.runs.screen import RunsScreen

FOLDER = Path(__file__).resolve().parent
RECORDED = FOLDER.parent / "tests" / "data" / "runs"
BESIDE_THE_DEMO = ("asha-0.17", "bayesian-0.17", "hyperband-0.17", "killed-0.17", "priorband-0.17")
FONT = "DejaVu Sans Mono"
BROWSER = "chromium"
SECONDS_OF_DEMO = 45.0

Steps = Callable[[Pilot[None], NepsTuiApp], Awaitable[None]]


@dataclass(frozen=True)
class Picture:
    """One picture to take.

    Args:
        name: Of the file, without its ending.
        size: Columns and rows of the terminal.
        theme: A theme of Textual's.
        steps: What to do before it is taken.
        is_folder: Whether it is of all runs.
    """

    name: str
    size: tuple[int, int]
    theme: str
    steps: Steps
    is_folder: bool = False


async def nothing(pilot: Pilot[None], app: NepsTuiApp) -> None:
    """Take the picture as it is."""


async def open_crashed(pilot: Pilot[None], app: NepsTuiApp) -> None:
    """Open the newest crash."""
    await pilot.press("e", "enter")


async def open_best(pilot: Pilot[None], app: NepsTuiApp) -> None:
    """Open the incumbent."""
    await pilot.press("t", "g", "enter")


async def ask_reset(pilot: Pilot[None], app: NepsTuiApp) -> None:
    """Select two crashed trials and ask to reset them."""
    await pilot.press("e", "space", "space", "r")


async def show_workers(pilot: Pilot[None], app: NepsTuiApp) -> None:
    """Open the workers, at the one that was killed."""
    await pilot.press("w", "down", "down")


async def show_errors(pilot: Pilot[None], app: NepsTuiApp) -> None:
    """Open the kinds of errors, at the first error's traceback."""
    await pilot.press("E")


async def show_optimizer(pilot: Pilot[None], app: NepsTuiApp) -> None:
    """Open the optimizer and its space."""
    await pilot.press("O")


async def show_parallel(pilot: Pilot[None], app: NepsTuiApp) -> None:
    """Open the parallel coordinates, the cheap trials brushed away."""
    await pilot.press("P", "shift+tab", "shift+tab", "shift+tab")
    await pilot.press("slash", *"epochs>1", "enter")


async def show_rungs(pilot: Pilot[None], app: NepsTuiApp) -> None:
    """Open the ladder of rungs."""
    await pilot.press("P", "tab", "tab", "left")


async def select_two_runs(pilot: Pilot[None], app: NepsTuiApp) -> None:
    """Select two of the runs, and point at another."""
    await pilot.press("down", "space", "space")


PICTURES = (
    Picture("dashboard-dark", (160, 48), "textual-dark", nothing),
    Picture("dashboard-light", (160, 48), "textual-light", nothing),
    Picture("trial-dark", (160, 40), "textual-dark", open_best),
    Picture("error-dark", (130, 40), "textual-dark", open_crashed),
    Picture("reset-light", (130, 40), "textual-light", ask_reset),
    Picture("small-dark", (80, 24), "textual-dark", nothing),
    Picture("workers-dark", (160, 40), "textual-dark", show_workers),
    Picture("errors-dark", (160, 40), "textual-dark", show_errors),
    Picture("optimizer-dark", (160, 48), "textual-dark", show_optimizer),
    Picture("parallel-colour-blind", (160, 40), "neps-colour-blind-dark", show_parallel),
    Picture("rungs-light", (130, 36), "textual-light", show_rungs),
    Picture("runs-dark", (160, 36), "textual-dark", select_two_runs, is_folder=True),
)


async def take(picture: Picture, root: Path) -> None:
    """Open the dashboard on a run or a folder, do the steps, and save what it looks like."""
    app = NepsTuiApp(root, Options(theme=picture.theme), is_folder=picture.is_folder)
    async with app.run_test(size=picture.size, notifications=True) as pilot:
        while not is_read(app):
            await asyncio.sleep(0.1)
        await pilot.pause(1.0)
        await picture.steps(pilot, app)
        await pilot.pause(1.0)
        write_png(app.export_screenshot(title="neps-tui"), picture)


def is_read(app: NepsTuiApp) -> bool:
    """Whether there is something to see."""
    if isinstance(app.screen, RunsScreen):
        lines = app.screen.lines
        return lines is not None and all(line.is_read for line in lines)
    return app.view is not None and bool(app.view.summary.counts[State.SUCCESS])


def write_png(svg: str, picture: Picture) -> None:
    """Draw an SVG in one font that has every character, wherever the picture is looked at."""
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL).replace("Fira Code", FONT)
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert found is not None
    width, height = math.ceil(float(found[1])), math.ceil(float(found[2]))
    target = FOLDER / f"{picture.name}.png"
    with TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(
            f'<meta charset="utf-8"><body style="margin:0;background:transparent">{svg}</body>'
        )
        command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        command += [f"--user-data-dir={folder}/profile", f"--window-size={width},{height}"]
        command += ["--default-background-color=00000000", f"--screenshot={target}", str(page)]
        subprocess.run(command, check=True, capture_output=True)
    print(target.name)


async def main(names: list[str]) -> None:
    """Run the demo for a while and take the pictures asked for, or all."""
    with TemporaryDirectory() as state, TemporaryDirectory(prefix="neps-tui-") as scratch:
        # What whoever runs this has arranged is not what a newcomer sees.
        os.environ["XDG_STATE_HOME"] = state
        # By a path that says nothing of where this was made.
        os.chdir(scratch)
        folder = Path("runs")
        for name in BESIDE_THE_DEMO:
            shutil.copytree(RECORDED / name, folder / name)
        with DemoRun.start(folder.absolute() / "demo", workers=3, seed=0) as run:
            await asyncio.sleep(SECONDS_OF_DEMO)
            for picture in PICTURES:
                if not names or picture.name in names:
                    await take(picture, folder if picture.is_folder else run.root)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
