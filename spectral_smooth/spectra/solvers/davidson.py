"""The block iteration behind BlockKrylov and the searches of what is left: a growing basis, Rayleigh–Ritz, restarts.

Block Davidson (Zhou and Saad, SIAM J. Matrix Anal. Appl. 29, 2007): each step takes the best
unconverged Ritz vectors, improves them with an `Expander` (a Chebyshev filter or an inverse),
orthogonalises the result against everything in the basis and repeats. Converged vectors stay in the basis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.solvers.orthonormal import orthonormal
from spectral_smooth.spectra.solvers.problem import ComponentProblem, Pairs, settled


class Expander(Protocol):
    """Turns approximate eigenvectors of the top end into better ones."""

    def improve(self, block: FloatArray, ritz: FloatArray, wanted: int) -> tuple[FloatArray, int]:
        """Return the improved block and the number of products with S, or solves, that it took.

        ``ritz`` are all present Ritz values, descending; the first ``wanted`` are asked for.
        """
        ...


@dataclass(frozen=True)
class Budget:
    """What an iteration may spend, and how exact it has to be.

    Attributes
    ----------
    tolerance : float
        Residual ‖S u − μ u‖.
    applications : int
        Products of S with one vector, and solves.
    block : int
        Vectors improved per step.
    """

    tolerance: float
    applications: int
    block: int


def davidson(
    problem: ComponentProblem,
    count: int,
    expander: Expander,
    budget: Budget,
    rng: np.random.Generator,
    *,
    enough: float = np.inf,
) -> Pairs:
    """Return the ``count`` largest pairs off the known vectors, converged as far as the budget allows.

    Stops early, not converged, once a Ritz value exceeds ``enough``: Ritz values are lower bounds, so an
    eigenvalue above it is certain then.
    """
    spare = max(5 * budget.block, 24)
    basis = Basis(problem, capacity=min(problem.free, count + spare))
    basis.extend(rng.standard_normal((problem.nodes, min(2 * budget.block + count, basis.capacity))))
    applications, restarts = basis.size, 0
    while True:
        values, combos = basis.ritz()
        vectors, residuals = basis.pairs(combos[:, :count], values[:count])
        done = settled(values[:count], residuals, budget.tolerance)
        full = basis.size == problem.free
        if done.all() or full or applications >= budget.applications or values[0] > enough:
            converged = bool(done.all()) and len(done) == count
            return Pairs(values[:count], vectors, residuals, converged, applications, restarts)
        todo = np.concatenate([np.flatnonzero(~done), np.arange(count, basis.size)])[: budget.block]
        improved, cost = expander.improve(basis.combine(combos[:, todo]), values, count)
        if basis.size + len(todo) > basis.capacity:
            basis.shrink(combos[:, : max(min(count + 2 * budget.block, basis.capacity - len(todo)), 1)])
            restarts += 1
        grown = basis.extend(improved)
        if not grown:
            grown = basis.extend(rng.standard_normal((problem.nodes, 1)))
        applications += cost + grown


class Basis:
    """An orthonormal basis off the known vectors, with its image under S and its projection of S."""

    def __init__(self, problem: ComponentProblem, capacity: int) -> None:
        self._problem = problem
        self._vectors = np.zeros((problem.nodes, capacity), order="F")
        self._images = np.zeros((problem.nodes, capacity), order="F")
        self._projected = np.zeros((capacity, capacity))
        self.capacity = capacity
        self.size = 0

    def extend(self, block: FloatArray) -> int:
        """Add what is new in ``block``; return how many directions that were."""
        block = block / np.maximum(np.linalg.norm(block, axis=0), 1e-300)
        fresh = self._orthogonalise(block)[:, : self.capacity - self.size]
        added = int(fresh.shape[1])
        if not added:
            return 0
        old, new = self.size, self.size + added
        self._vectors[:, old:new] = fresh
        self._images[:, old:new] = self._problem.apply(fresh)
        cross = self._vectors[:, :new].T @ self._images[:, old:new]
        self._projected[:new, old:new] = cross
        self._projected[old:new, :new] = cross.T
        self.size = new
        return added

    def ritz(self) -> tuple[FloatArray, FloatArray]:
        """Return the Ritz values, descending, and the combinations that give their vectors."""
        square = self._projected[: self.size, : self.size]
        values, combos = np.linalg.eigh(0.5 * (square + square.T))
        return values[::-1], combos[:, ::-1]

    def combine(self, combos: FloatArray) -> FloatArray:
        """Return basis · combos."""
        return np.asarray(self._vectors[:, : self.size] @ combos)

    def pairs(self, combos: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return Ritz vectors and residual norms."""
        vectors = self.combine(combos)
        images = self._images[:, : self.size] @ combos
        return vectors, np.linalg.norm(images - vectors * values, axis=0)

    def shrink(self, combos: FloatArray) -> None:
        """Keep only the given combinations (a thick restart)."""
        kept = combos.shape[1]
        self._vectors[:, :kept] = self.combine(combos)
        self._images[:, :kept] = self._images[:, : self.size] @ combos
        self._projected[:kept, :kept] = combos.T @ self._projected[: self.size, : self.size] @ combos
        self.size = kept

    def _orthogonalise(self, block: FloatArray) -> FloatArray:
        """Orthonormal basis of what ``block`` adds; directions lost to rounding are dropped."""
        own = self._vectors[:, : self.size]
        for _ in range(6):
            block = self._problem.project(block, passes=1)
            block -= own @ (own.T @ block)
            block, weights, _ = orthonormal(block)
            if not len(weights) or weights.min() > 0.9:
                return block
        return block[:, :0]
