"""Which trials a command is about: by state, by a filter, in some order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from neps_state import Trial
from neps_tui.commands.exit_status import CommandError, Exit
from neps_tui.facts.field_names import UnknownFieldError
from neps_tui.facts.trial_fields import SortKey, TrialFields, natural_id, sort_by_several, sort_key
from neps_tui.trials.filter import FilterError, parse_filter
from neps_tui.view import RunView


def rungs_of(unknown: Iterable[str], known: Iterable[str]) -> str:
    """The trials whose config somebody may have meant, as in `; there are 3_rung_0, 3_rung_1`."""
    beginnings = tuple(f"{each}_rung_" for each in unknown)
    found = [each for each in known if each.startswith(beginnings)]
    named = ", ".join(found)
    return f"; there {'is' if len(found) == 1 else 'are'} {named}" if found else ""


def choose(
    run: RunView,
    states: Sequence[str] | None = None,
    where: str | None = None,
    sort: str | None = None,
) -> list[Trial]:
    """The trials that are asked for, by their numbers if by nothing else.

    Args:
        run: The run.
        states: Only those in one of these; None for all.
        where: Only those that a filter lets through; None for all.
        sort: Fields with commas between, `-field` for the other way round.

    Raises:
        CommandError: The filter or a field is wrong.
    """
    chosen = list(run.snapshot.trials.values())
    if states:
        chosen = [trial for trial in chosen if trial.metadata.state.value in states]
    fields = TrialFields(run.snapshot, run.summary, run.now) if where or sort else None
    if where and fields is not None:
        try:
            holds = parse_filter(where, fields)
        except FilterError as error:
            raise CommandError(f"--where: {error}", Exit.USAGE) from error
        chosen = [trial for trial in chosen if holds(trial)]
    chosen.sort(key=lambda trial: natural_id(trial.metadata.id))
    if not sort or fields is None:
        return chosen
    sort_by_several(chosen, [_sorting(each, fields) for each in sort.split(",")])
    return chosen


def _sorting(name: str, fields: TrialFields) -> tuple[Callable[[Trial], SortKey], bool]:
    """What to sort by, and whether the other way round."""
    try:
        field = fields[name.strip().removeprefix("-")]
    except UnknownFieldError as error:
        raise CommandError(f"--sort: {error}", Exit.USAGE) from error
    return lambda trial: sort_key(field(trial)), name.strip().startswith("-")
