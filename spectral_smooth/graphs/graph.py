"""Graph: an undirected graph as a validated, symmetric CSR matrix."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import FloatArray, IntArray, bin_sums, frozen
from spectral_smooth.graphs.components import Components, find_components


@dataclass(frozen=True, eq=False, repr=False)
class Graph:
    """An undirected graph: the pattern of a symmetric CSR matrix, with weights where there are any.

    Parameters
    ----------
    indptr : int array, shape (num_nodes + 1,)
        Row pointers.
    indices : int array, shape (num_entries,)
        Column of each entry, strictly increasing within a row. An edge between two different nodes
        is two entries, a self-loop one.
    weights : float array of the same length, optional
        Positive finite weights, symmetric. None means that every edge has weight one, and then no
        value array exists at all.
    name : str
        What reports call the graph.

    Raises
    ------
    InputError
        If the arrays are not such a matrix, or there is no node.

    Notes
    -----
    A self-loop of weight w adds w once to its node's degree: A_ii = w, d_i = Σ_j A_ij. The loops that
    a layer adds belong to `Operator`, not here. Build one from an edge list with
    `spectral_smooth.as_graph`, which applies the policies for direction, duplicates and weights.

    Examples
    --------
    >>> import numpy as np, spectral_smooth as ss
    >>> path = ss.Graph(np.array([0, 1, 3, 4]), np.array([1, 0, 2, 1]), name="path")
    >>> path
    Graph 'path': 3 nodes, 2 edges
    >>> path.degrees.tolist()
    [1.0, 2.0, 1.0]
    """

    indptr: IntArray
    indices: IntArray
    weights: FloatArray | None = None
    name: str = "graph"

    def __post_init__(self) -> None:
        indptr = np.asarray(self.indptr)
        indices = np.asarray(self.indices)
        weights = None if self.weights is None else np.asarray(self.weights)
        _check_layout(indptr, indices, weights)
        n = len(indptr) - 1
        narrow = np.int32 if n < 2**31 - 1 else np.int64
        if indptr.dtype != np.int64:
            indptr = indptr.astype(np.int64)
        if indices.dtype != narrow:
            indices = indices.astype(narrow)
        if weights is not None and weights.dtype != np.float64:
            weights = weights.astype(np.float64)
        object.__setattr__(self, "indptr", frozen(indptr))
        object.__setattr__(self, "indices", frozen(indices))
        object.__setattr__(self, "weights", None if weights is None else frozen(weights))
        _check_symmetry(self)

    def __repr__(self) -> str:
        weighted = "" if self.weights is None else ", weighted"
        return f"Graph {self.name!r}: {self.num_nodes:,} nodes, {self.num_edges:,} edges{weighted}"

    @property
    def num_nodes(self) -> int:
        """Number of nodes."""
        return len(self.indptr) - 1

    @property
    def num_entries(self) -> int:
        """Number of stored entries: two per edge, one per self-loop."""
        return len(self.indices)

    @cached_property
    def rows(self) -> IntArray:
        """Row of each stored entry."""
        return np.repeat(np.arange(self.num_nodes, dtype=self.indices.dtype), np.diff(self.indptr))

    @cached_property
    def self_loop_weights(self) -> FloatArray:
        """Weight of each node's own loop, A_ii; zero where there is none."""
        values = np.zeros(self.num_nodes)
        at = np.flatnonzero(self.rows == self.indices)
        values[self.indices[at]] = 1.0 if self.weights is None else self.weights[at]
        return frozen(values)

    @cached_property
    def num_edges(self) -> int:
        """Number of undirected edges, self-loops included."""
        loops = int(np.count_nonzero(self.self_loop_weights))
        return (self.num_entries - loops) // 2 + loops

    @property
    def density(self) -> float:
        """Share of the pairs of different nodes that are joined, 2E/(n(n − 1)); 0 for one node."""
        n, loops = self.num_nodes, int(np.count_nonzero(self.self_loop_weights))
        return (self.num_entries - loops) / (n * (n - 1.0)) if n > 1 else 0.0

    @property
    def degrees(self) -> FloatArray:
        """Weighted degrees d_i = Σ_j A_ij, float64."""
        return frozen(np.diff(self.indptr).astype(np.float64)) if self.weights is None else self._strengths

    @cached_property
    def _strengths(self) -> FloatArray:
        return frozen(bin_sums(self.rows, self.adjacency().data, self.num_nodes))

    @cached_property
    def components(self) -> Components:
        """Connected components, largest first."""
        return find_components(self.indptr, self.indices)

    def adjacency(self) -> csr_array:
        """Return A: CSR, shape (num_nodes, num_nodes), float64 values; the pattern is shared, not copied."""
        values = np.ones(self.num_entries) if self.weights is None else self.weights
        return csr_array((values, self.indices, self.indptr), shape=(self.num_nodes, self.num_nodes))


def part_of_graph(indptr: IntArray, indices: IntArray, weights: FloatArray | None, name: str) -> Graph:
    """Return a graph whose arrays come from a checked one, without checking (and transposing) them again."""
    graph = object.__new__(Graph)
    fields = {
        "indptr": frozen(indptr),
        "indices": frozen(indices),
        "weights": None if weights is None else frozen(weights),
        "name": name,
    }
    for field, value in fields.items():
        object.__setattr__(graph, field, value)
    return graph


def _check_layout(indptr: IntArray, indices: IntArray, weights: FloatArray | None) -> None:
    if (
        indptr.ndim != 1
        or indices.ndim != 1
        or indptr.dtype.kind not in "iu"
        or indices.dtype.kind not in "iu"
    ):
        raise InputError(
            f"a graph needs one-dimensional integer arrays indptr and indices, got {indptr.dtype} of shape "
            f"{indptr.shape} and {indices.dtype} of shape {indices.shape}"
        )
    n = len(indptr) - 1
    if n < 1:
        raise InputError("the graph has zero nodes; at least one node is needed")
    if indptr[0] != 0 or indptr[-1] != len(indices) or np.any(np.diff(indptr) < 0):
        raise InputError("indptr must start at 0, never fall, and end at the length of indices")
    if len(indices) and (indices.min() < 0 or indices.max() >= n):
        raise InputError(
            f"a node index {int(indices.max() if indices.max() >= n else indices.min())} was found, "
            f"but the graph has nodes 0 to {n - 1}"
        )
    inner = np.ones(max(len(indices) - 1, 0), dtype=bool)
    starts = indptr[1:-1]
    inner[starts[(starts > 0) & (starts < len(indices))] - 1] = False
    if np.any(np.diff(indices.astype(np.int64))[inner] <= 0):
        raise InputError("column indices must be strictly increasing within each row (sorted, no duplicates)")
    if weights is not None:
        _check_weights(weights, len(indices))


def _check_weights(weights: FloatArray, entries: int) -> None:
    if weights.shape != (entries,) or weights.dtype.kind not in "iuf":
        raise InputError(f"expected {entries} real weights, got {weights.dtype} of shape {weights.shape}")
    if not np.all(np.isfinite(weights)):
        raise InputError("a weight is NaN or infinite; weights must be finite")
    if np.any(weights <= 0):
        raise InputError("a weight is zero or negative; a Graph holds positive weights only")


def _check_symmetry(graph: Graph) -> None:
    matrix = graph.adjacency()
    flipped = matrix.T.tocsr()
    flipped.sort_indices()
    same = np.array_equal(flipped.indptr, graph.indptr) and np.array_equal(flipped.indices, graph.indices)
    if not same or (graph.weights is not None and not np.array_equal(flipped.data, graph.weights)):
        raise InputError("the matrix is not symmetric; as_graph(matrix) makes it so")
