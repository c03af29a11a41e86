"""Configs as a person reads them: the names somebody gave, and choices instead of indices.

Spaces of the newer kind sample keys such as
`SAMPLING__Resolvable.block.kwargs.mapping_value{act}::categorical__2`, whose value is an index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from neps_state.space import SearchSpaceTree, attribute, label
from neps_state.stand_in import StandIn, class_name_of, plain_number

_SAMPLED = "SAMPLING__Resolvable."
_ENVIRONMENT = "ENVIRONMENT__"
_PART = re.compile(r"(?P<name>[^.\[\]{}]+)|\[(?P<index>\d{1,9})\]|\{(?P<key>[^}]*)\}")
_PLUMBING = frozenset({"args", "kwargs", "sequence", "mapping_value", "sampled_value"})


class KeyNames:
    """Readable names of config keys, told apart from all other keys of the run.

    A choice that somebody named as an argument goes by that name alone where no other key of the
    run ends in it, and by its whole path otherwise.
    """

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}
        self._short: dict[str, set[str]] = {}

    def learn(self, keys: Iterable[str]) -> bool:
        """Take in the keys of a config.

        Returns:
            Whether one of them is new, so that names may have changed.
        """
        new = [key for key in keys if key not in self._paths]
        for key in new:
            self._paths[key] = path = path_name(key)
            self._short.setdefault(_last_given(path), set()).add(key)
        return bool(new)

    def __getitem__(self, key: str) -> str:
        path = self._paths.get(key)
        if path is None:
            return path_name(key)
        short = _last_given(path)
        return short if len(self._short[short]) == 1 else path

    def learned(self) -> Iterable[str]:
        """Every key learned, as stored, in the order of learning."""
        return self._paths


def path_name(key: str) -> str:
    """The readable name of a config key on its own, as in `net[0].activation`."""
    if not isinstance(key, str):
        return str(key)
    if key.startswith(_ENVIRONMENT):
        return key.removeprefix(_ENVIRONMENT)
    if not key.startswith(_SAMPLED):
        return key
    name = ""
    for part in _PART.finditer(_path_of(key)):
        if part["index"] is not None:
            name += f"[{part['index']}]"
        elif part["key"] is not None:
            name += f".{part['key']}" if name else part["key"]
        elif not _is_plumbing(part["name"]):
            name += f".{part['name']}" if name else part["name"]
    return name or key


def readable_config(
    config: Mapping[str, Any],
    space: SearchSpaceTree | None,
    names: KeyNames | Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A config with readable names and values.

    Args:
        config: As stored.
        space: The run's search space, which knows what an index chooses.
        names: Names told apart over the whole run; by default over this config.
    """
    if names is None:
        own_names = KeyNames()
        own_names.learn(config)
        names = own_names
    return {_name_of(key, names): readable_value(key, config, space) for key in config}


def _name_of(key: str, names: KeyNames | Mapping[str, str]) -> str:
    """A key's name in a run, or on its own where no trial of the run has it."""
    return names[key] if isinstance(names, KeyNames) else names.get(key) or path_name(key)


def readable_value(key: str, config: Mapping[str, Any], space: SearchSpaceTree | None) -> Any:
    """The value of one key: what was chosen rather than its index, numbers as plain ones."""
    value = config[key]
    if isinstance(value, StandIn):
        number = plain_number(value)
        return str(value) if number is None else number
    chosen = chosen_node(key, config, space)
    if chosen is None:
        return value
    return chosen if isinstance(chosen, bool | int | float | str) else label(chosen)


def chosen_node(key: str, config: Mapping[str, Any], space: SearchSpaceTree | None) -> Any:
    """What the index stored under a key has chosen from the space.

    Returns:
        None where the key stores no index, or the space does not know it.
    """
    value = config[key]
    if space is None or not isinstance(key, str) or not key.startswith(_SAMPLED):
        return None
    if "::categorical" not in key or not isinstance(value, int):
        return None
    return _choice(_node_at(_path_of(key), config, space), value)


def choices_of(key: str, config: Mapping[str, Any], space: SearchSpaceTree | None) -> list[Any]:
    """All that the index stored under a key could have chosen, in the order of the space.

    Returns:
        Nothing where the key stores no index, or the space does not know what it chooses from.
    """
    if space is None or not key.startswith(_SAMPLED) or "::categorical" not in key:
        return []
    node = _node_at(_path_of(key), config, space)
    choices = attribute(node, "choices") if isinstance(node, StandIn) else None
    return [*choices] if isinstance(choices, list | tuple) else []


def _path_of(key: str) -> str:
    return key.removeprefix(_SAMPLED).rpartition("::")[0] or key.removeprefix(_SAMPLED)


def _is_plumbing(name: str) -> bool:
    return name in _PLUMBING or name.startswith("resampled_")


def _last_given(path: str) -> str:
    last = path.rpartition(".")[2]
    return path if "[" in last else last


def _node_at(path: str, config: Mapping[str, Any], space: SearchSpaceTree) -> Any:
    """Follow a path through the space, along the choices that this config made."""
    node: Any = None
    for part in _PART.finditer(path):
        if part["index"] is not None:
            node = _item(node, int(part["index"]))
        elif part["key"] is not None:
            node = node.get(part["key"]) if isinstance(node, Mapping) else None
        elif part.start() == 0:
            parameter = space.parameters.get(part["name"])
            node = None if parameter is None else parameter.node
        elif part["name"] == "sampled_value":
            node = _choice(node, _sampled_index(path[: part.start() - 1], config))
        elif part["name"] in ("args", "kwargs"):
            node = attribute(node, part["name"]) if isinstance(node, StandIn) else None
        elif part["name"].startswith("resampled_"):
            node = _source(node, space)
        if node is None:
            return None
    return _source(node, space)


def _sampled_index(path: str, config: Mapping[str, Any]) -> Any:
    wanted = f"{_SAMPLED}{path}::categorical"
    return next((value for key, value in config.items() if str(key).startswith(wanted)), None)


def _choice(node: Any, index: Any) -> Any:
    choices = attribute(node, "choices") if isinstance(node, StandIn) else None
    return _item(choices, index) if isinstance(index, int) else None


def _item(items: Any, index: int) -> Any:
    if isinstance(items, list | tuple) and 0 <= index < len(items):
        return items[index]
    return None


def _source(node: Any, space: SearchSpaceTree) -> Any:
    """What a `Resample` samples again: the node it holds, or the one it names."""
    if not isinstance(node, StandIn) or class_name_of(node) != "Resample":
        return node
    source = attribute(node, "source")
    if isinstance(source, str):
        parameter = space.parameters.get(source)
        return None if parameter is None else parameter.node
    return source
