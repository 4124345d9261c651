"""Where a curve over depths is highest, and where it has fallen back to its start; between depths too."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray


@dataclass(frozen=True)
class Peak:
    """The highest point of positive values at depths 0, 1, ..., and the way back to the first one.

    Attributes
    ----------
    depth : int or None
        Depth of the largest value, the first of equal ones; None where the last value is the largest.
    interpolated : float or None
        The same as a real number: the vertex of the parabola through the logarithms at the depth and its two
        neighbours; 0 at depth 0.
    back : int or None
        First depth from 1 on with a value below that at depth 0; None if there is none.
    back_interpolated : float or None
        Where the straight line between the logarithms on both sides of it passes the first value.

    Examples
    --------
    >>> print(find_peak(np.array([1.0, 2.0, 2.0, 0.5])))
    highest at depth 1 (1.5 between depths), below its start from depth 3 on
    """

    depth: int | None
    interpolated: float | None
    back: int | None
    back_interpolated: float | None

    def __str__(self) -> str:
        if self.depth is None:
            return "still rising at the last depth"
        text = f"highest at depth {self.depth} ({self.interpolated:.3g} between depths)"
        tail = (
            f"below its start from depth {self.back} on" if self.back is not None else "never below its start"
        )
        return f"{text}, {tail}"

    def to_dict(self) -> dict[str, Any]:
        """Return the peak as plain JSON types."""
        return dict(vars(self))

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Peak:
        """Read what `to_dict` wrote."""
        return cls(**data)


def find_peak(values: FloatArray) -> Peak:
    """Find the largest of positive values at depths 0, 1, ... and the first below the value at depth 0.

    Parameters
    ----------
    values : float array, shape (n,)
        Finite and positive; beyond a zero (underflow) nothing is looked at.

    Returns
    -------
    Peak

    Raises
    ------
    UsageError
        If there is no value, the first is not positive, or one is negative or not finite.

    Examples
    --------
    >>> find_peak(np.array([1.0, 0.5])).depth
    0
    """
    values = np.asarray(values, dtype=np.float64)
    if not len(values) or not np.all(np.isfinite(values)) or np.any(values < 0) or values[0] == 0:
        raise UsageError("a peak needs finite values of at least 0 from depth 0 on, the first above 0")
    top = int(np.argmax(values))
    below = np.flatnonzero(values[1:] < values[0]) + 1
    back = int(below[0]) if len(below) else None
    crossing = None if back is None else _crossing(values, back)
    if top == len(values) - 1:
        return Peak(None, None, back, crossing)
    return Peak(top, _vertex(values, top), back, crossing)


def _vertex(values: FloatArray, top: int) -> float:
    if top == 0 or values[top + 1] == 0:
        return float(top)
    before, at, after = (math.log(v) for v in values[top - 1 : top + 2])
    bend = before - 2.0 * at + after
    return top + (0.5 * (before - after) / bend if bend < 0 else 0.0)


def _crossing(values: FloatArray, back: int) -> float:
    if values[back] == 0:
        return float(back)
    above, below, start = (math.log(v) for v in (values[back - 1], values[back], values[0]))
    return back - 1 + (above - start) / (above - below)
