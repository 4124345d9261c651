"""Compiled sweeps over one layer: arrays in, arrays out, nothing else.

All sums are float64. Rows are handed out in chunks, each chunk adds into arrays of its own, and the caller adds
the chunks in order: the bits of a result do not depend on the number of threads. Inner loops touch two arrays at
a time, which is what the compiler turns into vector code.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numba import prange

from spectral_smooth.engines.compilation import REASSOCIATE, kernel
from spectral_smooth.graphs.arrays import FloatArray, IntArray

compiled = partial(kernel, parallel=True, fastmath=REASSOCIATE)


@compiled
def row_sums(
    x: FloatArray,
    order: IntArray,
    bounds: IntArray,
    first_slot: IntArray,
    components: IntArray,
    weights: FloatArray,
    codes: IntArray,
    slots: int,
    classes: int,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Sum rows, weighted rows and unit rows per slot and per class.

    A slot is the part of one component that lies in one chunk. ``weights`` has shape (rows, q): slot sums are
    taken with each of the q weights, the first of which is one.

    Returns
    -------
    norms : (rows,), squared norm of each row (not finite where the row is not)
    sums : (q, slots, columns)
    units : (slots, columns), Σ x̂ over non-zero rows
    class_sums, class_units : (chunks, classes, columns)
    class_norms : (chunks, classes, 2), Σ ‖x‖² and the number of non-zero rows
    largest : (chunks, columns), max |x| of each column
    """
    columns = x.shape[1]
    chunks = len(bounds) - 1
    q = weights.shape[1]
    norms = np.zeros(len(order))
    sums = np.zeros((q, slots, columns))
    units = np.zeros((slots, columns))
    class_sums = np.zeros((chunks, classes, columns))
    class_units = np.zeros((chunks, classes, columns))
    class_norms = np.zeros((chunks, classes, 2))
    largest = np.zeros((chunks, columns), dtype=x.dtype)
    for chunk in prange(chunks):
        slot = first_slot[chunk]
        for p in range(bounds[chunk], bounds[chunk + 1]):
            if p > bounds[chunk] and components[p] != components[p - 1]:
                slot += 1
            i = order[p]
            norm = 0.0
            for f in range(columns):
                norm += np.float64(x[i, f]) * np.float64(x[i, f])
            norms[p] = norm
            for f in range(columns):
                largest[chunk, f] = max(largest[chunk, f], abs(x[i, f]))
            for f in range(columns):
                sums[0, slot, f] += x[i, f]
            for k in range(1, q):
                w = weights[p, k]
                for f in range(columns):
                    sums[k, slot, f] += w * x[i, f]
            unit = 1.0 / np.sqrt(norm) if norm > 0.0 else 0.0
            for f in range(columns):
                units[slot, f] += unit * x[i, f]
            if classes > 0 and codes[p] >= 0:
                c = codes[p]
                class_norms[chunk, c, 0] += norm
                class_norms[chunk, c, 1] += 1.0 if norm > 0.0 else 0.0
                for f in range(columns):
                    class_sums[chunk, c, f] += x[i, f]
                for f in range(columns):
                    class_units[chunk, c, f] += unit * x[i, f]
    return norms, sums, units, class_sums, class_units, class_norms, largest


@compiled
def row_residuals(
    x: FloatArray, order: IntArray, bounds: IntArray, factors: FloatArray, where: IntArray, means: FloatArray
) -> FloatArray:
    """Squared distance of each row, times a factor, to a mean: ‖a_p x_p − b_p m_{where p}‖², shape (rows,).

    ``factors`` holds a and b, shape (rows, 2); a row with ``where`` −1 has the residual zero.
    """
    columns = x.shape[1]
    out = np.zeros(len(order))
    for chunk in prange(len(bounds) - 1):
        for p in range(bounds[chunk], bounds[chunk + 1]):
            c = where[p]
            if c < 0:
                continue
            i, a, b = order[p], factors[p, 0], factors[p, 1]
            total = 0.0
            for f in range(columns):
                left = a * np.float64(x[i, f]) - b * means[c, f]
                total += left * left
            out[p] = total
    return out


@compiled
def pair_squares(
    x: FloatArray, heads: IntArray, tails: IntArray, scale: FloatArray, bounds: IntArray
) -> FloatArray:
    """Squared differences of pairs of rows, shape (pairs, scales): ‖s_i x_i − s_j x_j‖² for each scale s.

    ``scale`` has shape (num_nodes, scales).
    """
    columns = x.shape[1]
    scales = scale.shape[1]
    out = np.zeros((len(heads), scales))
    for chunk in prange(len(bounds) - 1):
        for p in range(bounds[chunk], bounds[chunk + 1]):
            i, j = heads[p], tails[p]
            for k in range(scales):
                s, r = scale[i, k], scale[j, k]
                total = 0.0
                for f in range(columns):
                    difference = s * np.float64(x[i, f]) - r * np.float64(x[j, f])
                    total += difference * difference
                out[p, k] = total
    return out
