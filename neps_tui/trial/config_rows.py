"""The config of a trial, beside that of the trial it is compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len

from neps_state import Trial
from neps_state.readable import readable_config
from neps_tui.trial.beside import beside_of
from neps_tui.trial.values import cut, value_text
from neps_tui.view import RunView
from neps_tui.words.formatting import MISSING, plain
from neps_tui.words.text_lines import Line, Part, row_lines

_NAME, _OTHER = "$foreground 70%", "$text-primary"
_OWN = "this trial"


@dataclass(frozen=True, slots=True)
class Setting:
    """One hyperparameter of a trial.

    Args:
        name: What it is called.
        value: Its value.
        other: That of the trial it is compared with; None where there is none.
    """

    name: str
    value: str
    other: str | None = None

    @property
    def differs(self) -> bool:
        """Whether the other trial has another value."""
        return self.other is not None and self.other != self.value


@dataclass(frozen=True, slots=True)
class Config:
    """A config, and what it is compared with.

    Args:
        settings: The hyperparameters.
        beside: What the other trial is called; empty if there is none.
        why: Why it is that one; empty where that goes without saying.
    """

    settings: tuple[Setting, ...]
    beside: str = ""
    why: str = ""


def config_of(trial: Trial, view: RunView, *, raw: bool = False) -> Config:
    """The config of a trial beside that of another one.

    Args:
        trial: The trial.
        view: The run.
        raw: Whether keys and values are as stored, instead of as a person reads them.
    """
    own, beside = _values_of(trial, view, raw), beside_of(trial, view)
    written = _exactly if raw else value_text
    if beside is None:
        return Config(tuple(Setting(name, written(value)) for name, value in own.items()))
    others = _values_of(beside.trial, view, raw)
    settings = tuple(
        Setting(name, *_texts(own.get(name), others.get(name), written))
        for name in dict.fromkeys((*own, *others))
    )
    return Config(settings, beside.called, beside.why)


def _values_of(trial: Trial, view: RunView, raw: bool) -> dict[str, object]:
    config: Mapping[Any, Any] = trial.config
    if not raw:
        config = readable_config(trial.config, view.snapshot.space, view.summary.names)
    return {plain(str(name)): value for name, value in config.items()}


def _exactly(value: object) -> str:
    return cut(plain(repr(value)))


def _texts(own: object, other: object, written: Callable[[object], str]) -> tuple[str, str]:
    """Two values as texts, which differ where the values do."""
    texts = tuple(MISSING if value is None else written(value) for value in (own, other))
    if texts[0] == texts[1] and own != other:
        texts = _exactly(own), _exactly(other)
    return texts[0], texts[1]


def is_stored_as_shown(trial: Trial, view: RunView) -> bool:
    """Whether the config as stored has no other keys and values than a person reads."""
    readable = readable_config(trial.config, view.snapshot.space, view.summary.names)
    return readable == dict(trial.config)


def config_lines(config: Config, width: int) -> list[Line]:
    """Draw a config: names, values, and what the other trial has where it differs."""
    settings = config.settings
    if not settings:
        return [[("no hyperparameters", _NAME)]]
    head = ((_OWN, _NAME), (config.beside, f"bold {_NAME}")) if config.beside else ()
    names = max(cell_len(each.name) for each in settings)
    if names > width // 2:
        lines = [*_stacked(settings, head, width)]
    else:
        rows: list[tuple[Part, ...]] = [(("", ""), *head)] if head else []
        rows += [((each.name, _NAME), *_values(each)) for each in settings]
        lines = row_lines(rows, width)
    return lines + (row_lines([((config.why, _NAME),)], width) if config.why else [])


def _stacked(settings: Sequence[Setting], head: tuple[Part, ...], width: int) -> Iterator[Line]:
    """Long names above their values, which stand below each other all the same."""
    widest = max(cell_len(text) for text in (*(each.value for each in settings), _OWN))

    def below(parts: tuple[Part, ...]) -> list[Line]:
        (text, style), *other = parts
        padded = text + " " * (min(widest, width // 2) - cell_len(text))
        return row_lines([(("", ""), (padded, style), *other)], width)

    if head:
        yield from below(head)
    for each in settings:
        yield from row_lines([((each.name, _NAME),)], width)
        yield from below(_values(each))


def _values(setting: Setting) -> tuple[Part, ...]:
    own = (setting.value, "bold" if setting.differs else "")
    if setting.other is None:
        return (own,)
    return own, (setting.other, _OTHER) if setting.differs else ("same", _NAME)
