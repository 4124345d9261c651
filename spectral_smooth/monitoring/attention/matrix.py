"""AttentionMatrix: one layer as row-stochastic matrices, one a head."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray, bin_sums
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.monitoring.attention.layer import AttentionLayer
from spectral_smooth.monitoring.attention.sums import check_sums


@dataclass(frozen=True, eq=False)
class AttentionMatrix:
    """A_ij = the weight with which target i attends to source j; every row sums to one.

    A node that no edge enters receives nothing: its row is zero, as the layer's own sum over no edges.

    Attributes
    ----------
    name : str
    indptr, indices : int arrays
        CSR pattern of all heads, targets as rows.
    values : float64 array, shape (entries, heads)
    parallel : int
        Edges that were given more than once and added up.
    off_by : float
        Largest distance of a row's sum from one before it was divided by it.
    """

    name: str
    indptr: IntArray
    indices: IntArray
    values: FloatArray
    parallel: int = 0
    off_by: float = 0.0

    @classmethod
    def of(cls, layer: AttentionLayer, graph: Graph) -> AttentionMatrix:
        """Check a layer against its graph, add up parallel edges, and divide each row by its sum.

        Raises
        ------
        InputError
            If an edge is not in the graph, or the weights into a node do not sum to one.
        """
        n = graph.num_nodes
        _check_edges(layer, graph)
        off_by = check_sums(layer, n)
        keys, place = np.unique(layer.targets * n + layer.sources, return_inverse=True)
        rows, indices = keys // n, keys % n
        values = np.empty((len(keys), layer.heads))
        for head in range(layer.heads):
            values[:, head] = bin_sums(place, layer.weights[:, head], len(keys))
            sums = bin_sums(rows, values[:, head], n)
            values[:, head] /= sums[rows]
        indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))])
        narrow = np.int32 if max(n, len(keys)) < 2**31 - 1 else np.int64
        parallel = len(place) - len(keys)
        return cls(layer.name, indptr.astype(narrow), indices.astype(narrow), values, parallel, off_by)

    @property
    def heads(self) -> int:
        """Number of heads."""
        return int(self.values.shape[1])

    @property
    def num_nodes(self) -> int:
        """Number of nodes."""
        return len(self.indptr) - 1

    @cached_property
    def rows(self) -> IntArray:
        """Target of each entry."""
        return np.repeat(np.arange(self.num_nodes), np.diff(self.indptr))

    @cached_property
    def silent(self) -> BoolArray:
        """Which nodes receive nothing, shape (num_nodes,)."""
        return np.asarray(np.diff(self.indptr) == 0)

    def head(self, head: int) -> csr_array:
        """Return the matrix of one head."""
        return self._matrix(self.values[:, head])

    def mean(self) -> csr_array:
        """Return the mean of the heads."""
        return self._matrix(self.values.mean(axis=1))

    def uniform(self) -> csr_array:
        """Return what attention would be if each node weighted its incoming edges alike."""
        return self._matrix(1.0 / np.diff(self.indptr)[self.rows])

    def relative_entropy(self) -> tuple[float | None, ...]:
        """Return per head the mean of H(a_i)/log(deg_i), H(a) = −Σ a log a, over nodes of two edges or more.

        1 is uniform attention, 0 attention to a single neighbour; None where no node has two incoming edges.
        """
        degrees = np.diff(self.indptr)
        several = degrees > 1
        if not several.any():
            return (None,) * self.heads
        most = np.log(degrees[several])
        found = []
        for head in range(self.heads):
            own = self.values[:, head]
            terms = -own * np.log(np.where(own > 0, own, 1.0))
            entropy = bin_sums(self.rows, terms, self.num_nodes)[several]
            found.append(float(np.mean(np.clip(entropy / most, 0.0, 1.0))))
        return tuple(found)

    def _matrix(self, data: FloatArray) -> csr_array:
        n = self.num_nodes
        return csr_array((np.ascontiguousarray(data), self.indices, self.indptr), shape=(n, n))


def _check_edges(layer: AttentionLayer, graph: Graph) -> None:
    """Refuse edges that join nodes which the graph does not; a node may always attend to itself."""
    n = graph.num_nodes
    known = graph.rows.astype(np.int64) * n + graph.indices
    wanted = layer.targets * n + layer.sources
    at = np.searchsorted(known, wanted)
    found = np.zeros(len(wanted), dtype=bool)
    inside = at < len(known)
    found[inside] = known[at[inside]] == wanted[inside]
    foreign = np.flatnonzero(~found & (layer.targets != layer.sources))
    if len(foreign):
        first = foreign[0]
        raise InputError(
            f"layer {layer.name!r}: {len(foreign):,} of {len(wanted):,} edges are not in the graph, the first from "
            f"{layer.sources[first]} to {layer.targets[first]}; pass the graph that the model was run on"
        )
