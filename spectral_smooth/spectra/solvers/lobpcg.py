"""Lobpcg: SciPy's LOBPCG, preconditioned by algebraic multigrid; for meshes, where gaps are small and factors large."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from scipy.sparse import csr_array, eye_array
from scipy.sparse.linalg import lobpcg

from spectral_smooth.errors import MissingLibraryError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.solvers.chebyshev import ChebyshevFilter
from spectral_smooth.spectra.solvers.davidson import Budget
from spectral_smooth.spectra.solvers.problem import ComponentProblem, Pairs, settled
from spectral_smooth.spectra.solvers.remainder import with_missed

GUARDS = 2


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

        Raises
        ------
        MissingLibraryError
            If pyamg is not installed.
        """
        laplacian = csr_array(eye_array(problem.nodes, format="csr") - problem.matrix)
        start = problem.project(rng.standard_normal((problem.nodes, count + GUARDS)))
        with warnings.catch_warnings():
            # that it has not converged is told by the residuals, measured anew below
            warnings.simplefilter("ignore", UserWarning)
            _, vectors, history = lobpcg(
                laplacian,
                start,
                M=_multigrid(laplacian, problem),
                Y=problem.known,
                tol=0.3 * self.tolerance,
                largest=False,
                maxiter=self.max_steps,
                retResidualNormsHistory=True,
            )
        basis: FloatArray = np.linalg.qr(problem.project(np.asarray(vectors, dtype=np.float64)))[0]
        mixed: FloatArray = np.linalg.eigh(basis.T @ problem.apply(basis))[1]
        vectors = basis @ mixed[:, ::-1]
        values, residuals = problem.measure(vectors[:, :count])
        fine = bool(settled(values, residuals, self.tolerance).all())
        pairs = Pairs(values, vectors[:, :count], residuals, fine, len(history) * start.shape[1], 0)
        if count == 1:
            return pairs
        budget = Budget(self.tolerance, 20_000, max(4, min(count, 8)))
        return with_missed(problem, pairs, count, ChebyshevFilter(problem.core, problem.lowest), budget, rng)


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
