"""Rayleigh quotients of L = I − S and of I + S, edge by edge: both ends of the spectrum without cancellation."""

from __future__ import annotations

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.structure.sweep_kernels import per_row, row_terms

# Additions of one row beside its entries, and of the pairwise sum over rows.
FURTHER_ROUNDINGS = 64


def centred(operator: Operator, core: FloatArray) -> FloatArray:
    """Return f = D̃^(-1/2) u without its mean Σ d̃ f/Σ d̃, for a connected operator."""
    f = np.asarray(core, dtype=np.float64) * operator.scale
    for _ in range(2):
        f = f - float(operator.degrees @ f) / float(np.sum(operator.degrees))
    return np.asarray(f)


def gap_quotient(operator: Operator, f: FloatArray) -> float:
    """Return Σ_edges w (f_i − f_j)²/Σ d̃ f² ≥ λ_2, for an f that `centred` made; infinite for f = 0."""
    return _quotient(operator, f, -1.0)


def bottom_quotient(operator: Operator, f: FloatArray) -> float:
    """Return (Σ_edges w (f_i + f_j)² + 2 Σ Ã_ii f_i²)/Σ d̃ f² ≥ 1 + μ_n; infinite for f = 0."""
    return _quotient(operator, f, 1.0)


def rounding(operator: Operator) -> float:
    """Return a bound of the relative rounding of either quotient: all its terms have one sign."""
    longest = int(np.max(np.diff(operator.graph.indptr), initial=0))
    return float(np.finfo(np.float64).eps) * (longest + FURTHER_ROUNDINGS)


def _quotient(operator: Operator, f: FloatArray, sign: float) -> float:
    largest = float(np.max(np.abs(f), initial=0.0))
    if not largest:
        return np.inf
    f = f / largest
    form = float(np.sum(per_row(row_terms, operator, f, sign, True)))
    if sign > 0:
        form += 2.0 * float(np.sum(operator.loop_weights * f * f))
    norm = float(np.sum(operator.degrees * f * f))
    if sign < 0:
        # what the rounding of the mean leaves is not orthogonal to the fixed space
        norm -= float(operator.degrees @ f) ** 2 / float(np.sum(operator.degrees))
    return form / norm if norm > 0 else np.inf
