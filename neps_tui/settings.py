"""What a person has set once for all runs, in a file of their own that no run knows of.

It is `neps-tui/settings.toml` in the directory for such things (`XDG_CONFIG_HOME`, by default
`~/.config`). What the command line says counts more. What is unknown or wrong in it is named, and
the rest holds; but where it may have been meant to say `read_only`, it does.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neps_tui.places import own_directory


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings, as they are where nothing is set.

    Args:
        read_only: Whether no run may be changed.
        theme: The dashboard's theme; None for the usual one.
        ascii: Whether only ASCII may be drawn.
        poll: Seconds between looks at a run, instead of waiting for file events; None for events.
        complaints: What is wrong with the file, a line each.
    """

    read_only: bool = False
    theme: str | None = None
    ascii: bool = False
    poll: float | None = None
    complaints: tuple[str, ...] = ()

    @property
    def why_read_only(self) -> str:
        """Why no run may be changed; empty if they may be."""
        if not self.read_only:
            return ""
        # Of a file that is wrong, what is wrong with it is why.
        return "; ".join(self.complaints) or f"read_only is set in {settings_file()}"


_KINDS: dict[str, type] = {"read_only": bool, "theme": str, "ascii": bool, "poll": float}


def settings_file() -> Path:
    """Where they stand.

    Raises:
        OSError: Nobody knows where this user's things are kept.
    """
    return own_directory("XDG_CONFIG_HOME", ".config") / "settings.toml"


def read_settings() -> Settings:
    """The settings; what goes wrong with the file is among its complaints."""
    try:
        path = settings_file()
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Settings()
    except OSError as error:
        return Settings(read_only=True, complaints=(f"the settings cannot be read: {error}",))
    return _settings_in(data, path)


def _settings_in(data: bytes, path: Path) -> Settings:
    import tomllib  # few have such a file

    try:
        found = tomllib.loads(data.decode())
    except ValueError as error:
        return Settings(read_only=True, complaints=(f"{path} is no TOML: {error}",))
    held: dict[str, Any] = {}
    complaints = []
    for name, value in found.items():
        if name not in _KINDS:
            known = ", ".join(_KINDS)
            complaints.append(f"{path}: there is no setting {name}; there are {known}")
            if name.casefold().replace("-", "").replace("_", "") == "readonly":
                held["read_only"] = True
        elif not _is_of(name, value):
            complaints.append(f"{path}: {name} cannot be {value!r}")
            if name == "read_only":
                held[name] = True
        else:
            held[name] = value
    return Settings(**held, complaints=tuple(complaints))


def _is_of(name: str, value: Any) -> bool:
    if name == "poll":
        return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    return isinstance(value, _KINDS[name])
