"""What every trial can be asked for, once: filters, their errors and the help go by this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

FieldKind: TypeAlias = Literal["any", "name", "state", "verdict", "span", "age", "moment", "error"]
"""How values are compared; `any` as numbers or as texts, whichever they are.

A number within a `name` counts whole: `id:6` asks for 6 and 6_rung_1, but not for 16.
"""


@dataclass(frozen=True, slots=True)
class FieldWords:
    """A field that the trials of any run have.

    Args:
        name: What it is called.
        means: What it is, in a few words.
        kind: How its values are compared.
        also: What else it is called: in files, or over a column.
    """

    name: str
    means: str
    kind: FieldKind = "any"
    also: tuple[str, ...] = ()


FIELD_TABLE: tuple[FieldWords, ...] = (
    FieldWords("id", "id:6 is 6 and 6_rung_1, not 16.", "name", also=("trial",)),
    FieldWords("state", "One of the eight words below.", "state"),
    FieldWords("verdict", "is:late, or quiet, abandoned, suspected.", "verdict", ("is",)),
    FieldWords("worker", "Who evaluated it.", "name", also=("evaluating_worker_id",)),
    FieldWords("sampled_by", "Who sampled it.", "name", also=("sampling_worker_id",)),
    FieldWords(
        "objective", "Of several: objective1, objective2; =nan.", also=("objective_to_minimize",)
    ),
    FieldWords("cost", "As the pipeline told it; cost=none."),
    FieldWords("rung", "As in rung=2."),
    FieldWords(
        "took", "As in took>1.5s or took>2min.", "span", ("evaluation_duration", "duration")
    ),
    FieldWords("when", "How long ago it ended, as in when<1h.", "age"),
    FieldWords("sampled", "How long ago, as in sampled<2h.", "moment", ("time_sampled",)),
    FieldWords("started", "The same.", "moment", ("time_started",)),
    FieldWords("ended", "The same; a mere number is since 1970.", "moment", ("time_end",)),
    FieldWords("previous", "The trial it goes on from.", "name", also=("previous_trial_id",)),
    FieldWords("source", "Run, ask_and_tell or imported."),
    FieldWords("error", "Its kind or message: error:ValueError.", "error", ("err",)),
)
LANGUAGE: tuple[tuple[str, str], ...] = (
    ("state:crashed", "The field is or contains the text."),
    ("learning_rate<1e-3", "Compare with = != < <= > >=."),
    ("has:error", "There is a value at all."),
    ('"out of memory"', "Found in id, worker, config or error."),
    ("rung=2 not worker:w1", "Both must hold; or and ( ) combine."),
    ("OBJECTIVE_1<0.2", "Columns by their names, in any case."),
)
"""Examples of the filter language, and what they mean."""
EXPECTED: dict[FieldKind, str] = {
    "any": "a number",
    "name": "a number",
    "state": "a number",
    "verdict": "a number",
    "error": "a number",
    "span": "a time such as 1.5s, 2min or 1h",
    "age": "how long ago, such as 30s, 2min or 1h",
    "moment": "how long ago, such as 30s, 2min or 1h",
}
"""What is expected after `<` and the like."""
