"""A chunk of rows of a propagation step for blocks of one column, where a row is one number.

First all sums over neighbours, then what is done with them: reads that miss the cache are then never kept waiting by
arithmetic. Four sums side by side keep as many reads under way; with signed indices numba would test each for a
negative one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from spectral_smooth.engines.kernels.hint import prefetch
from spectral_smooth.graphs.arrays import FloatArray, IntArray


@njit(error_model="numpy")
def neighbour_sums(
    indptr: IntArray,
    indices: IntArray,
    weights: FloatArray | None,
    scale: FloatArray | None,
    x: FloatArray,
    ahead: int,
    first: int,
    end: int,
    long_rows: IntArray,
    seeds: Any,
    sums: FloatArray,
) -> None:
    """Write Σ m_e x_j of rows ``first`` to ``end − 1``; those of long rows are ready in ``seeds``."""
    long = np.searchsorted(long_rows, first)
    for i in range(first, end):
        if seeds is not None and long < len(long_rows) and long_rows[long] == i:
            sums[i - first] = seeds[long]
            long += 1
        else:
            sums[i - first] = entry_sum(indices, weights, scale, x, ahead, indptr[i], indptr[i + 1])


@njit(error_model="numpy")
def entry_sum(
    indices: IntArray,
    weights: FloatArray | None,
    scale: FloatArray | None,
    x: FloatArray,
    ahead: int,
    low: int,
    high: int,
) -> Any:
    """Return Σ m_e x_j over the entries from ``low`` to ``high − 1``."""
    a = b = c = d = x.dtype.type(0.0)
    # The entries end somewhere: behind the last one lies memory that is not ours.
    safe = len(indices) - ahead - 4 if ahead > 0 else -1
    e = low
    while e + 4 <= high and e <= safe:
        soon = np.uint64(e + ahead)
        prefetch(x, np.uint64(indices[soon]))
        prefetch(x, np.uint64(indices[soon + np.uint64(1)]))
        prefetch(x, np.uint64(indices[soon + np.uint64(2)]))
        prefetch(x, np.uint64(indices[soon + np.uint64(3)]))
        a += one_entry(indices, weights, scale, x, e)
        b += one_entry(indices, weights, scale, x, e + 1)
        c += one_entry(indices, weights, scale, x, e + 2)
        d += one_entry(indices, weights, scale, x, e + 3)
        e += 4
    while e + 4 <= high:
        a += one_entry(indices, weights, scale, x, e)
        b += one_entry(indices, weights, scale, x, e + 1)
        c += one_entry(indices, weights, scale, x, e + 2)
        d += one_entry(indices, weights, scale, x, e + 3)
        e += 4
    while e < high:
        a += one_entry(indices, weights, scale, x, e)
        e += 1
    return (a + b) + (c + d)


@njit(error_model="numpy")
def one_entry(
    indices: IntArray,
    weights: FloatArray | None,
    scale: FloatArray | None,
    x: FloatArray,
    e: int,
) -> Any:
    """Return m_e x_j of one entry."""
    j = np.uint64(indices[np.uint64(e)])
    value = x[j]
    if weights is not None:
        value *= x.dtype.type(weights[np.uint64(e)])
    if scale is not None:
        value *= x.dtype.type(scale[j])
    return value


# Without "contract": whether a product and a sum become one operation would depend on what else is asked for.
@njit(error_model="numpy", fastmath={"reassoc", "nsz"})
def finish_rows(
    neighbours: FloatArray,
    scale: FloatArray | None,
    loops: FloatArray,
    degrees: FloatArray,
    x: FloatArray,
    first: int,
    end: int,
    classes: IntArray | None,
    class_groups: IntArray,
    coefficients: Any,
    shift_own: FloatArray | None,
    shift_image: Any,
    anchor: Any,
    measured: Any,
    sums: FloatArray | None,
    fused: int,
    sums_at: int,
    out: FloatArray,
    parts: FloatArray,
) -> None:
    """Do with the sums over neighbours what `plain_row` does, and add to ``parts`` of shape (groups, 2)."""
    number = x.dtype.type
    norm = energy = total = 0.0
    for i in range(first, end):
        k: Any = 0 if classes is None else np.int64(classes[i])
        degree = degrees[i]
        own = loops[i] if len(loops) > 1 else loops[0]
        if scale is None:
            r = 1.0 / degree if degree > 0 else 0.0
        else:
            r = np.float64(scale[i])
            own *= r
        u = x[i]
        # Times 0 is not nothing where a row holds NaN.
        mine = number(own) * u if own != 0.0 else number(0.0)
        y = number(r * np.float64(mine + neighbours[i - first]))
        if shift_own is not None:
            y -= shift_image[k]
            u -= shift_own[k]
        if measured is not None:
            wide = np.float64(u)
            if classes is None:
                norm += degree * wide * wide
                energy += degree * wide * (wide - np.float64(y))
            else:
                parts[class_groups[k], 0] += degree * wide * wide
                parts[class_groups[k], 1] += degree * wide * (wide - np.float64(y))
        if coefficients is not None:
            kept = number(coefficients[k, 1]) * u if coefficients[k, 1] != 0.0 else number(0.0)
            y = number(coefficients[k, 0]) * y + kept
            if anchor is not None:
                y += number(coefficients[k, 2]) * anchor[i]
        if sums is not None:
            if classes is None:
                total += degree * np.float64(y)
            elif k < fused:
                sums[sums_at + k] += degree * np.float64(y)
        out[i] = y
    if classes is None:
        if measured is not None:
            parts[0, 0] += norm
            parts[0, 1] += energy
        if sums is not None:
            sums[sums_at] += total
