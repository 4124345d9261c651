"""Rows of a state in float64, block by block, so that no measure copies the whole of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spectral_smooth.graphs.arrays import BoolArray, FloatArray

# Values a block may hold: 8 MB of float64, so that a handful of temporaries stays below 64 MB.
BLOCK_VALUES = 2**20
# Squares of smaller or larger values lose digits or overflow in float64.
_SMALLEST, _LARGEST = 1e-140, 1e140


def block_length(columns: int) -> int:
    """Return how many rows of that many columns make a block; at least one."""
    return max(1, BLOCK_VALUES // max(columns, 1))


def row_blocks(x: FloatArray) -> Iterator[FloatArray]:
    """Yield consecutive blocks of rows in float64; a block may be a view of ``x``: do not write to it."""
    step = block_length(x.shape[1])
    for low in range(0, len(x), step):
        yield x[low : low + step].astype(np.float64, copy=False)


def unit_row_blocks(x: FloatArray) -> Iterator[FloatArray]:
    """Yield x_i/‖x_i‖ for the non-zero rows, block by block, in new arrays."""
    for block in row_blocks(x):
        largest = np.max(np.abs(block), axis=1, initial=0.0)
        kept = block[largest > 0]
        largest = largest[largest > 0]
        extreme = (largest < _SMALLEST) | (largest > _LARGEST)
        kept[extreme] /= largest[extreme, None]
        kept /= np.sqrt(np.einsum("if,if->i", kept, kept))[:, None]
        yield kept


def unit_rows(x: FloatArray) -> FloatArray:
    """Return x_i/‖x_i‖ for the non-zero rows, float64, shape (non-zero rows, columns).

    Examples
    --------
    >>> import numpy as np
    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0], [0.0, 1e-200]])).tolist()
    [[0.6, 0.8], [0.0, 1.0]]
    """
    return np.concatenate([np.empty((0, x.shape[1])), *unit_row_blocks(x)])


def nonzero_rows(x: FloatArray) -> BoolArray:
    """Return which rows have a non-zero value."""
    return np.concatenate([np.empty(0, dtype=bool), *(np.any(block, axis=1) for block in row_blocks(x))])


def squared_norm(x: FloatArray) -> float:
    """Return ‖X‖_F² accumulated in float64."""
    return float(sum(np.vdot(block, block) for block in row_blocks(x)))


def mean_row(x: FloatArray) -> FloatArray:
    """Return x̄, the mean of all rows, in float64."""
    return sum((block.sum(axis=0) for block in row_blocks(x)), np.zeros(x.shape[1])) / len(x)
