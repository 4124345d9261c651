"""bfloat16 as storage: the upper half of a float32, kept in uint16, for NumPy has no such type."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectral_smooth.graphs.arrays import FloatArray

NAME = "bfloat16"
STORED = np.dtype(np.uint16)
# The largest relative error of rounding: 8 significant bits.
ROUNDING = 2.0**-8


def storage_type(dtype: Any) -> np.dtype[Any]:
    """Return the type in which a block of numbers of ``dtype`` (a NumPy type, or "bfloat16") is stored.

    Examples
    --------
    >>> storage_type("bfloat16"), storage_type("float32")
    (dtype('uint16'), dtype('float32'))
    """
    return STORED if isinstance(dtype, str) and dtype == NAME else np.dtype(dtype)


def number_type(stored: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type in which a stored block is computed with.

    Examples
    --------
    >>> number_type(STORED)
    dtype('float32')
    """
    return np.dtype(np.float32) if stored == STORED else stored


def to_bfloat16(numbers: FloatArray) -> NDArray[np.uint16]:
    """Round to the nearest bfloat16, halves to even; finite numbers only.

    Examples
    --------
    >>> from_bfloat16(to_bfloat16(np.array([1.0, 1.0 + 2**-8, 3.14159]))).tolist()
    [1.0, 1.0, 3.140625]
    """
    bits = numbers.astype(np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def from_bfloat16(stored: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Return stored numbers as float32.

    Examples
    --------
    >>> from_bfloat16(np.array([0x3F80], dtype=np.uint16)).tolist()
    [1.0]
    """
    return (stored.astype(np.uint32) << np.uint32(16)).view(np.float32)
