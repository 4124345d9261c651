"""Arpack: SciPy's implicitly restarted Lanczos on the core with the known vectors projected out."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse.linalg import ArpackError, ArpackNoConvergence, LinearOperator, eigsh

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.solvers.chebyshev import ChebyshevFilter
from spectral_smooth.spectra.solvers.davidson import Budget
from spectral_smooth.spectra.solvers.problem import ComponentProblem, Pairs, settled
from spectral_smooth.spectra.solvers.remainder import with_missed


@dataclass(frozen=True)
class Arpack:
    """ARPACK (Lehoucq, Sorensen and Yang, 1998) on Q(S + I)Q, Q = I − VVᵀ with the known vectors V.

    All eigenvalues asked for are positive there and the known vectors have 0, so they cannot intrude.
    One start vector sees one copy of a multiple eigenvalue: the remainder is searched by the block
    iteration afterwards, which adds what is missing.

    Parameters
    ----------
    tolerance : float
        Largest residual ‖S u − μ u‖ of a converged pair.
    max_restarts : int
        Restarts after which it gives up.
    basis : int
        Lanczos vectors kept (more if more values are asked for).
    """

    tolerance: float = 1e-10
    max_restarts: int = 300
    basis: int = 40

    @property
    def name(self) -> str:
        """Name in reports."""
        return "ARPACK"

    def fits(self, free: int, count: int) -> bool:
        """ARPACK cannot return all eigenvalues."""
        return count < free

    def largest(self, problem: ComponentProblem, count: int, rng: np.random.Generator) -> Pairs:
        """Return the ``count`` largest pairs, or what was reached with ``converged=False``."""
        core = _Deflated(problem)
        vectors = self._run(core, count, rng)
        values, residuals = problem.measure(vectors)
        converged = len(values) == count and bool(settled(values, residuals, self.tolerance).all())
        pairs = Pairs(values, vectors, residuals, converged, core.applications, 0).descending()
        expander = ChebyshevFilter(problem.core, problem.lowest)
        budget = Budget(self.tolerance, 20_000, max(4, min(count, 8)))
        return with_missed(problem, pairs, count, expander, budget, rng)

    def _run(self, core: _Deflated, count: int, rng: np.random.Generator) -> FloatArray:
        nodes = core.problem.nodes
        start = core.problem.project(rng.standard_normal((nodes, 1)))[:, 0]
        # SciPy 1.17 draws a new vector from rng when the Krylov space closes; before, it was a fixed one
        seeded: dict[str, Any] = {"rng": rng} if "rng" in inspect.signature(eigsh).parameters else {}
        try:
            _, vectors = eigsh(
                LinearOperator((nodes, nodes), matvec=core.apply, dtype=np.float64),
                k=count,
                which="LA",
                v0=start,
                ncv=min(nodes, max(self.basis, 2 * count + 10)),
                maxiter=self.max_restarts,
                tol=self.tolerance / 10.0,
                **seeded,
            )
        except ArpackNoConvergence as stopped:
            vectors = stopped.eigenvectors
        except ArpackError:
            vectors = np.zeros((nodes, 0))
        return np.asarray(vectors)


@dataclass(eq=False)
class _Deflated:
    """x → Q(S + I)Q x, counting its uses."""

    problem: ComponentProblem
    applications: int = field(default=0)

    def apply(self, x: FloatArray) -> FloatArray:
        column = self.problem.project(np.reshape(x, (-1, 1)))
        self.applications += 1
        return self.problem.project(self.problem.apply(column) + column)[:, 0]
