"""Connected components and which of them are bipartite."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Components:
    """Connected components of a graph, largest first.

    Attributes
    ----------
    labels : int array, shape (num_nodes,)
        Component of each node; components are numbered by falling size.
    sizes : int array, shape (count,)
        Number of nodes of each component.
    indptr, indices : int array
        The graph's own arrays: what is bipartite is found at first use.
    """

    labels: IntArray
    sizes: IntArray
    indptr: IntArray
    indices: IntArray

    @property
    def count(self) -> int:
        """Number of connected components."""
        return len(self.sizes)

    @property
    def bipartite(self) -> BoolArray:
        """True where the component has at least one edge, no odd cycle and no self-loop, shape (count,)."""
        return self._two_colouring[0]

    @property
    def sides(self) -> FloatArray:
        """+1 or −1 by side in a bipartite component, 0 elsewhere, shape (num_nodes,)."""
        return self._two_colouring[1]

    @cached_property
    def _two_colouring(self) -> tuple[BoolArray, FloatArray]:
        """Both by searching the double cover.

        In the double cover (two copies of each node, each edge joining opposite copies) a component falls apart into
        two exactly when it is bipartite.
        """
        n = len(self.labels)
        cover = _double_cover_labels(self.indptr, self.indices, n)
        split = cover[:n] != cover[n:]
        bipartite = np.zeros(self.count, dtype=bool)
        bipartite[self.labels[np.diff(self.indptr) > 0]] = True
        bipartite[self.labels[~split]] = False
        sides = np.where(bipartite[self.labels], np.where(cover[:n] < cover[n:], 1.0, -1.0), 0.0)
        return bipartite, sides


def find_components(indptr: IntArray, indices: IntArray) -> Components:
    """Return the components, by breadth-first search."""
    n = len(indptr) - 1
    pattern = csr_array((np.ones(len(indices), dtype=np.int8), indices, indptr), shape=(n, n))
    _, raw = connected_components(pattern, directed=False)
    sizes = np.bincount(raw)
    order = np.argsort(-sizes, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return Components(rank[raw].astype(np.int64), sizes[order], indptr, indices)


def _double_cover_labels(indptr: IntArray, indices: IntArray, n: int) -> IntArray:
    rows = np.repeat(np.arange(n), np.diff(indptr))
    ones = np.ones(len(indices), dtype=np.int8)
    cover = csr_array((ones, (rows, indices.astype(np.int64) + n)), shape=(2 * n, 2 * n))
    _, labels = connected_components(cover, directed=False)
    return np.asarray(labels)
