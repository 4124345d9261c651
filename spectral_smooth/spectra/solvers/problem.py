"""The problem that a solver sees: the top end of one connected component, known vectors aside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.spectra.solvers.signed import SignedCore


@dataclass(frozen=True, eq=False)
class ComponentProblem:
    """Largest eigenvalues of a symmetric matrix with spectrum in [lowest, 1], known eigenvectors excepted.

    For the bottom end of S the matrix is −S.

    Attributes
    ----------
    core : SignedCore
        S or −S on one connected component.
    known : float array, shape (nodes, k)
        Orthonormal eigenvectors that are not asked for (fixed, alternating, found before).
    known_values : float array, shape (k,)
        Their eigenvalues.
    lowest : float
        A lower bound of the spectrum.
    outside : bool array, shape (nodes,), or None
        Single nodes beside the component, where there are some: all vectors are zero there.
    """

    core: SignedCore
    known: FloatArray
    known_values: FloatArray
    lowest: float = -1.0
    outside: BoolArray | None = None

    @property
    def matrix(self) -> csr_array:
        """The matrix, made at first use."""
        return self.core.matrix

    @property
    def nodes(self) -> int:
        """Number of rows."""
        return self.core.nodes

    @property
    def free(self) -> int:
        """Number of eigenvalues that are not known."""
        beside = 0 if self.outside is None else int(np.count_nonzero(self.outside))
        return self.nodes - beside - len(self.known_values)

    def apply(self, block: FloatArray) -> FloatArray:
        """Return matrix · block."""
        return self.core.apply(block)

    def project(self, block: FloatArray, *, passes: int = 2) -> FloatArray:
        """Return ``block`` without the known vectors; the second pass removes the rounding of the first."""
        if self.outside is not None:
            block = np.where(self.outside[:, None], 0.0, block)
        for _ in range(passes):
            block = block - self.known @ (self.known.T @ block)
        return block

    def without(self, pairs: Pairs) -> ComponentProblem:
        """Return the problem whose known vectors include ``pairs``."""
        return replace(
            self,
            known=np.hstack([self.known, pairs.vectors]),
            known_values=np.concatenate([self.known_values, pairs.values]),
        )

    def measure(self, vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the Rayleigh quotients θ = uᵀSu and residuals ‖Su − θu‖ of unit vectors."""
        image = self.apply(vectors)
        values = np.einsum("ij,ij->j", vectors, image)
        return values, np.linalg.norm(image - vectors * values, axis=0)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Eigenpairs of one `ComponentProblem`, values descending.

    Attributes
    ----------
    values, residuals : float array, shape (found,)
    vectors : float array, shape (nodes, found)
    converged : bool
        Whether each residual is within tolerance, as many were found as asked for, and a search of
        the remainder found no larger value (iterative solvers).
    applications, restarts : int
    """

    values: FloatArray
    vectors: FloatArray
    residuals: FloatArray
    converged: bool
    applications: int
    restarts: int

    @classmethod
    def none(cls, nodes: int) -> Pairs:
        """Return an empty, unconverged result."""
        return cls(np.zeros(0), np.zeros((nodes, 0)), np.zeros(0), False, 0, 0)

    def first(self, count: int) -> Pairs:
        """Return the ``count`` largest pairs."""
        return self.where(np.arange(len(self.values)) < count)

    def where(self, kept: BoolArray | IntArray) -> Pairs:
        """Return the pairs marked by ``kept``, shape (found,), or those at the places it lists, in that order."""
        return replace(
            self, values=self.values[kept], vectors=self.vectors[:, kept], residuals=self.residuals[kept]
        )

    def mirrored(self) -> Pairs:
        """Return the pairs of the negated matrix."""
        return replace(self, values=-self.values)

    def joined(self, other: Pairs) -> Pairs:
        """Return these pairs followed by ``other``, not sorted."""
        return Pairs(
            values=np.concatenate([self.values, other.values]),
            vectors=np.hstack([self.vectors, other.vectors]),
            residuals=np.concatenate([self.residuals, other.residuals]),
            converged=self.converged and other.converged,
            applications=self.applications + other.applications,
            restarts=self.restarts + other.restarts,
        )

    def descending(self) -> Pairs:
        """Return the pairs sorted by falling value."""
        return self.where(np.argsort(-self.values, kind="stable"))


class ComponentSolver(Protocol):
    """Finds the largest eigenpairs of one component; its tolerance is a field."""

    @property
    def name(self) -> str:
        """Name in reports."""
        ...

    def fits(self, free: int, count: int) -> bool:
        """Whether the solver can work on a component with ``free`` unknown values."""
        ...

    def largest(self, problem: ComponentProblem, count: int, rng: np.random.Generator) -> Pairs:
        """Return the ``count`` largest pairs, or what was reached with ``converged=False``."""
        ...


def settled(values: FloatArray, residuals: FloatArray, tolerance: float) -> np.ndarray:
    """Return which pairs are converged: residual ≤ tolerance, and small beside the distance to 1.

    A residual of 1e-10 says nothing about a gap of 1e-10; ``residual ≤ (1 − θ)/100`` is asked for too,
    down to 2e-14, below which float64 cannot tell.
    """
    limit = np.minimum(tolerance, np.maximum(0.01 * (1.0 - values), 2e-14))
    return np.asarray(residuals <= limit)
