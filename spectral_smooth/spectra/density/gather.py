"""Rows of a graph put one after the other, for some of its nodes only."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.graph import Graph

# Entries that are looked at together: what keeps the memory small.
CHUNK = 1 << 22


def entries_of(graph: Graph, nodes: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return owner (position in ``nodes``), column and weight of every entry of some rows, row by row.

    Examples
    --------
    >>> import networkx as nx, numpy as np, spectral_smooth as ss
    >>> path = ss.as_graph(nx.path_graph(4))
    >>> [part.tolist() for part in entries_of(path, np.array([2, 0]))]
    [[0, 0, 1], [1, 3, 1], [1.0, 1.0, 1.0]]
    """
    lengths = graph.indptr[nodes + 1] - graph.indptr[nodes]
    owner = np.repeat(np.arange(len(nodes)), lengths)
    first = np.cumsum(lengths) - lengths
    at = np.arange(len(owner)) - first[owner] + graph.indptr[nodes][owner]
    weights = np.ones(len(at)) if graph.weights is None else graph.weights[at]
    return owner, graph.indices[at].astype(np.int64), weights


def pieces(lengths: IntArray) -> Iterator[slice]:
    """Yield slices of at most `CHUNK` entries each, or of one member.

    Examples
    --------
    >>> list(pieces(np.array([3, 4])))
    [slice(0, 2, None)]
    """
    ends = np.cumsum(lengths)
    low = 0
    while low < len(ends):
        before = int(ends[low - 1]) if low else 0
        high = max(int(np.searchsorted(ends, before + CHUNK, side="right")), low + 1)
        yield slice(low, high)
        low = high
