"""Inertia of S − σI on one component, by factorisations whose error is bounded after the fact."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import ldl
from scipy.sparse import csr_array, eye_array
from scipy.sparse.linalg import splu

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.certify.rounding import EPS


@dataclass(frozen=True)
class Inertia:
    """Signs of the eigenvalues of S − σI + Δ, where ‖Δ‖₂ ≤ ``error``.

    By Sylvester's law they are those of D in LDLᵀ; by Weyl's theorem S itself has then at most
    ``positive + zero`` eigenvalues above σ + error and at least ``positive`` above σ − error, and likewise below.

    Attributes
    ----------
    negative, zero, positive : int
    error : float
    """

    negative: int
    zero: int
    positive: int
    error: float

    def beyond(self, sign: int) -> tuple[int, int]:
        """Return the least number beyond σ less the error, and the largest beyond σ plus the error."""
        count = self.positive if sign > 0 else self.negative
        return count, count + self.zero


def dense_inertia(matrix: csr_array, shift: float, entries: float) -> Inertia | str:
    """Return the inertia by LAPACK's pivoted LDLᵀ (Bunch and Kaufman 1977), or why it is not known.

    The error is ``‖A − LDLᵀ‖_F`` as computed, with what rounding may hide of it: two products of n terms.
    """
    dense = matrix.toarray()
    size = len(dense)
    dense[np.diag_indices(size)] -= shift
    lower, middle, _ = ldl(dense, lower=True, overwrite_a=False, check_finite=False)
    blocks = _signs(np.diag(middle), np.diag(middle, -1))
    if blocks is None:
        return "a pivot block has no certain sign"
    product = (lower @ middle) @ lower.T
    size_of_product = np.abs(lower) @ np.abs(middle)
    one = np.abs(lower).sum(axis=0)
    rows = size_of_product @ one  # row sums of |L||D||Lᵀ|, a bound of its norm
    hidden = (size + 8.0) * EPS * float(rows.max(initial=0.0))
    error = float(np.linalg.norm(dense - product)) * (1.0 + 1e-6) + hidden + entries + 4.0 * EPS
    if not np.isfinite(error):
        return "the factors are not finite"
    return Inertia(*blocks, error)


def sparse_inertia(matrix: csr_array, shift: float, entries: float) -> Inertia | str:
    """Return the inertia by SuperLU without pivoting, or why it cannot be trusted.

    LU is computed in the same order of rows and columns or refused. Then, whatever the pivots,
    ``|PAPᵀ − LU| ≤ k·eps·|L||U|`` with k the longest inner product (Higham 2002, theorem 9.3), and U differs from
    DLᵀ by a matrix F that is there to be measured: PAPᵀ + Δ = LDLᵀ with ``‖Δ‖₂ ≤ ‖k·eps·|L||U| + |L||F|‖₂``. Small
    pivots make L large, which makes the error large, which is what the caller looks at.
    """
    size = int(matrix.shape[0])
    shifted = (matrix - shift * eye_array(size, format="csr")).tocsc()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            factors = splu(
                shifted,
                permc_spec="MMD_AT_PLUS_A",
                diag_pivot_thresh=0.0,
                options={"SymmetricMode": True, "Equil": False},
            )
    except (RuntimeError, MemoryError) as error:
        return f"SuperLU gave up ({error})"
    if not np.array_equal(factors.perm_r, factors.perm_c):
        return "SuperLU pivoted off the diagonal"
    return _checked(factors, shifted, entries)


def _checked(factors: Any, shifted: Any, entries: float) -> Inertia | str:
    lower, upper = factors.L.tocsc(), factors.U.tocsc()
    pivots = upper.diagonal()
    if not (np.isfinite(upper.data).all() and np.isfinite(lower.data).all()):
        return "the factors are not finite"
    unit_diagonal = np.array_equal(lower.diagonal(), np.ones(len(pivots)))
    if not unit_diagonal or (pivots == 0.0).any():
        return "a pivot is zero"
    skew = abs(upper - lower.T.multiply(pivots[:, None]))
    large, big_upper = abs(lower), abs(upper)
    terms = float(np.diff(lower.tocsr().indptr).max(initial=0)) + 8.0
    bound = terms * EPS * _product_norm(large, big_upper) + _product_norm(large, skew + EPS * big_upper)
    if not _reproduces(factors, shifted, lower, upper, terms):
        return "the factors do not multiply to the matrix"
    positive = int(np.count_nonzero(pivots > 0.0))
    return Inertia(len(pivots) - positive, 0, positive, bound * (1.0 + 1e-6) + entries + 4.0 * EPS)


def _product_norm(left: Any, right: Any) -> float:
    """Bound of ‖XY‖₂ for X, Y ≥ 0: √(‖XY‖₁‖XY‖_∞), by two products with ones."""
    rows = left @ (right @ np.ones(right.shape[1]))
    columns = right.T @ (left.T @ np.ones(left.shape[0]))
    return float(np.sqrt(rows.max(initial=0.0) * columns.max(initial=0.0)))


def _reproduces(factors: Any, shifted: Any, lower: Any, upper: Any, terms: float) -> bool:
    """Whether LU times a few vectors is what it should be: a guard against a factor that is not what it seems.

    SciPy's convention is Pr A Pc = LU with Pr[perm_r, i] = 1 and Pc[i, perm_c] = 1.
    """
    size = shifted.shape[0]
    probes = np.random.default_rng(0).uniform(0.5, 1.0, (size, 3))
    place = np.argsort(factors.perm_r)
    expected = (shifted @ probes[factors.perm_c])[place]
    given = lower @ (upper @ probes)
    limit = 4.0 * (terms + np.diff(shifted.indptr).max(initial=0)) * EPS
    allowed = limit * (abs(lower) @ (abs(upper) @ probes) + (abs(shifted) @ probes[factors.perm_c])[place])
    return bool(np.all(np.abs(given - expected) <= allowed))


def _signs(diagonal: FloatArray, below: FloatArray) -> tuple[int, int, int] | None:
    """Count signs over the 1×1 and 2×2 blocks of D; None where a 2×2 block is not clearly indefinite."""
    paired = np.flatnonzero(below != 0.0)
    inside = np.zeros(len(diagonal), dtype=bool)
    inside[paired] = inside[paired + 1] = True
    products = diagonal[paired] * diagonal[paired + 1]
    if np.any(np.diff(paired) < 2) or np.any(products > 0.99 * below[paired] ** 2):
        return None
    single = diagonal[~inside]
    zero = int(np.count_nonzero(single == 0.0))
    positive = int(np.count_nonzero(single > 0.0))
    return len(single) - zero - positive + len(paired), zero, positive + len(paired)
