"""The law of the probes: how far Gaussian probes are from the truth, known exactly."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import betainc

from spectral_smooth.graphs.arrays import FloatArray

CONFIDENCE = 0.95
# sup |B(t)| of a Brownian bridge stays below this with a probability of 95 % (Kolmogorov).
KOLMOGOROV = 1.3581
DRAWS, PLACES, SEED = 1000, 400, 6
# Numbers drawn below which the distribution of the draws is too uncertain itself.
FEW = 64


def probe_distance(points: FloatArray, shares: FloatArray, rest: int, probes: int) -> float:
    """Return the 95 % quantile of ∫|F_probes − F| dt, in units of μ.

    P Gaussian probes, projected on a space of ``rest`` dimensions, see the eigenvalues with the weights of a
    Dirichlet distribution with all parameters P/2, whatever the eigenvectors: shares of k of them follow
    Beta(kP/2, (rest − k)P/2). The quantile is that of `DRAWS`
    draws for the distribution given, widened by 2/√(rest·P) since that is an estimate itself. Where rest·P is
    below `FEW` the `band` takes its place.

    Parameters
    ----------
    points, shares : float array, shape (m,)
        The estimated distribution, points increasing.
    rest, probes : int

    Examples
    --------
    >>> two = np.array([-1.0, 1.0]), np.array([0.5, 0.5])
    >>> few, many = (probe_distance(*two, 1000, probes) for probes in (1, 100))
    >>> 8 < few / many < 12
    True
    """
    if rest < 2:
        return 0.0
    if rest * probes < FEW:
        return min(band(rest, probes), 1.0) * float(points[-1] - points[0])
    shares = np.maximum(shares, 0.0)
    if len(points) > PLACES:
        step = -(-len(points) // PLACES)
        starts = np.arange(0, len(points), step)
        points, shares = points[starts], np.add.reduceat(shares, starts)
    shares = shares / shares.sum()
    gammas = np.random.default_rng(SEED).standard_gamma(
        0.5 * probes * rest * shares, size=(DRAWS, len(shares))
    )
    drawn = gammas / gammas.sum(axis=1, keepdims=True)
    off = np.abs(np.cumsum(drawn - shares, axis=1))[:, :-1]
    widened = 1.0 + 2.0 / math.sqrt(rest * probes)
    return widened * float(np.quantile(off @ np.diff(points), CONFIDENCE))


def band(rest: int, probes: int) -> float:
    """Return what the cumulative share of the probes is off by at most, everywhere at once, in 95 % of all cases.

    ``1.358 √(2/(rest·P + 2))``, from the Brownian bridge that the Dirichlet law tends to.

    Examples
    --------
    >>> round(band(10_000, 8), 4)
    0.0068
    """
    return KOLMOGOROV * math.sqrt(2.0 / (rest * probes + 2.0)) if rest > 1 else 0.0


def count_sides(low: float, high: float, rest: int, probes: int) -> tuple[int, int]:
    """Enclose a number of eigenvalues whose share as seen by the probes lies between two sides, with 95 % confidence.

    The smallest and the largest k for which shares of at least ``low``, or at most ``high``, have a probability of
    2.5 % at least under Beta(kP/2, (rest − k)P/2) (Clopper and Pearson's construction; exact for Gaussian probes).

    Examples
    --------
    >>> count_sides(0.1, 0.1, 1000, 8)
    (91, 109)
    """
    tail = 0.5 * (1.0 - CONFIDENCE)

    def at_most(k: int, share: float) -> float:
        """Probability that k eigenvalues are seen with no more than a share."""
        if share >= 1.0 or k <= 0:
            return 1.0
        if share <= 0.0 or k >= rest:
            return 0.0
        return float(betainc(0.5 * k * probes, 0.5 * (rest - k) * probes, share))

    def at_least(k: int) -> float:
        if low <= 0.0 or k >= rest:
            return 1.0
        return 1.0 - at_most(k, low) if k > 0 else 0.0

    fewest = _first(rest, lambda k: at_least(k) >= tail)
    most = _first(rest, lambda k: at_most(k, high) < tail) - 1
    return fewest, rest if at_most(rest, high) >= tail else max(most, 0)


def _first(last: int, holds: Callable[[int], bool]) -> int:
    """Return the first of 0, ..., last for which a condition holds that goes on holding; last if none."""
    low, high = 0, last
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
