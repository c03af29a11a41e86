"""Writing so that a kill at any instant leaves a valid file, and the two text formats of a run."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Literal, TypeAlias

import yaml

from neps_state.exceptions import UnreadableError
from neps_state.extent import MOST_VALUES, is_small

TextFormat: TypeAlias = Literal["yaml", "json"]

_DEEPEST = 200
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` at `path` whole or not at all: write beside, sync, rename over.

    The mode of a file that is already there is kept, so that a group can go on sharing it.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            if path.exists():
                os.fchmod(stream.fileno(), stat.S_IMODE(path.stat().st_mode))
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def append_to_file(path: Path, data: bytes) -> None:
    """Append `data` in one write and sync it; what a full disk cut short is taken back.

    Raises:
        OSError: The data could not be written whole; the file is as it was.
    """
    is_new = not path.exists()
    with open(path, "ab", buffering=0) as stream:
        size_before = os.fstat(stream.fileno()).st_size
        written = stream.write(data)
        if written != len(data):
            os.ftruncate(stream.fileno(), size_before)
            raise OSError(f"{path.name}: the disk took only {written} of {len(data)} bytes")
        os.fsync(stream.fileno())
    if is_new:
        sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make renames and new names in `directory` durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _InertLoader(_Loader):  # type: ignore[misc]  # chosen at run time: C where PyYAML has it
    """YAML as data only: a tag of any language gives what it tags, not an object."""


def _construct_untagged(loader: Any, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    return loader.construct_scalar(node)


_InertLoader.add_multi_constructor("", _construct_untagged)


def load_text(data: bytes, text_format: TextFormat) -> Any:
    """Read YAML or JSON without making anything but plain data.

    Raises:
        ValueError: The text is not of that format, as when it is half written.
    """
    try:
        if text_format == "json":
            # NePS reads UTF-8 only; from bytes other encodings would be guessed at.
            value = json.loads(data.decode())
        else:
            _check_depth(data)
            value = yaml.load(data.decode(), Loader=_InertLoader)
    except (yaml.YAMLError, RecursionError, AttributeError, LookupError, TypeError) as error:
        # What is tagged as a date, a number or a truth and is none makes its reader fail anyhow.
        raise ValueError(f"not {text_format.upper()}: {error}") from error
    if is_small((value,)):
        return value
    if text_format == "yaml" and b"*" in data:
        raise ValueError(f"its aliases expand to more than {MOST_VALUES} values")
    raise ValueError("it holds values beyond all measure")


def _check_depth(data: bytes) -> None:
    """Refuse what is nested so deeply that the C library would overflow its stack.

    Raises:
        ValueError: It is.
    """
    # Flow collections take a bracket a level, block collections a column or half of one.
    brackets = data.count(b"[") + data.count(b"{")
    if brackets <= _DEEPEST and max(map(len, data.split(b"\n"))) <= _DEEPEST:
        return
    depth = 0
    for event in yaml.parse(data, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise ValueError(f"nested more than {_DEEPEST} deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def dump_text(value: Any, text_format: TextFormat) -> bytes:
    """Write plain data as YAML or JSON, keys sorted, as NePS does."""
    plain = plain_data(value)
    if text_format == "json":
        return json.dumps(plain, sort_keys=True).encode()
    try:
        text: str = yaml.dump(plain, Dumper=_Dumper, sort_keys=True)
    except UnicodeEncodeError:
        text = yaml.dump(_encodable(plain), Dumper=_Dumper, sort_keys=True)
    return text.encode()


def _encodable(value: Any) -> Any:
    """Plain data with a sign for what no file can hold, as halves of characters are."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    return [_encodable(item) for item in value] if isinstance(value, list) else value


def plain_data(value: Any) -> Any:
    """What a text file can hold of `value`: arrays become lists, enums values, errors texts."""
    if value is None or (isinstance(value, bool | int | float | str) and type(value) in _PLAIN):
        return value
    if isinstance(value, Enum):
        return plain_data(value.value)
    if isinstance(value, Mapping):
        return {plain_data(key): plain_data(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return plain_data(value.tolist())
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [plain_data(item) for item in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return str(value)


_PLAIN = (bool, int, float, str)


def read_bytes(path: Path, *, start: int = 0, length: int = -1) -> bytes:
    """A file's content as it is now, in one read.

    Args:
        path: The file.
        start: Where to begin.
        length: How many bytes; all that follow if negative.

    Raises:
        UnreadableError: It is a directory, or a pipe or device, which could be read for ever.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        # Before it is opened as a stream, which a directory cannot be.
        os.close(descriptor)
        raise UnreadableError(f"{path.name} is no regular file")
    with open(descriptor, "rb", buffering=0) as stream:
        stream.seek(start)
        return stream.read(length)
