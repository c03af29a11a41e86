"""The random states a run samples with, kept so that every worker continues the same stream."""

from __future__ import annotations

import io
import random
import sys
from dataclasses import dataclass
from typing import Any, Self

from neps_state.exceptions import UnreadableError
from neps_state.twin import CheckedTwin, sealed


@sealed
@dataclass(eq=False)
class SeedSnapshot(CheckedTwin):
    """States of the global generators, as each library gives them, or stand-ins for those.

    Args:
        np_rng: `("MT19937", 624 words, position, has_gauss, cached_gaussian)`.
        py_rng: What `random.getstate` gives.
        torch_rng: A byte tensor.
        torch_cuda_rng: One byte tensor a device.
    """

    np_rng: Any
    py_rng: Any
    torch_rng: Any
    torch_cuda_rng: Any

    @classmethod
    def new_capture(cls) -> Self:
        """The states of this process.

        Where numpy is not loaded, its state is taken from `random`, which runs the same
        generator: a NePS worker that reads the snapshot needs one to go on from.
        """
        version, words, gauss = random.getstate()
        del version, gauss
        numpy_state = ("MT19937", tuple(words[:624]), words[624], 0, 0.0)
        snapshot = cls(numpy_state, None, None, None)
        snapshot.recapture()
        return snapshot

    def recapture(self) -> None:
        """Take the states of the libraries this process has loaded; the others' stay."""
        self.py_rng = random.getstate()
        if (numpy := sys.modules.get("numpy")) is not None:
            name, words, *rest = numpy.random.get_state(legacy=True)
            self.np_rng = (name, words.copy(), *rest)
        if (torch := sys.modules.get("torch")) is not None:
            self.torch_rng = torch.random.get_rng_state().clone()
            if torch.cuda.is_available():
                self.torch_cuda_rng = [each.clone() for each in torch.cuda.get_rng_state_all()]

    def set_as_global_seed_state(self) -> None:
        """Continue from these states, in the libraries this process has loaded.

        Raises:
            UnreadableError: A state is not of the shape that library gives.
        """
        try:
            self._set_states()
        except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
            raise UnreadableError(f"a random state of another shape: {error}") from error

    def _set_states(self) -> None:
        from neps_state.pickles import revive  # the pickles need this class to read it

        random.setstate(_as_tuple(self.py_rng))
        if (numpy := sys.modules.get("numpy")) is not None and self.np_rng is not None:
            numpy.random.set_state(revive(self.np_rng, _numpy_global))
        if (torch := sys.modules.get("torch")) is not None:
            if self.torch_rng is not None:
                torch.random.set_rng_state(revive(self.torch_rng, _torch_global))
            if self.torch_cuda_rng is not None and torch.cuda.is_available():
                torch.cuda.set_rng_state_all(revive(self.torch_cuda_rng, _torch_global))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SeedSnapshot):
            return NotImplemented
        from neps_state.pickles import dump_state

        return dump_state(vars(self)) == dump_state(vars(other))

    __hash__ = None  # type: ignore[assignment]  # mutable, as every dataclass with __eq__


def _as_tuple(value: Any) -> Any:
    return tuple(map(_as_tuple, value)) if isinstance(value, list | tuple) else value


_NUMPY_GLOBALS = {
    ("numeric", "_frombuffer"),
    ("multiarray", "_reconstruct"),
}


def _numpy_global(module: str, name: str) -> object | None:
    """The functions and classes that the pickle of an array names, wherever numpy keeps them."""
    numpy = sys.modules["numpy"]
    if module == "numpy" and name in ("dtype", "ndarray"):
        found: object = getattr(numpy, name)
        return found
    package, _, last = module.rpartition(".")
    if package in ("numpy._core", "numpy.core") and (last, name) in _NUMPY_GLOBALS:
        for place in (module, f"numpy._core.{last}", f"numpy.core.{last}"):
            if place in sys.modules:
                function: object = getattr(sys.modules[place], name)
                return function
    return None


def _torch_global(module: str, name: str) -> object | None:
    """The functions that the pickle of a tensor names; the bytes inside are read as data only."""
    torch = sys.modules["torch"]
    if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
        rebuild: object = torch._utils._rebuild_tensor_v2
        return rebuild
    if (module, name) == ("torch.storage", "_load_from_bytes"):
        return lambda data: torch.load(io.BytesIO(data), weights_only=True)
    if (module, name) == ("collections", "OrderedDict"):
        from collections import OrderedDict

        return OrderedDict
    return None
