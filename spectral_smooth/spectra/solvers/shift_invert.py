"""ShiftInvert: block Lanczos with one sparse factorisation, for tiny gaps and small fill."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from spectral_smooth.spectra.solvers.fill import fill_bound_of
from spectral_smooth.spectra.solvers.inverse import BandedInverse, Inverse, SparseInverse, narrow_order
from spectral_smooth.spectra.solvers.inverse_krylov import InverseKrylov
from spectral_smooth.spectra.solvers.narrow import NarrowOrder
from spectral_smooth.spectra.solvers.problem import ComponentProblem, Pairs, settled
from spectral_smooth.spectra.solvers.remainder import completed

SMALL = 3000
# Solves after which other means are tried; ten more for each value.
PATIENCE = 60
# Distance of a closer shift, in widths of the range asked for.
CLOSE = 1e-2
# The search of the remainder starts from so many vectors: that all of them miss a copy does not happen.
WITNESSES = 3


@dataclass(frozen=True)
class ShiftInvert:
    """Block Lanczos iteration with (σI − S)⁻¹, σ just above the spectrum, everything reorthogonalised.

    The number of solves hardly depends on the gap: a dozen for one value. The price is a factorisation. Where the
    graph is long and narrow it is a banded Cholesky one, in time proportional to the nodes; elsewhere SuperLU's, whose
    size is bounded beforehand (`fill_bound`) and refused beyond ``max_fill``. σ is 1 + ``shift`` at the top; at
    the bottom Gershgorin's bound. Where that is far from the end it is moved closer once.

    For more than one value the remainder is searched for missed copies of multiple ones by another block.

    Parameters
    ----------
    tolerance : float
        Largest residual ‖S u − μ u‖ of a converged pair.
    block : int
        Vectors that go through the inverse at a time where several values are asked for.
    max_applications : int
        Solves after which it gives up.
    max_fill : int
        Entries of the triangular factor above which it does not begin (components of more than
        3,000 nodes).
    shift : float
        How far σ lies above the bound of the spectrum.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> from spectral_smooth.spectra.solvers.shift_invert import ShiftInvert
    >>> path = ss.symmetric(ss.family("path:5000").graph)
    >>> found = ss.eigenpairs(path, 1, "top", solver=ShiftInvert(), rng=0)
    >>> bool(abs(found.gap / (2 * np.sin(np.pi / (2 * 4999)) ** 2) - 1) < 1e-9)
    True
    """

    tolerance: float = 1e-10
    block: int = 1
    max_applications: int = 3000
    max_fill: int = 100_000_000
    shift: float = 1e-11

    @property
    def name(self) -> str:
        """Name in reports."""
        return "shift-invert block iteration"

    def fits(self, free: int, count: int) -> bool:
        """Any component will do; its fill is looked at in `largest`."""
        return count <= free

    def largest(self, problem: ComponentProblem, count: int, rng: np.random.Generator) -> Pairs:
        """Return the ``count`` largest pairs, or what was reached with ``converged=False``."""
        narrow = narrow_order(problem.core, self.max_fill)
        large = problem.nodes > SMALL and narrow is None
        if large and fill_bound_of(problem.core, self.max_fill) > self.max_fill:
            return Pairs.none(problem.nodes)
        krylov = self._at(problem, self._bound(problem), narrow)
        if krylov is None:
            return Pairs.none(problem.nodes)
        patience = min(PATIENCE + 10 * count, self.max_applications)
        pairs = self._staged(replace(krylov, applications=patience), problem, count, rng)
        left = self.max_applications - pairs.applications
        if not pairs.converged and left > 0:
            krylov = self._closer(problem, pairs, narrow) or krylov
            again = self._staged(replace(krylov, applications=left), problem, count, rng)
            pairs = replace(again, applications=again.applications + pairs.applications)
        return pairs if count == 1 else self._checked(krylov, problem, pairs, count, rng)

    def _staged(
        self, krylov: InverseKrylov, problem: ComponentProblem, count: int, rng: np.random.Generator
    ) -> Pairs:
        """Search; set aside what has settled and search what is left, as long as that helps.

        A value that is 1e6 times closer to σ than the next fills the projected inverse, and rounding hides the others.
        """
        pairs = krylov.search(problem, count, min(count, self.block), rng)
        kept = pairs.where(settled(pairs.values, pairs.residuals, self.tolerance))
        if pairs.converged or not len(kept.values):
            return pairs
        rest = self._staged(krylov, problem.without(kept), count - len(kept.values), rng)
        return replace(kept, converged=True).joined(rest).descending()

    def _checked(
        self,
        krylov: InverseKrylov,
        problem: ComponentProblem,
        pairs: Pairs,
        count: int,
        rng: np.random.Generator,
    ) -> Pairs:
        def glance(rest: ComponentProblem, threshold: float) -> tuple[bool, bool, int]:
            return krylov.glance(rest, threshold, WITNESSES, rng)

        def more(rest: ComponentProblem) -> Pairs:
            return krylov.search(rest, min(rest.free, WITNESSES), WITNESSES, rng)

        return completed(problem, pairs, count, glance, more)

    def _at(
        self, problem: ComponentProblem, shift: float, narrow: NarrowOrder | None
    ) -> InverseKrylov | None:
        """Factorise; None where σ is not above the spectrum after all."""
        core = problem.core
        inverse: Inverse | None
        inverse = SparseInverse.at(core, shift) if narrow is None else BandedInverse.at(core, shift, narrow)
        if inverse is None:
            return None
        return InverseKrylov(inverse, shift, self.tolerance, self.max_applications)

    def _closer(
        self, problem: ComponentProblem, pairs: Pairs, narrow: NarrowOrder | None
    ) -> InverseKrylov | None:
        """Return the same with σ just above the largest value found, if that is above all of them."""
        values = pairs.values
        shift = float(values[0] + max(2.0 * pairs.residuals[0], CLOSE * (values[0] - values[-1]), self.shift))
        if shift >= self._bound(problem):
            return None
        moved = self._at(problem, shift, narrow)
        return moved if moved is not None and moved.inverse.positive() else None

    def _bound(self, problem: ComponentProblem) -> float:
        """Return a point above the spectrum: 1 is an eigenvalue of S, and Gershgorin has the lower end."""
        end = 1.0 if problem.core.sign > 0 else -problem.core.operator.lower_end
        return end + self.shift
