"""Passes over a block that look at no neighbour: sums per row group or class, and updates of rows.

Sums are kept per chunk and added in chunk order by the caller, so their bits do not depend on the number of threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spectral_smooth.engines.compilation import REASSOCIATE, kernel
from spectral_smooth.engines.kernels.counter import take
from spectral_smooth.graphs.arrays import FloatArray, IntArray


def _group_inner(
    x: FloatArray,
    y: FloatArray,
    weights: FloatArray | None,
    groups: IntArray,
    bounds: IntArray,
    counter: IntArray,
    parts: FloatArray,
) -> None:
    """Add weights_i Σ_f x_if y_if to ``parts`` of shape (chunks, groups)."""
    columns = x.shape[1]
    while True:
        chunk = take(counter)
        if chunk >= len(bounds) - 1:
            return
        for i in range(bounds[chunk], bounds[chunk + 1]):
            total = 0.0
            for f in range(columns):
                total += np.float64(x[i, f]) * np.float64(y[i, f])
            if weights is not None:
                total *= weights[i]
            parts[chunk, groups[i]] += total


def _class_sums(
    x: FloatArray,
    weights: FloatArray,
    classes: IntArray | None,
    fused: int,
    bounds: IntArray,
    counter: IntArray,
    sums: FloatArray,
) -> None:
    """Add weights_i x_i of the first classes to ``sums`` of shape (chunks, fused, columns)."""
    columns = x.shape[1]
    while True:
        chunk = take(counter)
        if chunk >= len(bounds) - 1:
            return
        for i in range(bounds[chunk], bounds[chunk + 1]):
            k: Any = 0 if classes is None else np.int64(classes[i])
            w = weights[i]
            for f in range(columns if k < fused else 0):
                sums[chunk, k, f] += w * np.float64(x[i, f])


def _listed_sums(
    x: FloatArray,
    weights: FloatArray,
    order: IntArray,
    starts: IntArray,
    bounds: IntArray,
    counter: IntArray,
    sums: FloatArray,
) -> None:
    """Write Σ weights_i x_i of each class whose rows are listed, ``order[starts[c]:starts[c + 1]]``."""
    columns = x.shape[1]
    while True:
        chunk = take(counter)
        if chunk >= len(bounds) - 1:
            return
        for c in range(bounds[chunk], bounds[chunk + 1]):
            for at in range(starts[c], starts[c + 1]):
                i = order[at]
                w = weights[i]
                for f in range(columns):
                    sums[c, f] += w * np.float64(x[i, f])


def _subtract_classes(
    x: FloatArray,
    weights: FloatArray,
    classes: IntArray | None,
    table: FloatArray,
    bounds: IntArray,
    counter: IntArray,
) -> None:
    """Row i of x ← x_i − weights_i · table of its class."""
    columns = x.shape[1]
    while True:
        chunk = take(counter)
        if chunk >= len(bounds) - 1:
            return
        for i in range(bounds[chunk], bounds[chunk + 1]):
            k = 0 if classes is None else np.int64(classes[i])
            w = weights[i]
            for f in range(columns):
                x[i, f] = x.dtype.type(np.float64(x[i, f]) - w * table[k, f])


def _three_term(
    y: FloatArray,
    x: FloatArray,
    out: FloatArray,
    alpha: FloatArray,
    beta: FloatArray,
    groups: IntArray,
    bounds: IntArray,
    counter: IntArray,
) -> None:
    """Row i of out ← y_i − alpha_g x_i − beta_g out_i, g the row's group."""
    columns = x.shape[1]
    while True:
        chunk = take(counter)
        if chunk >= len(bounds) - 1:
            return
        for i in range(bounds[chunk], bounds[chunk + 1]):
            a = x.dtype.type(alpha[groups[i]])
            b = x.dtype.type(beta[groups[i]])
            for f in range(columns):
                out[i, f] = y[i, f] - a * x[i, f] - b * out[i, f]


def _scale_groups(
    x: FloatArray, factors: FloatArray, groups: IntArray, bounds: IntArray, counter: IntArray
) -> None:
    """Multiply each row by its group's factor, in place."""
    columns = x.shape[1]
    while True:
        chunk = take(counter)
        if chunk >= len(bounds) - 1:
            return
        for i in range(bounds[chunk], bounds[chunk + 1]):
            c = x.dtype.type(factors[groups[i]])
            for f in range(columns):
                x[i, f] *= c


def _orthogonalise(
    w: FloatArray,
    v: FloatArray,
    degrees: FloatArray,
    classes: IntArray | None,
    alpha: FloatArray,
    shift: FloatArray,
    class_groups: IntArray,
    fused: int,
    bounds: IntArray,
    counter: IntArray,
    parts: FloatArray,
    sums: FloatArray,
) -> None:
    """Row i of w ← w_i − alpha v_i − shift, both of its class.

    Add d_i‖w_i‖² to ``parts`` (chunks, groups) and, of the first classes, d_i w_i to ``sums`` (chunks, fused, columns).
    """
    columns = w.shape[1]
    while True:
        chunk = take(counter)
        if chunk >= len(bounds) - 1:
            return
        for i in range(bounds[chunk], bounds[chunk + 1]):
            k: Any = 0 if classes is None else np.int64(classes[i])
            a = w.dtype.type(alpha[k])
            d = degrees[i]
            total = 0.0
            for f in range(columns):
                value = w[i, f] - a * v[i, f] - shift[k, f]
                w[i, f] = value
                total += np.float64(value) * np.float64(value)
            for f in range(columns if k < fused else 0):
                sums[chunk, k, f] += d * np.float64(w[i, f])
            parts[chunk, class_groups[k]] += d * total


group_inner = kernel(_group_inner, fastmath=REASSOCIATE)
class_sums = kernel(_class_sums)
listed_sums = kernel(_listed_sums)
subtract_classes = kernel(_subtract_classes)
three_term = kernel(_three_term)
scale_groups = kernel(_scale_groups)
orthogonalise = kernel(_orthogonalise, fastmath=REASSOCIATE)
