"""The command line: what `neps-tui` understands, and which command does it."""

from __future__ import annotations

import argparse
import gc
import math
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from neps_tui import __version__
from neps_tui.commands.exit_status import CommandError, Exit
from neps_tui.limits import limit_memory
from neps_tui.words.states import STATES

_WATCHING = ("watch", "demo", "serve", "wait", "config", "completion")
_LOOKING = ("status", "trials", "trial", "errors", "optimizer", "export")
_CHANGING = (
    *("reset", "remove", "report", "mark", "enqueue", "import", "budget", "undo"),
    "doctor",
)
_COMMANDS = (*_WATCHING, *_LOOKING, *_CHANGING)
_OWN_OPTIONS = ("-h", "--help", "--version")
_AT_WORK = "even what a worker may still be evaluating"
_COUNTING = "where the optimizer counts trials, whose workers would stop"
_FORCED = {
    "reset": f"even a success, and {_AT_WORK}",
    "remove": f"{_AT_WORK}; and {_COUNTING}",
    "report": f"even over a success, and {_AT_WORK}",
    "mark": _AT_WORK,
    "undo": f"even {_COUNTING}",
}
"""What `--force` does, where there is anything that it is needed for."""
_LIBRARIES = ("textual", "watchdog", "filelock", "PyYAML", "cloudpickle")
_LOCK_TIMEOUT = 5.0
_LAST_PORT = 65535
_ASKED_BY_SHELL = "_ARGCOMPLETE"
_ALIKE = 0.8
"""From which likeness on a word may be a command with a slip in it."""
_RESETTABLE = tuple(state for state in STATES if state != "pending")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: The command line without the program's name; by default this process's.

    Returns:
        The exit status.
    """
    if arguments is None:
        limit_memory()
        if _ASKED_BY_SHELL in os.environ:
            from neps_tui.completion import answer_shell

            answer_shell(_parser(()))
    given = list(sys.argv[1:] if arguments is None else arguments)
    words = _with_descending_sort(_with_command(given))
    try:
        status = _run(words)
    except CommandError as error:
        _complain(str(error))
        return error.status
    except PermissionError as error:
        _complain(f"not allowed: {error.filename}{_what_was_not(words)}")
        return Exit.REFUSED
    except BrokenPipeError:
        # The reader of our output has had enough, as `head` has; nothing is left to say.
        _print_nowhere()
        return Exit.DONE
    except OSError as error:
        _print_nowhere()
        place = f": {error.filename}" if error.filename else ""
        _complain(f"{error.strerror or error}{place}{_what_was_not(words)}")
        return Exit.REFUSED
    except KeyboardInterrupt:
        print("neps-tui: stopped", file=sys.stderr)
        return Exit.REFUSED
    return status


def _run(words: Sequence[str]) -> Exit:
    """Do what the command line says, and have all printed that is to be."""
    try:
        parsed = _parser(words[:1]).parse_args(words)
        command: Callable[[argparse.Namespace], Exit] = parsed.command
        status = command(parsed)
    except SystemExit:
        # After --help or --version, or as a signal has ended a dashboard.
        sys.stdout.flush()
        raise
    sys.stdout.flush()
    return status


def _what_was_not(words: Sequence[str]) -> str:
    """What did not happen, to be said of a command that would have changed something."""
    return "; nothing was changed" if words and words[0] in (*_CHANGING, "errors") else ""


def _print_nowhere() -> None:
    """What is still to be printed would fail again when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(message: str) -> None:
    """Say on standard error what went wrong, in one line, whatever a run has put into it."""
    from neps_tui.words.formatting import plain

    print(plain(f"neps-tui: {message}"), file=sys.stderr)


def _with_command(given: list[str]) -> list[str]:
    """The command line with `watch` put in where only a directory is named.

    Raises:
        SystemExit: What stands first is neither a command nor looks like a directory.
    """
    if not given or given[0] in _COMMANDS or given[0] in _OWN_OPTIONS:
        return given
    first = given[0]
    looks_like_one = first.startswith("-") or len(given) == 1 or given[1].startswith("-")
    if not (looks_like_one or os.sep in first or Path(first).exists()):
        commands = ", ".join(_COMMANDS)
        print(f"neps-tui: {first} is no command ({commands}), and no directory", file=sys.stderr)
        raise SystemExit(Exit.USAGE)
    if os.sep not in first and not Path(first).exists():
        from difflib import get_close_matches

        for meant in get_close_matches(first, _COMMANDS, 1, _ALIKE):
            print(
                f"neps-tui: {first} is no command and no directory; did you mean {meant}? "
                f"To wait for a run there: neps-tui .{os.sep}{first}",
                file=sys.stderr,
            )
            raise SystemExit(Exit.USAGE)
    return ["watch", *given]


def _with_descending_sort(given: list[str]) -> list[str]:
    """`--sort -FIELD` as `--sort=-FIELD`: alone, `-FIELD` would count as an option."""
    joined: list[str] = []
    for word in given:
        if joined and joined[-1] == "--sort":
            joined[-1] = f"--sort={word}"
        else:
            joined.append(word)
    return joined


def _lazily(module: str, name: str) -> Callable[[argparse.Namespace], Exit]:
    """A command, imported only when it is run: each needs other libraries."""

    def run(arguments: argparse.Namespace) -> Exit:
        command: Callable[[argparse.Namespace], Exit]
        command = getattr(import_module(f"neps_tui.commands.{module}"), name)
        return command(arguments)

    return run


def _on_screen(module: str, name: str) -> Callable[[argparse.Namespace], Exit]:
    """A command that paints: with the collector off until then, as nearly all of that stays."""
    command = _lazily(module, name)

    def run(arguments: argparse.Namespace) -> Exit:
        gc.disable()
        return command(arguments)

    return run


def _parser(command: Sequence[str]) -> argparse.ArgumentParser:
    """What reads the command line, made for a command and its like: all takes a while to make."""
    parser = argparse.ArgumentParser(
        prog="neps-tui",
        description="A terminal dashboard for NePS runs. `neps-tui ROOT` opens it.",
        epilog="Commands that change a run say what they will change, and ask; scripts give --yes.",
    )
    parser.add_argument("--version", action=_Version)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    groups = ((_WATCHING, _add_watching), (_LOOKING, _add_looking), (_CHANGING, _add_changing))
    like_it = [add for names, add in groups if set(command) & set(names)]
    for add in like_it or [add for _, add in groups]:
        add(commands)
    return parser


class _Version(argparse.Action):
    """Says what a report of a mistake has to say: versions, system, terminal."""

    def __init__(self, option_strings: Sequence[str], dest: str, **_: object) -> None:
        super().__init__(option_strings, dest, nargs=0, help="versions, as for a bug report")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        import platform
        from importlib.metadata import version

        libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
        print(f"neps-tui {__version__}")
        print(f"Python {platform.python_version()}, {platform.platform()}")
        print(f"{libraries}; TERM={os.environ.get('TERM', '')}")
        parser.exit()


def _add_watching(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    watch = commands.add_parser("watch", help="the dashboard (also: neps-tui ROOT)")
    watch.add_argument("root", type=Path, metavar="ROOT", help="a NePS run, or a folder of some")
    watch.add_argument("--read-only", action="store_true", help="allow no change of the run")
    _add_screen_options(watch)
    watch.set_defaults(command=_on_screen("watching", "watch"))
    demo = commands.add_parser("demo", help="a small real optimization, and the dashboard on it")
    demo.add_argument(
        "--workers", type=_at_least_one, default=3, metavar="N", help="how many (default 3)"
    )
    demo.add_argument("--dir", type=Path, metavar="DIR", help="keep the run in this directory")
    demo.add_argument(
        "--seed", type=int, default=0, metavar="S", help="of the random choices (default 0)"
    )
    _add_screen_options(demo)
    demo.set_defaults(command=_on_screen("demonstrating", "demo"), read_only=False)
    _add_serving(commands)
    _add_waiting(commands)
    config = commands.add_parser("config", help="the settings for all runs")
    config.add_argument("--edit", action="store_true", help="in the editor that EDITOR names")
    config.set_defaults(command=_lazily("configuring", "config"))
    completion = commands.add_parser("completion", help="what a shell needs to complete all this")
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))
    completion.set_defaults(command=_lazily("completing", "completion"))


def _add_serving(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = commands.add_parser("serve", help="the dashboard in a browser")
    serve.add_argument("root", type=Path, metavar="ROOT", help="a NePS run, or a folder of some")
    serve.add_argument(
        "--host", default="127.0.0.1", help="where to be reached (default: from this machine only)"
    )
    serve.add_argument(
        "--port", type=_port, metavar="N", help="default: 8000, or a free one; 0 for a free one"
    )
    serve.add_argument(
        "--allow-changes", action="store_true", help="let the run be changed from the browser"
    )
    _add_screen_options(serve)
    serve.set_defaults(command=_lazily("serving", "serve"))


def _add_waiting(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    wait = _run_command(commands, "wait", _lazily("following", "wait"), "until the run is finished")
    wait.add_argument("--objective", type=float, metavar="X", help="or until the best is X or less")
    wait.add_argument("--errors", action="store_true", help="end with 1 once there is an error")
    wait.add_argument(
        "--idle",
        type=_positive_seconds,
        metavar="SECONDS",
        help="end with 3 once nobody has worked for so long",
    )
    wait.add_argument(
        "--timeout", type=_positive_seconds, metavar="SECONDS", help="end with 4 after so long"
    )
    _add_poll(wait)


def _add_poll(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--poll",
        type=_positive_seconds,
        metavar="SECONDS",
        help="look every SECONDS instead of waiting for file events, as on NFS",
    )


def _add_screen_options(parser: argparse.ArgumentParser) -> None:
    _add_poll(parser)
    parser.add_argument(
        "--theme", metavar="NAME", help="a theme, as neps-colour-blind-dark or textual-light"
    )
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII characters only")


def _add_looking(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    status = _run_command(commands, "status", _lazily("looking", "status"), "the summary, once")
    _add_json(status)
    status.add_argument(
        "--watch", action="store_true", help="at each change, as one line of JSON, until stopped"
    )
    _add_poll(status)
    trials = _run_command(commands, "trials", _lazily("looking", "trials"), "the trials")
    _add_states(trials, tuple(STATES), "only these")
    _add_where(trials)
    trials.add_argument(
        "--sort",
        metavar="FIELD",
        help="-FIELD for the other way round; several with commas between",
    )
    trials.add_argument("--limit", type=_at_least_one, metavar="N", help="only the first N")
    form = trials.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a line")
    form.add_argument("--csv", action="store_true", help="comma-separated, with a header")
    trial = _run_command(commands, "trial", _lazily("looking", "trial"), "one trial whole")
    trial.add_argument("id", metavar="ID")
    _add_json(trial)
    export = _run_command(
        commands, "export", _lazily("exporting", "export"), "the trials in a file"
    )
    export.add_argument("file", type=Path, metavar="FILE", help="ends in .csv, .jsonl or .parquet")
    _add_states(export, tuple(STATES), "only these")
    _add_where(export)
    errors = _change(commands, "errors", "errors", "the error dump")
    _add_json(errors)
    errors.add_argument(
        "--clear", action="store_true", help="drop rows of trials not crashed any more, or gone"
    )
    _add_json(
        _run_command(
            commands,
            "optimizer",
            _lazily("looking", "optimizer"),
            "optimizer, budget, workers, space",
        )
    )


def _add_changing(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    reset = _change(commands, "reset", "reset", "trials back to pending")
    reset.add_argument("ids", nargs="*", metavar="ID")
    _add_states(reset, _RESETTABLE, "all in one of these states")
    _add_where(reset)
    reset.add_argument("--abandoned", action="store_true", help="what killed workers left")
    remove = _change(commands, "remove", "remove", "trials out of the run, into its backup")
    remove.add_argument("ids", nargs="*", metavar="ID")
    _add_states(remove, tuple(STATES), "all in one of these states")
    _add_where(remove)
    report = _change(commands, "report", "report", "how an evaluation ended, by hand")
    report.add_argument("id", metavar="ID")
    outcome = report.add_mutually_exclusive_group(required=True)
    outcome.add_argument(
        "--objective",
        type=float,
        nargs="+",
        metavar="X",
        help="it succeeded: one for each objective",
    )
    outcome.add_argument("--crashed", metavar="MESSAGE", help="it crashed, and how")
    report.add_argument("--cost", type=float, metavar="X", help="what it cost, in the run's unit")
    mark = _change(commands, "mark", "mark", "trials as failed or corrupted")
    mark.add_argument("ids", nargs="*", metavar="ID")
    _add_states(mark, tuple(STATES), "all in one of these states")
    _add_where(mark)
    verdict = mark.add_mutually_exclusive_group(required=True)
    verdict.add_argument("--failed", action="store_true", help="its evaluation went wrong")
    verdict.add_argument("--corrupted", action="store_true", help="its result is not to be trusted")
    enqueue = _change(commands, "enqueue", "enqueue", "a config to be evaluated next")
    enqueue.add_argument("--config", required=True, metavar="JSON", help="values by name")
    enqueue.add_argument("--like", metavar="ID", help="what is not given is as in this trial")
    bring_in = _change(commands, "import", "import_evaluations", "evaluations made elsewhere")
    bring_in.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="CSV with a column for each hyperparameter and `objective`; JSON lines such as "
        '{"config": {"lr": 0.1}, "objective_to_minimize": 0.2}; or another run',
    )
    budget = _change(commands, "budget", "budget", "the limits of the whole run")
    no_limit = "or `none` for no limit"
    budget.add_argument("--evaluations", type=_limit(_at_least_one), metavar="N", help=no_limit)
    budget.add_argument("--cost", type=_limit(_above_zero), metavar="X", help=no_limit)
    budget.add_argument("--fidelities", type=_limit(_above_zero), metavar="X", help=no_limit)
    undo = _change(commands, "undo", "undo", "the last change made by this program, taken back")
    undo.add_argument("change", nargs="?", metavar="CHANGE", help="which, by how its id begins")
    undo.add_argument("--list", action="store_true", help="only list the changes")
    doctor = _run_command(
        commands,
        "doctor",
        _lazily("doctoring", "doctor"),
        "what is wrong with the directory, and mended",
    )
    doctor.add_argument("--fix", action="store_true", help="mend what can be without a risk")
    _add_json(doctor)
    _add_asking(doctor)


def _change(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    function: str,
    help_text: str,
) -> argparse.ArgumentParser:
    """A command that changes a run: each asks, and can be told not to."""
    parser = _run_command(commands, name, _lazily("changing", function), help_text)
    _add_asking(parser)
    parser.add_argument("--force", action="store_true", help=_FORCED.get(name, argparse.SUPPRESS))
    return parser


def _add_asking(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be changed")
    parser.add_argument(
        "--timeout",
        type=_positive_seconds,
        default=_LOCK_TIMEOUT,
        metavar="SECONDS",
        help="how long to wait for a lock (default 5)",
    )


def _add_states(parser: argparse.ArgumentParser, choices: Sequence[str], help_text: str) -> None:
    parser.add_argument(
        "--state", action="extend", nargs="+", choices=choices, metavar="S", help=help_text
    )


def _add_where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--where", metavar="EXPR", help="as in 'learning_rate<1e-3 state:success'")


def _run_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    command: Callable[[argparse.Namespace], Exit],
    help_text: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help_text)
    parser.add_argument("root", type=Path, metavar="ROOT", help="a NePS run directory")
    parser.set_defaults(command=command)
    return parser


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for a program to read")


def _limit(read: Callable[[str], float]) -> Callable[[str], float]:
    """Reads a limit, which infinity is none."""

    def read_limit(text: str) -> float:
        return math.inf if text == "none" else read(text)

    return read_limit


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, not {text}")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or len(text) > 5 or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to {_LAST_PORT}, not {text}")
    return int(text)


def _positive_seconds(text: str) -> float:
    return _positive(text, "seconds")


def _above_zero(text: str) -> float:
    return _positive(text, "a number")


def _positive(text: str, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"expected {what} above 0, not {text}")
    return value
