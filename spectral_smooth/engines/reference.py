"""Reference engine: SciPy's sparse product and plain NumPy sums; slow, obvious, the oracle of the others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.graphs.arrays import FloatArray, bin_sums
from spectral_smooth.operators.operator import Operator


@dataclass(frozen=True)
class Reference:
    """Engine that materialises S as a SciPy matrix: slow and obvious, what other engines are held against.

    Examples
    --------
    >>> import networkx as nx, numpy as np, spectral_smooth as ss
    >>> bound = ss.Reference().bind(ss.gcn(ss.as_graph(nx.complete_graph(4))))
    >>> out = np.empty((4, 1))
    >>> bound.apply(np.array([[1.0], [0.0], [0.0], [0.0]]), out)
    >>> out[:, 0].round(12).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """

    def bind(self, operator: Operator) -> BoundReference:
        """Return the operator bound to its core S, which is built at first use."""
        return BoundReference(operator)


@dataclass(frozen=True, eq=False)
class BoundReference:
    """S as a SciPy matrix; see `spectral_smooth.engines.types.BoundOperator` for the methods."""

    operator: Operator

    @cached_property
    def _core(self) -> csr_array:
        return self.operator.matrix()

    def apply(self, x: FloatArray, out: FloatArray) -> None:
        """Write S x into ``out``."""
        out[...] = self._core.astype(x.dtype, copy=False) @ x

    def inner(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return the inner products per row group."""
        return self._sum(np.einsum("if,if->i", x.astype(np.float64), y.astype(np.float64)))

    def edge_energy(self, x: FloatArray) -> FloatArray:
        """Return the core's energy per row group, edge by edge."""
        graph = self.operator.graph
        rows, columns = graph.rows, graph.indices
        z = x.astype(np.float64) * self.operator.scale[:, None]
        difference = z[rows] - z[columns]
        weights = np.ones(len(rows)) if graph.weights is None else graph.weights
        per_entry = 0.5 * weights * np.einsum("ef,ef->e", difference, difference)
        return self._sum(bin_sums(rows, per_entry, graph.num_nodes))

    def project_out(self, x: FloatArray) -> None:
        """Remove the fixed and the alternating space in place."""
        self.operator.fixed_space.project_out(x)

    def recombine(
        self, y: FloatArray, x: FloatArray, out: FloatArray, alpha: FloatArray, beta: FloatArray
    ) -> None:
        """Write y − alpha·x − beta·out into ``out``."""
        groups = self.operator.fixed_space.groups
        out[...] = y - alpha[groups, None] * x - beta[groups, None] * out

    def scale_rows(self, x: FloatArray, factors: FloatArray) -> None:
        """Multiply the rows of each group by its factor."""
        x *= factors[self.operator.fixed_space.groups, None].astype(x.dtype)

    def _sum(self, per_row: FloatArray) -> FloatArray:
        space = self.operator.fixed_space
        return bin_sums(space.groups, per_row, space.num_groups)
