"""Dobrushin's coefficient of attention products: how much what two nodes see can still differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial.distance import pdist

from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.measures.plain import given_fields

# Components of at most so many nodes are done with all pairs of rows, while the work (nodes³ a depth) allows: some
# ten seconds.
EXACT_NODES = 2500
EXACT_WORK = 2e10


@dataclass(frozen=True)
class Dobrushin:
    """Bounds of ``δ(P_l) = max over i, j of one component of ½ Σ_k |P_ik − P_jk|``, by depth.

    max − min of any signal over a component is at most δ times what it was. Both bounds are proven; where
    they are equal the value is exact.

    Attributes
    ----------
    name : str
        Components that it is the largest of.
    depths : tuple of int
    lower, upper : tuple of float
        Of attention, mean over heads.
    uniform_lower, uniform_upper : tuple of float
        Of uniform attention on the same edges.
    """

    name: str
    depths: tuple[int, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    uniform_lower: tuple[float, ...]
    uniform_upper: tuple[float, ...]

    @property
    def exact(self) -> tuple[bool, ...]:
        """Whether the value of attention is exact, by depth."""
        return tuple(a == b for a, b in zip(self.lower, self.upper, strict=True))

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Dobrushin:
        """Read it from plain JSON types."""
        return cls(**given_fields(data))


@dataclass
class Coefficients:
    """Bounds for each component of one sequence of matrices.

    Parameters
    ----------
    graph : Graph
    matrices : sequence of CSR array
        Row-stochastic, but for rows of zeros.
    silent : bool array, shape (num_nodes,)
        Nodes whose row is zero in some layer.
    depths : int array
    work : float
        What all-pairs searches may cost.

    Notes
    -----
    - Two nodes more than 2l hops apart see nothing in common after l layers: δ = 1, whatever the weights.
    - All pairs of rows, smallest components first, as long as the work allows.
    - Otherwise at least what the sampled rows show, and at most Π_l (1 − Σ_k min_i A_l,ik) (Doeblin), which is below
      1 only where some node is attended to by its whole component.
    - What a row lacks of one (after a node that receives nothing) is seen of a common place where all is zero.
    """

    graph: Graph
    matrices: Sequence[csr_array]
    silent: BoolArray
    depths: IntArray
    work: float = EXACT_WORK
    lower: FloatArray = field(init=False)
    upper: FloatArray = field(init=False)
    sampled: list[int] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        parts = self.graph.components
        self.lower = np.zeros((len(self.depths), parts.count))
        self.upper = np.zeros((len(self.depths), parts.count))
        order = np.argsort(parts.labels, kind="stable")
        ends = np.cumsum(parts.sizes)
        for c in np.flatnonzero(parts.sizes > 1)[::-1].tolist():
            self._component(c, order[ends[c] - parts.sizes[c] : ends[c]])

    def take_rows(self, depth: int, columns: FloatArray, labels: IntArray) -> None:
        """Raise the lower bounds of sampled components by rows of P_depth, given as columns."""
        at = int(np.flatnonzero(self.depths == depth)[0])
        for c in self.sampled:
            own = columns[:, labels == c]
            if own.shape[1] > 1 and self.lower[at, c] < self.upper[at, c]:
                self.lower[at, c] = min(max(self.lower[at, c], _largest(own.T)), self.upper[at, c])

    def _component(self, c: int, members: IntArray) -> None:
        whole = not self.silent[members].any()
        apart = self._hops_apart(members) if whole else 0
        far = 2 * self.depths < apart
        self.lower[far, c] = self.upper[far, c] = 1.0
        cost = float(len(members)) ** 3 * np.count_nonzero(~far)
        if far.all():
            return
        parts = (csr_array(a[members][:, members]) for a in self.matrices)
        if len(members) <= EXACT_NODES and cost <= self.work:
            self.work -= cost
            self._all_pairs(c, parts, far)
            return
        self.sampled.append(c)
        steps = np.array([1.0 - _shared(a) for a in parts]) if whole else np.ones(len(self.matrices))
        self.upper[~far, c] = np.cumprod(steps)[self.depths - 1][~far]

    def _hops_apart(self, members: IntArray) -> int:
        """Return the distance of two nodes that are far from one another: a double sweep."""
        part = csr_array(self.graph.adjacency()[members][:, members])
        start = np.array([0])
        for _ in range(2):
            hops = dijkstra(part, directed=False, unweighted=True, indices=start)[0]
            start = np.array([np.argmax(hops)])
        return int(hops.max())

    def _all_pairs(self, c: int, parts: Iterable[csr_array], far: BoolArray) -> None:
        product: FloatArray | None = None
        for depth, matrix in enumerate(parts, start=1):
            product = matrix.toarray() if product is None else np.asarray(matrix @ product)
            at = np.flatnonzero((self.depths == depth) & ~far)
            if len(at):
                self.lower[at, c] = self.upper[at, c] = _largest(product)


def _largest(rows: FloatArray) -> float:
    """Return the largest ½‖P_i − P_j‖₁, what a row lacks of one counted as a column of its own."""
    lacking = np.maximum(1.0 - rows.sum(axis=1, keepdims=True), 0.0)
    whole = np.hstack([rows, np.where(lacking > 1e-9, lacking, 0.0)])
    return min(float(np.max(pdist(whole, "cityblock"), initial=0.0)) / 2.0, 1.0)


def _shared(matrix: csr_array) -> float:
    """Return Σ_k min_i A_ik: the weight that all rows have in common."""
    n = matrix.shape[0]
    least = np.full(n, np.inf)
    np.minimum.at(least, matrix.indices, matrix.data)
    everywhere = np.bincount(matrix.indices, minlength=n) == n
    return min(float(least[everywhere].sum()), 1.0)
