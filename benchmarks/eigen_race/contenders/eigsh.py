"""SciPy's eigsh (ARPACK): on S with the fixed vector moved to 0, and by shift-invert on L = I − S."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from scipy.sparse.linalg import LinearOperator, eigsh, splu

from benchmarks.eigen_race.contenders.types import MANY, Answer, Settings, start
from benchmarks.eigen_race.problem import Problem


@dataclass(frozen=True)
class Eigsh:
    """``eigsh(S − v vᵀ, 1, which="LA")``."""

    name: str = "eigsh"

    def about(self) -> str:
        """Return SciPy's version."""
        return f"scipy {scipy.__version__}"

    def variants(self) -> Sequence[Settings]:
        """Sizes of the Krylov space: the default 20, and larger ones, which pay where the gap is small."""
        return [{"ncv": 20}, {"ncv": 40}, {"ncv": 80}]

    def solve(self, problem: Problem, settings: Settings, tolerance: float, seed: int) -> Answer:
        """Iterate."""
        core, fixed = problem.core, problem.fixed

        def multiply(x: np.ndarray) -> np.ndarray:
            x = x.ravel()
            return core @ x - fixed * (fixed @ x)

        values, vectors = eigsh(
            LinearOperator(core.shape, matvec=multiply, dtype=np.float64),
            k=1,
            which="LA",
            ncv=settings["ncv"],
            tol=tolerance,
            maxiter=MANY,
            v0=start(problem, 1, seed)[:, 0],
        )
        return Answer(1.0 - float(values[0]), vectors[:, 0])


@dataclass(frozen=True)
class ShiftInvert:
    """``eigsh(L, 1, sigma)`` with σ just below 0, SuperLU's factor and the fixed vector projected out."""

    name: str = "shift_invert"

    def about(self) -> str:
        """Return SciPy's version."""
        return f"scipy {scipy.__version__}"

    def variants(self) -> Sequence[Settings]:
        """Both orderings that SuperLU has for this, and distances of σ."""
        symmetric, columns = "MMD_AT_PLUS_A", "COLAMD"
        return [
            {"sigma": -1e-8, "ordering": symmetric},
            {"sigma": -1e-11, "ordering": symmetric},
            {"sigma": -1e-5, "ordering": symmetric},
            {"sigma": -1e-8, "ordering": columns},
        ]

    def solve(self, problem: Problem, settings: Settings, tolerance: float, seed: int) -> Answer:
        """Factorise and iterate."""
        laplacian = problem.laplacian()
        values, vectors = eigsh(
            laplacian,
            k=1,
            sigma=settings["sigma"],
            OPinv=LinearOperator(
                laplacian.shape, matvec=self._inverse(problem, laplacian, settings), dtype=np.float64
            ),
            which="LM",
            tol=tolerance,
            maxiter=MANY,
            v0=start(problem, 1, seed)[:, 0],
        )
        return Answer(float(values[0]), vectors[:, 0])

    def _inverse(
        self, problem: Problem, laplacian: scipy.sparse.csr_array, settings: Settings
    ) -> Callable[[np.ndarray], np.ndarray]:
        shifted = laplacian.tocsc()
        shifted.setdiag(shifted.diagonal() - settings["sigma"])
        symmetric = settings["ordering"] == "MMD_AT_PLUS_A"
        factor = splu(
            shifted,
            permc_spec=settings["ordering"],
            diag_pivot_thresh=0.0 if symmetric else None,
            options={"SymmetricMode": symmetric},
        )
        fixed = problem.fixed

        def solve(x: np.ndarray) -> np.ndarray:
            x = x.ravel()
            y = factor.solve(x - fixed * (fixed @ x))
            return y - fixed * (fixed @ y)

        return solve
