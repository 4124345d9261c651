"""The core S as a block-diagonal matrix: one block per connected component, largest first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.solvers.dense import pushed
from spectral_smooth.spectra.solvers.problem import ComponentProblem
from spectral_smooth.spectra.solvers.signed import ENGINE_FROM, SignedCore

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
    """

    operator: Operator
    order: IntArray
    starts: IntArray
    _cores: dict[int, SignedCore] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, operator: Operator) -> Blocks:
        """Sort the nodes; matrices are made when they are asked for."""
        space = operator.fixed_space
        alive = np.flatnonzero(space.labels >= 0)
        order = alive[np.argsort(space.labels[alive], kind="stable")]
        return cls(operator, order, np.concatenate([[0], np.cumsum(space.sizes)]).astype(np.int64))

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

    def part(self, first: int, last: int) -> Operator:
        """Return components ``first`` to ``last − 1`` as an operator of their own."""
        return self.operator.on_part(self.order[self.starts[first] : self.starts[last]])

    def stands_alone(self, component: int) -> bool:
        """Whether the whole operator serves as that of the component: it is large, and has most of the nodes."""
        return (
            component == 0
            and self.sizes[0] >= ENGINE_FROM
            and 2 * self.sizes[0] >= self.operator.graph.num_nodes
        )

    def nodes_of(self, component: int) -> IntArray:
        """Return the node of each row of a component's problem."""
        if self.stands_alone(component):
            return np.arange(self.operator.graph.num_nodes)
        return self.order[self.rows(component)]

    def core(self, component: int) -> SignedCore:
        """Return S on one component, or on all nodes where the others are single ones."""
        if component not in self._cores:
            alone = self.stands_alone(component)
            self._cores[component] = SignedCore(
                self.operator if alone else self.part(component, component + 1)
            )
        return self._cores[component]

    def top_problem(self, component: int) -> ComponentProblem:
        """Return the problem of the largest values of S on one component."""
        core, space = self.core(component), self.operator.fixed_space
        count = 1 + int(self.alternating[component])
        if self.stands_alone(component):
            outside = space.labels != component
            vector = np.where(outside, 0.0, space.vector)
            known = np.stack([vector, vector * space.sides], axis=1)[:, :count]
            inside = ~outside
        else:
            outside, known = None, self.known[self.rows(component), :count]
            inside = np.ones(core.nodes, dtype=bool)
        values = np.array([1.0, -1.0])[:count]
        return ComponentProblem(core, known, values, _lowest(core.operator, inside), outside)

    def bottom_problem(self, component: int) -> ComponentProblem:
        """Return the problem of the smallest values of S on one component: the largest of −S."""
        top = self.top_problem(component)
        return replace(top, core=top.core.flipped(), known_values=-top.known_values, lowest=-1.0)

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
        matrix = self.part(first, last).matrix()
        row = np.repeat(np.arange(high - low), np.diff(matrix.indptr))
        dense = np.zeros((high - low, size))
        dense[row, matrix.indices % size] = matrix.data
        return pushed(
            dense.reshape(last - first, size, size), self.known[low:high].reshape(last - first, size, 2)
        )


def _lowest(operator: Operator, inside: BoolArray) -> float:
    """Return a lower bound of the spectrum: Gershgorin on the row-stochastic form."""
    own = (operator.graph.self_loop_weights + operator.loop_weights)[inside] / operator.degrees[inside]
    return max(-1.0, 2.0 * float(own.min()) - 1.0)
