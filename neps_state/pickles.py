"""Reading and writing NePS's pickles without importing or running anything they name.

A run directory may belong to someone else, and the standard way to load a pickle runs whatever it
says. Here a pickle may make our own twins of NePS's state classes and a few harmless builtins;
everything else becomes a stand-in. Written back, twins and stand-ins name what they came from.
"""

from __future__ import annotations

import builtins
import gc
import io
import pickle
import struct
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from typing import Any, ClassVar

from neps_state.deep_stack import on_deep_stack
from neps_state.exceptions import UnreadableError
from neps_state.extent import MOST_VALUES
from neps_state.optimizer import BudgetInfo, OptimizationState
from neps_state.seeds import SeedSnapshot
from neps_state.stand_in import StandIn, stand_in_class
from neps_state.trial import MetaData, Report, State, Trial
from neps_state.tuple_sharing import may_share_without_end

PROTOCOL = 5

# The pure-Python pair of the standard library's C classes: only their methods can be replaced.
_PurePickler: Any = vars(pickle)["_Pickler"]
_PureUnpickler: Any = vars(pickle)["_Unpickler"]
_LARGE = 1 << 20
_IN_FRAMES = (b"\x80\x04\x95", b"\x80\x05\x95")
"""How pickles begin that are read in pieces of 64 KiB; all others, byte by byte."""

_TWINS: dict[tuple[str, str], type] = {
    ("neps.state.trial", "Trial"): Trial,
    ("neps.state.trial", "MetaData"): MetaData,
    ("neps.state.trial", "Report"): Report,
    ("neps.state.trial", "State"): State,
    ("neps.state.optimizer", "OptimizationState"): OptimizationState,
    ("neps.state.optimizer", "BudgetInfo"): BudgetInfo,
    ("neps.state.seed_snapshot", "SeedSnapshot"): SeedSnapshot,
}
_PLACES = {twin: place for place, twin in _TWINS.items()}

# Only what no argument can make run code, import a module or claim memory beyond the pickle's
# own size; written in C, so that a pickle can set no attribute on the class itself.
_HARMLESS: dict[tuple[str, str], type] = {
    (kind.__module__, kind.__name__): kind
    for kind in (set, frozenset, complex, OrderedDict, date, datetime, timedelta, timezone)
} | {
    ("builtins", name): kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, Exception)
}


class _StateByName(stand_in_class("builtins", "getattr")):  # type: ignore[misc]  # made at run time
    """Answers for a state what `getattr` would; for anything else it is a stand-in.

    Python 3.11.2, which Debian 12 has, pickles a member of an enum as an attribute of its class.
    """

    __slots__ = ()

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """The state, or a stand-in."""
        if len(args) == 2 and args[0] is State and isinstance(args[1], str) and not kwargs:
            try:
                return State(args[1].lower())
            except ValueError:
                # Not a state, so it stays what the pickle says.
                return super().__new__(cls, *args)
        return super().__new__(cls, *args, **kwargs)


_SPECIAL: dict[tuple[str, str], type] = {("builtins", "getattr"): _StateByName}


class TornError(UnreadableError):
    """A pickle ends before its end: it is still being written, or its writer was killed."""


def _find_inert(module: str, name: str) -> type:
    place = (module, name)
    known = _TWINS.get(place) or _HARMLESS.get(place) or _SPECIAL.get(place)
    return known or stand_in_class(module, name)


class _InertUnpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str) -> type:
        return _find_inert(module_name, global_name)


class _PatientInertUnpickler(_PureUnpickler):  # type: ignore[misc]  # no stubs for it
    """The pure-Python reader: slower, but it bears all there is.

    It also reads instances of classes made by a pickle, and refuses tuples that share so much that
    nobody could ever hash them, as a key in a dict is.
    """

    dispatch: ClassVar[dict[int, Callable[..., None]]] = dict(_PureUnpickler.dispatch)

    def __init__(self, file: io.BytesIO | _Pieces) -> None:
        super().__init__(file)
        self._extents: dict[int, int] = {}

    def find_class(self, module: str, name: str) -> type:
        return _find_inert(module, name)

    def weigh(self, made: tuple[Any, ...]) -> None:
        """Take note of how much a new tuple holds, what it shares counted each time."""
        extent = 1 + sum(
            self._extents.get(id(each), 1) if type(each) is tuple else 1 for each in made
        )
        if extent > MOST_VALUES:
            raise UnreadableError(f"its tuples hold more than {MOST_VALUES} values")
        self._extents[id(made)] = extent


def _weighed(make: Callable[[_PatientInertUnpickler], None]) -> Callable[..., None]:
    def load(reader: _PatientInertUnpickler) -> None:
        make(reader)
        reader.weigh(reader.stack[-1])

    return load


for _code in (pickle.TUPLE, pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3):
    _PatientInertUnpickler.dispatch[_code[0]] = _weighed(_PureUnpickler.dispatch[_code[0]])


def _load_bytearray(reader: _PatientInertUnpickler) -> None:
    # The standard library's own makes the whole array first, however few bytes are there.
    (length,) = struct.unpack("<Q", reader.read(8))
    reader.append(bytearray(reader.read(length)))


_PatientInertUnpickler.dispatch[pickle.BYTEARRAY8[0]] = _load_bytearray


class _Pieces:
    """Bytes for a reader in C, which lets other threads on only when it is given a piece.

    Args:
        data: The bytes; read from `position` on.
        passed: Told how far they have been read, every 64 KiB or so.
    """

    def __init__(self, data: bytes, position: int, passed: Callable[[int], object]) -> None:
        self._data = data
        self._position = position
        self._passed = passed

    def tell(self) -> int:
        return self._position

    def read(self, size: int) -> bytes:
        piece = self._data[self._position : self._position + size]
        self._position += len(piece)
        self._passed(self._position)
        return piece

    def readline(self) -> bytes:
        end = self._data.find(b"\n", self._position) + 1
        return self.read((end or len(self._data)) - self._position)


class RecordStream:
    """Pickles one after the other in one piece of bytes.

    Args:
        data: The bytes; read from `position` on.
        is_trusted: Whether nobody would have made them so that reading them takes for ever; to
            make sure takes as long as reading them.
        passed: Told now and then how far a large pickle has been read.
    """

    def __init__(
        self,
        data: bytes,
        position: int = 0,
        *,
        is_trusted: bool = False,
        passed: Callable[[int], object] | None = None,
    ) -> None:
        self._data = data
        self._is_trusted = is_trusted
        self._buffer: io.BytesIO | _Pieces
        if passed is not None and data.startswith(_IN_FRAMES, position):
            self._buffer = _Pieces(data, position, passed)
        else:
            self._buffer = io.BytesIO(data)
            self._buffer.seek(position)

    @property
    def position(self) -> int:
        """Where the next pickle starts."""
        return self._buffer.tell()

    def read(self) -> object:
        """The next pickle.

        Raises:
            TornError: It is cut off.
            UnreadableError: It is no pickle, or a broken one.
        """
        with _as_unreadable():
            if not self._is_trusted and may_share_without_end(self._data, self.position):
                return _PatientInertUnpickler(self._buffer).load()
            return _InertUnpickler(self._buffer).load()


def load_inert(data: bytes) -> Any:
    """Read one pickle.

    Raises:
        TornError: It is cut off.
        UnreadableError: It is no pickle, or a broken one.
    """
    with _as_unreadable():
        return on_deep_stack(data, _PatientInertUnpickler(io.BytesIO(data)).load)


@contextmanager
def _as_unreadable() -> Iterator[None]:
    try:
        yield
    except EOFError as error:
        raise TornError("cut off") from error
    except pickle.UnpicklingError as error:
        if "truncated" in str(error) or "exhausted" in str(error):
            raise TornError("cut off") from error
        raise UnreadableError(f"not a readable pickle: {error}") from error
    except Exception as error:  # a hostile pickle can make the reader raise anything at all
        reason = f"{type(error).__name__}: {error}"
        raise UnreadableError(f"not a readable pickle: {reason[:200]}") from error


class _StatePickler(_PurePickler):  # type: ignore[misc]  # no stubs for it
    """Writes twins and stand-ins as the globals they stand for, without importing those."""

    def reducer_override(self, obj: object) -> Any:
        return obj.reduction() if isinstance(obj, StandIn) else NotImplemented

    def save_global(self, obj: Any, name: str | None = None) -> None:
        place = _place_of(obj)
        if place is None:
            super().save_global(obj, name)
            return
        for part in place:
            self.save(part)
        self.write(pickle.STACK_GLOBAL)
        self.memoize(obj)


def _place_of(obj: object) -> tuple[str, str] | None:
    if not isinstance(obj, type):
        return None
    if issubclass(obj, StandIn):
        return obj.module, obj.name
    return _PLACES.get(obj)


def dump_state(value: object) -> bytes:
    """Write twins, stand-ins and plain data so that NePS reads them as its own."""
    buffer = io.BytesIO()
    _StatePickler(buffer, protocol=PROTOCOL).dump(value)
    return buffer.getvalue()


def picklable_error(error: Exception | None) -> Exception | None:
    """The error itself, or where it cannot be pickled a plain one of the same text.

    A class from inside a function cannot be, nor an error that holds a lock or a socket.
    """
    try:
        dump_state(error)
    except (AttributeError, pickle.PicklingError, RecursionError, TypeError, ValueError):
        return Exception(str(error))
    return error


def dump_real(value: object) -> bytes:
    """Write a real object, with its class when that is from `__main__`."""
    import cloudpickle  # only who makes a run needs it

    data: bytes = cloudpickle.dumps(value, protocol=PROTOCOL)
    return data


def load_real(data: bytes) -> Any:
    """Read a pickle as the standard library does: **this runs whatever the pickle says**.

    For a program's own run and at its own explicit wish only.
    """
    return pickle.Unpickler(io.BytesIO(data)).load()


def revive(value: object, allowed: Callable[[str, str], object | None]) -> Any:
    """Turn stand-ins into real objects, of the classes and functions `allowed` answers.

    Args:
        value: Stand-ins and plain data.
        allowed: Gives the object for a module and a name, or None to refuse it.

    Raises:
        UnreadableError: The value needs something that is not allowed, or is not sound.
    """

    class Reviver(pickle.Unpickler):
        def find_class(self, module_name: str, global_name: str) -> Any:
            found = allowed(module_name, global_name)
            if found is None:
                raise UnreadableError(f"{module_name}.{global_name} is not allowed here")
            return found

    with _as_unreadable():
        return Reviver(io.BytesIO(dump_state(value))).load()


@contextmanager
def collector_paused(size: int) -> Iterator[None]:
    """Keep the garbage collector out of a large load, where it takes most of the time.

    Args:
        size: Bytes about to be loaded; below a mebibyte nothing is paused.
    """
    if size < _LARGE or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
