"""A bound of what is left once known and found vectors are projected out: probable, from one Lanczos run."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from scipy.special import betaincinv

from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.certify.rounding import EPS

CHECK_EVERY = 20
FLOOR = 1e-13
SAFETY = 2.0


@dataclass(frozen=True)
class RemainderBound:
    """Bounds of the spectrum of the compression of S to the complement of some vectors.

    Attributes
    ----------
    low, high : float
        Both hold with the given confidence.
    products : int
    confidence : float
    """

    low: float
    high: float
    products: int
    confidence: float


def remainder_bound(
    operator: Operator,
    vectors: FloatArray,
    rng: np.random.Generator,
    *,
    products: int,
    confidence: float,
    enough: tuple[float, float],
) -> RemainderBound:
    """Bound the spectrum of S on the complement of the fixed, the alternating and the given vectors.

    Lanczos from a Gaussian start x, ‖x‖ = 1. With its orthonormal polynomials p_j of the measure of x, any eigenvalue
    μ of the compression with unit eigenvector u has ``|uᵀx|·|p_j(μ)| = |uᵀq_j| ≤ 1``, and |uᵀx| > t but for a chance
    that the Beta distribution gives: so μ lies where |p_j(μ)| ≤ 1/t, and beyond the Ritz values |p_j| grows (van
    Dorsselaer, Hochstenbach and van der Vorst, SIAM J. Matrix Anal. Appl. 22, 2000; Kuczyński and Woźniakowski 1992).
    Only the three-term recurrence is used, so that lost orthogonality does no harm; its local errors of about 1e-14
    are covered by asking for |p_j| = 2/t.

    Parameters
    ----------
    operator : Operator
    vectors : float array, shape (num_nodes, count)
    rng : numpy Generator
    products : int
        At most so many.
    confidence : float
        That both sides hold.
    enough : pair of float
        Stop when low and high are inside.
    """
    space = operator.fixed_space
    nodes = operator.graph.num_nodes
    bound = Numba().bind(operator)
    basis = np.array(vectors, dtype=np.float64, order="C")
    basis[space.labels < 0] = 0.0
    if basis.shape[1]:
        bound.project_out(basis)
        basis = np.linalg.qr(basis)[0]
    free = int(space.sizes.sum()) - space.dimension - space.alternating_dimension - basis.shape[1]
    if free < 1:
        return RemainderBound(np.inf, -np.inf, 0, 1.0)

    def clean(block: FloatArray) -> FloatArray:
        for _ in range(2):
            bound.project_out(block)
            block -= basis @ (basis.T @ block)
        return block

    # each side may fail with half of the chance left over
    least = float(np.sqrt(betaincinv(0.5, max(free - 1.0, 1e-9) / 2.0, 0.5 * (1.0 - confidence))))
    start = rng.standard_normal((nodes, 1))
    start[space.labels < 0] = 0.0
    now = clean(start)
    now /= np.linalg.norm(now)
    before = np.zeros_like(now)
    image = np.empty_like(now)
    alphas: list[float] = []
    betas: list[float] = []
    low, high = -1.0, 1.0
    for step in range(1, products + 1):
        bound.apply(now, image)
        alphas.append(float(np.sum(now * image)))
        image -= alphas[-1] * now
        if betas:
            image -= betas[-1] * before
        image = clean(image)
        betas.append(float(np.linalg.norm(image)))
        last = betas[-1] <= FLOOR or step == products
        if last or step % CHECK_EVERY == 0:
            goal = np.log(SAFETY / least)
            high = _beyond(np.array(alphas), np.array(betas), goal)
            low = -_beyond(-np.array(alphas), np.array(betas), goal)
            if last or (low >= enough[0] and high <= enough[1]):
                break
        before, now, image = now, image / betas[-1], before
    slack = 64.0 * EPS
    return RemainderBound(max(low - slack, -1.0), min(high + slack, 1.0), len(alphas), confidence)


def _beyond(alphas: FloatArray, betas: FloatArray, goal: float) -> float:
    """Return the point beyond the largest Ritz value where log p_j reaches the goal (by bisection from above)."""
    betas = np.maximum(betas, FLOOR)
    inner, outer = -1.0 - 1e-9, 1.0 + 1e-9
    if not _reached(alphas, betas, outer, goal):
        return outer
    for _ in range(60):
        middle = 0.5 * (inner + outer)
        if middle in (inner, outer):
            break
        if _reached(alphas, betas, middle, goal):
            outer = middle
        else:
            inner = middle
    return outer


def _reached(alphas: FloatArray, betas: FloatArray, at: float, goal: float) -> bool:
    """Whether ``at`` lies beyond all Ritz values (every ratio positive: Sturm) and log p_j(at) ≥ goal."""
    total, ratio = 0.0, np.inf
    for j in range(len(alphas)):
        ratio = (at - alphas[j] - (betas[j - 1] / ratio if j else 0.0)) / betas[j]
        if not ratio > 0.0:
            return False
        total += log(ratio)
    return bool(total >= goal)
