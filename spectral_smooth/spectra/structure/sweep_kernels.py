"""Compiled passes over the edges: what each node adds to a sweep, and sums of |y_i ± y_j| and (f_i ± f_j)²."""

from __future__ import annotations

from typing import Any

import numpy as np

from spectral_smooth.engines.compilation import kernel
from spectral_smooth.engines.kernels.counter import take
from spectral_smooth.engines.schedule import balanced_rows
from spectral_smooth.engines.threads import run_chunks
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.operators.operator import Operator


def _changes(
    indptr: IntArray,
    indices: IntArray,
    weights: FloatArray | None,
    position: IntArray,
    side: IntArray,
    same: float,
    bounds: IntArray,
    counter: IntArray,
    out: FloatArray,
) -> None:
    """Write what a node adds when the sweep takes it: an edge to a later node opens, one to an earlier closes.

    Closing changes w|y_i| into ``w·(1 + same)`` where both are on one side and into 0 where they are not.
    """
    while True:
        chunk = take(counter)
        if chunk >= len(bounds) - 1:
            return
        for i in range(bounds[chunk], bounds[chunk + 1]):
            here, total = position[i], 0.0
            for e in range(indptr[i], indptr[i + 1]):
                j = np.int64(indices[e])
                w = 1.0 if weights is None else weights[e]
                there = position[j]
                if there > here:
                    total += w
                elif there < here:
                    total += same * w if side[i] == side[j] else -w
            out[here] = total


def _terms(
    indptr: IntArray,
    indices: IntArray,
    weights: FloatArray | None,
    y: IntArray | FloatArray,
    sign: float,
    squared: bool,
    bounds: IntArray,
    counter: IntArray,
    out: FloatArray,
) -> None:
    """Write ½ Σ_j w_ij |y_i + sign·y_j|, or the squares, of each row: no term is negative, so nothing cancels."""
    while True:
        chunk = take(counter)
        if chunk >= len(bounds) - 1:
            return
        for i in range(bounds[chunk], bounds[chunk + 1]):
            total = 0.0
            for e in range(indptr[i], indptr[i + 1]):
                term = y[i] + sign * y[np.int64(indices[e])]
                term = term * term if squared else abs(term)
                total += term if weights is None else weights[e] * term
            out[i] = 0.5 * total


sweep_changes = kernel(_changes)
row_terms = kernel(_terms)


def per_row(compiled: Any, operator: Operator, *given: Any, weighted: bool = True) -> FloatArray:
    """Run one of the kernels over all rows; a row is summed by one thread, so no sum depends on their number.

    Without ``weighted`` every edge counts as one, whatever its weight.
    """
    graph = operator.graph
    out = np.zeros(graph.num_nodes)
    bounds, counter = balanced_rows(graph.indptr), np.zeros(1, dtype=np.int64)
    weights = graph.weights if weighted else None
    arguments = (graph.indptr, graph.indices, weights, *given, bounds, counter, out)
    run_chunks(compiled, arguments, graph.num_entries)
    return out
