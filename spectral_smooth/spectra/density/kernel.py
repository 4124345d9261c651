"""Jackson's kernel: a smooth density and a bracket from Chebyshev moments."""

from __future__ import annotations

import math

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.density.bracket import Bracket, bounded

# Multiples of the kernel's width that are tried as the reach of its bracket.
REACHES = np.linspace(1.0, 8.0, 29)
# Points of θ for each moment, up to so many in all.
POINTS, MOST_POINTS = 3, 1200


def jackson(count: int) -> FloatArray:
    """Return the damping factors g_0 = 1, ..., g_(N−1) of Jackson's kernel.

    ``g_k = [(N + 1 − k) cos(πk/(N + 1)) + sin(πk/(N + 1)) cot(π/(N + 1))]/(N + 1)``: the kernel
    (1 + 2 Σ g_k cos kφ)/2π is not negative and has a standard deviation of about π/N (Weiße, Wellein, Alvermann
    and Fehske, The kernel polynomial method, 2006).

    Examples
    --------
    >>> jackson(3).round(3).tolist()
    [1.0, 0.707, 0.25]
    """
    k, m = np.arange(count), count + 1
    angle = np.pi / m
    return np.asarray(((m - k) * np.cos(k * angle) + np.sin(k * angle) / np.tan(angle)) / m)


def moments_of(nodes: FloatArray, weights: FloatArray, count: int) -> FloatArray:
    """Return Σ_j w_j T_k(θ_j)/Σ_j w_j for k < count.

    Examples
    --------
    >>> moments_of(np.array([-1.0, 1.0]), np.ones(2), 3).round(12).tolist()
    [1.0, 0.0, 1.0]
    """
    angles = np.arccos(np.clip(nodes, -1.0, 1.0))
    share = weights / weights.sum()
    return np.array([float(share @ np.cos(k * angles)) for k in range(count)])


def density_at(moments: FloatArray, at: FloatArray) -> FloatArray:
    """Return the smooth density of a measure of mass 1 on [−1, 1]; 0 at ±1 and outside.

    Examples
    --------
    >>> at = np.linspace(-1, 1, 2001)
    >>> round(float(np.trapezoid(density_at(np.eye(20)[0], at), at)), 1)
    1.0
    """
    at = np.asarray(at, dtype=np.float64)
    inside = np.abs(at) < 1.0
    theta = np.arccos(np.where(inside, at, 0.0))
    damped = jackson(len(moments)) * moments
    total = np.full(at.shape, damped[0])
    for k in range(1, len(damped)):
        total += 2.0 * damped[k] * np.cos(k * theta)
    return np.where(inside, np.maximum(total, 0.0) / (np.pi * np.sin(theta)), 0.0)


def kernel_bracket(moments: FloatArray) -> Bracket:
    """Enclose the cumulative distribution of a measure of mass 1 with given Chebyshev moments.

    The damped series is the distribution G of θ + φ, with μ = cos θ distributed as the measure and φ, independent,
    as the kernel. With ε the probability of abs(φ) > δ::

        (G(θ − δ) − ε)/(1 − ε)  ≤  F(θ)  ≤  G(θ + δ)/(1 − ε)

    and the Wasserstein distance between both is at most E abs(φ), for abs(cos′) ≤ 1.

    Parameters
    ----------
    moments : float array, shape (N,)
        c_0 = 1, c_k = ∫ T_k dν.

    Returns
    -------
    Bracket

    Examples
    --------
    >>> found = kernel_bracket(np.eye(40)[0])
    >>> bool(found.distance < 2.5 / 40)
    True
    """
    damping = jackson(len(moments))
    damped = damping * moments
    count = int(np.clip(POINTS * len(moments), 64, MOST_POINTS))
    theta = np.linspace(0.0, np.pi, count + 1)
    reach, missed = _reach(damping)
    inner, outer = (_cumulative(damped, theta + move) for move in (-reach, reach))
    low, high = (inner - missed) / (1.0 - missed), outer / (1.0 - missed)
    sides = (side[::-1] for side in (low, _cumulative(damped, theta), high))
    found = bounded(np.cos(theta)[::-1], *sides)
    odd = np.arange(1, len(damping), 2)
    spread = np.pi / 2 - 4.0 / np.pi * float(np.sum(damping[odd] / odd**2))
    return Bracket(found.points, found.low, found.middle, found.high, False, min(found.distance, spread))


def products_for(error: float) -> int:
    """Return how many products bring the kernel's distance, about 1.215/products, below twice an error.

    Examples
    --------
    >>> products = products_for(0.01)
    >>> products, kernel_bracket(np.eye(2 * products)[0]).distance / 2 < 0.01
    (61, True)
    """
    return max(2, math.ceil(0.608 / error))


def _cumulative(damped: FloatArray, theta: FloatArray) -> FloatArray:
    """Return the damped series summed up from 0 to θ, folded at both ends."""
    theta = np.clip(theta, 0.0, np.pi)
    k = np.arange(1, len(damped))
    return np.asarray(
        (damped[0] * theta + 2.0 * np.sin(np.multiply.outer(theta, k)) @ (damped[1:] / k)) / np.pi
    )


def _reach(damping: FloatArray) -> tuple[float, float]:
    """Return δ and the probability that the kernel moves farther, such that the sides are near to each other."""
    reaches = np.minimum(REACHES * np.pi / len(damping), np.pi)
    missed = np.maximum(1.0 - _cumulative(damping, reaches), 0.0)
    # On [0, π] the cumulative series of the kernel is the probability of |φ| ≤ δ.
    best = int(np.argmin(reaches / np.pi + missed))
    return float(reaches[best]), float(min(missed[best], 0.5))
