"""Every action there is, once: bindings, footer, palette and help all come from this table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from textual.binding import Binding

Place: TypeAlias = Literal[
    "everywhere",
    "dashboard",
    "changes",
    "trial",
    "tail",
    "view",
    "workers",
    "plots",
    "errors",
    "optimizer",
    "history",
    "doctor",
    "replay",
    "runs",
]
Need: TypeAlias = Literal["nothing", "run", "trial", "write"]


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do.

    Args:
        id: Its name in key maps; the method `action_ID` does it.
        keys: Keys, separated by commas.
        label: What it is called in the footer and the palette.
        help: What it does, in a sentence.
        place: Where it can be done.
        need: What it needs: a run, a chosen trial, or leave to write.
        in_footer: Whether the footer shows it.
        changes_run: Whether it changes the run, once confirmed.
        at_once: Whether it is done before any key that is typed after it is looked at.
    """

    id: str
    keys: str
    label: str
    help: str
    place: Place
    need: Need = "nothing"
    in_footer: bool = True
    changes_run: bool = False
    at_once: bool = False


ACTIONS: tuple[Action, ...] = (
    Action(
        "open",
        "enter",
        "open",
        "Show the chosen trial whole.",
        "dashboard",
        "trial",
        in_footer=False,
    ),
    Action(
        "sort", "s", "sort", "Sort the evaluated trials by the next column.", "dashboard", "run"
    ),
    Action(
        "reverse_sort",
        "S",
        "reverse sort",
        "Turn the sorting of the evaluated trials round.",
        "dashboard",
        "run",
        in_footer=False,
    ),
    Action(
        "columns",
        "c",
        "columns",
        "Choose, order and pin the columns of the evaluated trials, and sort by several.",
        "dashboard",
        "run",
        in_footer=False,
    ),
    Action(
        "filter",
        "slash",
        "filter",
        "Show only the evaluated trials that match, as in learning_rate<1e-3 has:error.",
        "dashboard",
        "run",
        at_once=True,
    ),
    Action(
        "jump",
        "number_sign",
        "go to trial",
        "Go to a trial by its id; one that is not in the table is opened.",
        "dashboard",
        "run",
        in_footer=False,
        at_once=True,
    ),
    Action(
        "runs",
        "backspace",
        "all runs",
        "Go back to the runs of the folder that was opened.",
        "dashboard",
    ),
    Action(
        "clear",
        "escape",
        "clear",
        "Take away the selection, then the filter.",
        "dashboard",
        in_footer=False,
    ),
    Action(
        "pane('evaluated')",
        "t",
        "evaluated trials",
        "Go to the evaluated trials.",
        "dashboard",
        "run",
        in_footer=False,
    ),
    Action(
        "pane('evaluating')",
        "v",
        "running trials",
        "Go to what runs now.",
        "dashboard",
        "run",
        in_footer=False,
    ),
    Action(
        "pane('pending')",
        "n",
        "pending trials",
        "Go to the pending trials.",
        "dashboard",
        "run",
        in_footer=False,
    ),
    Action(
        "pane('errors')",
        "e",
        "error dump",
        "Go to the error dump.",
        "dashboard",
        "run",
        in_footer=False,
    ),
    Action(
        "pane('incumbent')",
        "p",
        "plot pane",
        "Go to the incumbent curve.",
        "dashboard",
        "run",
        in_footer=False,
    ),
    Action(
        "pane('optimizer')",
        "o",
        "optimizer pane",
        "Go to the optimizer's state.",
        "dashboard",
        "run",
        in_footer=False,
    ),
    Action("next_trial", "right_square_bracket", "next", "Show the next trial.", "trial", "run"),
    Action(
        "previous_trial",
        "left_square_bracket",
        "previous",
        "Show the trial before.",
        "trial",
        "run",
        in_footer=False,
    ),
    Action("back", "escape,q", "back", "Go back to where the trial was opened.", "trial"),
    Action(
        "next_section",
        "tab",
        "part",
        "Config, error, learning curve, lineage, files, one after the other.",
        "trial",
    ),
    Action(
        "previous_section",
        "shift+tab",
        "part before",
        "The same, the other way round.",
        "trial",
        in_footer=False,
    ),
    Action(
        "raw_config",
        "c",
        "stored",
        "Show the config as it is stored, or as a person reads it.",
        "trial",
        "trial",
    ),
    Action(
        "copy_path",
        "y",
        "copy path",
        "Copy where the trial's files lie.",
        "trial",
        "trial",
        in_footer=False,
    ),
    Action(
        "copy_contents",
        "Y",
        "copy contents",
        "Copy the traceback if there is one, else the config as JSON.",
        "trial",
        "trial",
        in_footer=False,
    ),
    Action("back", "escape,q", "back", "Go back to the trial.", "tail"),
    Action("follow", "G,end", "follow", "Go to the end of the file, and stay there.", "tail"),
    Action("start", "g,home", "start", "Go to the beginning of the file.", "tail"),
    Action("copy_path", "y", "copy path", "Copy the file's path.", "tail"),
    Action("back", "escape,q", "back", "Go back to where the view was opened.", "view"),
    Action(
        "open",
        "enter",
        "open",
        "Show the chosen trial whole.",
        "workers",
        "trial",
        in_footer=False,
    ),
    Action("move(1)", "down,j", "next worker", "To the next worker.", "workers", in_footer=False),
    Action(
        "move(-1)", "up,k", "worker before", "To the worker before.", "workers", in_footer=False
    ),
    Action(
        "page(1)", "pagedown,ctrl+d", "page down", "A screenful down.", "workers", in_footer=False
    ),
    Action("page(-1)", "pageup,ctrl+u", "page up", "A screenful up.", "workers", in_footer=False),
    Action("first", "home,g", "first worker", "To the first worker.", "workers", in_footer=False),
    Action("last", "end,G", "last worker", "To the last worker.", "workers", in_footer=False),
    Action(
        "step(-1)",
        "left,h",
        "trial before",
        "To the trial that the worker had before.",
        "workers",
        in_footer=False,
    ),
    Action(
        "step(1)",
        "right,l",
        "next trial",
        "To the worker's next trial; after the last, follow what it does.",
        "workers",
        in_footer=False,
    ),
    Action(
        "zoom(1)",
        "plus,equals_sign",
        "zoom in",
        "See less time, around the chosen trial.",
        "workers",
    ),
    Action("zoom(-1)", "minus", "zoom out", "See more time.", "workers"),
    Action(
        "see_all",
        "0",
        "whole run",
        "See the whole run, and follow it; again: without a long silence at its end.",
        "workers",
    ),
    Action(
        "pan(-1)", "H,shift+left", "earlier", "See what was before.", "workers", in_footer=False
    ),
    Action(
        "pan(1)",
        "L,shift+right",
        "later",
        "See what came after; at the end, follow the run.",
        "workers",
        in_footer=False,
    ),
    Action("next_plot", "tab", "next plot", "Show the next plot.", "plots"),
    Action(
        "previous_plot",
        "shift+tab",
        "previous plot",
        "Show the plot before.",
        "plots",
        in_footer=False,
    ),
    Action(
        "next_variant",
        "x",
        "aspect",
        "Show another aspect: over time or cost, another hyperparameter, rung, pair or method.",
        "plots",
    ),
    Action(
        "previous_variant",
        "X",
        "aspect before",
        "The same, the other way round.",
        "plots",
        in_footer=False,
    ),
    Action(
        "brush",
        "slash",
        "brush",
        "Let only the trials stand out that match a filter.",
        "plots",
        at_once=True,
    ),
    Action("next_objective", "y", "objective", "Show the next objective.", "plots"),
    Action(
        "keep",
        "d",
        "to dashboard",
        "Show this plot in the pane of the first screen from now on.",
        "plots",
    ),
    Action("toggle_log", "g", "log", "Make the objective's axis logarithmic, or not.", "plots"),
    Action(
        "next_point",
        "n",
        "next trial",
        "Point at the next trial from left to right, also one that is hidden under another.",
        "plots",
    ),
    Action(
        "previous_point",
        "N",
        "trial before",
        "The same, from right to left.",
        "plots",
        in_footer=False,
    ),
    Action(
        "open", "enter", "open", "Show the trial of the error whole.", "errors", in_footer=False
    ),
    Action("next_pane", "tab", "next pane", "Kinds, errors of the kind, traceback.", "errors"),
    Action(
        "previous_pane",
        "shift+tab",
        "pane before",
        "The same, the other way round.",
        "errors",
        in_footer=False,
    ),
    Action(
        "search",
        "slash",
        "search",
        "Search the traceback.",
        "errors",
        in_footer=False,
        at_once=True,
    ),
    Action(
        "keep_search",
        "enter",
        "keep",
        "Keep what is searched for, and go on in the traceback.",
        "errors",
        at_once=True,
    ),
    Action("next_match", "n", "next match", "Show the next match of the search.", "errors"),
    Action(
        "previous_match",
        "N",
        "match before",
        "Show the match before.",
        "errors",
        in_footer=False,
    ),
    Action(
        "next_part",
        "tab",
        "next part",
        "Budget, rungs, search space, state, one after the other.",
        "optimizer",
    ),
    Action(
        "previous_part",
        "shift+tab",
        "part before",
        "The same, the other way round.",
        "optimizer",
        in_footer=False,
    ),
    Action(
        "change('reset')",
        "r",
        "reset",
        "Put the chosen trials back to pending.",
        "changes",
        "write",
        changes_run=True,
    ),
    Action(
        "change('remove')",
        "d",
        "remove",
        "Take the chosen trials out of the run; they are kept.",
        "changes",
        "write",
        in_footer=False,
        changes_run=True,
    ),
    Action(
        "change('report')",
        "i",
        "report by hand",
        "Tell how the evaluation of a trial ended.",
        "changes",
        "write",
        in_footer=False,
        changes_run=True,
    ),
    Action(
        "change('mark_corrupted')",
        "m",
        "mark as corrupted",
        "Mark the chosen trials as corrupted.",
        "changes",
        "write",
        in_footer=False,
        changes_run=True,
    ),
    Action(
        "change('mark_failed')",
        "M",
        "mark as failed",
        "Mark the chosen trials as failed.",
        "changes",
        "write",
        in_footer=False,
        changes_run=True,
    ),
    Action(
        "change('enqueue')",
        "a",
        "enqueue",
        "Have a config evaluated next, written from that of the chosen trial.",
        "changes",
        "write",
        in_footer=False,
        changes_run=True,
    ),
    Action(
        "change('undo')",
        "u",
        "undo",
        "Take back the last change that was made with neps-tui.",
        "changes",
        "write",
        in_footer=False,
        changes_run=True,
    ),
    Action(
        "change('reset_abandoned')",
        "A",
        "reset abandoned",
        "Put every trial that its worker has certainly left back to pending.",
        "dashboard",
        "write",
        in_footer=False,
        changes_run=True,
    ),
    Action(
        "change('import')",
        "I",
        "import",
        "Bring in evaluations made elsewhere, from a file or another run.",
        "dashboard",
        "write",
        in_footer=False,
        changes_run=True,
    ),
    Action(
        "change('budget')",
        "B",
        "budget",
        "Raise or lower the budget of the whole run.",
        "dashboard",
        "write",
        in_footer=False,
        changes_run=True,
    ),
    Action(
        "change('clear_errors')",
        "C",
        "clear errors",
        "Drop the errors of trials that are not crashed any more, or gone.",
        "dashboard",
        "write",
        in_footer=False,
        changes_run=True,
    ),
    Action(
        "undo_this",
        "u",
        "undo",
        "Take back the change under the cursor.",
        "history",
        "write",
        changes_run=True,
    ),
    Action(
        "open",
        "enter",
        "open",
        "Show the first trial that the finding is about.",
        "doctor",
        "trial",
        in_footer=False,
    ),
    Action(
        "mend",
        "F",
        "mend",
        "Mend all that was found and can be mended without a risk, once confirmed.",
        "doctor",
        "write",
        changes_run=True,
    ),
    Action("look_again", "L,f5", "look again", "Examine the run again.", "doctor", "run"),
    Action(
        "view('doctor')",
        "D",
        "doctor",
        "Show what is wrong with the run's directory, and mend it.",
        "everywhere",
        "run",
        in_footer=False,
    ),
    Action(
        "view('history')",
        "H",
        "history",
        "What was changed with neps-tui, when and by whom.",
        "everywhere",
        "run",
        in_footer=False,
    ),
    Action(
        "view('workers')",
        "w",
        "workers",
        "Show every worker, and on a timeline what it did when.",
        "everywhere",
        "run",
    ),
    Action(
        "view('errors')",
        "E",
        "error kinds",
        "Show the errors in kinds, with what they have in common.",
        "everywhere",
        "run",
    ),
    Action(
        "view('plots')",
        "P",
        "plots",
        "Show the plots, one at a time.",
        "everywhere",
        "run",
    ),
    Action(
        "view('optimizer')",
        "O",
        "optimizer",
        "Show the optimizer's state and the search space.",
        "everywhere",
        "run",
    ),
    Action(
        "zoom",
        "z",
        "zoom",
        "Give the pane all the room, or give it back.",
        "dashboard",
        in_footer=False,
    ),
    Action(
        "resize('width', 1)",
        "greater_than_sign",
        "wider",
        "Make the pane wider.",
        "dashboard",
        in_footer=False,
    ),
    Action(
        "resize('width', -1)",
        "less_than_sign",
        "narrower",
        "Make the pane narrower.",
        "dashboard",
        in_footer=False,
    ),
    Action(
        "resize('height', 1)",
        "plus",
        "taller",
        "Make the pane taller.",
        "dashboard",
        in_footer=False,
    ),
    Action(
        "resize('height', -1)",
        "minus",
        "shorter",
        "Make the pane shorter.",
        "dashboard",
        in_footer=False,
    ),
    Action(
        "hide_pane",
        "x",
        "hide pane",
        "Hide the pane; its key brings it back.",
        "dashboard",
        in_footer=False,
    ),
    Action(
        "show_panes",
        "X",
        "all panes",
        "Show every pane again, as at first.",
        "dashboard",
    ),
    Action(
        "replay",
        "R",
        "replay",
        "Go through the run's past, from its first trial on.",
        "everywhere",
        "run",
    ),
    Action("leave", "escape", "back to now", "Show the present again.", "replay"),
    Action("play", "space", "play", "Let time go by, or stop it.", "replay", at_once=True),
    Action("step(1)", "right,l", "on", "Go on by a hundredth of the whole.", "replay"),
    Action("step(-1)", "left,h", "back", "Go back by a hundredth of the whole.", "replay"),
    Action(
        "step(10)", "shift+right,L", "on by a tenth", "Go on by a tenth.", "replay", in_footer=False
    ),
    Action(
        "step(-10)",
        "shift+left,H",
        "back by a tenth",
        "Go back by a tenth.",
        "replay",
        in_footer=False,
    ),
    Action("incumbent(1)", "b", "next best", "Go to when the next better trial ended.", "replay"),
    Action(
        "incumbent(-1)",
        "B",
        "best before",
        "Go to when the better trial before ended.",
        "replay",
        in_footer=False,
    ),
    Action("crash(1)", "x", "next crash", "Go to when the next trial crashed.", "replay"),
    Action(
        "crash(-1)",
        "X",
        "crash before",
        "Go to when the trial before crashed.",
        "replay",
        in_footer=False,
    ),
    Action("speed(1)", "plus", "faster", "Let time go by faster.", "replay"),
    Action("speed(-1)", "minus", "slower", "Let time go by slower.", "replay"),
    Action("edge(True)", "end,G", "to the end", "Go to the end.", "replay", in_footer=False),
    Action(
        "edge(False)", "home", "to the start", "Go to the beginning.", "replay", in_footer=False
    ),
    Action("sort", "s", "sort", "Sort the runs by the next column.", "runs"),
    Action("reverse_sort", "S", "reverse sort", "Turn the sorting of the runs round.", "runs"),
    Action(
        "incumbents",
        "p",
        "plot",
        "Show the incumbents of all runs in one plot, or only the table; what is selected is told "
        "apart by colours.",
        "runs",
    ),
    Action("help", "question_mark,f1", "help", "Show every key and what it does.", "everywhere"),
    Action("command_palette", "ctrl+p", "palette", "Find any action, view or trial.", "everywhere"),
    Action(
        "toggle_theme",
        "T",
        "dark or light",
        "Change between a dark and a light theme.",
        "everywhere",
        in_footer=False,
    ),
    Action("quit", "q", "quit", "Leave; the run goes on.", "everywhere"),
)


_SPELLED_OUT = ("enter", "backspace")
"""Keys for which a terminal without Unicode has no sign."""


def key_map_name(action: str) -> str:
    """An action with its argument as one name, as in `view.workers` for `view('workers')`."""
    return re.sub(r"\W+", ".", action.replace("-", ".minus.")).strip(".")


def binding_id(action: Action) -> str:
    """What an action's binding is called in key maps."""
    return f"{action.place}.{key_map_name(action.id)}"


def actions_of(*places: Place) -> tuple[Action, ...]:
    """The actions of some places, in the table's order."""
    return tuple(action for action in ACTIONS if action.place in places)


def bindings_of(*places: Place) -> list[Binding]:
    """Key bindings of some places, each with an id and a tooltip.

    The ways to other views come last in the footer: a small terminal has no room for all keys.
    """
    actions = sorted(
        actions_of(*places), key=lambda action: action.id.startswith(("view(", "replay"))
    )
    return [
        Binding(
            action.keys,
            f"app.{action.id}" if action.place == "everywhere" else action.id,
            action.label,
            show=action.in_footer,
            key_display=action.keys if action.keys in _SPELLED_OUT else None,
            priority=action.at_once,
            id=binding_id(action),
            tooltip=action.help,
        )
        for action in actions
    ]


def pane_keys() -> dict[str, str]:
    """The key of each pane of the first screen, by its name."""
    found = (re.fullmatch(r"pane\('(\w+)'\)", action.id) for action in actions_of("dashboard"))
    keys = {action.id: action.keys for action in actions_of("dashboard")}
    return {match[1]: keys[match[0]] for match in found if match is not None}


def action_named(name: str, place: Place) -> Action | None:
    """The action of a place by the name of its method."""
    return next((each for each in actions_of(place) if each.id.partition("(")[0] == name), None)
