"""Sharper intervals for eigenvalues that are known to be alone: the error is the residual squared over the distance."""

from __future__ import annotations

import numpy as np

from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.certify.claims import GapBound, Kind
from spectral_smooth.spectra.certify.enclosures import Group, Residuals
from spectral_smooth.spectra.certify.judge import Verdict
from spectral_smooth.spectra.certify.rounding import EPS, Rounding
from spectral_smooth.spectra.quadrature import rounding_unit


def neighbours(group: Group, verdict: Verdict, sign: int) -> tuple[float, float]:
    """Return the ends of the open interval around a group that holds no other eigenvalue off the fixed space."""
    own = [piece.group for piece in verdict.exact]
    lower = [other.high for other in own if other.high < group.low]
    upper = [other.low for other in own if other.low > group.high]
    # every other eigenvalue is short of this end's floor
    floor = verdict.floor[sign]
    if floor > -1.0:
        (lower if sign > 0 else upper).append(sign * floor)
    return max(lower, default=-np.inf), min(upper, default=np.inf)


def temple(residuals: Residuals, group: Group, below: float, above: float) -> tuple[float, float] | None:
    """Return ρ − r²/(above − ρ) ≤ μ ≤ ρ + r²/(ρ − below), ρ the Rayleigh quotient (Temple 1928, Kato 1949).

    Valid where μ is the only eigenvalue in (below, above), which holds ρ. Rounding is part of it.
    """
    column = int(group.columns[0])
    size = float(residuals.gram[column, column])
    slack = residuals.unit * float(residuals.squares[column])
    rho = float(residuals.values[column]) + float(residuals.corrections[column]) / size
    residual = group.radius
    error = (float(residuals.rounding[column]) * 1.001 + slack * residual) / np.sqrt(
        max(size - slack, EPS)
    ) + 4.0 * EPS
    if not (np.isfinite(residual) and below < rho - error and rho + error < above):
        return None
    return rho - error - residual**2 / (above - rho - error), rho + error + residual**2 / (
        rho - error - below
    )


def gap_bound(
    operator: Operator,
    vector: FloatArray,
    residuals: Residuals,
    column: int,
    rounding: Rounding,
    alone: tuple[float, float, float] | None,
) -> GapBound | None:
    """Bracket the gap by the Rayleigh quotient of I − S as a sum over edges, where nothing cancels.

    λ_2 ≤ ρ for any vector off the fixed space, and λ_2 ≥ ρ − r²/(distance to the next) where λ_2 is alone.

    Parameters
    ----------
    operator : Operator
    vector : float array, shape (num_nodes,)
        Approximate eigenvector of μ_2.
    residuals : Residuals
    column : int
        Its column there.
    rounding : Rounding
    alone : (residual, μ_2's upper bound of the rest, error of ρ), optional
        The residual's norm, what the eigenvalues below μ_2 do not exceed, and the rounding error of μ_2.
    """
    block = np.array(vector, dtype=np.float64).reshape(-1, 1)
    block[operator.fixed_space.labels < 0] = 0.0
    energy = float(np.sum(Numba().bind(operator).edge_energy(block)))
    square = float(residuals.squares[column])
    size, slack = float(residuals.gram[column, column]), residuals.unit * square
    if not size > 2.0 * slack or not np.isfinite(energy):
        return None
    # rounding of D̃^(-1/2)w moves it by so much, and ‖(I − S)^½‖ ≤ √2
    moved = np.sqrt(2.0 * square) * rounding.entries
    unit = rounding_unit(operator, 1)
    root = np.sqrt(energy)
    high = (root * (1.0 + unit) + moved) ** 2 / (size - slack)
    if alone is None:
        return GapBound(0.0, float(high), "none", "edge sums")
    residual, rest, error = alone
    lowest = max(root * (1.0 - unit) - moved, 0.0) ** 2 / (size + slack)
    # the distance in λ, of the Rayleigh quotient at its worst
    distance = (1.0 - rest) - float(high) - error
    if distance <= 0.0:
        return GapBound(0.0, float(high), "none", "edge sums")
    kind: Kind = "proven"
    return GapBound(max(float(lowest - residual**2 / distance), 0.0), float(high), kind, "edge sums")
