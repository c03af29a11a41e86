"""What the documentation says: every example runs, and nothing is left without words."""

from __future__ import annotations

import argparse
import dataclasses
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from documents import (
    Fence,
    anchors_of,
    code_in,
    fences_of,
    links_of,
    prose_of,
    rows_of,
    sections_of,
)

import neps_state
from neps_state import NePSState
from neps_state.reader import read_once
from neps_tui import cli
from neps_tui.actions import ACTIONS, Action, Place
from neps_tui.facts.field_table import FIELD_TABLE, LANGUAGE
from neps_tui.facts.fold import summarize
from neps_tui.facts.records import TRIAL_FIELDS, status_record
from neps_tui.facts.summary import Condition, Standing
from neps_tui.facts.trial_fields import ALL_STATES, TrialFields
from neps_tui.plots.catalogue import PLOTS
from neps_tui.setting_kinds import KINDS, TELLABLE, WAYS, template
from neps_tui.settings import Settings, settings_in
from neps_tui.trials.filter import FilterError, parse_filter

CHECKOUT = Path(__file__).resolve().parent.parent
RUNS = CHECKOUT / "tests" / "data" / "runs"
DOCS = CHECKOUT / "docs"
MAN_PAGE = DOCS / "man" / "neps-tui.1"
README = CHECKOUT / "README.md"
OUR_PAGES = sorted(DOCS.glob("*.md"))
PAGES = [*OUR_PAGES, README]
FENCES = [fence for page in PAGES for fence in fences_of(page)]
USUAL_RUN = "hyperband-0.17"
"""What ROOT is in an example; ```` ```sh on NAME ```` names another recorded run."""
LANGUAGES = {"sh", "console", "python", "toml", "text"}
"""Of fences; what is `text` is not to be run."""
SET_UP = "python3 -m venv "
"""How lines begin that need a network; `.ci/run` runs that of the tests."""

COMMAND = """
import sys
sys.path[:0] = [{checkout!r}]
from neps_tui import cli
words = cli._with_descending_sort(cli._with_command(sys.argv[1:]))
parsed = cli._parser(words[:1]).parse_args(words)
# These go on until somebody ends them: that they are understood is all that can be said here.
goes_on = any(getattr(parsed, each, False) for each in ("watch", "edit"))
if goes_on or words[0] in ("watch", "demo", "serve"):
    sys.exit(0)
sys.exit(cli.main())
"""
HEADINGS: dict[Place, str] = {
    "everywhere": "Everywhere",
    "dashboard": "Dashboard",
    "changes": "Changes",
    "trial": "A trial",
    "tail": "A file of a trial",
    "view": "Everywhere",
    "workers": "Workers",
    "plots": "Plots",
    "errors": "Errors",
    "optimizer": "Optimizer",
    "history": "History",
    "doctor": "Doctor",
    "replay": "Replay",
    "runs": "A folder of runs",
}
"""Where the keys of each place stand in views.md."""
KEY_NAMES = {
    "slash": "/",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "equals_sign": "=",
    "plus": "+",
    "minus": "-",
    "number_sign": "#",
    "greater_than_sign": ">",
    "less_than_sign": "<",
}


def commands() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command."""
    parser = cli._parser(())
    (found,) = (each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    return dict(found.choices)


def options_of(parser: argparse.ArgumentParser) -> list[str]:
    """The long options of a command that its help tells of, without that of the help itself."""
    return [
        action.option_strings[-1]
        for action in parser._actions
        if action.option_strings and action.help is not argparse.SUPPRESS and action.dest != "help"
    ]


COMMANDS = commands()
EVERY_OPTION = [(name, option) for name, each in COMMANDS.items() for option in options_of(each)]


# --- examples ------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a run ROOT and a folder FOLDER of runs, and our command on the path."""
    tools, here = tmp_path / "bin", tmp_path / "here"
    tools.mkdir()
    here.mkdir()
    command = tmp_path / "command.py"
    command.write_text(COMMAND.format(checkout=str(CHECKOUT)))
    python = f"#!/bin/sh\nexec {shlex.quote(sys.executable)}"
    stubs = {
        "neps-tui": f'{python} {shlex.quote(str(command))} "$@"\n',
        "python": f'{python} "$@"\n',
    }
    # What a cluster has, and a machine that tests may not: it takes what it is given.
    stubs |= {"srun": '#!/bin/sh\nexec "$@"\n', "mail": "#!/bin/sh\ncat\n"}
    for name, text in stubs.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    (here / "train.py").write_text("# A worker, in the examples.\n")
    for name in ("killed-0.17", "random-0.17"):
        shutil.copytree(RUNS / name, here / "FOLDER" / name)
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("USER", "somebody")
    monkeypatch.chdir(here)
    return here


def put_run(place: Path, fence: Fence) -> None:
    """Have the recorded run that an example is about be ROOT."""
    shutil.copytree(RUNS / (fence.info.removeprefix("on ") or USUAL_RUN), place / "ROOT")


def fences_in(*languages: str) -> list[Fence]:
    return [fence for fence in FENCES if fence.language in languages]


def shell(script: str, *, strict: bool) -> subprocess.CompletedProcess[str]:
    """Run a script; strict, it ends at the first command that fails."""
    options = ["-euo", "pipefail"] if strict else []
    return subprocess.run(
        ["bash", *options, "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
    )


def without_set_up(script: str) -> str:
    """A script without what needs a network: of such a line, our command that ends it is left."""
    lines = []
    for line in script.splitlines():
        last = line.rpartition(" && ")[2].removeprefix(".venv/bin/")
        lines.append(line if not line.startswith(SET_UP) else last * last.startswith("neps-tui"))
    return "\n".join(lines)


def test_every_fence_says_what_it_is() -> None:
    assert {
        (str(fence), fence.language) for fence in FENCES if fence.language not in LANGUAGES
    } == (set())
    of_runs = [fence.info for fence in FENCES if fence.info]
    assert {f"on {name}" for name in os.listdir(RUNS)} >= set(of_runs)


@pytest.mark.parametrize("fence", fences_in("sh"), ids=str)
def test_shell_examples_run(fence: Fence, place: Path) -> None:
    put_run(place, fence)
    done = shell(without_set_up(fence.text), strict=True)
    assert done.returncode == 0, done.stdout
    assert "Traceback" not in done.stdout.replace("Traceback (most recent call last):\\n", "")


@pytest.mark.parametrize("fence", fences_in("console"), ids=str)
def test_shell_examples_print_what_is_shown(fence: Fence, place: Path) -> None:
    put_run(place, fence)
    for part in re.split(r"^\$ ", fence.text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        assert shell(command, strict=False).stdout == shown


@pytest.mark.parametrize("fence", fences_in("python"), ids=str)
def test_python_examples_run(fence: Fence, place: Path) -> None:
    if "import pandas" in fence.text:
        pytest.importorskip("pandas", reason="the example makes a data frame of pandas")
    put_run(place, fence)
    exec(compile(fence.text, str(fence), "exec"), {"__name__": "example"})


@pytest.mark.parametrize("fence", fences_in("toml"), ids=str)
def test_settings_examples_are_read_without_complaint(fence: Fence) -> None:
    settings = settings_in(fence.text.encode(), Path("settings.toml"))
    assert settings.complaints == ()
    # What is only explained sets nothing.
    assert bool(tomllib.loads(fence.text)) == (settings != Settings())


FILTERS = [
    *(code_in(row[0])[0] for row in rows_of(DOCS / "filters.md", "Filters")),
    *(code_in(sections_of(DOCS / "filters.md")["Filters"].rpartition("|")[2])[0],),
]


@pytest.fixture(scope="module")
def fields_of_runs() -> list[TrialFields]:
    """What can be asked of some runs, a minute after they have ended."""
    found = []
    for name in (USUAL_RUN, "killed-0.17", "multiobjective-0.17", "nan-0.17", "random-0.17"):
        snapshot = read_once(RUNS / name)
        summary = summarize(snapshot)
        ended = max(summary.last_signs.values()) + 90.0
        found.append(TrialFields(snapshot, summary, partial(float, ended)))
    return found


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_that_is_shown_lets_some_trial_through(
    text: str, fields_of_runs: list[TrialFields]
) -> None:
    assert any(map(passes_some(text), fields_of_runs))


def passes_some(text: str) -> Callable[[TrialFields], bool]:
    """Whether a filter lets some trial of a run through; not every run has every field."""

    def passes(fields: TrialFields) -> bool:
        try:
            holds = parse_filter(text, fields)
        except FilterError as error:
            if "there is no field" in str(error):
                return False
            raise
        return any(map(holds, fields._trials.values()))

    return passes


# --- nothing without words -----------------------------------------------------------------------


def everything() -> str:
    """All that the pages say, without their examples."""
    return "\n".join(map(prose_of, OUR_PAGES))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda each: f"{each.place}.{each.id}")
def test_every_action_is_among_the_keys_of_its_view(action: Action) -> None:
    keys = " ".join(f"`{KEY_NAMES.get(key, key)}`" for key in action.keys.split(","))
    (section,) = (
        text
        for heading, text in sections_of(DOCS / "views.md").items()
        if heading == HEADINGS[action.place]
    )
    listed = [each.strip() for each in re.split(r" · |\n", section)]
    assert f"{keys} {action.label}" in listed


@pytest.mark.parametrize("action", [each for each in ACTIONS if each.changes_run], ids=str)
def test_every_key_that_changes_a_run_stands_among_the_changes(action: Action) -> None:
    assert action.keys in code_in("\n".join(sections_of(DOCS / "changes.md").values()))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_named(command: str) -> None:
    named = [code.split() for code in code_in(everything()) if code.startswith("neps-tui ")]
    assert any(words[1] == command for words in named if len(words) > 1)


@pytest.mark.parametrize(("command", "option"), EVERY_OPTION)
def test_every_option_stands_where_its_command_does(command: str, option: str) -> None:
    sections = [text for page in OUR_PAGES for text in sections_of(page).values()]
    # A row of a table is about one command, any other section about all that it names.
    places = [line for text in sections for line in text.splitlines() if line.startswith("|")]
    places += ["\n".join(x for x in s.splitlines() if not x.startswith("|")) for s in sections]
    for text in places:
        named = code_in(text)
        is_about = any(re.match(rf"(neps-tui )?{command}\b", code) for code in named)
        if is_about and any(code.split()[0] == option or option in code.split() for code in named):
            return
    raise AssertionError(f"{option} of neps-tui {command} is not in the documentation")


def test_every_field_of_filters_is_explained_with_its_other_names() -> None:
    explained = {
        code_in(row[0])[0]: code_in(row[1]) for row in rows_of(DOCS / "filters.md", "Fields")
    }
    assert explained == {each.name: list(each.also) for each in FIELD_TABLE}
    states = next(row[2] for row in rows_of(DOCS / "filters.md", "Fields") if row[0] == "`state`")
    assert set(code_in(states)) == set(ALL_STATES)


def test_every_example_of_the_help_is_among_the_filters() -> None:
    assert {example for example, _ in LANGUAGE} <= set(FILTERS)


def test_every_setting_is_explained_with_what_it_is_without_it() -> None:
    rows = {code_in(row[0])[0]: row for row in rows_of(DOCS / "settings.md", "Settings")}
    assert rows.keys() == KINDS.keys()
    assert rows.keys() == {each.name for each in dataclasses.fields(Settings)} - {"complaints"}
    for name, example in (("tell", TELLABLE), ("tell_by", WAYS)):
        assert code_in(rows[name][1]) == list(example)
    for name, row in rows.items():
        if row[3]:
            assert code_in(row[3]) == [f"--{name.replace('_', '-')}"]
            assert code_in(row[3])[0] in options_of(COMMANDS["watch"])
    assert code_in(rows["tell_by"][2]) == ['["bell"]']
    assert Settings().tell_by == ("bell",)


def test_the_file_of_settings_is_shown_as_it_is_made() -> None:
    (shown,) = [fence.text for fence in fences_in("toml") if "Take a #" in fence.text]
    assert shown == template()


def test_every_plot_stands_among_the_plots() -> None:
    assert [row[0] for row in rows_of(DOCS / "views.md", "Plots")] == [each.name for each in PLOTS]


def test_every_word_about_a_run_and_a_trial_is_explained() -> None:
    words = sections_of(DOCS / "views.md")["Words"]
    for word in (*Condition.__args__, *Standing.__args__):  # type: ignore[attr-defined]
        assert f"*{word}*" in words, word


def test_the_fields_of_json_are_all_named() -> None:
    named = set(code_in(sections_of(DOCS / "scripts.md")["JSON"]))
    snapshot = read_once(RUNS / USUAL_RUN)
    assert named >= status_record(snapshot, summarize(snapshot), time.time()).keys()
    assert named >= set(TRIAL_FIELDS)


def test_every_name_and_lock_of_the_library_is_in_its_page() -> None:
    page = (DOCS / "library.md").read_text(encoding="utf-8")
    methods = [name for name in vars(NePSState) if name.startswith("lock_and_")]
    named = set(re.findall(r"\w+", page))
    assert named >= {*methods, *neps_state.__all__}
    table = [code_in(row[0]) for row in rows_of(DOCS / "library.md", "What locks what")]
    listed = [each for names in table for each in names]
    assert set(methods) <= set(listed)


@pytest.mark.parametrize("page", [*PAGES, CHECKOUT / "CONTRIBUTING.md"], ids=lambda each: each.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links_of(page):
        if link.startswith("https://"):
            continue
        target, _, anchor = link.partition("#")
        found = (page.parent / target).resolve() if target else page
        assert found.exists(), link
        assert not anchor or anchor in anchors_of(found), link


@pytest.mark.parametrize("page", OUR_PAGES, ids=lambda each: each.name)
def test_files_of_the_code_that_are_named_are_there(page: Path) -> None:
    named = [code for code in code_in(prose_of(page)) if re.match(r"(neps_\w+|tests|docs)/", code)]
    assert [path for path in named if not (CHECKOUT / path).exists()] == []


def test_the_index_and_the_readme_lead_to_every_page() -> None:
    index = {link.partition("#")[0] for link in links_of(DOCS / "README.md")}
    assert {page.name for page in DOCS.glob("*.md")} - {"README.md"} <= index
    assert "docs/README.md" in links_of(README)
    assert "docs/architecture.md" in links_of(CHECKOUT / "CONTRIBUTING.md")


# --- the manual ----------------------------------------------------------------------------------


def parts_of_man_page() -> dict[str, str]:
    """The text of each section of the manual, and of each command, by what stands over it."""
    text = MAN_PAGE.read_text(encoding="utf-8").replace("\\-", "-")
    text = re.sub(r"\\f[BIRP]|\\&", "", text)
    _, *parts = re.split(r"^\.S[HS] (.+)$", text, flags=re.MULTILINE)
    return dict(zip((each.strip('"') for each in parts[::2]), parts[1::2], strict=True))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_manual_has_every_command_with_its_options_and_no_others(command: str) -> None:
    parts = parts_of_man_page()
    (text,) = (text for title, text in parts.items() if title.split()[0] == command)
    said = set(re.findall(r"--[a-z-]+", "\n".join(_headings_of(text))))
    options = set(options_of(COMMANDS[command]))
    common = set(re.findall(r"--[a-z-]+", parts["OPTIONS"]))
    assert said <= options
    assert options <= said | common
    asks = "--dry-run" in options
    listed = re.search(r"Commands that change a run\n(.*)also take", parts["OPTIONS"], re.S)
    assert listed is not None
    assert asks == (command in re.findall(r"\w+", listed[1]))


def _headings_of(text: str) -> Iterator[str]:
    """The lines that options stand in, without what is said about them."""
    lines = text.splitlines()
    return (
        line for before, line in zip(["", *lines], lines, strict=False) if before in (".TP", ".TQ")
    )


def test_the_manual_is_in_order() -> None:
    titles = re.findall(r"^\.SH (.+)$", MAN_PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    order = ["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "FILTERS", "FILES"]
    assert titles == [*order, "ENVIRONMENT", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]


def test_the_examples_of_the_manual_are_understood() -> None:
    text = MAN_PAGE.read_text(encoding="utf-8").replace("\\-", "-").replace("\\(aq", "'")
    examples = re.findall(r"^\.EX\n(.+)\n\.EE$", text, flags=re.MULTILINE)
    assert len(examples) >= 4
    for example in examples:
        program = (
            "import shlex, sys; from neps_tui import cli; "
            "words = cli._with_command(shlex.split(sys.argv[1])[1:]); "
            "cli._parser(words[:1]).parse_args(words)"
        )
        subprocess.run([sys.executable, "-c", program, example], check=True, timeout=60)


@pytest.mark.parametrize(
    "command",
    [
        ["groff", "-man", "-Tutf8", "-ww", "-z"],
        ["mandoc", "-man", "-Tlint", "-Wwarning"],
        ["man", "--warnings", "-l"],
    ],
    ids=lambda command: command[0],
)
def test_the_manual_renders_without_warnings(command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(
        [*command, str(MAN_PAGE)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C.UTF-8", "MANPAGER": "cat"},
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_wheel_installs_the_manual() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    data = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert data == {"docs/man/neps-tui.1": "share/man/man1/neps-tui.1"}
    assert MAN_PAGE.is_file()
