"""Names for the array types that signatures use."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.floating[Any]]
IntArray: TypeAlias = NDArray[np.integer[Any]]
BoolArray: TypeAlias = NDArray[np.bool_]


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return a read-only view, so that a value derived from the array cannot go stale."""
    view = array.view()
    view.flags.writeable = False
    return view


def bin_sums(bins: IntArray, values: FloatArray, count: int) -> FloatArray:
    """Return Σ values per bin as float64, shape (count,), in the order of the values."""
    return np.asarray(np.bincount(bins, weights=values, minlength=count), dtype=np.float64)
