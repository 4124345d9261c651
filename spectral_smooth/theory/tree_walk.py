"""Random walks on the tree that a sparse random graph looks like from near: how far they get, and whether two meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class WalkStatistics:
    """Means over walks of 0, 1, ... steps from one node.

    Attributes
    ----------
    contrast : float array, shape (depth + 1,)
        E r^|X_n|, what is left of a label carried along the edges with correlation r.
    meeting : float array, shape (depth + 1, 2)
        Probability that two walks are at the same node, if their first steps led to the same neighbour
        (first column), and if they led to two (second column); 1 at depth 0.
    agreement : float array, shape (depth + 1, 2)
        E r^dist(X_n, X'_n) of the two likewise, the correlation of the labels they see.
    """

    contrast: FloatArray
    meeting: FloatArray
    agreement: FloatArray


def walk_statistics(degree: float, correlation: float, depth: int) -> WalkStatistics:
    r"""Follow one walk, and two independent ones, on a Galton–Watson tree with Poisson(degree) children.

    .. math:: c_n = E\, r^{|X_n|}, \qquad m_n = P(X_n = X'_n), \qquad a_n = E\, r^{|X_n - X'_n|}.

    Parameters
    ----------
    degree : float
        Mean number of neighbours, above zero.
    correlation : float in [-1, 1]
        Correlation r of the labels at both ends of an edge.
    depth : int

    Returns
    -------
    WalkStatistics

    Raises
    ------
    UsageError
        If the degree is not positive, or the correlation is beyond ±1.

    Notes
    -----
    Annealed (mean-field): a node that is reached has 1 + Poisson(degree) neighbours, drawn anew at each visit,
    so that a step leads back with probability (1 − exp(−degree))/degree. After their first step two walks are
    like one of 2(n − 1) steps: a step of either is a step of the way between them. What is neglected is that a
    second visit finds the same number of neighbours: of relative order 1/degree.

    Examples
    --------
    Without the way back the label would fade as r^n; one walk in about ``degree`` turns round:

    >>> found = walk_statistics(10.0, 0.5, 2)
    >>> found.contrast.round(4).tolist()
    [1.0, 0.5, 0.325]
    """
    if not (np.isfinite(degree) and degree > 0):
        raise UsageError(f"the mean degree must be a positive number, got {degree}")
    if not -1.0 <= correlation <= 1.0:
        raise UsageError(f"the correlation along an edge must lie between -1 and 1, got {correlation}")
    back = -float(np.expm1(-degree)) / degree
    powers = correlation ** np.arange(2.0 * depth + 3.0)
    contrast = np.ones(depth + 1)
    meeting, agreement = np.ones((depth + 1, 2)), np.ones((depth + 1, 2))
    one: FloatArray = np.zeros(len(powers))
    two: FloatArray = np.zeros((2, len(powers)))
    one[0] = two[0, 0] = two[1, 2] = 1.0
    for n in range(1, depth + 1):
        one = _step(one, back)
        contrast[n] = one @ powers
        meeting[n], agreement[n] = two[:, 0], two @ powers
        two = _step(_step(two, back), back)
    return WalkStatistics(contrast, meeting, agreement)


def neighbour_counts(degree: float) -> tuple[FloatArray, FloatArray]:
    """Return numbers of neighbours K ≥ 1 and their Poisson probabilities, given that there is one.

    Two walks from a node take the same first step with probability 1/K.

    Examples
    --------
    >>> counts, weights = neighbour_counts(15.2)
    >>> round(float(np.sum(weights / counts)), 4)
    0.0708
    """
    reach = 9.0 * degree**0.5 + 40.0
    counts = np.arange(max(1.0, np.floor(degree - reach)), np.ceil(degree + reach))
    logs = counts * np.log(degree) - gammaln(counts + 1.0)
    weights = np.exp(logs - logs.max())
    return counts, weights / weights.sum()


def _step(distances: FloatArray, back: float) -> FloatArray:
    """One step of the distance to the start: from 0 to 1, else one back or one on."""
    out = np.zeros_like(distances)
    out[..., 2:] = (1.0 - back) * distances[..., 1:-1]
    out[..., :-1] += back * distances[..., 1:]
    # nothing lies behind the start: what was at 0 is at 1, and the line above moved nothing of it
    out[..., 1] += distances[..., 0]
    return out
