"""The whole spectral measure of a signal on a small graph, by dense eigendecomposition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.jacobi import Nodes


@dataclass(frozen=True, eq=False)
class Discrete:
    """A measure known completely: the eigenvalues and the mass on each."""

    nodes: FloatArray
    weights: FloatArray

    @property
    def mass(self) -> float:
        """Total mass."""
        return float(self.weights.sum())

    def gauss(self) -> Nodes:
        """Return all nodes and weights."""
        return self.nodes, self.weights


def modal_measure(operator: Operator, core: FloatArray, mass: FloatArray) -> tuple[Discrete | None, ...]:
    """Return eigenvalues and masses ‖u_iᵀ Y‖² per row group, for ``core`` off the known spaces.

    The known vectors are moved to ±3, far outside of [−1, 1], so that no eigenvector of theirs can
    mix with a close neighbour. Cost: cubic in the largest component.
    """
    space = operator.fixed_space
    matrix = operator.matrix()
    order = np.argsort(space.labels, kind="stable")
    starts = np.searchsorted(space.labels[order], np.arange(space.dimension + 1))
    nodes: list[list[FloatArray]] = [[] for _ in mass]
    weights: list[list[FloatArray]] = [[] for _ in mass]
    for component in range(space.dimension):
        group = int(space.group_of_component[component])
        members = order[starts[component] : starts[component + 1]]
        if mass[group] == 0 or len(members) < 2:
            continue
        values, contents = _component_modes(operator, matrix[members][:, members].toarray(), members, core)
        nodes[group].append(values)
        weights[group].append(contents)
    return tuple(
        Discrete(np.concatenate(nodes[g]), np.concatenate(weights[g])) if mass[g] > 0 and nodes[g] else None
        for g in range(len(mass))
    )


def _component_modes(
    operator: Operator, block: FloatArray, members: IntArray, core: FloatArray
) -> tuple[FloatArray, FloatArray]:
    space = operator.fixed_space
    fixed = space.vector[members]
    block = block - 4.0 * np.outer(fixed, fixed)
    sides = space.sides[members]
    if sides.any():
        signed = fixed * sides
        block += 4.0 * np.outer(signed, signed)
    values, vectors = np.linalg.eigh(block)
    keep = slice(1, len(values) - 1 if sides.any() else len(values))
    contents = np.einsum("if,if->i", *(2 * [vectors[:, keep].T @ core[members]]))
    return values[keep], contents
