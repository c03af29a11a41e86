"""The filter language: which trials to show.

Terms stand side by side and must all hold; `or`, `not` and parentheses combine them:

    state:crashed worker:worker_3 learning_rate<1e-3 objective<0.2 rung=2 has:error "out of memory"

`field:text` asks whether the field is or contains a text, `= != < <= > >=` compare, `has:field`
asks whether there is a value at all, and a bare word or a quoted text is looked for in the id,
the worker, the config and the error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

from neps_state import Trial
from neps_tui.facts.trial_fields import ALL_STATES, TrialFields

Predicate: TypeAlias = Callable[[Trial], bool]

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<open>\() | (?P<close>\)) |
    (?P<operator><=|>=|!=|==|=|<|>|:) |
    "(?P<quoted>(?:[^"\\]|\\.)*)" |
    (?P<unclosed>") |
    (?P<word>[^\s()<>=!:"]+(?:\[[^\]]*\][^\s()<>=!:"]*)?)
    )""",
    re.VERBOSE,
)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


_MOST_NAMES = 12


class FilterError(ValueError):
    """The filter is not complete or not right; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int


def parse_filter(text: str, fields: TrialFields) -> Predicate:
    """The trials that a filter lets through.

    Args:
        text: The filter as typed; nothing lets all through.
        fields: What there is to ask for in this run.

    Raises:
        FilterError: It is incomplete or wrong; the message says what was expected, and where.
    """
    parser = _Parser(list(_tokens(text)), fields, len(text))
    return parser.whole()


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text) and text[position:].strip():
        found = _TOKEN.match(text, position)
        if found is None:
            raise FilterError(f"expected a field or a text at {text[position:].strip()[:20]!r}")
        kind = found.lastgroup or ""
        if kind == "unclosed":
            raise FilterError('expected a closing "')
        value = found[kind]
        if kind == "quoted":
            value = re.sub(r"\\(.)", r"\1", value)
        yield _Token(kind, value, found.start(kind))
        position = found.end()


class _Parser:
    """Recursive descent over `either := all ("or" all)*` and `all := term term*`."""

    def __init__(self, tokens: list[_Token], fields: TrialFields, length: int) -> None:
        self._tokens = tokens
        self._fields = fields
        self._at = 0
        self._length = length

    def whole(self) -> Predicate:
        if not self._tokens:
            return lambda trial: True
        predicate = self._either()
        if (token := self._peek()) is not None:
            raise FilterError(f"expected the end, or a field, instead of {token.text!r}")
        return predicate

    def _either(self) -> Predicate:
        options = [self._all()]
        while self._takes_word("or"):
            options.append(self._all())
        if len(options) == 1:
            return options[0]
        return lambda trial: any(option(trial) for option in options)

    def _all(self) -> Predicate:
        terms = [self._term()]
        while (token := self._peek()) is not None and not self._ends_all(token):
            self._takes_word("and")
            terms.append(self._term())
        if len(terms) == 1:
            return terms[0]
        return lambda trial: all(term(trial) for term in terms)

    def _ends_all(self, token: _Token) -> bool:
        return token.kind == "close" or (token.kind == "word" and token.text == "or")

    def _term(self) -> Predicate:
        if self._takes_word("not"):
            negated = self._term()
            return lambda trial: not negated(trial)
        token = self._next("a field, a text, or (")
        if token.kind == "open":
            inner = self._either()
            if self._next("a closing )").kind != "close":
                raise FilterError("expected a closing )")
            return inner
        if token.kind == "quoted":
            return _contains_anywhere(token.text)
        if token.kind != "word":
            raise FilterError(f"expected a field or a text before {token.text!r}")
        following = self._peek()
        if following is None or following.kind != "operator":
            return _contains_anywhere(token.text)
        self._at += 1
        return self._comparison(token.text, following.text)

    def _comparison(self, name: str, operator: str) -> Predicate:
        if name == "has":
            wanted = self._value(f"a field after {name}{operator}")
            return _has(self._field(wanted))
        field = self._field(name)
        text = self._value(f"a value after {name}{operator}")
        if name == "state" and not any(text.casefold() in state for state in ALL_STATES):
            raise FilterError(f"no state is called {text}: there are {', '.join(ALL_STATES)}")
        if operator == ":":
            return _matches(field, text)
        if operator in ("=", "=="):
            return _equals(field, text)
        if operator == "!=":
            equals = _equals(field, text)
            return lambda trial: not equals(trial)
        try:
            bound = float(text)
        except ValueError:
            raise FilterError(f"expected a number after {name}{operator}, not {text!r}") from None
        return _compares(field, _COMPARISONS[operator], bound)

    def _field(self, name: str) -> Callable[[Trial], Any]:
        try:
            return self._fields[name]
        except KeyError:
            raise FilterError(f"there is no field {name!r}{self._instead_of(name)}") from None

    def _instead_of(self, name: str) -> str:
        """What may have been meant, or else the names that people use, not those of files."""
        names = [each for each in self._fields.names() if "::" not in each]
        close = get_close_matches(name, names, n=3)
        if close:
            return f"; did you mean {' or '.join(close)}?"
        shown = ", ".join(names[:_MOST_NAMES])
        return f"; there are {shown}{' and more' if len(names) > _MOST_NAMES else ''}"

    def _value(self, expected: str) -> str:
        token = self._next(expected)
        if token.kind not in ("word", "quoted"):
            raise FilterError(f"expected {expected}")
        return token.text

    def _takes_word(self, word: str) -> bool:
        token = self._peek()
        if token is None or token.kind != "word" or token.text != word:
            return False
        self._at += 1
        return True

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self, expected: str) -> _Token:
        token = self._peek()
        if token is None:
            raise FilterError(f"expected {expected} at the end")
        self._at += 1
        return token


def _contains_anywhere(text: str) -> Predicate:
    wanted = text.lower()

    def holds(trial: Trial) -> bool:
        metadata = trial.metadata
        places: list[Any] = [metadata.id, metadata.evaluating_worker_id, *trial.config.values()]
        if trial.report is not None:
            places += [trial.report.err, trial.report.tb]
        return any(wanted in str(place).lower() for place in places if place is not None)

    return holds


def _has(field: Callable[[Trial], Any]) -> Predicate:
    return lambda trial: field(trial) not in (None, "")


def _matches(field: Callable[[Trial], Any], text: str) -> Predicate:
    wanted = text.lower()

    def holds(trial: Trial) -> bool:
        value = field(trial)
        return value is not None and (_same(value, text) or wanted in str(value).lower())

    return holds


def _equals(field: Callable[[Trial], Any], text: str) -> Predicate:
    return lambda trial: _same(field(trial), text)


def _same(value: Any, text: str) -> bool:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return value == float(text)
        except ValueError:
            return False
    return value is not None and str(value).lower() == text.lower()


def _compares(
    field: Callable[[Trial], Any], compare: Callable[[Any, Any], bool], bound: float
) -> Predicate:
    def holds(trial: Trial) -> bool:
        value = field(trial)
        return isinstance(value, int | float) and compare(value, bound)

    return holds
