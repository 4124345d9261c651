"""The eigenvectors that are known in closed form: what never decays, and what only oscillates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array, vstack

from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray, bin_sums, frozen
from spectral_smooth.graphs.components import Components

MAX_GROUPS = 32


@dataclass(frozen=True, eq=False)
class FixedSpace:
    """Fixed space (μ = 1) and alternating space (μ = −1) of S, one unit vector per component.

    A component with d̃ > 0 has the fixed vector √d̃ (normalised). A bipartite component without any
    loop also has ±√d̃, signed by side, with μ = −1: it never decays, it oscillates with period two.

    Attributes
    ----------
    labels : int array, shape (num_nodes,)
        Component of each node, largest component first; −1 for nodes with d̃ = 0.
    vector : float array, shape (num_nodes,)
        √d̃ / ‖√d̃‖ on each component.
    sides : float array, shape (num_nodes,)
        +1 or −1 in components with an alternating vector, 0 elsewhere.
    sizes : int array, shape (dimension,)
        Nodes of each component.
    alternating : bool array, shape (dimension,)
        Which components have the second vector.
    groups : int array, shape (num_nodes,)
        The `MAX_GROUPS` largest components by number, all smaller ones pooled in one last group;
        statistics are kept per group. Silent nodes (d̃ = 0) are in group 0, where they add zero.
    """

    labels: IntArray
    vector: FloatArray
    sides: FloatArray
    sizes: IntArray
    alternating: BoolArray
    groups: IntArray

    @classmethod
    def of(cls, components: Components, degrees: FloatArray, loops: FloatArray) -> FixedSpace:
        """Build both spaces from the components, the looped degrees and the added loops."""
        alive_component = np.zeros(components.count, dtype=bool)
        alive_component[components.labels[degrees > 0]] = True
        number = np.cumsum(alive_component) - 1
        labels = np.where(degrees > 0, number[components.labels], -1).astype(np.int32)
        sizes = components.sizes[alive_component]
        mass = bin_sums(labels[labels >= 0], degrees[labels >= 0], len(sizes))
        vector = np.zeros(len(degrees))
        alive = labels >= 0
        vector[alive] = np.sqrt(degrees[alive] / mass[labels[alive]])
        looped = np.zeros(components.count, dtype=bool)
        looped[components.labels[loops > 0]] = True
        # two colours are looked for only where some component has no loop
        alternating_all = (
            np.zeros(components.count, dtype=bool) if looped.all() else components.bipartite & ~looped
        )
        sides = np.broadcast_to(np.float64(0.0), len(degrees))
        if alternating_all.any():
            sides = np.where(alternating_all[components.labels], components.sides, 0.0)
        groups = np.minimum(np.maximum(labels, 0), MAX_GROUPS).astype(np.uint8)
        return cls(
            labels=frozen(labels),
            vector=frozen(vector),
            sides=frozen(sides),
            sizes=frozen(sizes),
            alternating=frozen(alternating_all[alive_component]),
            groups=frozen(groups),
        )

    @property
    def dimension(self) -> int:
        """Dimension of the fixed space: the number of components with d̃ > 0."""
        return len(self.sizes)

    @property
    def alternating_dimension(self) -> int:
        """Dimension of the alternating space."""
        return int(np.count_nonzero(self.alternating))

    @cached_property
    def num_groups(self) -> int:
        """Number of row groups that statistics are kept for."""
        return min(self.dimension, MAX_GROUPS + 1) or 1

    @cached_property
    def group_shares(self) -> FloatArray:
        """Share of the nodes that the largest component of each row group holds, shape (num_groups,)."""
        largest = np.zeros(self.num_groups)
        np.maximum.at(largest, self.group_of_component, self.sizes)
        return largest / len(self.labels)

    @cached_property
    def group_of_component(self) -> IntArray:
        """Row group of each component."""
        return np.minimum(np.arange(self.dimension), MAX_GROUPS)

    @cached_property
    def basis(self) -> csr_array:
        """Both spaces as sparse rows: fixed vectors first, then the alternating ones."""
        alive = np.flatnonzero(self.labels >= 0)
        fixed = csr_array(
            (self.vector[alive], (self.labels[alive], alive)), shape=(self.dimension, len(self.labels))
        )
        if not self.alternating_dimension:
            return fixed
        row = np.cumsum(self.alternating) - 1
        two = np.flatnonzero(self.sides != 0)
        second = csr_array(
            (self.vector[two] * self.sides[two], (row[self.labels[two]], two)),
            shape=(self.alternating_dimension, len(self.labels)),
        )
        return csr_array(vstack([fixed, second], format="csr"))

    @cached_property
    def _expansion(self) -> csr_array:
        return csr_array(self.basis.T)

    def coefficients(self, core: FloatArray) -> FloatArray:
        """Return ⟨v, Y⟩ for every basis vector: shape (dimension + alternating_dimension, columns)."""
        return np.asarray(self.basis @ core.astype(np.float64, copy=False))

    def expand(self, coefficients: FloatArray) -> FloatArray:
        """Return Σ v·coefficient, the member of the two spaces with these coefficients."""
        return np.asarray(self._expansion @ coefficients)

    def project_out(self, core: FloatArray) -> FloatArray:
        """Remove both spaces from ``core`` in place, twice (rounding of the first pass), and return it."""
        for _ in range(2):
            core -= self.expand(self.coefficients(core)).astype(core.dtype, copy=False)
        return core

    def group_mass(self, coefficients: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the squared norms of the fixed and the alternating part, per row group."""
        squares = np.einsum("cf,cf->c", coefficients, coefficients)
        where = self.group_of_component
        fixed = bin_sums(where, squares[: self.dimension], self.num_groups)
        second = bin_sums(where[self.alternating], squares[self.dimension :], self.num_groups)
        return fixed, second
