"""Compiled kernels: arrays in, arrays out, nothing else.

Rows are handed out in chunks of about equal numbers of entries. Sums are kept per chunk and added in
chunk order by the caller, so the bits of a result do not depend on the number of threads. ``REASSOC``
lets the compiler vectorise sums; it does not let it assume away NaN or infinity.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from spectral_smooth.graphs.arrays import FloatArray, IntArray

REASSOC = {"reassoc", "contract", "nsz"}


@njit(parallel=True, cache=True, nogil=True)
def apply_core(
    indptr: IntArray,
    indices: IntArray,
    weights: FloatArray | None,
    scale: FloatArray,
    loops: FloatArray,
    x: FloatArray,
    out: FloatArray,
    bounds: IntArray,
) -> None:
    """Row i of out ← s_i (Σ_j w_ij s_j x_j + γ_i s_i x_i); ``weights`` may be None."""
    columns = x.shape[1]
    for chunk in prange(len(bounds) - 1):
        for i in range(bounds[chunk], bounds[chunk + 1]):
            s = scale[i]
            own = x.dtype.type(s * s * loops[i])
            for f in range(columns):
                out[i, f] = own * x[i, f]
            for e in range(indptr[i], indptr[i + 1]):
                j = indices[e]
                weight = 1.0 if weights is None else weights[e]
                c = x.dtype.type(s * scale[j] * weight)
                for f in range(columns):
                    out[i, f] += c * x[j, f]


@njit(parallel=True, cache=True, nogil=True, fastmath=REASSOC)
def group_inner(
    x: FloatArray,
    y: FloatArray,
    groups: IntArray,
    num_groups: int,
    bounds: IntArray,
) -> FloatArray:
    """Σ_f x_if y_if summed per row group: shape (chunks, num_groups)."""
    columns = x.shape[1]
    parts = np.zeros((len(bounds) - 1, num_groups))
    for chunk in prange(len(bounds) - 1):
        for i in range(bounds[chunk], bounds[chunk + 1]):
            total = 0.0
            for f in range(columns):
                total += np.float64(x[i, f]) * np.float64(y[i, f])
            parts[chunk, groups[i]] += total
    return parts


@njit(parallel=True, cache=True, nogil=True, fastmath=REASSOC)
def group_edge_energy(
    indptr: IntArray,
    indices: IntArray,
    weights: FloatArray | None,
    scale: FloatArray,
    x: FloatArray,
    groups: IntArray,
    num_groups: int,
    bounds: IntArray,
) -> FloatArray:
    """½ Σ_j w_ij ‖s_i x_i − s_j x_j‖² summed per row group: shape (chunks, num_groups)."""
    columns = x.shape[1]
    parts = np.zeros((len(bounds) - 1, num_groups))
    for chunk in prange(len(bounds) - 1):
        for i in range(bounds[chunk], bounds[chunk + 1]):
            row = 0.0
            s = scale[i]
            for e in range(indptr[i], indptr[i + 1]):
                j = indices[e]
                r = scale[j]
                total = 0.0
                for f in range(columns):
                    difference = s * np.float64(x[i, f]) - r * np.float64(x[j, f])
                    total += difference * difference
                if weights is None:
                    row += total
                else:
                    row += weights[e] * total
            parts[chunk, groups[i]] += 0.5 * row
    return parts


@njit(parallel=True, cache=True, nogil=True)
def remove_fixed(
    x: FloatArray,
    labels: IntArray,
    vector: FloatArray,
    sides: FloatArray,
    dimension: int,
    alternates: bool,
    width: int,
) -> None:
    """Remove per component the fixed vector and, where ``alternates``, the signed one, in place.

    Blocks of columns are independent, so each is summed in row order by one thread.
    """
    n, columns = x.shape
    for block in prange((columns + width - 1) // width):
        first = block * width
        last = min(first + width, columns)
        fixed = np.zeros((dimension, last - first))
        second = np.zeros((dimension if alternates else 1, last - first))
        for i in range(n):
            c = labels[i]
            if c >= 0:
                v = vector[i]
                for f in range(first, last):
                    fixed[c, f - first] += v * x[i, f]
                if alternates and sides[i] != 0:
                    v *= sides[i]
                    for f in range(first, last):
                        second[c, f - first] += v * x[i, f]
        for i in range(n):
            c = labels[i]
            if c >= 0:
                v = vector[i]
                for f in range(first, last):
                    x[i, f] -= v * fixed[c, f - first]
                if alternates and sides[i] != 0:
                    v *= sides[i]
                    for f in range(first, last):
                        x[i, f] -= v * second[c, f - first]


@njit(parallel=True, cache=True, nogil=True)
def three_term(
    y: FloatArray,
    x: FloatArray,
    out: FloatArray,
    alpha: FloatArray,
    beta: FloatArray,
    groups: IntArray,
    bounds: IntArray,
) -> None:
    """Row i of out ← y_i − alpha_g x_i − beta_g out_i, g the row's group."""
    columns = x.shape[1]
    for chunk in prange(len(bounds) - 1):
        for i in range(bounds[chunk], bounds[chunk + 1]):
            a = x.dtype.type(alpha[groups[i]])
            b = x.dtype.type(beta[groups[i]])
            for f in range(columns):
                out[i, f] = y[i, f] - a * x[i, f] - b * out[i, f]


@njit(parallel=True, cache=True, nogil=True)
def scale_groups(
    x: FloatArray,
    factors: FloatArray,
    groups: IntArray,
    bounds: IntArray,
) -> None:
    """Multiply each row by its group's factor, in place."""
    columns = x.shape[1]
    for chunk in prange(len(bounds) - 1):
        for i in range(bounds[chunk], bounds[chunk + 1]):
            c = x.dtype.type(factors[groups[i]])
            for f in range(columns):
                x[i, f] *= c
