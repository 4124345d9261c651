"""One row of a propagation step for blocks of one column, where a row is one number.

Four sums side by side keep as many reads under way; with signed indices numba would test each for a negative one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from spectral_smooth.graphs.arrays import FloatArray, IntArray


@njit(error_model="numpy")
def scalar_row(
    x: FloatArray,
    indices: IntArray,
    weights: FloatArray | None,
    scale: FloatArray | None,
    low: int,
    high: int,
    i: int,
    stride: int,
    own: float,
    r: float,
    degree: float,
    ruled: Any,
    mix: float,
    keep: float,
    pull: float,
    shift_own: FloatArray | None,
    shift_image: Any,
    shift_at: int,
    anchor: FloatArray | None,
    seeds: FloatArray | None,
    seed_at: int,
    measured: Any,
    sums: FloatArray | None,
    sums_at: int,
    out: FloatArray,
) -> tuple[float, float]:
    """Compute the one number of row i; see the top of `row`."""
    number = x.dtype.type
    u = x[i * stride]
    total = number(own) * u + neighbours(x, indices, weights, scale, stride, low, high)
    if seeds is not None:
        total += seeds[seed_at]
    y = number(r) * total
    if shift_own is not None:
        y -= shift_image[shift_at]
        u -= shift_own[shift_at]
    norm = energy = 0.0
    if measured is not None:
        wide = np.float64(u)
        norm = degree * wide * wide
        energy = degree * wide * (wide - np.float64(y))
    if ruled is not None:
        y = number(mix) * y + number(keep) * u
    if anchor is not None:
        y += number(pull) * anchor[i * stride]
    if sums is not None:
        sums[sums_at] += degree * np.float64(y)
    out[i * stride] = y
    return norm, energy


@njit(error_model="numpy")
def neighbours(
    x: FloatArray,
    indices: IntArray,
    weights: FloatArray | None,
    scale: FloatArray | None,
    stride: int,
    low: int,
    high: int,
) -> Any:
    """Return Σ m_e x_j over the entries from ``low`` to ``high − 1``."""
    zero = x.dtype.type(0.0)
    a, b, c, d = zero, zero, zero, zero
    e = low
    while e + 4 <= high:
        a += one_entry(x, indices, weights, scale, stride, e)
        b += one_entry(x, indices, weights, scale, stride, e + 1)
        c += one_entry(x, indices, weights, scale, stride, e + 2)
        d += one_entry(x, indices, weights, scale, stride, e + 3)
        e += 4
    while e < high:
        a += one_entry(x, indices, weights, scale, stride, e)
        e += 1
    return (a + b) + (c + d)


@njit(error_model="numpy")
def one_entry(
    x: FloatArray,
    indices: IntArray,
    weights: FloatArray | None,
    scale: FloatArray | None,
    stride: int,
    e: int,
) -> Any:
    """Return m_e x_j of one entry."""
    j = np.uint64(indices[np.uint64(e)])
    value = x[j * np.uint64(stride)]
    if weights is not None:
        value *= x.dtype.type(weights[np.uint64(e)])
    if scale is not None:
        value *= x.dtype.type(scale[j])
    return value
