"""Connected components and which of them are bipartite."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray

# From so many nodes, and entries a node, on most entries need not be read.
SAMPLED_FROM, SAMPLED_DEGREE = 50_000, 6


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
    """Return the components; of equal ones the one with the first node comes first."""
    many = len(indptr) > SAMPLED_FROM and len(indices) > SAMPLED_DEGREE * len(indptr)
    raw = _labels_by_sample(indptr, indices) if many else _labels(indptr, indices)
    sizes = np.bincount(raw)
    first = np.empty_like(sizes)
    first[raw[::-1]] = np.arange(len(raw))[::-1]
    order = np.lexsort((first, -sizes))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return Components(rank.astype(np.int32)[raw], sizes[order], indptr, indices)


def _double_cover_labels(indptr: IntArray, indices: IntArray, n: int) -> IntArray:
    """Return the component of both copies of each node; copy 1 of node i is node n + i."""
    wide = indices.astype(np.int64) if 2 * n > np.iinfo(indices.dtype).max else indices
    both = np.concatenate([wide + wide.dtype.type(n), wide])
    return _labels(np.concatenate([indptr, indptr[1:] + indptr[-1]]), both)


def _labels(indptr: IntArray, indices: IntArray) -> IntArray:
    """Return the component of each row of a symmetric pattern.

    As strongly connected components: the search for weakly connected ones would transpose the pattern first. Its
    values, which nobody reads, are one number seen many times.
    """
    n = len(indptr) - 1
    ones = np.broadcast_to(np.float64(1.0), len(indices))
    _, labels = connected_components(
        csr_array((ones, indices, indptr), shape=(n, n)), directed=True, connection="strong"
    )
    return np.asarray(labels)


def _labels_by_sample(indptr: IntArray, indices: IntArray) -> IntArray:
    """Return what `_labels` returns without reading most entries (the idea of Sutton, Ben-Nun and Barak, 2018).

    Two entries of each row join most of the largest component. Of the rows outside of it all entries are read; an edge
    that leaves the largest part is seen from its other end, for the pattern is symmetric.
    """
    n = len(indptr) - 1
    length = np.diff(indptr)
    kept = np.minimum(length, 2)
    starts = np.append(0, np.cumsum(kept))
    sample = np.empty(starts[-1], dtype=indices.dtype)
    sample[starts[:-1][kept > 0]] = indices[indptr[:-1][kept > 0]]
    sample[starts[:-1][kept > 1] + 1] = indices[indptr[1:][kept > 1] - 1]
    part = _weak_labels(starts, sample, n)
    largest = np.bincount(part).argmax()
    rows = np.flatnonzero(part != largest)
    ends = np.append(0, np.cumsum(length[rows]))
    entries = np.arange(ends[-1]) + np.repeat(indptr[rows] - ends[:-1], length[rows])
    groups = int(part.max(initial=-1)) + 1
    first, second = np.repeat(part[rows], length[rows]), part[indices[entries]]
    order = np.argsort(first, kind="stable")
    joined = _weak_labels(np.searchsorted(first[order], np.arange(groups + 1)), second[order], groups)
    return np.asarray(joined[part])


def _weak_labels(indptr: IntArray, indices: IntArray, n: int) -> IntArray:
    ones = np.broadcast_to(np.float64(1.0), len(indices))
    _, labels = connected_components(
        csr_array((ones, indices, indptr), shape=(n, n)), directed=True, connection="weak"
    )
    return np.asarray(labels)
