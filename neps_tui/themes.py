"""Themes of our own: colours that people who see colours differently can tell apart.

The colours are Okabe and Ito's (2008), made for that. Good is blue and bad is vermilion, never
green and red; every state has its sign and its word besides.
"""

from __future__ import annotations

from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme

COLOUR_BLIND_DARK, COLOUR_BLIND_LIGHT = "neps-colour-blind-dark", "neps-colour-blind-light"

_USUAL_LIGHT = BUILTIN_THEMES["textual-light"]

THEMES = (
    # Textual's own, with what is written on it dark enough to be read.
    replace(
        _USUAL_LIGHT,
        variables={
            **_USUAL_LIGHT.variables,
            "text-accent": "#704400",
            "text-warning": "#704400",
            "text-success": "#1F5C34",
            "foreground-muted": "#4A4A4A",
            "footer-key-foreground": "#00508F",
        },
    ),
    Theme(
        name=COLOUR_BLIND_DARK,
        primary="#56B4E9",
        secondary="#CC79A7",
        accent="#F0E442",
        success="#56B4E9",
        warning="#E69F00",
        error="#D55E00",
        background="#101214",
        surface="#1A1D20",
        panel="#262B30",
        dark=True,
    ),
    Theme(
        name=COLOUR_BLIND_LIGHT,
        primary="#0072B2",
        secondary="#CC79A7",
        accent="#A66F00",
        success="#0072B2",
        warning="#A66F00",
        error="#B04A00",
        background="#FBFBFA",
        surface="#F0F0EE",
        panel="#DFE2E4",
        dark=False,
        variables={
            "text-accent": "#704400",
            "text-warning": "#704400",
            "foreground-muted": "#4A4A4A",
            "footer-key-foreground": "#704400",
        },
    ),
)

OTHER_SHADE = {
    "textual-dark": "textual-light",
    "textual-light": "textual-dark",
    COLOUR_BLIND_DARK: COLOUR_BLIND_LIGHT,
    COLOUR_BLIND_LIGHT: COLOUR_BLIND_DARK,
    "catppuccin-mocha": "catppuccin-latte",
    "catppuccin-latte": "catppuccin-mocha",
    "solarized-dark": "solarized-light",
    "solarized-light": "solarized-dark",
    "rose-pine": "rose-pine-dawn",
    "rose-pine-dawn": "rose-pine",
    "atom-one-dark": "atom-one-light",
    "atom-one-light": "atom-one-dark",
}
"""The theme of the same colours for the other time of day, where there is one."""
