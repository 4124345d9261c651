"""Chebyshev filter: a polynomial of S that is small on the unwanted part of the spectrum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, eye_array

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.solvers.signed import PRODUCTS, SignedCore

LARGEST_DEGREE = 120


@dataclass(frozen=True, eq=False)
class ChebyshevFilter:
    """Expander: block ← T_d((2S − (cut + lowest)) / (cut − lowest)) block.

    T_d is at most 1 in size on [lowest, cut] and grows like cosh(d·acosh t) above. The cut is a Ritz value
    some places below the last wanted one. The degree makes the last wanted value stand out e⁵-fold, but
    does not let the largest outgrow it by more than e¹².
    """

    core: SignedCore
    lowest: float

    def improve(self, block: FloatArray, ritz: FloatArray, wanted: int) -> tuple[FloatArray, int]:
        """Return the filtered block."""
        guard = min(len(ritz) - 1, wanted + max(4, block.shape[1]))
        cut = max(float(ritz[guard]), self.lowest + 1e-3)
        degree = _degree(self.lowest, cut, float(ritz[min(wanted, len(ritz)) - 1]))
        return self._filter(np.ascontiguousarray(block), cut, degree), degree * block.shape[1]

    def _filter(self, block: FloatArray, cut: float, degree: int) -> FloatArray:
        centre, half = 0.5 * (cut + self.lowest), 0.5 * (cut - self.lowest)
        if self.core.small:
            return self._by_matrix(block, centre, half, degree)
        walk = self.core.bound.walk(block.shape[1], np.float64, PRODUCTS)
        first = walk.same_for_all(self.core.sign / half, -centre / half, 0.0)
        later = walk.same_for_all(2.0 * self.core.sign / half, -2.0 * centre / half, -1.0)
        before, now = walk.enter(block), walk.empty()
        walk.combine(before, now, first, anchor=now)  # zeros, for the sake of one kernel
        for _ in range(degree - 1):
            # Written over the block before the last one: each row needs of it only itself.
            walk.combine(now, before, later, anchor=before)
            before, now = now, before
        return np.asarray(walk.leave(now))

    def _by_matrix(self, block: FloatArray, centre: float, half: float, degree: int) -> FloatArray:
        nodes = self.core.nodes
        twice = csr_array((self.core.matrix - centre * eye_array(nodes, format="csr")) * (2.0 / half))
        before, now = block, 0.5 * (twice @ block)
        for _ in range(degree - 1):
            after = twice @ now
            after -= before
            before, now = now, after
        return np.asarray(now)


def _degree(lowest: float, cut: float, last: float) -> int:
    half, centre = 0.5 * (cut - lowest), 0.5 * (cut + lowest)

    def growth(value: float) -> float:
        return float(np.arccosh(max((value - centre) / half, 1.0)))

    stands_out, top = growth(last), growth(1.0)
    sufficient = 5.0 / stands_out if stands_out > 0 else LARGEST_DEGREE
    ceiling = 12.0 / max(top - stands_out, 0.1)
    return int(np.clip(min(sufficient, ceiling), 4, LARGEST_DEGREE))
