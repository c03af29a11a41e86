"""A config to be evaluated next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from neps_state import State, Trial
from neps_state.config_form import ConfigError, ConfigForm
from neps_state.readable import readable_config
from neps_state.signature import signature
from neps_tui.changes.form import Entry, Form, FormError, Typed
from neps_tui.changes.plan import Plan, describe
from neps_tui.view import RunView
from neps_tui.words.formatting import number


def form_of(view: RunView, like: str | None = None) -> ConfigForm:
    """The form in which a config of this run is written.

    Args:
        view: The run as the person sees it.
        like: The trial whose config is the template.

    Raises:
        ConfigError: It takes a template, and none is given.
    """
    info = view.snapshot.optimizer_info
    assert info is not None, "a run without it is no run"
    template = None if like is None else view.snapshot.trials[like].config
    return ConfigForm(info, view.snapshot.space, view.snapshot.trials, template)


def plan_enqueue(view: RunView, config: Mapping[str, Any], assumed: Collection[str] = ()) -> Plan:
    """Work out what enqueueing a config would do.

    Args:
        view: The run as the person sees it.
        config: Keys and values as stored, as `ConfigForm.config` gives them.
        assumed: Names of what nobody has given, although it could have been.
    """
    shown = readable_config(config, view.snapshot.space, view.summary.names)
    same = [trial.id for trial in view.snapshot.trials.values() if dict(trial.config) == config]
    waiting = len(view.summary.pending)
    queue = f"after {waiting} that wait already" if waiting else "as the next trial"
    return Plan(
        what="enqueue a config",
        done="pending",
        make=lambda state, force: state.lock_and_enqueue([config], by=signature()),
        lines=(
            f"a new pending trial; the next free worker takes it, {queue}",
            *(
                f"  {name} = {number(value)}{', as none was given' if name in assumed else ''}"
                for name, value in shown.items()
            ),
        ),
        risks=(
            *(f"risk: {each} has the same config" for each in same[:3]),
            *(f"risk: {each}: no worker takes it before that is raised" for each in spent(view)),
        ),
        undoable_until="until a worker takes it",
    )


def spent(view: RunView) -> list[str]:
    """The limits of the whole run that are used up, in words."""
    return [
        f"all {number(limit.allowed)} {limit.name} of the budget are used"
        for limit in view.summary.limits
        if not limit.per_worker and limit.used >= limit.allowed
    ]


def enqueue_form(view: RunView, like: str | None = None) -> Form:
    """What to type for a config.

    Args:
        view: The run as the person sees it.
        like: The trial whose config stands there at first.

    Raises:
        FormError: It takes a template, and none is given.
    """
    try:
        config_form = form_of(view, like)
    except ConfigError as error:
        raise FormError(str(error)) from error

    def make(typed: Typed) -> Plan:
        given: dict[str, Any] = {}
        reasons: list[str] = []
        for field in config_form.fields:
            # What nobody has touched stays as it is stored, to the last digit.
            if field.shown not in (typed[field.name], typed[field.name].strip()):
                try:
                    given[field.key] = field.parse(typed[field.name])
                except ValueError as error:
                    reasons.append(str(error))
                    given[field.key] = field.value
        try:
            config = config_form.config(given)
        except ConfigError as error:
            reasons += error.reasons
        if reasons:
            raise FormError("\n".join(reasons))
        return plan_enqueue(view, config)

    return Form(
        "A config to be evaluated next" if like is None else _like(view.snapshot.trials[like]),
        tuple(
            Entry(field.name, field.domain, field.shown, field.labels)
            for field in config_form.fields
        ),
        make,
    )


def _like(trial: Trial) -> str:
    """Whose config it is, and what is known of it unless it went well."""
    if trial.metadata.state is State.SUCCESS:
        return f"A config like that of {trial.id}"
    return f"A config like that of {describe(trial)}"
