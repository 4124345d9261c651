"""Lobpcg: SciPy's LOBPCG, preconditioned by algebraic multigrid; for meshes, where gaps are small and factors large."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from scipy.linalg import LinAlgError
from scipy.sparse.linalg import lobpcg

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.solvers.dense import Dense
from spectral_smooth.spectra.solvers.multigrid import Multigrid, quiet
from spectral_smooth.spectra.solvers.problem import ComponentProblem, Pairs, settled
from spectral_smooth.spectra.solvers.remainder import completed

GUARDS = 2
# Of the distance from 1; what rounding leaves of a residual.
SMALL, FINEST = 1e-3, 1e-14
ROUNDS = 3
# Of the largest value left over it need only be seen that it is not larger than those found.
GLANCE = 1e-2


@dataclass(frozen=True)
class Lobpcg:
    """LOBPCG (Knyazev, 2001) on I − S with smoothed aggregation (pyamg; Bell, Olson and Schroder, 2022).

    The number of steps hardly depends on the gap, and the multigrid hierarchy takes about as much memory as the matrix:
    the choice where a factorisation fills in. It starts from the eigenvectors of the coarse levels.

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
        grid = Multigrid.of(problem)
        pairs = self._search(grid, problem, self._start(grid, problem, count, rng), count, rng)
        if count == 1:
            return pairs

        def glance(rest: ComponentProblem, threshold: float) -> tuple[bool, bool, int]:
            return self._glance(grid, rest, threshold, rng)

        def more(rest: ComponentProblem) -> Pairs:
            block = rest.project(rng.standard_normal((rest.nodes, 1 + GUARDS)))
            return self._search(grid, rest, np.linalg.qr(block)[0], 1, rng)

        return completed(problem, pairs, count, glance, more)

    def _search(
        self,
        grid: Multigrid,
        problem: ComponentProblem,
        block: FloatArray,
        count: int,
        rng: np.random.Generator,
    ) -> Pairs:
        values, residuals = problem.measure(block[:, :count])
        # Near 1 a value is only settled by a residual that is small beside its distance, whatever the tolerance; the
        # start, if it comes from the coarse levels, says about what that is.
        aim = min(0.3 * self.tolerance, max(SMALL * float(np.min(1.0 - values)), FINEST))
        steps, fine = 0, False
        for attempt in range(ROUNDS):
            try:
                block, more = self._run(grid, block, problem, aim)
            except (ValueError, LinAlgError):  # its own small eigenproblem broke down
                break
            steps += more * block.shape[1]
            values, residuals = problem.measure(block[:, :count])
            fine = bool(settled(values, residuals, self.tolerance).all())
            if fine or attempt == ROUNDS - 1:
                break
            slow = bool(np.any(residuals > 3.0 * aim))
            aim = min(0.1 * aim, SMALL * float(np.min(1.0 - values)))
            if slow and block.shape[1] == 1:  # a close neighbour slows one vector down, not three
                guards = problem.project(rng.standard_normal((problem.nodes, GUARDS)))
                block = np.linalg.qr(np.hstack([block, guards]))[0]
        return Pairs(values, block[:, :count], residuals, fine, steps, 0)

    def _glance(
        self, grid: Multigrid, rest: ComponentProblem, threshold: float, rng: np.random.Generator
    ) -> tuple[bool, bool, int]:
        """Return whether a value is left above ``threshold``, whether that is settled, and the products."""
        block = np.linalg.qr(rest.project(rng.standard_normal((rest.nodes, 1 + GUARDS))))[0]
        loose = GLANCE * max(1.0 - threshold, self.tolerance)
        steps = 0
        for _ in range(ROUNDS):
            try:
                block, more = self._run(grid, block, rest, loose)
            except (ValueError, LinAlgError):
                return False, False, steps
            steps += more * block.shape[1]
            values, residuals = rest.measure(block[:, :1])
            above = bool(values[0] > threshold)
            if above or residuals[0] <= 3.0 * loose:
                return above, True, steps
        return False, False, steps

    def _start(
        self, grid: Multigrid, problem: ComponentProblem, count: int, rng: np.random.Generator
    ) -> FloatArray:
        """Return vectors of length one from the coarse levels, or random ones where those come to nothing.

        One value is looked for with one vector, several with guards that keep the last from being slow.
        """
        columns = 1 if count == 1 else count + GUARDS
        block = problem.project(grid.start(columns, rng))
        lengths = np.linalg.norm(block, axis=0)
        if not (np.isfinite(lengths).all() and lengths.min() > 1e-3 * lengths.max()):
            block = problem.project(rng.standard_normal((problem.nodes, columns)))
            lengths = np.linalg.norm(block, axis=0)
        return np.asarray(block / lengths)

    def _run(
        self, grid: Multigrid, block: FloatArray, problem: ComponentProblem, aim: float
    ) -> tuple[FloatArray, int]:
        """Return a better block of Ritz vectors, values descending, and the steps taken."""
        with quiet():
            _, found, history = lobpcg(
                grid.laplacian,
                block,
                M=grid.preconditioner,
                Y=problem.known,
                tol=aim,
                largest=False,
                maxiter=self.max_steps // ROUNDS,
                retResidualNormsHistory=True,
            )
        basis: FloatArray = np.linalg.qr(problem.project(np.asarray(found, dtype=np.float64)))[0]
        mixed: FloatArray = np.linalg.eigh(basis.T @ problem.apply(basis))[1]
        return np.ascontiguousarray(basis @ mixed[:, ::-1]), len(history)
