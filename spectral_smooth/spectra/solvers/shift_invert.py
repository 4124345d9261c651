"""ShiftInvert: block inverse iteration by one sparse factorisation, for tiny gaps and small fill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.spectra.solvers.chebyshev import ChebyshevFilter
from spectral_smooth.spectra.solvers.davidson import Budget, davidson
from spectral_smooth.spectra.solvers.fill import fill_bound
from spectral_smooth.spectra.solvers.inverse import Inverse
from spectral_smooth.spectra.solvers.problem import ComponentProblem, Pairs
from spectral_smooth.spectra.solvers.remainder import with_missed

SMALL = 3000


@dataclass(frozen=True)
class ShiftInvert:
    """Block Davidson iteration with (σI − S)⁻¹, σ just above the largest value asked for.

    The number of steps hardly depends on the gap. The price is a sparse factorisation, whose size is
    bounded beforehand (`fill_bound`) and refused beyond ``max_fill``.

    Parameters
    ----------
    tolerance : float
        Largest residual ‖S u − μ u‖ of a converged pair.
    block : int
        Vectors improved at a time.
    max_applications : int
        Solves and products after which it gives up.
    max_fill : int
        Entries of the triangular factor above which it does not begin (components of more than
        3,000 nodes).
    shift : float
        How far σ lies above 1, or above the estimated end.
    """

    tolerance: float = 1e-10
    block: int = 6
    max_applications: int = 3000
    max_fill: int = 100_000_000
    shift: float = 1e-8

    @property
    def name(self) -> str:
        """Name in reports."""
        return "shift-invert block iteration"

    def fits(self, free: int, count: int) -> bool:
        """Any component will do; its fill is looked at in `largest`."""
        return count <= free

    def largest(self, problem: ComponentProblem, count: int, rng: np.random.Generator) -> Pairs:
        """Return the ``count`` largest pairs, or what was reached with ``converged=False``."""
        if problem.nodes > SMALL and fill_bound(problem.matrix, self.max_fill) > self.max_fill:
            return Pairs.none(problem.nodes)
        budget = Budget(self.tolerance, self.max_applications, self.block)
        expander = Inverse.at(problem.matrix, self._shift(problem, rng))
        pairs = davidson(problem, count, expander, budget, rng)
        return with_missed(problem, pairs, count, expander, budget, rng)

    def _shift(self, problem: ComponentProblem, rng: np.random.Generator) -> float:
        """Return a point above the free spectrum and close to it, from a few filtered steps.

        Should the estimate be too low, the factorisation is of an indefinite matrix; residuals and the
        search of the remainder see to it that nothing wrong comes out.
        """
        rough = Budget(1e-3, 300, 2)
        probe = davidson(problem, 1, ChebyshevFilter(problem.core, problem.lowest), rough, rng)
        return min(1.0, float(probe.values[0]) + 2.0 * float(probe.residuals[0])) + self.shift
