"""Dense: LAPACK on one component; exact up to rounding, multiplicities included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.solvers.problem import ComponentProblem, Pairs

PUSH = 3.0


@dataclass(frozen=True)
class Dense:
    """LAPACK's symmetric eigensolver on S − 3·VVᵀ, V the known vectors: they land below the spectrum."""

    @property
    def name(self) -> str:
        """Name in reports."""
        return "dense LAPACK"

    def fits(self, free: int, count: int) -> bool:
        """Any component will do."""
        return count <= free

    # The protocol's rng serves iterations; LAPACK draws nothing.
    def largest(self, problem: ComponentProblem, count: int, rng: np.random.Generator) -> Pairs:  # noqa: ARG002
        """Return the ``count`` largest pairs."""
        vectors = dense_vectors(problem.matrix.toarray(), problem.known, count)
        values, residuals = problem.measure(vectors)
        return Pairs(values, vectors, residuals, converged=True, applications=0, restarts=0)


def pushed(dense: FloatArray, known: FloatArray) -> FloatArray:
    """Return S − 3·VVᵀ, also for stacks: shape (..., n, n) and (..., n, k)."""
    return np.asarray(dense - PUSH * known @ np.swapaxes(known, -1, -2))


def dense_vectors(dense: FloatArray, known: FloatArray, count: int) -> FloatArray:
    """Return the eigenvectors of the ``count`` largest values off ``known``, values descending."""
    nodes = len(dense)
    matrix = pushed(dense, known)
    return np.ascontiguousarray(vectors_between(matrix, nodes - count, nodes - 1)[:, ::-1])


def vectors_between(matrix: FloatArray, low: int, high: int) -> FloatArray:
    """Return the eigenvectors number ``low`` to ``high`` of the ascending spectrum of a dense symmetric matrix."""
    if 4 * (high - low + 1) < len(matrix):
        _, vectors = eigh(matrix, subset_by_index=(low, high), check_finite=False)
        # LAPACK finds fewer where a value is hundreds of times there: that of a star, for one.
        if vectors.shape[1] == high - low + 1:
            return np.asarray(vectors)
    return np.asarray(np.linalg.eigh(matrix)[1][:, low : high + 1])
