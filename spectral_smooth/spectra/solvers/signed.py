"""SignedCore: S or −S of one connected component, as a matrix where that is cheap and as products where it is not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator

# Below this SciPy's product takes less time than starting ours.
ENGINE_FROM = 5_000
# Products that an order of the nodes is chosen for.
PRODUCTS = 100


@dataclass(frozen=True, eq=False)
class SignedCore:
    """sign · S of an operator; what is made of it is kept, and shared by all problems on it.

    Attributes
    ----------
    operator : Operator
        Of one connected component, or of a graph whose other components are single nodes.
    sign : float
        1 or −1.
    other : SignedCore or None
        The same with the other sign, if it came first.
    """

    operator: Operator
    sign: float = 1.0
    other: SignedCore | None = None

    def flipped(self) -> SignedCore:
        """Return the core with the other sign; the bound operator is shared."""
        return SignedCore(self.operator, -self.sign, self)

    @property
    def nodes(self) -> int:
        """Number of rows."""
        return self.operator.graph.num_nodes

    @property
    def entries(self) -> int:
        """Number of entries, those of added loops included."""
        return self.operator.graph.num_entries + int(np.count_nonzero(self.operator.loop_weights))

    @cached_property
    def matrix(self) -> csr_array:
        """The matrix sign · S, 12 bytes an entry."""
        return csr_array(self.operator.matrix() * self.sign if self.other is None else -self.other.matrix)

    @cached_property
    def bound(self) -> Any:
        """The operator bound to the fast engine."""
        if self.other is not None:
            return self.other.bound
        from spectral_smooth.engines.numba_csr import Numba

        return Numba().bind(self.operator)

    @property
    def small(self) -> bool:
        """Whether the matrix serves better than the engine."""
        return self.nodes < ENGINE_FROM

    def apply(self, block: FloatArray) -> FloatArray:
        """Return sign · S block, shape (nodes, columns)."""
        if self.small:
            return np.asarray(self.matrix @ block)
        given = np.ascontiguousarray(block)
        image = np.empty_like(given)
        self.bound.apply(given, image)
        return image if self.sign > 0 else np.negative(image, out=image)

    def distances(self, vectors: FloatArray) -> FloatArray:
        """Return uᵀ(I − S)u of unit vectors edge by edge: right to many digits even where S u is u to all of them.

        Σ_edges Ã_ij (u_i/√d̃_i − u_j/√d̃_j)², for the core itself, whatever the sign.
        """
        columns = [np.ascontiguousarray(vectors[:, j : j + 1]) for j in range(vectors.shape[1])]
        return np.array([float(self.bound.edge_energy(column).sum()) for column in columns])
