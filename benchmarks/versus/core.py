"""S = D̃^(-1/2)(A + I)D̃^(-1/2) as a matrix with values, which the opponents need and we do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numba import njit
from scipy.sparse import csr_array

import spectral_smooth as ss


def core_matrix(graph: ss.Graph, dtype: str = "float64") -> csr_array:
    """Return S with int32 pointers and sorted columns; holds against ``ss.gcn(graph).matrix()`` in a test."""
    nodes = graph.num_nodes
    weights = np.ones(1) if graph.weights is None else graph.weights
    scale = 1.0 / np.sqrt(_degrees(graph.indptr, weights, graph.weights is not None))
    entries = graph.num_entries + nodes
    indptr = np.empty(nodes + 1, dtype=np.int32)
    indices = np.empty(entries, dtype=np.int32)
    values = np.empty(entries, dtype=dtype)
    _fill(graph.indptr, graph.indices, weights, graph.weights is not None, scale, indptr, indices, values)
    entries = int(indptr[-1])  # a node's own self-loop shares the entry of the added one
    return csr_array((values[:entries], indices[:entries], indptr), shape=(nodes, nodes))


def multiplied_by(core: csr_array, kind: str) -> csr_array:
    """Return what a contender multiplies by, with S's pattern; unweighted graphs without self-loops only.

    ``core`` is S; ``walk`` D̃^(-1)(A + I), which is S in other coordinates; ``pattern`` A + I without scaling.
    """
    if kind == "core":
        return core
    rows = np.diff(core.indptr)
    values = np.ones_like(core.data) if kind == "pattern" else np.repeat(1.0 / rows, rows)
    return csr_array((values.astype(core.dtype), core.indices, core.indptr), shape=core.shape)


def weighted(graph: ss.Graph) -> ss.Graph:
    """Return the graph with symmetric weights between 0.5 and 1.5, a hash of both ends."""
    weights = np.empty(graph.num_entries)
    _weigh(graph.indptr, graph.indices, weights)
    return _with_weights(graph, weights)


def _with_weights(graph: ss.Graph, weights: np.ndarray) -> ss.Graph:
    if graph.num_entries < 1_000_000:
        return replace(graph, weights=weights)
    from benchmarks.graphs import unchecked

    made = unchecked(graph.indptr, graph.indices, graph.name)
    weights.flags.writeable = False
    object.__setattr__(made, "weights", weights)
    return made


@njit(cache=True)
def _degrees(indptr, weights, is_weighted):
    degrees = np.ones(len(indptr) - 1)
    for i in range(len(degrees)):
        if is_weighted:
            for e in range(indptr[i], indptr[i + 1]):
                degrees[i] += weights[e]
        else:
            degrees[i] += indptr[i + 1] - indptr[i]
    return degrees


@njit(cache=True)
def _fill(indptr, indices, weights, is_weighted, scale, out_indptr, out_indices, values):
    """Copy the rows with the added loop at its place in the order of columns."""
    at = 0
    out_indptr[0] = 0
    for i in range(len(indptr) - 1):
        pending = True
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e]
            if pending and j >= i:
                out_indices[at] = i
                values[at] = scale[i] * scale[i]
                pending = False
                at += 1
            weight = weights[e] if is_weighted else 1.0
            if j == i:
                values[at - 1] += scale[i] * scale[i] * weight
                continue
            out_indices[at] = j
            values[at] = scale[i] * scale[j] * weight
            at += 1
        if pending:
            out_indices[at] = i
            values[at] = scale[i] * scale[i]
            at += 1
        out_indptr[i + 1] = at


@njit(cache=True)
def _weigh(indptr, indices, weights):
    for i in range(len(indptr) - 1):
        for e in range(indptr[i], indptr[i + 1]):
            low, high = min(i, indices[e]), max(i, indices[e])
            weights[e] = 0.5 + ((low * 2654435761 + high * 40503) % 1000003) / 1000003.0
