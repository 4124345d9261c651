"""Primme: the PRIMME library on the core with the known vectors projected out; an optional second opinion."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import numpy as np
from scipy.sparse.linalg import LinearOperator

from spectral_smooth.errors import MissingLibraryError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.solvers.chebyshev import ChebyshevFilter
from spectral_smooth.spectra.solvers.davidson import Budget
from spectral_smooth.spectra.solvers.problem import ComponentProblem, Pairs, settled
from spectral_smooth.spectra.solvers.remainder import with_missed

ROUNDS = 3
LEAST = 20  # free values below which its basis has no room


@dataclass(frozen=True)
class Primme:
    """PRIMME (Stathopoulos and McCombs, ACM Trans. Math. Softw. 37, 2010) on Q(S + I)Q, Q = I − VVᵀ.

    V are the known vectors: they have eigenvalue 0 there, and all that is asked for is positive. PRIMME's basis is a
    few vectors whatever the number of products. Its tests see one copy of a multiple eigenvalue at times: the remainder
    is searched by the block iteration afterwards, which adds what is missing. `Auto` never chooses it.

    Parameters
    ----------
    tolerance : float
        Largest residual ‖S u − μ u‖ of a converged pair.
    max_applications : int
        Products of S with one vector after which it gives up.
    method : str
        One of PRIMME's own names.
    """

    tolerance: float = 1e-10
    max_applications: int = 50_000
    method: str = "PRIMME_DEFAULT_MIN_MATVECS"

    @staticmethod
    def offered() -> bool:
        """Whether primme is installed."""
        return find_spec("primme") is not None

    @property
    def name(self) -> str:
        """Name in reports."""
        return "PRIMME"

    def fits(self, free: int, count: int) -> bool:
        """Whether its basis has room beside the values that are asked for."""
        return free >= LEAST and 2 * count < free

    def largest(self, problem: ComponentProblem, count: int, rng: np.random.Generator) -> Pairs:
        """Return the ``count`` largest pairs, or what was reached with ``converged=False``.

        Raises
        ------
        MissingLibraryError
            If primme is not installed.
        """
        core = _Shifted(problem)
        vectors = problem.project(rng.standard_normal((problem.nodes, count)))
        pairs, aim = Pairs.none(problem.nodes), 0.3 * self.tolerance
        for _ in range(ROUNDS):
            vectors = self._run(core, vectors, aim, self.max_applications - core.applications)
            if not vectors.shape[1]:
                break
            values, residuals = problem.measure(vectors)
            fine = len(values) == count and bool(settled(values, residuals, self.tolerance).all())
            pairs = Pairs(values, vectors, residuals, fine, core.applications, 0).descending()
            if fine or core.applications >= self.max_applications:
                break
            # Near 1 a value is only settled by a residual that is small beside its distance.
            aim = max(min(0.1 * aim, 1e-3 * float(np.min(1.0 - values))), 1e-15)
        budget = Budget(self.tolerance, 20_000, max(4, min(count, 8)))
        return with_missed(problem, pairs, count, ChebyshevFilter(problem.core, problem.lowest), budget, rng)

    def _run(self, core: _Shifted, start: FloatArray, aim: float, products: int) -> FloatArray:
        """Return orthonormal vectors off the known ones, at most as many as in ``start``."""
        primme = _library()
        nodes, count = start.shape
        try:
            _, found = primme.eigsh(
                LinearOperator((nodes, nodes), matvec=core.apply, matmat=core.apply, dtype=np.float64),
                k=count,
                which="LA",
                v0=np.linalg.qr(start)[0],
                tol=aim,
                maxMatvecs=max(products, 1),
                method=self.method,
                return_unconverged=True,
                raise_for_unconverged=False,
            )
        except primme.PrimmeError:
            return start[:, :0]
        basis = np.linalg.qr(core.problem.project(np.asarray(found, dtype=np.float64)))[0]
        mixed: FloatArray = np.linalg.eigh(basis.T @ core.problem.apply(basis))[1]
        return np.ascontiguousarray(basis @ mixed[:, ::-1])


@dataclass(eq=False)
class _Shifted:
    """X → Q(S + I)Q X, counting its columns."""

    problem: ComponentProblem
    applications: int = field(default=0)

    def apply(self, block: FloatArray) -> FloatArray:
        columns = self.problem.project(np.reshape(block, (self.problem.nodes, -1)))
        self.applications += columns.shape[1]
        image = self.problem.project(self.problem.apply(columns) + columns)
        return np.asarray(image.reshape(np.shape(block)))


def _library() -> Any:
    try:
        import primme
    except ImportError as error:
        raise MissingLibraryError("primme", "the solver Primme", "primme") from error
    return primme
