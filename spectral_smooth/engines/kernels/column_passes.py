"""The passes of `row_sums` over one column, given flat: a loop over it in every row would cost more than the rest."""

from __future__ import annotations

from typing import Any

import numpy as np

from spectral_smooth.engines.compilation import REASSOCIATE, kernel
from spectral_smooth.engines.kernels.counter import take
from spectral_smooth.graphs.arrays import FloatArray, IntArray


def _column_group_inner(
    x: FloatArray,
    y: FloatArray,
    weights: FloatArray | None,
    groups: IntArray,
    bounds: IntArray,
    counter: IntArray,
    parts: FloatArray,
) -> None:
    """Add weights_i x_i y_i to ``parts`` of shape (chunks, groups)."""
    alone = parts.shape[1] == 1
    while True:
        chunk = take(counter)
        if chunk >= len(bounds) - 1:
            return
        total = 0.0
        for i in range(bounds[chunk], bounds[chunk + 1]):
            product = np.float64(x[i]) * np.float64(y[i])
            if weights is not None:
                product *= weights[i]
            if alone:
                total += product
            else:
                parts[chunk, groups[i]] += product
        if alone:
            parts[chunk, 0] = total


def _column_class_sums(
    x: FloatArray,
    weights: FloatArray,
    classes: IntArray | None,
    fused: int,
    bounds: IntArray,
    counter: IntArray,
    sums: FloatArray,
) -> None:
    """Add weights_i x_i of the first classes to ``sums`` of shape (chunks, fused, 1)."""
    while True:
        chunk = take(counter)
        if chunk >= len(bounds) - 1:
            return
        total = 0.0
        for i in range(bounds[chunk], bounds[chunk + 1]):
            value = weights[i] * np.float64(x[i])
            if classes is None:
                total += value
            elif classes[i] < fused:
                sums[chunk, classes[i], 0] += value
        if classes is None:
            sums[chunk, 0, 0] = total


def _column_orthogonalise(
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
    """Write w_i − alpha v_i − shift, both of its class, into w; add d_i w_i² to ``parts`` and d_i w_i to ``sums``."""
    number = w.dtype.type
    a, s = number(alpha[0]), number(shift[0, 0])
    while True:
        chunk = take(counter)
        if chunk >= len(bounds) - 1:
            return
        squares = total = 0.0
        for i in range(bounds[chunk], bounds[chunk + 1]):
            if classes is None:
                value = w[i] - a * v[i] - s
                w[i] = value
                weighted = degrees[i] * np.float64(value)
                squares += weighted * np.float64(value)
                total += weighted
            else:
                k: Any = classes[i]
                value = w[i] - number(alpha[k]) * v[i] - number(shift[k, 0])
                w[i] = value
                weighted = degrees[i] * np.float64(value)
                parts[chunk, class_groups[k]] += weighted * np.float64(value)
                if k < fused:
                    sums[chunk, k, 0] += weighted
        if classes is None:
            parts[chunk, class_groups[0]] = squares
            sums[chunk, 0, 0] = total


column_group_inner = kernel(_column_group_inner, fastmath=REASSOCIATE)
column_class_sums = kernel(_column_class_sums, fastmath=REASSOCIATE)
column_orthogonalise = kernel(_column_orthogonalise, fastmath=REASSOCIATE)
