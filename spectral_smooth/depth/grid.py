"""Depths that are tabulated, measured and compared."""

from __future__ import annotations

import numpy as np

from spectral_smooth.graphs.arrays import IntArray

GRID = np.array([0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128])


# Modes with μ < 0 change sign at every depth: a grid of even depths alone would not see what odd ones hold.
BOTH_PARITIES = np.union1d(GRID, GRID[:-1] + 1)


def grid_to(horizon: int) -> IntArray:
    """Return the default grid of depths, cut at or extended to a horizon in steps of a half and a third.

    Examples
    --------
    >>> grid_to(400).tolist()[-5:]
    [128, 192, 256, 384, 400]
    """
    more = [d for e in range(7, max(horizon, 1).bit_length() + 1) for d in (2**e, 3 * 2 ** (e - 1))]
    depths = np.unique(np.concatenate([GRID, np.array(more, dtype=np.int64), [horizon]]))
    return np.asarray(depths[depths <= horizon])


def measured_depths(depths: IntArray | None, horizon: int) -> IntArray:
    """Return the depths that are measured: the given ones, or `BOTH_PARITIES` up to the horizon."""
    given = BOTH_PARITIES[horizon >= BOTH_PARITIES] if depths is None else depths
    return np.asarray(given, dtype=np.int64)


def agreement_grid(measured: IntArray) -> IntArray:
    """Return the depths whose steps decide about agreement: `GRID` for the default depths, else the measured ones."""
    return (
        GRID[measured[-1] >= GRID] if len(measured) and np.all(np.isin(measured, BOTH_PARITIES)) else measured
    )
