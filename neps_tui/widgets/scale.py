"""Where numbers stand on an axis, and which round ones label it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LARGEST = 1e100
"""Numbers beyond are taken for infinite, and their reciprocals for zero, so that no
difference or ratio is out of range."""


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from one number to another.

    Attributes:
        low: The number at its start.
        high: The number at its end, greater than `low`.
        log: Whether equal ratios, instead of equal differences, are equally long; both
            ends are then positive.
    """

    low: float
    high: float
    log: bool = False

    @classmethod
    def around(cls, low: float, high: float, *, log: bool = False) -> Scale:
        """A scale over a range, widened if the range is hardly more than a single number.

        Logarithmic only if the range allows it.
        """
        log = log and low > 1 / LARGEST
        if high - low > max(1e-9 * max(abs(low), abs(high)), 1 / LARGEST):
            return cls(low, high, log)
        margin = abs(low) * 0.1 if abs(low) > 1 / LARGEST else 1.0
        return cls(low - margin, low + margin, log)

    def dots(self, values: Sequence[float], count: int) -> list[int]:
        """Where numbers stand, on so many dots; numbers beyond the scale are beyond these."""
        start, end = self.low, self.high
        if self.log:
            start, end = math.log(self.low), math.log(self.high)
            nowhere = 2 * start - end - 1
            values = [math.log(value) if value > 0 else nowhere for value in values]
        a_dot = max(count - 1, 0) / (end - start)
        return [round((value - start) * a_dot) for value in values]

    def ticks(self, most: int) -> list[float]:
        """Round numbers within the scale, as many as there may be, ascending."""
        if most < 1:
            return []
        if self.log:
            ticks = self._log_ticks(most)
            if len(ticks) >= min(most, 3) or len(ticks) >= len(self._linear_ticks(most)):
                return ticks
        return self._linear_ticks(most)

    def _log_ticks(self, most: int) -> list[float]:
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        for mantissas in ((1, 2, 5), (1, 3), (1,)):
            ticks = [
                float(f"{mantissa}e{exponent}")
                for exponent in range(first, last + 1)
                for mantissa in mantissas
            ]
            ticks = [tick for tick in ticks if self.low <= tick <= self.high]
            if len(ticks) <= most:
                return ticks
        return _thinned(ticks, most)

    def _linear_ticks(self, most: int) -> list[float]:
        span = self.high - self.low
        exponent = math.floor(math.log10(span)) - 2
        while True:
            for mantissa in (1, 2, 5):
                step = mantissa * 10.0**exponent
                first, last = math.ceil(self.low / step), math.floor(self.high / step)
                if last - first < most:
                    return [round(n * step, max(-exponent, 0)) for n in range(first, last + 1)]
            exponent += 1


def _thinned(ticks: Sequence[float], most: int) -> list[float]:
    """Every so many ticks."""
    return list(ticks[:: math.ceil(len(ticks) / most)])
