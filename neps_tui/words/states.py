"""How each state of a trial looks, and of a run, everywhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StateLook:
    """One state of a trial or a run, legible by any of its glyph, its word and its colour.

    Attributes:
        glyph: One cell wide.
        ascii_glyph: For terminals without Unicode.
        word: Names the state.
        colour: A theme variable of Textual, made for text in dark and light themes.
    """

    glyph: str
    ascii_glyph: str
    word: str
    colour: str

    @property
    def colour_style(self) -> str:
        """The colour as a style for content."""
        # In content, colours that Textual picks by the background come out as plain text.
        return f"${self.colour.replace('text-muted', 'foreground-muted')}"

    def sign(self, ascii: bool = False) -> str:
        """The glyph that the terminal can show."""
        return self.ascii_glyph if ascii else self.glyph


STATES = {
    look.word: look
    for look in (
        StateLook("…", ".", "pending", "text-muted"),
        StateLook("▶", ">", "evaluating", "text-primary"),
        StateLook("✔", "+", "success", "text-success"),
        StateLook("✖", "x", "failed", "text-error"),
        StateLook("✘", "X", "crashed", "text-error"),
        StateLook("⚠", "!", "corrupted", "text-warning"),
        StateLook("⇥", "=", "external", "text-secondary"),
        StateLook("?", "?", "unknown", "text-warning"),
    )
}
"""All states, in the order in which a trial may pass through them."""

INCUMBENT = StateLook("★", "*", "incumbent", "text-accent")
"""The best trial so far: shown in place of its state, which is a success."""

CONDITIONS = {
    each.word: each
    for each in (
        StateLook("●", "*", "live", "text-success"),
        StateLook("○", "o", "idle", "text-warning"),
        StateLook("■", "#", "finished", "text-primary"),
        StateLook("·", ".", "empty", "text-muted"),
    )
}
"""Whether a whole run is alive."""


def look(state: str) -> StateLook:
    """The look of a state; of `unknown` for a state that is new to this program."""
    return STATES.get(state, STATES["unknown"])
