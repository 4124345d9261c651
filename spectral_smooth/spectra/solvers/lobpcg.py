"""Lobpcg: SciPy's LOBPCG, preconditioned by algebraic multigrid; for meshes, where gaps are small and factors large."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from scipy.linalg import LinAlgError, LinAlgWarning
from scipy.sparse import csr_array, eye_array
from scipy.sparse.linalg import lobpcg

from spectral_smooth.errors import MissingLibraryError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.solvers.chebyshev import ChebyshevFilter
from spectral_smooth.spectra.solvers.davidson import Budget
from spectral_smooth.spectra.solvers.dense import Dense
from spectral_smooth.spectra.solvers.problem import ComponentProblem, Pairs, settled
from spectral_smooth.spectra.solvers.remainder import with_missed

GUARDS = 2
ROUNDS = 3


@dataclass(frozen=True)
class Lobpcg:
    """LOBPCG (Knyazev, 2001) on I − S with smoothed aggregation (pyamg; Bell, Olson and Schroder, 2022).

    The number of steps hardly depends on the gap, and the multigrid hierarchy takes about as much memory as the matrix:
    the choice where a factorisation fills in.

    Parameters
    ----------
    tolerance : float
        Largest residual ‖S u − μ u‖ of a converged pair.
    max_steps : int
        Steps of the block after which it gives up.
    """

    tolerance: float = 1e-10
    max_steps: int = 200

    @staticmethod
    def offered() -> bool:
        """Whether pyamg is installed."""
        return find_spec("pyamg") is not None

    @property
    def name(self) -> str:
        """Name in reports."""
        return "LOBPCG with algebraic multigrid"

    def fits(self, free: int, count: int) -> bool:
        """Whether the block with its two companions is far smaller than the component."""
        return 5 * (count + GUARDS) < free

    def largest(self, problem: ComponentProblem, count: int, rng: np.random.Generator) -> Pairs:
        """Return the ``count`` largest pairs, or what was reached with ``converged=False``.

        Components too small for the block, of some dozens of nodes, are left to LAPACK.

        Raises
        ------
        MissingLibraryError
            If pyamg is not installed.
        """
        if not self.fits(problem.free, count):
            return Dense().largest(problem, count, rng)
        laplacian = csr_array(eye_array(problem.nodes, format="csr") - problem.matrix)
        preconditioner = _multigrid(laplacian, problem)
        block = problem.project(rng.standard_normal((problem.nodes, count + GUARDS)))
        block /= np.linalg.norm(block, axis=0)
        values, residuals = problem.measure(block[:, :count])
        aim, steps, fine = 0.3 * self.tolerance, 0, False
        for _ in range(ROUNDS):
            try:
                block, more = self._run(laplacian, block, preconditioner, problem, aim)
            except (ValueError, LinAlgError):  # its own small eigenproblem broke down
                break
            steps += more
            values, residuals = problem.measure(block[:, :count])
            fine = bool(settled(values, residuals, self.tolerance).all())
            if fine or steps >= self.max_steps:
                break
            # Near 1 a value is only settled by a residual that is small beside its distance.
            aim = min(0.1 * aim, 1e-3 * float(np.min(1.0 - values)))
        pairs = Pairs(values, block[:, :count], residuals, fine, steps * block.shape[1], 0)
        if count == 1:
            return pairs
        budget = Budget(self.tolerance, 20_000, max(4, min(count, 8)))
        return with_missed(problem, pairs, count, ChebyshevFilter(problem.core, problem.lowest), budget, rng)

    def _run(
        self,
        laplacian: csr_array,
        block: FloatArray,
        preconditioner: Any,
        problem: ComponentProblem,
        aim: float,
    ) -> tuple[FloatArray, int]:
        """Return a better block of Ritz vectors, values descending, and the steps taken."""
        with warnings.catch_warnings():
            # that it has not converged, or its small problems are near singular, shows in the residuals
            warnings.simplefilter("ignore", UserWarning)
            warnings.simplefilter("ignore", LinAlgWarning)
            _, found, history = lobpcg(
                laplacian,
                block,
                M=preconditioner,
                Y=problem.known,
                tol=aim,
                largest=False,
                maxiter=self.max_steps // ROUNDS,
                retResidualNormsHistory=True,
            )
        basis: FloatArray = np.linalg.qr(problem.project(np.asarray(found, dtype=np.float64)))[0]
        mixed: FloatArray = np.linalg.eigh(basis.T @ problem.apply(basis))[1]
        return np.ascontiguousarray(basis @ mixed[:, ::-1]), len(history)


def _multigrid(laplacian: csr_array, problem: ComponentProblem) -> Any:
    try:
        import pyamg
    except ImportError as error:
        raise MissingLibraryError("pyamg", "LOBPCG with algebraic multigrid", "pyamg") from error
    from scipy.sparse import csr_matrix

    # The nearly singular vector is √d̃, not the constant.
    near = np.abs(problem.known[:, :1]) if problem.core.sign > 0 else np.ones((problem.nodes, 1))
    levels = pyamg.smoothed_aggregation_solver(csr_matrix(laplacian), B=near, max_coarse=400)
    return levels.aspreconditioner(cycle="V")
