"""Part: one connected component as an operator of its own, so that every theorem below sees a connected graph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray, frozen
from spectral_smooth.operators.operator import Operator


@dataclass(frozen=True, eq=False)
class Part:
    """One connected component with d̃ > 0.

    Attributes
    ----------
    operator : Operator
        The component alone: connected, every d̃ > 0.
    nodes : int array
        The node of the whole graph that each node of the part is, increasing.
    component : int
        Its number, as in ``FixedSpace.labels``.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> part = part_of(ss.symmetric(ss.family("cycle:5+path:3").graph), 1)
    >>> part.nodes.tolist(), part.volume
    ([5, 6, 7], 4.0)
    """

    operator: Operator
    nodes: IntArray
    component: int

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.nodes)

    @property
    def volume(self) -> float:
        """Σ d̃ over the component."""
        return float(np.sum(self.operator.degrees))

    @property
    def alternating(self) -> bool:
        """Whether it is bipartite without loops, so that μ = −1 is an eigenvalue."""
        return bool(self.operator.fixed_space.alternating[0])

    @property
    def loop_share(self) -> float:
        """Smallest share p = min Ã_ii/d̃_i that loops have of a degree."""
        return 0.5 * (1.0 + self.operator.lower_end)

    def localized(self, vectors: FloatArray) -> FloatArray:
        """Return the rows of this component, shape (size, columns)."""
        return np.asarray(vectors[self.nodes], dtype=np.float64)


def part_of(operator: Operator, component: int = 0) -> Part:
    """Return a component as a graph of its own; a connected graph is not copied.

    Raises
    ------
    UsageError
        If there is no such component with d̃ > 0.
    """
    space = operator.fixed_space
    if not space.dimension:
        raise UsageError("the graph has no edge and no loop, so no component to look at; add loops or edges")
    if not 0 <= component < space.dimension:
        raise UsageError(
            f"component must lie between 0 and {space.dimension - 1} (largest first), got {component}"
        )
    nodes = np.flatnonzero(space.labels == component)
    return Part(operator.on_part(nodes), frozen(nodes), component)
