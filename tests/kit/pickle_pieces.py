"""Pickles put together instruction by instruction, of what no pickler would ever write."""

from __future__ import annotations

import struct
from collections.abc import Mapping


def text(value: str) -> bytes:
    """A text, or what a lone surrogate makes of one."""
    data = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(data)) + data


def whole(value: int) -> bytes:
    """A whole number of any size."""
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8b" + struct.pack("<i", len(data)) + data


def real(value: float) -> bytes:
    return b"G" + struct.pack(">d", value)


def raw(data: bytes) -> bytes:
    return b"B" + struct.pack("<I", len(data)) + data


def found(module: str, name: str) -> bytes:
    """A global."""
    return text(module) + text(name) + b"\x93"


def mapping(fields: Mapping[str, bytes]) -> bytes:
    return b"}(" + b"".join(text(name) + value for name, value in fields.items()) + b"u"


def sequence(*items: bytes) -> bytes:
    return b"](" + b"".join(items) + b"e"


def made(module: str, name: str, fields: Mapping[str, bytes]) -> bytes:
    """An object with fields."""
    return found(module, name) + b")\x81" + mapping(fields) + b"b"


def called(module: str, name: str, *arguments: bytes) -> bytes:
    return found(module, name) + b"(" + b"".join(arguments) + b"tR"


def nested(opening: bytes, levels: int, innermost: bytes = b"K\x01") -> bytes:
    """Something in a list of one, in a list of one …, or in whatever `opening` ends."""
    if opening == b"]":
        return b"]" * levels + innermost + b"a" * levels
    return innermost + opening * levels


def shared(levels: int, kind: bytes = b"\x86") -> bytes:
    """Twice what is twice what is … one: two to the power of `levels` values in a few bytes."""
    if kind == b"]":
        return b"K\x01" + b"q\x000](h\x00h\x00e" * levels
    return b"K\x01" + (b"2" + kind) * levels


def whole_pickle(value: bytes) -> bytes:
    return b"\x80\x04" + value + b"."


TRIAL_FIELDS: Mapping[str, bytes] = {
    "config": mapping({"learning_rate": real(0.1), "optimizer": text("adam")}),
    "source": text("run"),
}
METADATA_FIELDS: Mapping[str, bytes] = {
    "id": text("8"),
    "location": text("here"),
    "state": called("neps.state.trial", "State", text("success")),
    "previous_trial_id": b"N",
    "previous_trial_location": b"N",
    "sampling_worker_id": text("w"),
    "time_sampled": real(1_795_448_000.0),
    "evaluating_worker_id": text("w"),
    "evaluation_duration": real(1.0),
    "time_submitted": b"N",
    "time_started": real(1_795_448_001.0),
    "time_end": real(1_795_448_002.0),
}
REPORT_FIELDS: Mapping[str, bytes] = {
    "objective_to_minimize": real(0.5),
    "cost": real(1.0),
    "learning_curve": sequence(real(1.0), real(0.5)),
    "extra": mapping({"note": text("none")}),
    "err": b"N",
    "tb": b"N",
    "reported_as": text("success"),
    "evaluation_duration": real(1.0),
}
BUDGET_FIELDS: Mapping[str, bytes] = {
    "worker_cost_to_spend": b"N",
    "used_cost_budget": real(3.0),
    "worker_evaluations_to_spend": b"N",
    "used_evaluations": b"K\x08",
    "worker_fidelities_to_spend": b"N",
    "total_evaluations_to_spend": b"K\x5a",
    "total_cost_to_spend": real(90.0),
    "total_fidelities_to_spend": real(9.0),
}
PARAMETER_FIELDS: Mapping[str, bytes] = {
    "_lower": real(1e-5),
    "_upper": real(0.1),
    "_log": b"\x88",
    "_prior": real(0.01),
    "_choices": text("sgd") + text("adam") + b"\x86",
    "_value": b"K\x01",
    "_is_fidelity": b"\x89",
    "_source": b"N",
    "_operator": b"N",
    "_args": b")",
    "_kwargs": b"}",
}
"""What a parameter of a space may have, so that each can be spoilt."""


def trial(
    of_trial: Mapping[str, bytes] | None = None,
    metadata: Mapping[str, bytes] | None = None,
    report: Mapping[str, bytes] | None = None,
) -> bytes:
    """A success, but for the fields that are given."""
    parts = {
        "metadata": made("neps.state.trial", "MetaData", {**METADATA_FIELDS, **(metadata or {})}),
        "report": made("neps.state.trial", "Report", {**REPORT_FIELDS, **(report or {})}),
    }
    return made("neps.state.trial", "Trial", {**TRIAL_FIELDS, **parts, **(of_trial or {})})


def optimization_state(
    fields: Mapping[str, bytes] | None = None, budget: Mapping[str, bytes] | None = None
) -> bytes:
    known = {
        "budget": made("neps.state.optimizer", "BudgetInfo", {**BUDGET_FIELDS, **(budget or {})}),
        "seed_snapshot": b"N",
        "shared_state": b"}",
        "worker_ids": sequence(text("w")),
    }
    return made("neps.state.optimizer", "OptimizationState", {**known, **(fields or {})})


def space(
    kind: str = "Float",
    fields: Mapping[str, bytes] | None = None,
    elements: Mapping[str, bytes] | None = None,
) -> bytes:
    """A space of one parameter, but for what is given."""
    module = "neps.space.neps_spaces.parameters"
    chosen = {name: PARAMETER_FIELDS[name] for name in _OF_KIND.get(kind, PARAMETER_FIELDS)}
    parameter = made(module, kind, {**chosen, **(fields or {})})
    return called(
        module,
        "_reconstruct_pipeline_space_with_class",
        text("user"),
        text("Space"),
        mapping({"learning_rate": parameter, **(elements or {})}),
    )


_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "Float": ("_lower", "_upper", "_log", "_prior"),
    "Integer": ("_lower", "_upper", "_log", "_prior"),
    "Categorical": ("_choices", "_prior"),
    "Operation": ("_operator", "_args", "_kwargs"),
    "Resample": ("_source",),
}

VALUES: Mapping[str, bytes] = {
    "none": b"N",
    "true": b"\x88",
    "a negative number": b"J\xff\xff\xff\xff",
    "nan": real(float("nan")),
    "infinity": real(float("inf")),
    "minus infinity": real(float("-inf")),
    "the largest float": real(1.7e308),
    "a whole number beyond floats": whole(10**400),
    "a negative whole number beyond floats": whole(-(10**400)),
    "a whole number too long to print": whole(10**6000),
    "an empty text": text(""),
    "a digit": text("1"),
    "markup and escapes": text("[bold]\x1b]52;c;eA==\x07\x9b2J\u202e\r\n\t\x00"),
    "a lone surrogate": text("\udcff\ud800"),
    "a long text": text("x" * 5_000),
    "bytes": raw(b"\xff\x00"),
    "an empty list": b"]",
    "a list of texts": sequence(text("a"), text("b")),
    "a list of lists": sequence(sequence(real(1.0)), sequence(sequence(b"N"))),
    "a list of mixed things": sequence(real(1.0), b"N", text("x"), b"\x88", whole(10**400)),
    "a tuple": b"K\x01K\x02\x86",
    "lists 300 deep": nested(b"]", 300),
    "lists 5000 deep": nested(b"]", 5_000),
    "tuples 5000 deep": nested(b"\x85", 5_000),
    "sixty levels of shared tuples": shared(60),
    "twenty-four levels of shared lists": shared(24, b"]"),
    "a list in itself": b"]\x94h\x00a",
    "a mapping in itself": b"}\x94K\x01h\x00s",
    "an empty mapping": b"}",
    "a mapping of numbers": b"}(K\x01K\x02K\x03K\x04u",
    "a mapping with odd keys": b"}(" + real(float("nan")) + b"NN" + b"\x88)" + raw(b"k") + b"Nu",
    "a mapping with a key too long to print": b"}(" + whole(10**6000) + b"Nu",
    "a mapping with nested keys": b"}(" + nested(b"\x85", 5_000) + b"Nu",
    "a set": b"\x8f(K\x01" + text("a") + b"\x90",
    "a frozen set": b"(K\x01" + text("a") + b"\x91",
    "a complex number": called("builtins", "complex", real(1.0), real(2.0)),
    "an ordered mapping": called("collections", "OrderedDict"),
    "a date": called("datetime", "date", raw(b"\x07\xe4\x01\x01")),
    "a time span": called("datetime", "timedelta", b"K\x01"),
    "an exception": called("builtins", "ValueError", text("boom")),
    "an exception of a number too long to print": called("builtins", "KeyError", whole(10**6000)),
    "an exception of two": called("builtins", "OSError", b"K\x02", text("a"), text("b")),
    "an exception that was never made": found("builtins", "UnicodeDecodeError") + b")\x81",
    "an exception of nested lists": called("builtins", "ValueError", nested(b"]", 5_000)),
    "an exception of shared tuples": called("builtins", "ValueError", shared(60)),
    "a group of exceptions": called(
        "builtins", "ExceptionGroup", text("g"), sequence(called("builtins", "OSError"))
    ),
    "a class": found("builtins", "set"),
    "a twin's class": found("neps.state.trial", "Trial"),
    "a stranger's class": found("os", "system"),
    "a stranger's object": made("user", "Thing", {"name": text("x"), "args": b"N"}),
    "a stranger's object of nested lists": made("user", "Thing", {"x": nested(b"]", 5_000)}),
    "a stranger's object of shared tuples": called("user", "Thing", shared(60)),
    "a stranger's object in itself": called("user", "Thing") + b"\x94}" + text("me") + b"h\x00sb",
    "a numpy scalar": called(
        "numpy._core.multiarray",
        "scalar",
        called("numpy", "dtype", text("f8"), b"\x89", b"\x88"),
        raw(struct.pack("<d", 0.25)),
    ),
    "a numpy scalar of odd bytes": called(
        "numpy._core.multiarray", "scalar", called("numpy", "dtype", text("f8")), raw(b"1")
    ),
    "a state": called("neps.state.trial", "State", text("pending")),
    "a trial": trial(),
    "a bare trial": made("neps.state.trial", "Trial", {}),
    "a bare report": made("neps.state.trial", "Report", {}),
    "a bare budget": made("neps.state.optimizer", "BudgetInfo", {}),
}
"""What may stand where something else should, by what it is."""
