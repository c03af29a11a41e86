"""What is on the screen while a run is read for the first time, and that is much."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual.widgets import Static

from neps_tui.app import NepsTuiApp
from neps_tui.messages import FirstLookGoesOn


def test_a_first_look_that_takes_long_says_how_far_it_is(tmp_path: Path) -> None:
    async def steps() -> list[str]:
        said = []
        app = NepsTuiApp(tmp_path / "run")
        async with app.run_test(size=(160, 48)) as pilot:
            for fraction in (0.42, 1.0):
                app.post_message(FirstLookGoesOn(fraction))
                await pilot.pause()
                assert app.view is not None
                said.append(app.view.snapshot.waiting_for)
                header = app.screen.query_one("RunHeader")
                assert any(
                    app.view.snapshot.waiting_for in str(line.render())
                    for line in header.query(Static)
                )
        return said

    assert asyncio.run(steps()) == ["reading the run … 42%", "adding up what was read …"]
