"""Operator: what one layer does to the node features, P = T⁻¹ S T, never materialised."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array, issparse

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray, frozen
from spectral_smooth.graphs.dataset import check_features
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.graphs.parts import closed_part
from spectral_smooth.operators.check import CheckReport, check_operator
from spectral_smooth.operators.fixed_space import FixedSpace

SMALLEST_FEATURE, LARGEST_FEATURE = 1e-120, 1e120


@dataclass(frozen=True, eq=False, repr=False)
class Operator:
    """One propagation step of a graph neural network, as a member of one family.

    With A the adjacency matrix, γ the loops, Ã = A + γI, d̃ = d + γ and D̃ = diag(d̃)::

        P = D̃^(-split) Ã D̃^(split-1) = T⁻¹ S T,    T = D̃^(split-1/2)
        S = D̃^(-1/2) Ã D̃^(-1/2)

    ``split`` 1/2 is the GCN's symmetric normalisation, 1 the random walk (mean over neighbours), 0
    its transpose. The symmetric core S is all that engines and solvers see.

    Parameters
    ----------
    graph : Graph
    loops : float or float array of shape (num_nodes,)
        Weight γ ≥ 0 of the self-loop that is added to every node (or one per node).
    split : float in [0, 1]

    Notes
    -----
    A node with d̃ = 0 (isolated, no loop) has a zero row in S: it leaves all measures and is counted
    by ``silent``. Self-loops of the graph itself are part of A.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> op = ss.gcn(ss.load("karate").graph)
    >>> op
    Operator gcn (loops 1, split 0.5) on 'karate': 34 nodes
    >>> op.fixed_space.dimension
    1
    """

    graph: Graph
    loops: float | FloatArray = 0.0
    split: float = 0.5

    def __post_init__(self) -> None:
        loops = np.asarray(self.loops, dtype=np.float64)
        if loops.ndim and loops.shape != (self.graph.num_nodes,):
            raise UsageError(f"loops must be one number or one per node, got shape {loops.shape}")
        if not np.all(np.isfinite(loops)) or np.any(loops < 0):
            raise UsageError(f"loops must be finite and at least 0, got {self.loops}")
        if not 0.0 <= self.split <= 1.0:
            raise UsageError(f"split must lie between 0 and 1, got {self.split}")
        object.__setattr__(self, "loops", frozen(loops) if loops.ndim else float(loops))

    def __repr__(self) -> str:
        return f"Operator {self.label} on {self.graph.name!r}: {self.graph.num_nodes:,} nodes"

    @property
    def label(self) -> str:
        """Short description, such as ``gcn (loops 1, split 0.5)``."""
        names = {
            0.0: "transposed walk",
            0.5: "gcn" if np.any(self.loops) else "symmetric",
            1.0: "random walk",
        }
        loops = f"{self.loops:g}" if isinstance(self.loops, float) else "per node"
        return f"{names.get(self.split, 'mixed')} (loops {loops}, split {self.split:g})"

    @cached_property
    def loop_weights(self) -> FloatArray:
        """The added loops γ, one per node."""
        return frozen(np.broadcast_to(np.asarray(self.loops, dtype=np.float64), (self.graph.num_nodes,)))

    @cached_property
    def degrees(self) -> FloatArray:
        """d̃ = d + γ, float64."""
        return frozen(self.graph.degrees + self.loop_weights)

    @cached_property
    def scale(self) -> FloatArray:
        """D̃^(-1/2), zero where d̃ = 0."""
        return frozen(degree_power(self.degrees, -0.5))

    @cached_property
    def similarity(self) -> FloatArray:
        """The diagonal of T = D̃^(split-1/2), zero where d̃ = 0."""
        return frozen(degree_power(self.degrees, self.split - 0.5))

    @cached_property
    def inverse_similarity(self) -> FloatArray:
        """The diagonal of T⁻¹, zero where d̃ = 0."""
        return frozen(degree_power(self.degrees, 0.5 - self.split))

    @cached_property
    def silent(self) -> int:
        """Number of nodes with d̃ = 0: zero rows of S, outside of all measures."""
        return int(np.count_nonzero(self.degrees == 0))

    @cached_property
    def fixed_space(self) -> FixedSpace:
        """The known eigenvectors: √d̃ per component (μ = 1), and ±√d̃ where bipartite (μ = −1)."""
        return FixedSpace.of(self.graph.components, self.degrees, self.loop_weights)

    @cached_property
    def lower_end(self) -> float:
        """A proven lower end of the spectrum of S.

        S is similar to a row-stochastic matrix with diagonal p_i = Ã_ii/d̃_i, hence μ ≥ 2·min p − 1
        (Gershgorin).
        """
        alive = self.degrees > 0
        if not alive.any():
            return 0.0
        diagonal = self.graph.self_loop_weights + self.loop_weights
        lowest = float(np.min(diagonal[alive] / self.degrees[alive]))
        bound = max(-1.0, 2.0 * lowest - 1.0)
        return min(bound, 0.0) if self.silent else bound

    def on_part(self, nodes: IntArray) -> Operator:
        """Return the operator on ``nodes``, which no edge leaves, in that order; itself where they are all in order."""
        count = self.graph.num_nodes
        if len(nodes) == count and np.array_equal(nodes, np.arange(count)):
            return self
        loops = self.loops if isinstance(self.loops, float) else self.loops[nodes]
        return Operator(closed_part(self.graph, nodes), loops, self.split)

    def rows(self, low: int, high: int) -> csr_array:
        """Return rows ``low`` to ``high − 1`` of S, loops included: CSR, shape (high − low, num_nodes)."""
        graph = self.graph
        span = slice(graph.indptr[low], graph.indptr[high])
        columns = graph.indices[span].astype(np.int64)
        rows = graph.rows[span].astype(np.int64)
        values = np.ones(len(columns)) if graph.weights is None else graph.weights[span]
        nodes = np.arange(low, high)
        rows = np.concatenate([rows, nodes])
        columns = np.concatenate([columns, nodes])
        values = np.concatenate([values, self.loop_weights[low:high]])
        values = values * self.scale[rows] * self.scale[columns]
        block = csr_array((values, (rows - low, columns)), shape=(high - low, graph.num_nodes))
        block.sum_duplicates()
        block.eliminate_zeros()
        return block

    def matrix(self) -> csr_array:
        """Return the whole core S: CSR, shape (num_nodes, num_nodes); engines do without it."""
        return self.rows(0, self.graph.num_nodes)

    def check(self, seed: int = 0) -> CheckReport:
        """Check the identities that everything else leans on; print the report to read them.

        Symmetry and norm of S, the known eigenvectors and their orthonormality, T against its inverse, the
        lower end, and row sums of the walk, on seeded random vectors; a few sparse products.

        Examples
        --------
        >>> import networkx as nx, spectral_smooth as ss
        >>> ss.gcn(ss.as_graph(nx.petersen_graph())).check().passed
        True
        """
        return check_operator(self, seed)

    def enter(self, features: FloatArray | csr_array) -> FloatArray:
        """Return Y = T X, shape (num_nodes, columns): the coordinates in which the layer is the symmetric S.

        Raises
        ------
        InputError
            If there is not one row a node, values are not finite real numbers, or so large or small that
            their squares leave the range of float64.
        """
        given = features if issparse(features) else np.asarray(features)
        check_features(given, self.graph.num_nodes)
        dense = given.toarray() if issparse(given) else given
        core = np.ascontiguousarray(dense * self.similarity[:, None], dtype=np.float64)
        largest = float(max(core.max(initial=0.0), -core.min(initial=0.0)))
        if largest and not SMALLEST_FEATURE <= largest <= LARGEST_FEATURE:
            raise InputError(
                f"the largest feature is {largest:.3g} in size, whose square leaves the range of float64; rescale "
                "the features first (nothing that matters here depends on their scale)"
            )
        return core

    def leave(self, core: FloatArray) -> FloatArray:
        """Return X = T⁻¹ Y, shape (num_nodes, columns); rows of silent nodes are zero."""
        return np.asarray(core * self.inverse_similarity[:, None])


def gcn(graph: Graph, loops: float | FloatArray = 1.0) -> Operator:
    """Return the GCN operator D̃^(-1/2)(A + loops·I)D̃^(-1/2) (Kipf and Welling, arXiv 1609.02907).

    Raises
    ------
    UsageError
        If ``loops`` is negative, not finite, or neither one number nor one per node.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> ss.gcn(ss.as_graph(nx.path_graph(2))).matrix().toarray().round(12).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    return Operator(graph, loops=loops, split=0.5)


def random_walk(graph: Graph, loops: float | FloatArray = 0.0) -> Operator:
    """Return the mean over neighbours D̃⁻¹(A + loops·I) (GraphSAGE's mean aggregator without weights).

    Raises
    ------
    UsageError
        If ``loops`` is negative, not finite, or neither one number nor one per node.

    Examples
    --------
    Its core S is that of `symmetric`; only the coordinates T = D̃^(1/2) differ:

    >>> import networkx as nx, spectral_smooth as ss
    >>> walk = ss.random_walk(ss.as_graph(nx.star_graph(4)))
    >>> walk.similarity.tolist()
    [2.0, 1.0, 1.0, 1.0, 1.0]
    """
    return Operator(graph, loops=loops, split=1.0)


def symmetric(graph: Graph, loops: float | FloatArray = 0.0) -> Operator:
    """Return the symmetric normalisation D̃^(-1/2)(A + loops·I)D̃^(-1/2), without added loops by default.

    Raises
    ------
    UsageError
        If ``loops`` is negative, not finite, or neither one number nor one per node.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> ss.symmetric(ss.as_graph(nx.path_graph(2))).matrix().toarray().tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    return Operator(graph, loops=loops, split=0.5)


def degree_power(degrees: FloatArray, exponent: float) -> FloatArray:
    """Return d̃^exponent, zero where d̃ = 0.

    Raises
    ------
    InputError
        If a degree is infinite.
    """
    # It would give a zero row without a word; powers between ±1/2 of finite ones are finite.
    if not np.all(np.isfinite(degrees)):
        raise InputError("a degree is too large for float64 arithmetic; rescale the weights")
    alive = degrees > 0
    values = np.zeros(len(degrees))
    values[alive] = degrees[alive] ** exponent
    return values
