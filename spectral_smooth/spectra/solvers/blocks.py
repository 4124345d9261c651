"""The core S as a block-diagonal matrix: one block per connected component, largest first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.solvers.dense import pushed
from spectral_smooth.spectra.solvers.problem import ComponentProblem

CHUNK = 1 << 22


@dataclass(frozen=True, eq=False)
class Blocks:
    """S with its nodes sorted by component; nodes with d̃ = 0 left out.

    Attributes
    ----------
    operator : Operator
    order : int array
        Node of each row.
    starts : int array, shape (components + 1,)
        First row of each block.
    matrix : csr_array
        The sorted core.
    """

    operator: Operator
    order: IntArray
    starts: IntArray
    matrix: csr_array

    @classmethod
    def of(cls, operator: Operator) -> Blocks:
        """Sort once."""
        space = operator.fixed_space
        alive = np.flatnonzero(space.labels >= 0)
        order = alive[np.argsort(space.labels[alive], kind="stable")]
        starts = np.concatenate([[0], np.cumsum(space.sizes)]).astype(np.int64)
        matrix = operator.matrix()
        if not np.array_equal(order, np.arange(operator.graph.num_nodes)):
            matrix = csr_array(matrix[order][:, order])
        matrix.sort_indices()
        return cls(operator, order, starts, matrix)

    @property
    def sizes(self) -> IntArray:
        """Nodes per component, falling."""
        return self.operator.fixed_space.sizes

    @property
    def alternating(self) -> BoolArray:
        """Which components have the eigenvalue −1."""
        return self.operator.fixed_space.alternating

    @cached_property
    def known(self) -> FloatArray:
        """Fixed and alternating vector of each row's component (the second zero where there is none)."""
        space = self.operator.fixed_space
        return np.stack([space.vector, space.vector * space.sides], axis=1)[self.order]

    @cached_property
    def free(self) -> IntArray:
        """Number of eigenvalues of each component that are not known."""
        return np.asarray(self.sizes - 1 - self.alternating)

    def rows(self, component: int) -> slice:
        """Return the rows of a component."""
        return slice(int(self.starts[component]), int(self.starts[component + 1]))

    def block(self, component: int) -> csr_array:
        """Return S on one component."""
        low, high = int(self.starts[component]), int(self.starts[component + 1])
        if high - low == self.matrix.shape[0]:
            return self.matrix
        indptr = self.matrix.indptr[low : high + 1]
        span = slice(indptr[0], indptr[-1])
        parts = (self.matrix.data[span], self.matrix.indices[span] - low, indptr - indptr[0])
        return csr_array(parts, shape=(high - low, high - low))

    def top_problem(self, component: int) -> ComponentProblem:
        """Return the problem of the largest values of S on one component."""
        matrix = self.block(component)
        known = self.known[self.rows(component), : 1 + int(self.alternating[component])]
        lowest = max(
            -1.0, 2.0 * float(matrix.diagonal().min()) - 1.0
        )  # Gershgorin on the row-stochastic form
        return ComponentProblem(matrix, known, np.array([1.0, -1.0])[: known.shape[1]], lowest)

    def bottom_problem(self, component: int) -> ComponentProblem:
        """Return the problem of the smallest values of S on one component: the largest of −S."""
        top = self.top_problem(component)
        return ComponentProblem(csr_array(-top.matrix), top.known, -top.known_values, -1.0)

    def dense_values(self, first: int, last: int) -> FloatArray:
        """Return the eigenvalues of S − 3·VVᵀ of components ``first`` to ``last − 1``, all of one size, ascending.

        The known ones come first in each row (they have become −2 and −4), then the free ones.
        """
        size = int(self.sizes[first])
        step = max(1, CHUNK // (size * size))
        tables = [
            np.linalg.eigvalsh(self._stack(low, min(low + step, last))) for low in range(first, last, step)
        ]
        return np.concatenate(tables)

    def pushed_block(self, component: int) -> FloatArray:
        """Return S − 3·VVᵀ on one component as a dense matrix."""
        return np.asarray(self._stack(component, component + 1)[0])

    def _stack(self, first: int, last: int) -> FloatArray:
        size = int(self.sizes[first])
        low, high = int(self.starts[first]), int(self.starts[last])
        indptr = self.matrix.indptr[low : high + 1]
        span = slice(indptr[0], indptr[-1])
        row = np.repeat(np.arange(high - low), np.diff(indptr))
        column = (self.matrix.indices[span] - low) % size
        dense = np.zeros((high - low, size))
        dense[row, column] = self.matrix.data[span]
        return pushed(
            dense.reshape(last - first, size, size), self.known[low:high].reshape(last - first, size, 2)
        )
