"""Nearest: the eigenpairs of one component around a value, by dense algebra, an inverse, or products alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.solvers.auto import DENSE_ALWAYS
from spectral_smooth.spectra.solvers.davidson import Budget
from spectral_smooth.spectra.solvers.dense import Dense, pushed
from spectral_smooth.spectra.solvers.expanders import FoldedFilter, InverseBeside
from spectral_smooth.spectra.solvers.fill import fill_bound
from spectral_smooth.spectra.solvers.interior import all_nearest, near_to_far
from spectral_smooth.spectra.solvers.problem import ComponentProblem, Pairs

INVERSE, FILTER = "shift-invert around the value", "folded Chebyshev filter"
# Bytes: LAPACK holds the matrix, its vectors and twice as much besides; a factor has two triangles with their indices.
PER_DENSE_ENTRY, PER_FACTOR_ENTRY = 48, 32


@dataclass(frozen=True)
class Nearest:
    """How the pairs around a value are found on one component.

    ==========================================  ================================================================
    component                                   solvers, each tried when the one before failed
    ==========================================  ================================================================
    at most 600 nodes, or count ≥ nodes / 4     LAPACK
    factor within the memory                    block iteration with (S − σI)⁻¹, the filter
    all others                                  block iteration with a Chebyshev filter in (S − σ)²
    ==========================================  ================================================================

    Parameters
    ----------
    tolerance : float
        Largest residual ‖S u − μ u‖ of a converged pair.
    memory : int
        Bytes that dense matrices or a sparse factor may take.
    max_solves, max_products : int
        After which the inverse, and the filter, give up.
    block : int
        Vectors improved at a time.
    dense_up_to : int
        Nodes up to which LAPACK is quicker.
    """

    tolerance: float = 1e-10
    memory: int = 4 << 30
    max_solves: int = 3000
    max_products: int = 100_000
    block: int = 6
    dense_up_to: int = DENSE_ALWAYS

    def pairs(
        self, problem: ComponentProblem, target: float, count: int, rng: np.random.Generator
    ) -> tuple[Pairs, str]:
        """Return the ``count`` nearest pairs, nearest first, and what found them.

        Raises
        ------
        UsageError
            If so many are asked for that only dense algebra would do, and it needs more than the memory.
        """
        inside = problem.free + len(problem.known_values)
        if inside <= self.dense_up_to or 4 * count >= inside:
            return self._dense(problem, target, count), Dense().name
        best = Pairs.none(problem.nodes)
        if fill_bound(problem.matrix, self.memory // PER_FACTOR_ENTRY) <= self.memory // PER_FACTOR_ENTRY:
            expander = InverseBeside.at(problem.matrix, target)
            if expander is not None:
                budget = Budget(self.tolerance, self.max_solves, self.block)
                best = all_nearest(problem, target, count, expander, budget, rng)
                if best.converged:
                    return best, INVERSE
        budget = Budget(self.tolerance, self.max_products, self.block)
        found = all_nearest(problem, target, count, FoldedFilter(problem, target), budget, rng)
        applications = best.applications + found.applications
        better = not found.converged and len(best.values) and best.residuals.max() < found.residuals.max()
        kept, method = (best, INVERSE) if better else (found, FILTER)
        return replace(kept, applications=applications), method

    def _dense(self, problem: ComponentProblem, target: float, count: int) -> Pairs:
        outside = np.zeros(problem.nodes, dtype=bool) if problem.outside is None else problem.outside
        inside = np.flatnonzero(~outside)
        known = problem.known[inside]
        need = PER_DENSE_ENTRY * len(known) ** 2
        if need > self.memory:
            raise UsageError(
                f"{count:,} eigenvalues of a component of {len(known):,} nodes need dense algebra and "
                f"{need / 2**30:.1f} GiB, more than the {self.memory / 2**30:.1f} GiB allowed; "
                f"ask for fewer than {len(known) // 4:,}, or allow more with Nearest(memory=)"
            )
        matrix = problem.matrix[inside][:, inside]
        values, vectors = np.linalg.eigh(pushed(matrix.toarray(), known))
        first = known.shape[1]  # the known ones have been pushed below all others
        chosen = first + np.argsort(np.abs(values[first:] - target), kind="stable")[:count]
        placed: FloatArray = np.zeros((problem.nodes, len(chosen)))
        placed[inside] = vectors[:, chosen]
        found, residuals = problem.measure(placed)
        return near_to_far(Pairs(found, placed, residuals, True, 0, 0), target)
