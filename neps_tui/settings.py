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
        tell: Kinds of news to be told of.
        tell_by: How: by a bell, a notification.
        tell_command: A command to be run at each, its words.
        complaints: What is wrong with the file, a line each.
    """

    read_only: bool = False
    theme: str | None = None
    ascii: bool = False
    poll: float | None = None
    tell: tuple[str, ...] = ()
    tell_by: tuple[str, ...] = ("bell",)
    tell_command: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()

    @property
    def why_read_only(self) -> str:
        """Why no run may be changed; empty if they may be."""
        if not self.read_only:
            return ""
        # Of a file that is wrong, what is wrong with it is why.
        return "; ".join(self.complaints) or f"read_only is set in {settings_file()}"


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
    return settings_in(data, path)


def settings_in(data: bytes, path: Path) -> Settings:
    """The settings that a file holds.

    Args:
        data: The file.
        path: Where it stands, to be named in complaints.
    """
    import tomllib  # few have such a file

    from neps_tui.setting_kinds import KINDS, WrongSettingError

    try:
        found = tomllib.loads(data.decode())
    except ValueError as error:
        return Settings(read_only=True, complaints=(f"{path} is no TOML: {error}",))
    held: dict[str, Any] = {}
    complaints = []
    for name, value in found.items():
        if name not in KINDS:
            complaints.append(f"{path}: there is no setting {name}; there are {', '.join(KINDS)}")
            if name.casefold().replace("-", "").replace("_", "") == "readonly":
                held["read_only"] = True
            continue
        try:
            held[name] = KINDS[name].read(value)
        except WrongSettingError as error:
            complaints.append(f"{path}: {name} cannot be {value!r}: {error}")
            if name == "read_only":
                held[name] = True
    return Settings(**held, complaints=tuple(complaints))
