"""Local density: how many of a node's neighbours are joined to each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.graphs.arrays import FloatArray, IntArray, bin_sums
from spectral_smooth.graphs.graph import Graph

# Products of entries that one block of rows may take: what keeps the memory linear.
BLOCK_PRODUCTS = 4_000_000


@dataclass(frozen=True, eq=False)
class LocalDensity:
    """Local clustering of every node.

    Attributes
    ----------
    neighbours : int array, shape (num_nodes,)
        Number of neighbours, the node itself not counted.
    triangles : int array, shape (num_nodes,)
        Triangles that the node is a corner of: joined pairs among its neighbours.
    """

    neighbours: IntArray
    triangles: IntArray

    @property
    def values(self) -> FloatArray:
        """2 t_i / (d_i (d_i − 1)), shape (num_nodes,); NaN with fewer than two neighbours: there is no pair."""
        pairs = self.neighbours * (self.neighbours - 1.0)
        nothing = np.full(len(pairs), np.nan)
        return np.asarray(np.divide(2.0 * self.triangles, pairs, out=nothing, where=pairs > 0))

    @property
    def mean(self) -> float | None:
        """Mean over the nodes that have two neighbours at least, None if there are none."""
        known = self.neighbours > 1
        return float(self.values[known].mean()) if known.any() else None


def local_density(graph: Graph) -> LocalDensity:
    """Return the local clustering coefficient of every node.

    ``density_i = 2 t_i / (d_i (d_i − 1))``: the share of the pairs of neighbours of i that are joined (Watts and
    Strogatz 1998). The density of the closed neighbourhood would be the same mixed with the degree,
    ``2/(d_i + 1) + density_i (d_i − 1)/(d_i + 1)``, and one for every leaf: the degree has its own bands.

    Weights and self-loops play no part. Every triangle is found once, at the edge between its two corners of fewest
    neighbours: sparse products of the edges directed towards more neighbours, a block of rows at a time, at
    most O(E^(3/2)) products and memory linear in the graph.

    Parameters
    ----------
    graph : Graph

    Returns
    -------
    LocalDensity

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> kite = ss.as_graph(nx.Graph([(0, 1), (1, 2), (2, 0), (2, 3)]))
    >>> local_density(kite).values.round(3).tolist()
    [1.0, 1.0, 0.333, nan]
    """
    n = graph.num_nodes
    plain = graph.rows != graph.indices
    rows, columns = graph.rows[plain].astype(np.int64), graph.indices[plain].astype(np.int64)
    neighbours = np.bincount(rows, minlength=n)
    order = np.empty(n, dtype=np.int64)
    order[np.argsort(neighbours, kind="stable")] = np.arange(n)
    up = order[rows] < order[columns]
    forward = csr_array(
        (np.ones(int(np.count_nonzero(up)), dtype=np.int64), (order[rows[up]], order[columns[up]])),
        shape=(n, n),
    )
    triangles = np.zeros(n)
    for low, high in _blocks(forward):
        block = forward[low:high]
        # a → b → c closed by the edge a → c: counted at a and at c.
        closed = csr_array((block @ forward).multiply(block))
        triangles[low:high] += closed.sum(axis=1)
        triangles += bin_sums(closed.indices, closed.data, n)
        # The same seen from the edge b → c, as the sources a that point to both: counted at b.
        triangles += csr_array((block.T @ block).multiply(forward)).sum(axis=1)
    return LocalDensity(neighbours, triangles[order].astype(np.int64))


def _blocks(forward: csr_array) -> Iterator[tuple[int, int]]:
    """Yield row ranges with at most `BLOCK_PRODUCTS` products of entries, or of one row."""
    out = np.diff(forward.indptr)
    steps = np.concatenate([[0], np.cumsum(out[forward.indices])])[forward.indptr]
    total = steps + np.concatenate([[0], np.cumsum(out.astype(np.int64) ** 2)])
    low = 0
    while low < len(out):
        high = int(np.searchsorted(total, total[low] + BLOCK_PRODUCTS, side="right")) - 1
        high = min(max(high, low + 1), len(out))
        yield low, high
        low = high
