"""Connected components and which of them are bipartite."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from spectral_smooth.graphs.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Components:
    """Connected components of a graph, largest first.

    Attributes
    ----------
    labels : int array, shape (num_nodes,)
        Component of each node; components are numbered by falling size.
    sizes : int array, shape (count,)
        Number of nodes of each component.
    bipartite : bool array, shape (count,)
        True where the component has at least one edge, no odd cycle and no self-loop.
    sides : float array, shape (num_nodes,)
        +1 or −1 by side in a bipartite component, 0 elsewhere.
    """

    labels: IntArray
    sizes: IntArray
    bipartite: np.ndarray
    sides: FloatArray

    @property
    def count(self) -> int:
        """Number of connected components."""
        return len(self.sizes)


def find_components(indptr: IntArray, indices: IntArray) -> Components:
    """Components by breadth-first search, bipartite ones by searching the double cover.

    In the double cover (two copies of each node, each edge joining opposite copies) a component
    falls apart into two exactly when it is bipartite.
    """
    n = len(indptr) - 1
    pattern = csr_array((np.ones(len(indices), dtype=np.int8), indices, indptr), shape=(n, n))
    _, raw = connected_components(pattern, directed=False)
    sizes = np.bincount(raw)
    order = np.argsort(-sizes, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    labels = rank[raw].astype(np.int64)
    cover = _double_cover_labels(indptr, indices, n)
    split = cover[:n] != cover[n:]
    has_edge = np.zeros(len(order), dtype=bool)
    has_edge[labels[np.diff(indptr) > 0]] = True
    bipartite = has_edge.copy()
    bipartite[labels[~split]] = False
    sides = np.where(bipartite[labels], np.where(cover[:n] < cover[n:], 1.0, -1.0), 0.0)
    return Components(labels=labels, sizes=sizes[order], bipartite=bipartite, sides=sides)


def _double_cover_labels(indptr: IntArray, indices: IntArray, n: int) -> IntArray:
    rows = np.repeat(np.arange(n), np.diff(indptr))
    ones = np.ones(len(indices), dtype=np.int8)
    cover = csr_array((ones, (rows, indices.astype(np.int64) + n)), shape=(2 * n, 2 * n))
    _, labels = connected_components(cover, directed=False)
    return np.asarray(labels)
