"""SciPy's LOBPCG on L = I − S with the fixed vector as constraint: plain, Jacobi, or pyamg as preconditioner."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from scipy.sparse import csr_array, csr_matrix
from scipy.sparse.linalg import LinearOperator, lobpcg

from benchmarks.eigen_race.contenders.types import MANY, Answer, Settings, start
from benchmarks.eigen_race.problem import Problem


@dataclass(frozen=True)
class Lobpcg:
    """``lobpcg(L, X, Y=v, M=M, largest=False)``."""

    name: str = "lobpcg"
    preconditioners: tuple[str, ...] = ("none", "jacobi")
    blocks: tuple[int, ...] = (4, 1)

    def about(self) -> str:
        """Return SciPy's version, and pyamg's where it takes part."""
        found = f"scipy {scipy.__version__}"
        if "jacobi" in self.preconditioners:
            return found
        import pyamg

        return f"{found}, pyamg {pyamg.__version__}"

    def variants(self) -> Sequence[Settings]:
        """Every preconditioner with every block."""
        return [{"M": kind, "block": block} for kind in self.preconditioners for block in self.blocks]

    def solve(self, problem: Problem, settings: Settings, tolerance: float, seed: int) -> Answer:
        """Make the preconditioner and iterate."""
        laplacian = problem.laplacian()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it did not reach shows in the error
            values, vectors = lobpcg(
                laplacian,
                start(problem, settings["block"], seed),
                M=preconditioner(problem, laplacian, settings["M"]),
                Y=problem.fixed[:, None],
                tol=tolerance,
                maxiter=settings.get("steps", MANY),
                largest=False,
            )
        least = int(np.argmin(values))
        return Answer(float(values[least]), vectors[:, least])


def preconditioner(problem: Problem, laplacian: csr_array, kind: str) -> LinearOperator | None:
    """Return an approximate inverse of L."""
    if kind == "none":
        return None
    if kind == "jacobi":
        inverse = 1.0 / laplacian.diagonal()
        return LinearOperator(
            laplacian.shape,
            matvec=lambda x: inverse * x.ravel(),
            matmat=lambda x: inverse[:, None] * x,
            dtype=np.float64,
        )
    return _multigrid(problem, csr_matrix(laplacian), kind).aspreconditioner()


def _multigrid(problem: Problem, laplacian: csr_matrix, kind: str) -> Any:
    """Return a hierarchy: smoothed or plain aggregation that keeps √d̃, or Ruge and Stüben's."""
    import pyamg

    if kind == "ruge_stuben":
        return pyamg.ruge_stuben_solver(laplacian, max_coarse=500)
    smooth = {"smooth": None} if kind == "plain_aggregation" else {}
    return pyamg.smoothed_aggregation_solver(
        laplacian, B=problem.fixed[:, None].copy(), max_coarse=500, **smooth
    )
