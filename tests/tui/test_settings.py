"""What a person has set once for all runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neps_tui.app import Options
from neps_tui.cli import main
from neps_tui.remembered import recall, remember
from neps_tui.setting_kinds import KINDS, template
from neps_tui.settings import Settings, read_settings, settings_file

CopyRun = Callable[[str], Path]
Drive = Callable[..., None]


@pytest.fixture
def setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Writes the settings."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def write(text: str) -> None:
        settings_file().parent.mkdir(parents=True, exist_ok=True)
        settings_file().write_text(text)

    return write


def test_without_a_file_everything_is_as_usual(setting: Callable[[str], None]) -> None:
    assert read_settings() == Settings()


def test_what_is_set_holds(setting: Callable[[str], None]) -> None:
    setting('read_only = true\ntheme = "nord"\nascii = true\npoll = 5\n')

    found = read_settings()
    assert found == Settings(read_only=True, theme="nord", ascii=True, poll=5)
    assert found.why_read_only == f"read_only is set in {settings_file()}"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("read_only = 1\n", "read_only cannot be 1"),
        ("poll = 0\n", "poll cannot be 0"),
        ("poll = true\n", "poll cannot be True"),
        ('tell = ["crush"]\n', "it is a list of some of best, crash, abandoned, end"),
        ('tell_by = "bell"\n', "it is a list of texts"),
        ("colour = true\n", "there is no setting colour; there are read_only, theme"),
        ("read_only = \n", "is no TOML"),
        ("\udcff", "is no TOML"),
    ],
)
def test_what_is_wrong_is_named_and_the_rest_holds(
    text: str, complaint: str, setting: Callable[[str], None]
) -> None:
    setting("")
    settings_file().write_bytes(f'theme = "nord"\n{text}'.encode(errors="surrogateescape"))

    found = read_settings()

    assert len(found.complaints) == 1
    assert complaint in found.complaints[0]
    assert found.theme == (None if "TOML" in complaint else "nord")


def test_no_command_changes_a_run_where_that_is_set(
    setting: Callable[[str], None], run_copy: CopyRun, capsys: pytest.CaptureFixture[str]
) -> None:
    setting("read_only = true\n")
    root = run_copy("random-0.17")

    assert main(["reset", str(root), "--state", "crashed", "--yes"]) == 3
    assert "read_only is set in" in capsys.readouterr().err
    assert main(["reset", str(root), "--state", "crashed", "--dry-run"]) == 0
    assert not (root / ".neps_tui").exists()


@pytest.mark.parametrize(
    "content",
    [
        "read_only = True\n",
        'read_only = "true"\n',
        "readonly = true\n",
        "read-only = 1\n",
        "x = [\n",
    ],
)
@pytest.mark.parametrize(
    "words", [("reset", "--state", "crashed"), ("mark", "3", "--failed"), ("undo",)], ids=" ".join
)
def test_where_it_may_have_been_meant_no_run_is_changed(
    words: tuple[str, ...],
    content: str,
    setting: Callable[[str], None],
    run_copy: CopyRun,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = run_copy("random-0.17")
    main(["mark", str(root), "5", "--failed", "--yes"])
    before = (root / "configs/.trial_cache.pkl").read_bytes()
    setting(content)

    assert main([words[0], str(root), *words[1:], "--yes"]) == 3

    assert (root / "configs/.trial_cache.pkl").read_bytes() == before
    assert "settings.toml" in capsys.readouterr().err


def test_doctor_writes_nothing_where_that_is_set(
    setting: Callable[[str], None], run_copy: CopyRun
) -> None:
    root = run_copy("random-0.17")
    setting("read_only = true\n")
    before = root.stat().st_mtime_ns
    main(["doctor", str(root)])
    assert root.stat().st_mtime_ns == before


def test_the_dashboard_says_what_is_wrong_with_the_settings(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("there is no setting colour")

    options = Options(complaints=("there is no setting colour",))
    drive(recorded_run("random-0.17"), steps, options=options)


def test_a_user_without_a_home_has_no_settings_and_no_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)

    assert len(read_settings().complaints) <= 1
    assert recall() == {}
    with pytest.raises(OSError, match="no home directory"):
        remember("theme", "nord")


# --- the command that shows and edits them --------------------------------------------------------


def test_every_setting_is_explained_and_what_is_set_is_shown(
    setting: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config"]) == 0
    assert "which is not there yet" in capsys.readouterr().out
    setting('theme = "nord"\ntell = ["crash"]\npoll = 2.5\n')
    assert main(["config"]) == 0
    said = capsys.readouterr().out
    assert '\ntheme = "nord"\n' in said
    assert '\ntell = ["crash"]\n' in said
    assert "\npoll = 2.5\n" in said
    assert "\n# ascii = true\n" in said
    for name, kind in KINDS.items():
        assert name in said
        assert all(f"# {line}\n" in said for line in kind.purpose)


def test_what_is_shown_can_be_put_into_the_file(
    setting: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    setting('theme = "a\\"b"\ntell_command = ["say", "{text}"]\nread_only = true\n')
    before = read_settings()
    main(["config"])
    setting(capsys.readouterr().out)
    assert read_settings() == before


def test_every_example_is_a_setting_that_may_be_set(setting: Callable[[str], None]) -> None:
    text = template()
    setting(text)
    assert read_settings() == Settings()
    assignments = [f"{name} = {kind.example}" for name, kind in KINDS.items()]
    for assignment in assignments:
        assert f"# {assignment}\n" in text
    setting("\n".join(assignments))
    found = read_settings()
    assert found.complaints == ()
    assert all(getattr(found, name) != getattr(Settings(), name) for name in KINDS)


def test_a_new_file_is_edited_with_everything_explained_in_it(
    setting: Callable[[str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    editor = tmp_path / "edit.sh"
    editor.write_text('#!/bin/sh\ngrep -q "NFS" "$2" && printf "theme = 3\\n" >> "$2"\n')
    editor.chmod(0o700)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{editor} --wait")
    assert main(["config", "--edit"]) == 1
    assert "theme cannot be 3: it is a text" in capsys.readouterr().out
    monkeypatch.setenv("EDITOR", "/nowhere/editor")
    assert main(["config", "--edit"]) == 2
    assert "set EDITOR" in capsys.readouterr().err
