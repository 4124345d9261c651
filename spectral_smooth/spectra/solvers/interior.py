"""The block iteration for eigenvalues near a point inside the spectrum: a growing basis, sorted by (S − σ)², restarts.

Ritz values inside a spectrum may come from both sides and mean nothing. ‖(S − σ)u‖ cannot lie: it is never less than
the distance of σ from the nearest eigenvalue. So the basis is first sorted by that (the folded spectrum: Wang and
Zunger, J. Chem. Phys. 100, 1994), and Rayleigh–Ritz for S itself only separates what is left at the front, σ ± δ too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.solvers.davidson import Basis, Budget
from spectral_smooth.spectra.solvers.problem import ComponentProblem, Pairs, settled

SAME = 1e-12
LOOSE = 1e-4
TIE = 1e-6


class Expander(Protocol):
    """Turns approximate eigenvectors near a point into better ones."""

    def improve(self, block: FloatArray, distances: FloatArray, wanted: int) -> tuple[FloatArray, int]:
        """Return the improved block and the products with S, or solves, that it took.

        ``distances`` are √ of all Ritz values of (S − σ)², rising; the first ``wanted`` are asked for.
        """
        ...


def near_to_far(pairs: Pairs, target: float) -> Pairs:
    """Return the pairs sorted by the distance of their values from the target."""
    return pairs.where(np.argsort(np.abs(pairs.values - target), kind="stable"))


def nearest(
    problem: ComponentProblem,
    target: float,
    count: int,
    expander: Expander,
    budget: Budget,
    rng: np.random.Generator,
    *,
    enough: float = 0.0,
) -> Pairs:
    """Return the ``count`` pairs nearest to the target off the known vectors, as far as the budget allows.

    Stops early, not converged, once some ‖(S − σ)u‖ is less than ``enough``: an eigenvalue as near is certain then.
    """
    spare = max(5 * budget.block, 24)
    basis = NearBasis(problem, min(problem.free, count + spare), target)
    basis.extend(rng.standard_normal((problem.nodes, min(2 * budget.block + count, basis.capacity))))
    applications, restarts = basis.size, 0
    while True:
        front = basis.front(count + 2 * budget.block)
        vectors, residuals = basis.pairs(front.combinations[:, :count], front.values[:count])
        done = settled(front.values[:count], residuals, budget.tolerance)
        full = basis.size == problem.free
        if done.all() or full or applications >= budget.applications or front.distances[0] < enough:
            converged = bool(done.all()) and len(done) == count
            return Pairs(front.values[:count], vectors, residuals, converged, applications, restarts)
        todo = np.concatenate([np.flatnonzero(~done), np.arange(count, len(front.values))])[: budget.block]
        block = basis.combine(front.combinations[:, todo])
        improved, cost = expander.improve(block, front.distances, count)
        if basis.size + len(todo) > basis.capacity:
            basis.shrink(front.combinations[:, : max(basis.capacity - len(todo) - budget.block, 1)])
            restarts += 1
        grown = basis.extend(improved)
        if not grown:
            grown = basis.extend(rng.standard_normal((problem.nodes, 1)))
        applications += cost + grown


def all_nearest(
    problem: ComponentProblem,
    target: float,
    count: int,
    expander: Expander,
    budget: Budget,
    rng: np.random.Generator,
) -> Pairs:
    """Return the ``count`` nearest pairs after looking for nearer ones off those that were found.

    As long as ‖(S − σ)u‖ off the found vectors can be made smaller than the distance of the last one, one was
    missed: that is certain. That none is left where it cannot is evidence, not proof; a count of eigenvalues proves it.
    """
    pairs = near_to_far(nearest(problem, target, count, expander, budget, rng), target)
    applications, restarts, converged = pairs.applications, pairs.restarts, pairs.converged
    while converged:
        rest = problem.without(pairs)
        if rest.free == 0:
            break
        reach = max(float(np.abs(pairs.values[:count] - target).max()) - SAME, 0.0)
        # Where eigenvalues are dense a residual that is large beside their distances says nothing.
        tolerance = float(np.clip(0.1 * reach, budget.tolerance, LOOSE))
        loose = replace(budget, tolerance=tolerance, block=min(budget.block, 3))
        look = nearest(rest, target, 1, expander, loose, rng, enough=reach)
        applications += look.applications
        if np.hypot(look.values[0] - target, look.residuals[0]) >= reach:
            converged = look.converged
            break
        missed = nearest(rest, target, min(rest.free, budget.block), expander, budget, rng)
        applications += missed.applications
        restarts += missed.restarts
        pairs = near_to_far(pairs.joined(missed), target)
        converged = missed.converged
    kept = replace(pairs, converged=converged, applications=applications, restarts=restarts)
    return kept.first(count)


@dataclass(frozen=True, eq=False)
class Front:
    """Ritz pairs in front of the basis, by rising ‖(S − σ)u‖.

    Attributes
    ----------
    values : float array, shape (front,)
    combinations : float array, shape (basis, front)
        Orthonormal columns.
    distances : float array, shape (basis,)
        √ of all Ritz values of (S − σ)², rising.
    """

    values: FloatArray
    combinations: FloatArray
    distances: FloatArray


class NearBasis(Basis):
    """A basis that also holds the projection of (S − σ)²."""

    def __init__(self, problem: ComponentProblem, capacity: int, target: float) -> None:
        super().__init__(problem, capacity)
        self._target = target
        self._gram = np.zeros((capacity, capacity))

    def extend(self, block: FloatArray) -> int:
        """Add what is new in ``block``; return how many directions that were."""
        old = self.size
        added = super().extend(block)
        if added:
            cross = self._images[:, : self.size].T @ self._images[:, old : self.size]
            self._gram[: self.size, old : self.size] = cross
            self._gram[old : self.size, : self.size] = cross.T
        return added

    def shrink(self, combos: FloatArray) -> None:
        """Keep only the given combinations (a thick restart)."""
        size, kept = self.size, combos.shape[1]
        self._gram[:kept, :kept] = combos.T @ self._gram[:size, :size] @ combos
        super().shrink(combos)

    def front(self, count: int) -> Front:
        """Return the ``count`` foremost Ritz pairs, and those as near as the last."""
        square = self._projected[: self.size, : self.size]
        folded = self._gram[: self.size, : self.size] - 2.0 * self._target * square
        folded = folded + self._target**2 * np.eye(self.size)
        squares, turned = np.linalg.eigh(0.5 * (folded + folded.T))
        squares = np.maximum(squares, 0.0)
        # All of one distance come together: parts of a multiple σ ± δ could not be told apart.
        last = squares[min(count, self.size) - 1]
        turned = turned[:, squares <= last * (1.0 + TIE) + 1e-14]
        inner = turned.T @ square @ turned
        values, mixed = np.linalg.eigh(0.5 * (inner + inner.T))
        lengths = squares[: len(values)] @ mixed**2
        # Of one distance those first that are on one side: the others are mixtures still.
        rounded = np.floor(np.log1p(lengths / 1e-14) / TIE)
        order = np.lexsort((-np.abs(values - self._target), rounded))
        return Front(values[order], turned @ mixed[:, order], np.sqrt(squares))
