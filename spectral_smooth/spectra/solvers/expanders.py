"""What brings the eigenvectors near a point inside the spectrum forward: an inverse there, or a polynomial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array, eye_array
from scipy.sparse.linalg import splu

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.solvers.problem import ComponentProblem

# Where the target is an eigenvalue itself S − σ has no inverse: σ lies beside it, still far nearer than any other one.
NUDGES = (1e-7, -3e-7, 1.1e-6)
# Relative backward error of a solve up to which the eigenvectors still come forward; residuals are measured anyway.
GOOD = 1e-7
# Pivoting off the diagonal is safer, and loses the fill-reducing order: at 60,000 nodes 4 s became minutes.
PIVOTED_UP_TO = 3000
LARGEST_DEGREE = 1000
# Share of the last wanted distance by which a filter's centre lies beside the target.
ASIDE = 0.05


@dataclass(frozen=True, eq=False)
class InverseBeside:
    """Expander: block ← (S − σI)⁻¹ block, σ = target + 1e-7."""

    factors: Any

    @classmethod
    def at(cls, matrix: csr_array, target: float) -> InverseBeside | None:
        """Factorise S − σI; None where no factorisation near the target is good enough.

        Along the diagonal first, which is what keeps the factor small. S − σI is indefinite, so that this may break
        down: a solve is tried, and another σ taken; small matrices are then factorised with pivoting.
        """
        thresholds = (0.0, 1.0) if matrix.shape[0] <= PIVOTED_UP_TO else (0.0,)
        for threshold in thresholds:
            for nudge in NUDGES:
                shifted = matrix - (target + nudge) * eye_array(matrix.shape[0], format="csr")
                factors = _factors(shifted, threshold)
                if factors is not None:
                    return cls(factors)
        return None

    # The protocol's distances and wanted steer filters; one solve serves all pairs alike.
    def improve(self, block: FloatArray, distances: FloatArray, wanted: int) -> tuple[FloatArray, int]:  # noqa: ARG002
        """Return the block after one solve."""
        return np.asarray(self.factors.solve(np.ascontiguousarray(block))), block.shape[1]


def _factors(shifted: csr_array, threshold: float) -> Any:
    """Return SuperLU's factors where a solve with them has a small backward error, else None."""
    try:
        factors = splu(
            shifted.tocsc(),
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=threshold,
            options={"SymmetricMode": True},
        )
    except (RuntimeError, MemoryError):
        return None
    probe = np.cos(np.arange(1.0, shifted.shape[0] + 1.0))
    solved = factors.solve(probe)
    error = np.linalg.norm(shifted @ solved - probe) / max(float(np.linalg.norm(solved)), 1.0)
    return factors if error <= GOOD else None


@dataclass(frozen=True, eq=False)
class FoldedFilter:
    """Expander: block ← T_d(x) block, x = 2(1 − ((S − σ)/w)²)/(1 − c²) − 1, w the distance of the farther end.

    T_d is at most 1 in size on all that is farther from σ than c·w, and grows as the distance falls below it: by about
    e^(2c) a degree, which is two products. That is slow where eigenvalues are dense. To x two values on both sides of σ
    are one: so σ is not quite the target.
    """

    problem: ComponentProblem
    target: float

    def improve(self, block: FloatArray, distances: FloatArray, wanted: int) -> tuple[FloatArray, int]:
        """Return the filtered block."""
        last, guard = (
            min(wanted, len(distances)) - 1,
            min(len(distances) - 1, wanted + max(4, block.shape[1])),
        )
        centre = min(self.target + ASIDE * float(distances[last]), 1.0)
        width = max(1.0 - centre, centre - self.problem.lowest)
        cut = min(max(float(distances[guard]) / width, 1e-6), 0.999)
        degree = folded_degree(cut, float(distances[last]) / width)
        scale = 2.0 / (1.0 - cut * cut)
        before, now = block, self._folded(block, centre, width, scale)
        for _ in range(degree - 1):
            after = 2.0 * self._folded(now, centre, width, scale)
            after -= before
            before, now = now, after
        return now, 2 * degree * block.shape[1]

    def _folded(self, block: FloatArray, centre: float, width: float, scale: float) -> FloatArray:
        """Return scale·(1 − ((S − σ)/w)²)·block − block."""
        once = self._step(block, centre, width)
        twice = self._step(once, centre, width)
        twice *= -scale
        twice += (scale - 1.0) * block
        return twice

    def _step(self, block: FloatArray, centre: float, width: float) -> FloatArray:
        image = np.asarray(self.problem.apply(block))
        image -= centre * block
        image /= width
        return image


def folded_degree(cut: float, last: float) -> int:
    """Return the degree that makes the last wanted distance stand out e⁵-fold, the target itself e¹² more at most.

    Parameters
    ----------
    cut, last : float
        Distances from the target as shares of the farther end's.
    """

    def growth(distance: float) -> float:
        return float(np.arccosh(max(2.0 * (1.0 - distance**2) / (1.0 - cut**2) - 1.0, 1.0)))

    stands_out, most = growth(last), growth(0.0)
    sufficient = 5.0 / stands_out if stands_out > 0 else LARGEST_DEGREE
    ceiling = 12.0 / max(most - stands_out, 1e-9)
    return int(np.clip(min(sufficient, ceiling), 4, LARGEST_DEGREE))
