"""Multigrid: smoothed aggregation for I − S by pyamg, as preconditioner and as source of start vectors."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import LinAlgError, LinAlgWarning
from scipy.sparse import csr_array, csr_matrix, diags_array
from scipy.sparse.linalg import lobpcg

from spectral_smooth.errors import MissingLibraryError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.solvers.inverse import shifted
from spectral_smooth.spectra.solvers.problem import ComponentProblem

COARSEST = 400
# Steps on each coarser level: by then its error is that of the level itself.
STEPS = 4
# By Gershgorin's bound of each row, of which a little less than the usual 4/3 leaves more than it should.
DAMPING = 1.6
# Symmetries of a graph are those of its aggregates: something at random is added, lest a vector be deaf to some value.
NOISE = 1e-2
# Where aggregates have fewer than two nodes on average, coarser levels cost more than they bring.
SLOWEST, DEEPEST = 0.6, 20


@dataclass(frozen=True, eq=False)
class Multigrid:
    """The hierarchy of one component.

    Attributes
    ----------
    laplacian : csr_array
        I − S.
    levels : pyamg MultilevelSolver
    fixed : bool
        Whether its singular vector is known (√d̃, for −S of a bipartite component signed by side): coarse levels then
        keep it exactly and leave it out.
    """

    laplacian: csr_array
    levels: Any
    fixed: bool

    @classmethod
    def of(cls, problem: ComponentProblem) -> Multigrid:
        """Set it up; smoothing once down and once up, in opposite orders, keeps a cycle symmetric.

        pyamg's own setup takes twice as long: it improves a vector that is exact already, estimates norms that have
        cheap bounds, and keeps blocks of size one. It is left to that where no singular vector is known.

        Raises
        ------
        MissingLibraryError
            If pyamg is not installed.
        """
        try:
            import pyamg
        except ImportError as error:
            raise MissingLibraryError("pyamg", "LOBPCG with algebraic multigrid", "pyamg") from error
        laplacian = csr_array(shifted(problem.core, 1.0).T)
        singular = np.flatnonzero(problem.known_values == 1.0)
        if len(singular):
            return cls(laplacian, _hierarchy(laplacian, problem.known[:, singular[0]]), True)
        improved = pyamg.smoothed_aggregation_solver(csr_matrix(laplacian), max_coarse=COARSEST)
        return cls(laplacian, improved, False)

    @property
    def preconditioner(self) -> Any:
        """One V-cycle."""
        return self.levels.aspreconditioner(cycle="V")

    def start(self, columns: int, rng: np.random.Generator) -> FloatArray:
        """Return approximate eigenvectors: those of the coarsest level, improved on each level on the way up."""
        levels = self.levels.levels
        first = 1 if self.fixed else 0
        _, vectors = np.linalg.eigh(levels[-1].A.toarray())
        block = vectors[:, first : first + columns]
        missing = rng.standard_normal((len(vectors), columns - block.shape[1]))
        block = np.hstack([block, missing])
        for number in range(len(levels) - 2, -1, -1):
            block = np.asarray(levels[number].P @ block)
            if number and len(block) > 20 * columns:
                block = self._improved(number, block)
        noise = rng.standard_normal(block.shape) / np.sqrt(len(block))
        return np.asarray(block + NOISE * np.linalg.norm(block, axis=0) * noise)

    def _improved(self, number: int, block: FloatArray) -> FloatArray:
        from pyamg.multilevel import MultilevelSolver

        level = self.levels.levels[number]
        below = MultilevelSolver(self.levels.levels[number:]).aspreconditioner(cycle="V")
        near = level.B / np.linalg.norm(level.B) if self.fixed else None
        try:
            with quiet():
                _, found = lobpcg(
                    csr_array(level.A), block, M=below, Y=near, tol=1e-14, largest=False, maxiter=STEPS
                )
        except (ValueError, LinAlgError):  # no better, no worse: it is a start
            return block
        return np.asarray(found)


def _hierarchy(laplacian: csr_array, near: FloatArray) -> Any:
    """Return pyamg's levels: aggregates of all neighbours (Vaněk, Mandel and Brezina, 1996), ``near`` kept exactly."""
    import pyamg

    levels: list[Any] = []
    matrix = csr_matrix(laplacian)
    while True:
        level = pyamg.multilevel.MultilevelSolver.Level()
        level.A, level.B = matrix, near[:, None]
        levels.append(level)
        if matrix.shape[0] <= COARSEST or len(levels) == DEEPEST:
            break
        members, _ = pyamg.aggregation.aggregate.standard_aggregation(matrix)
        if members.shape[1] > SLOWEST * matrix.shape[0]:
            break
        level.P, near = _prolongation(matrix, csr_matrix(members), near)
        level.R = csr_matrix(level.P.T)
        matrix = csr_matrix(level.R @ (matrix @ level.P))
    solver = pyamg.multilevel.MultilevelSolver(levels, coarse_solver="pinv")
    forward, backward = ("gauss_seidel", {"sweep": "forward"}), ("gauss_seidel", {"sweep": "backward"})
    pyamg.relaxation.smoothing.change_smoothers(solver, forward, backward)
    return solver


def _prolongation(matrix: Any, members: Any, near: FloatArray) -> tuple[Any, FloatArray]:
    """Return (I − ω·diag(Σ_j |a_ij|)⁻¹ A) T, with T the vector cut into aggregates of length one, and those lengths."""
    lengths = np.sqrt(members.T.astype(np.float64) @ near**2)
    rough = csr_matrix(members, dtype=np.float64)
    inverse = 1.0 / np.where(lengths > 0, lengths, 1.0)
    rows_of = np.repeat(np.arange(len(near)), np.diff(rough.indptr))
    rough.data = near[rows_of] * inverse[rough.indices]
    rows = np.asarray(abs(matrix).sum(axis=1)).ravel()
    damped = DAMPING / np.where(rows > 0, rows, 1.0)
    smoothed = csr_matrix(rough - diags_array(damped) @ csr_matrix(matrix @ rough))
    return smoothed, lengths


@contextmanager
def quiet() -> Iterator[None]:
    """Leave aside LOBPCG's warnings: that it has not converged, or is near singular, shows in the residuals."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("ignore", LinAlgWarning)
        yield
