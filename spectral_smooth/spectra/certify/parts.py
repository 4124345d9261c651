"""S with its nodes sorted by component, as matrices that are factorised; from the operator's own degrees."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.operators.operator import Operator


@dataclass(frozen=True, eq=False)
class Parts:
    """Components of the core, largest first; nodes with d̃ = 0 left out.

    Attributes
    ----------
    operator : Operator
    """

    operator: Operator

    @property
    def sizes(self) -> IntArray:
        """Nodes per component, falling."""
        return self.operator.fixed_space.sizes

    @cached_property
    def starts(self) -> IntArray:
        """First row of each component, shape (components + 1,)."""
        return np.concatenate([[0], np.cumsum(self.sizes)]).astype(np.int64)

    @cached_property
    def matrix(self) -> csr_array:
        """The sorted core; the same numbers as ``operator.matrix()``, whose error is known."""
        labels = self.operator.fixed_space.labels
        alive = np.flatnonzero(labels >= 0)
        order = alive[np.argsort(labels[alive], kind="stable")]
        matrix = self.operator.matrix()
        if not np.array_equal(order, np.arange(len(labels))):
            matrix = csr_array(matrix[order][:, order])
        matrix.sort_indices()
        return matrix

    def block(self, component: int) -> csr_array:
        """Return S on one component."""
        low, high = int(self.starts[component]), int(self.starts[component + 1])
        if high - low == self.matrix.shape[0]:
            return self.matrix
        indptr = self.matrix.indptr[low : high + 1]
        span = slice(indptr[0], indptr[-1])
        parts = (self.matrix.data[span], self.matrix.indices[span] - low, indptr - indptr[0])
        return csr_array(parts, shape=(high - low, high - low))

    def stack(self, first: int, last: int) -> FloatArray:
        """Return S on components ``first`` to ``last − 1``, all of one size, as dense matrices."""
        size = int(self.sizes[first])
        low, high = int(self.starts[first]), int(self.starts[last])
        indptr = self.matrix.indptr[low : high + 1]
        span = slice(indptr[0], indptr[-1])
        row = np.repeat(np.arange(high - low), np.diff(indptr))
        dense = np.zeros((high - low, size))
        dense[row, self.matrix.indices[span] - low - row // size * size] = self.matrix.data[span]
        return dense.reshape(last - first, size, size)
