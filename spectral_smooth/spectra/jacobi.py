"""Jacobi matrices of a measure: Gauss and Lobatto quadrature, and the measure times a distance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import eigh_tridiagonal, solve_banded

from spectral_smooth.graphs.arrays import FloatArray

Nodes = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, eq=False)
class Jacobi:
    """The first recurrence coefficients of a positive measure on an interval.

    Attributes
    ----------
    diagonal : float array, shape (m,)
    coupling : float array, shape (m − 1,)
    mass : float
        Total mass of the measure.
    exhausted : bool
        The measure has exactly m points of support: every integral is exact.
    next_coupling : float or None
        Coupling of the last row to the next one, where the recurrence found it.
    """

    diagonal: FloatArray
    coupling: FloatArray
    mass: float
    exhausted: bool
    next_coupling: float | None = None

    def __len__(self) -> int:
        return len(self.diagonal)

    def gauss(self) -> Nodes:
        """Return nodes and weights of the Gauss rule (Golub and Welsch 1969), exact to degree 2m − 1."""
        return self._gauss

    @cached_property
    def _gauss(self) -> Nodes:
        # Sides, rounding and ends all ask for it: diagonalised once.
        return _nodes(self.diagonal, self.coupling, self.mass)

    def lobatto(self, low: float, high: float) -> Nodes:
        """Return the Gauss-Lobatto rule with both ends prescribed (Golub 1973): m + 1 or m + 2 nodes.

        The last row of the extended Jacobi matrix is chosen so that ``low`` and ``high`` become
        eigenvalues: with δ(z) = e_mᵀ (J − z)⁻¹ e_m, β² = (high − low)/(δ(low) − δ(high)) and
        α = low + β² δ(low).
        """
        at_low, at_high = self._corner(low), self._corner(high)
        if not (np.isfinite(at_low) and np.isfinite(at_high) and at_low > at_high):
            return np.array([high]), np.array([self.mass])
        square = (high - low) / (at_low - at_high)
        last = low + at_low * square
        return _nodes(
            np.append(self.diagonal, last), np.append(self.coupling, np.sqrt(max(square, 0.0))), self.mass
        )

    def _corner(self, shift: float) -> float:
        bands = np.zeros((3, len(self)))
        bands[0, 1:] = self.coupling
        bands[1] = self.diagonal - shift
        bands[2, :-1] = self.coupling
        unit = np.zeros(len(self))
        unit[-1] = 1.0
        try:
            return float(solve_banded((1, 1), bands, unit, check_finite=False)[-1])
        except np.linalg.LinAlgError:
            return np.inf

    def times_distance(self, end: float) -> Jacobi:
        """Return the Jacobi matrix of |x − end|·dν, ``end`` an end of an interval that holds the support.

        One Cholesky step: ±(J − end) = L Lᵀ; the new matrix is end ± Lᵀ L. Its last row needs the coupling
        to the next row; without it there is one row less. Mass: |α_1 − end| times the old one.
        """
        sign = 1.0 if self.diagonal[0] >= end else -1.0
        shifted = sign * (self.diagonal - end)
        couplings = (
            self.coupling if self.next_coupling is None else np.append(self.coupling, self.next_coupling)
        )
        eps = float(np.finfo(np.float64).eps)
        pivots = np.empty(len(self))
        pivots[0] = max(shifted[0], eps)
        for i, coupling in enumerate(self.coupling):
            # A pivot can only be lost to rounding: the support lies on one side of the end.
            rest = shifted[i + 1] - coupling**2 / pivots[i]
            pivots[i + 1] = max(rest, eps * shifted[i + 1], eps)
        pivots = pivots[: len(couplings)]
        ratios = couplings / pivots
        diagonal = end + sign * pivots * (1.0 + ratios**2)
        coupling = np.abs(ratios[:-1]) * np.sqrt(pivots[:-1] * pivots[1:])
        return Jacobi(diagonal, coupling, self.mass * max(float(shifted[0]), 0.0), exhausted=False)


def _nodes(diagonal: FloatArray, coupling: FloatArray, mass: float) -> Nodes:
    if len(diagonal) == 1:
        return diagonal.copy(), np.array([mass])
    nodes, vectors = eigh_tridiagonal(diagonal, coupling, check_finite=False)
    return nodes, mass * vectors[0] ** 2
