"""The filter language: which trials to show.

Terms stand side by side and must all hold; `or`, `not` and parentheses combine them:

    state:crashed worker:worker_3 learning_rate<1e-3 objective<0.2 rung=2 has:error "out of memory"

`field:text` asks whether the field is or contains a text (of a trial's or worker's name without
cutting a number in two: `id:6` is no part of 16), `= != < <= > >=` compare, `has:field`
asks whether there is a value at all, and a bare word or a quoted text is looked for in the id,
the worker, the config and the error. What fields there are stands in `neps_tui.facts.field_table`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, get_args

from neps_state import Trial
from neps_tui.facts.field_names import UnknownFieldError
from neps_tui.facts.field_table import EXPECTED, FieldKind
from neps_tui.facts.summary import Standing
from neps_tui.facts.trial_fields import ALL_STATES, Field, TrialFields
from neps_tui.trials import comparing
from neps_tui.trials.filter_tokens import Token, ending_of, tokens_of
from neps_tui.words.spans import UNITS, has_unit, seconds_in

Predicate: TypeAlias = Callable[[Trial], bool]

_MOST_NESTED = 100
_JOINING = ("or", "not", "and")
_STANDINGS: tuple[str, ...] = get_args(Standing)


class FilterError(ValueError):
    """The filter is not complete or not right; the message says what was expected."""


@dataclass(frozen=True)
class Filter:
    """Which trials a filter lets through; it is called with each.

    Args:
        holds: Tells it of a trial.
        follows_clock: Whether a trial may come to hold, or cease to, as time goes by.
    """

    holds: Predicate
    follows_clock: bool = False

    def __call__(self, trial: Trial) -> bool:
        """Whether the filter lets a trial through."""
        return self.holds(trial)


def parse_filter(text: str, fields: TrialFields) -> Filter:
    """The trials that a filter lets through.

    Args:
        text: The filter as typed; nothing lets all through.
        fields: What there is to ask for in this run.

    Raises:
        FilterError: It is incomplete or wrong; the message says what was expected, and where.
    """
    return _Parser([*tokens_of(text)], fields).whole()


def unfinished_word(text: str, fields: TrialFields) -> str | None:
    """The word at the end that may still become a field, `or`, `not` or `and`, if there is one.

    Until a blank ends it, nobody knows whether it is a text to look for.
    """
    ending = ending_of(text)
    if ending is None or ending.field is not None or not ending.begun:
        return None
    begins = any(each.startswith(ending.begun.casefold()) for each in (*_JOINING, "has"))
    return ending.begun if begins or fields.may_become(ending.begun) else None


def expected_after(word: str, fields: TrialFields) -> str:
    """What is expected after a word that is not finished."""
    if word.casefold() in _JOINING:
        return f"expected a field, a text, or ( after {word}"
    if word.casefold() == "has" or word in fields:
        return f"expected : = < or > after {word}; a blank or enter looks for it as a text"
    return f"{word} may become a field; a blank or enter looks for it as a text"


class _Parser:
    """Recursive descent over `either := all ("or" all)*` and `all := term term*`."""

    def __init__(self, tokens: list[Token], fields: TrialFields) -> None:
        self._tokens = tokens
        self._fields = fields
        self._at = 0
        self._depth = 0
        self._follows_clock = False

    def whole(self) -> Filter:
        for token in self._tokens:
            if token.kind == "unclosed":
                raise FilterError('expected a closing "')
            if token.kind == "odd":
                raise FilterError(f"expected a field or a text at {token.text[:20]!r}")
        if not self._tokens:
            return Filter(lambda trial: True)
        predicate = self._either()
        if (token_left := self._peek()) is not None:
            raise FilterError(f"expected the end, or a field, instead of {token_left.text!r}")
        return Filter(predicate, self._follows_clock)

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

    def _ends_all(self, token: Token) -> bool:
        return token.kind == "close" or _is_word(token, "or")

    def _term(self) -> Predicate:
        self._depth += 1
        if self._depth > _MOST_NESTED:
            raise FilterError(f"expected at most {_MOST_NESTED} ( and not within each other")
        predicate = self._term_within()
        self._depth -= 1
        return predicate

    def _term_within(self) -> Predicate:
        if self._takes_word("not"):
            negated = self._term()
            return lambda trial: not negated(trial)
        token = self._next("a field, a text, or (")
        if token.kind == "open":
            inner = self._either()
            if self._next("a closing )").kind != "close":
                raise FilterError("expected a closing )")
            return inner
        if token.kind not in ("word", "quoted"):
            raise FilterError(f"expected a field or a text before {token.text!r}")
        following = self._peek()
        if following is None or following.kind != "operator":
            return self._contains_anywhere(token.text)
        self._at += 1
        return self._comparison(token.text, following.text)

    def _contains_anywhere(self, text: str) -> Predicate:
        return comparing.contains_anywhere(text, self._fields["error"])

    def _comparison(self, name: str, operator: str) -> Predicate:
        if name.casefold() == "has":
            wanted = self._value(f"a field after {name}{operator}")
            return comparing.has(self._field(wanted)[0])
        field, kind = self._field(name)
        text = self._value(f"a value after {name}{operator}")
        if kind in ("span", "age", "moment"):
            return self._of_time(field, kind, name, operator, text + self._unit(text))
        self._check_word(kind, text)
        if operator in comparing.ORDERS:
            try:
                bound = float(text)
            except ValueError:
                raise self._not_that(kind, name, operator, text) from None
            return comparing.compares(field, operator, bound)
        alike = comparing.equals
        if operator == ":":
            alike = comparing.matches_name if kind == "name" else comparing.matches
        if kind == "error" and operator != ":":
            alike = comparing.equals_error
        return _negated_if(operator == "!=", alike(field, text))

    def _of_time(
        self, field: Field, kind: FieldKind, name: str, operator: str, text: str
    ) -> Predicate:
        """Compare spans of time, and moments by how long ago they are."""
        seconds = seconds_in(text)
        if seconds is None and operator in comparing.ORDERS:
            raise self._not_that(kind, name, operator, text)
        if kind == "age" or (kind == "moment" and has_unit(text)):
            self._follows_clock = True
            field = comparing.ago(field, self._fields.now)
        if operator in comparing.ORDERS:
            return comparing.compares(field, operator, seconds or 0.0)
        if has_unit(text):
            alike = comparing.reads_as_age if kind != "span" else comparing.reads_as_span
            return _negated_if(operator == "!=", alike(field, seconds or 0.0))
        same = comparing.matches if operator == ":" else comparing.equals
        return _negated_if(operator == "!=", same(field, text))

    def _unit(self, text: str) -> str:
        """The unit that stands behind a number, as in `7.9 s`; empty if there is none."""
        token = self._peek()
        follows = self._tokens[self._at + 1 : self._at + 2]
        if (
            token is None
            or token.kind != "word"
            or token.text.casefold() not in UNITS
            or has_unit(text)
            or any(each.kind == "operator" for each in follows)
        ):
            return ""
        self._at += 1
        return token.text

    def _check_word(self, kind: FieldKind, text: str) -> None:
        """Refuse a state or verdict that no trial can have."""
        if kind == "state" and not _is_part(text, ALL_STATES):
            if text.casefold() in _STANDINGS:
                raise FilterError(f"{text} is no state: is:{text} asks for what runs")
            raise FilterError(f"no state is called {text}: there are {', '.join(ALL_STATES)}")
        if kind == "verdict" and not _is_part(text, (*_STANDINGS, "none")):
            raise FilterError(f"no verdict is called {text}: there are {', '.join(_STANDINGS)}")

    def _not_that(self, kind: FieldKind, name: str, operator: str, text: str) -> FilterError:
        return FilterError(f"expected {EXPECTED[kind]} after {name}{operator}, not {text!r}")

    def _field(self, name: str) -> tuple[Field, FieldKind]:
        try:
            return self._fields[name], self._fields.kind(name)
        except UnknownFieldError as error:
            raise FilterError(str(error)) from None

    def _value(self, expected: str) -> str:
        token = self._next(expected)
        if token.kind not in ("word", "quoted"):
            raise FilterError(f"expected {expected}")
        return token.text

    def _takes_word(self, word: str) -> bool:
        token = self._peek()
        if token is None or not _is_word(token, word):
            return False
        self._at += 1
        return True

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self, expected: str) -> Token:
        token = self._peek()
        if token is None:
            raise FilterError(f"expected {expected} at the end")
        self._at += 1
        return token


def _is_word(token: Token, word: str) -> bool:
    return token.kind == "word" and token.text.casefold() == word


def _is_part(text: str, words: tuple[str, ...]) -> bool:
    return any(text.casefold() in word for word in words)


def _negated_if(is_negated: bool, predicate: Predicate) -> Predicate:
    return (lambda trial: not predicate(trial)) if is_negated else predicate
