"""mass_above(): how much of a spectral measure lies at or above each of some values, with proven sides."""

from __future__ import annotations

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.jacobi import Jacobi
from spectral_smooth.spectra.modal import Discrete
from spectral_smooth.spectra.quadrature import SpectralMeasure

# Eigenvalues are known to this many roundings of one product: a value that near to t may lie on either side.
SHIFT = 64.0
# Largest new row of a Radau rule, and the first step away from a Ritz value where it would be larger.
FARTHEST, NUDGE = 1e4, 1e-10


def mass_above(measure: SpectralMeasure, at: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Enclose the mass with μ ≥ t for each t, atoms included: Chebyshev-Markov-Stieltjes inequalities.

    For a quadrature rule with one node at t that integrates polynomials of degree 2m exactly, weights w_j
    at nodes θ_j::

        Σ_{θ_j > t} w_j  ≤  ν([t, ∞))  ≤  Σ_{θ_j ≥ t} w_j

    The rule is that of Gauss and Radau with m + 1 nodes. The width is the weight at t, 1/Σ_k p_k(t)², the
    smallest that m products allow.

    Parameters
    ----------
    measure : SpectralMeasure
        Row groups are added.
    at : float array, shape (n,)
        Increasing values of t.

    Returns
    -------
    lower, upper : float array, shape (n,)
        Falling with t. Equal where the measure is known completely, unless an eigenvalue lies so near to t
        that rounding decides on which side.

    Notes
    -----
    Proven in exact arithmetic, without any end of the spectrum. In float64 the recurrence is that of a measure whose
    atoms are smeared by rounding: t is moved by `SHIFT` roundings to either side, and both sides are
    widened by rounding. Source: Akhiezer, The Classical Moment Problem (1965), section 2.5; Golub and
    Meurant, Matrices, Moments and Quadrature (2010), for the rule.

    Examples
    --------
    >>> import networkx as nx, numpy as np, spectral_smooth as ss
    >>> op = ss.symmetric(ss.as_graph(nx.complete_graph(3)))
    >>> whole = ss.spectral_measure(op, np.eye(3), products=None)
    >>> [side.round(12).tolist() for side in mass_above(whole, np.array([-1.0, 0.0, 1.0]))]
    [[3.0, 1.0, 1.0], [3.0, 1.0, 1.0]]
    """
    at = np.asarray(at, dtype=np.float64)
    lower, upper = np.zeros(len(at)), np.zeros(len(at))
    shift = SHIFT * measure.rounding
    for part in measure.rest:
        if part is None:
            continue
        low, high = _sides(part, at, shift)
        # trivial sides: all of it is at or above the lower end, none of it above 1
        lower += np.where(at <= measure.ends.low - shift, part.mass, low)
        upper += np.where(at > measure.ends.high + shift, 0.0, high)
    atoms = np.where(at <= 1.0, measure.fixed.sum(), 0.0) + np.where(
        at <= -1.0, measure.alternating.sum(), 0.0
    )
    lower, upper = lower + atoms, upper + atoms
    if not measure.exact:
        slack = shift * measure.total
        lower, upper = np.maximum(lower - slack, 0.0), np.minimum(upper + slack, measure.total)
    # the truth falls with t, and so may its sides
    lower = np.maximum.accumulate(lower[::-1])[::-1]
    upper = np.minimum.accumulate(upper)
    return lower, np.maximum(upper, lower)


def first_moment(measure: SpectralMeasure) -> float:
    """Return ∫ μ dν = ⟨Y, S Y⟩, atoms included; exact up to rounding.

    Examples
    --------
    >>> import networkx as nx, numpy as np, spectral_smooth as ss
    >>> op = ss.gcn(ss.as_graph(nx.complete_graph(4)))
    >>> round(first_moment(ss.spectral_measure(op, np.eye(4), products=2)), 12)
    1.0
    """
    rest = sum(_moment(part) for part in measure.rest if part is not None)
    return float(measure.fixed.sum() - measure.alternating.sum()) + rest


def _moment(part: Jacobi | Discrete) -> float:
    if isinstance(part, Jacobi):
        return part.mass * float(part.diagonal[0])
    return float(part.nodes @ part.weights)


def _sides(part: Jacobi | Discrete, at: FloatArray, shift: float) -> tuple[FloatArray, FloatArray]:
    if isinstance(part, Discrete) or part.exhausted:
        nodes, weights = part.gauss()
        order = np.argsort(nodes)
        above = np.concatenate([np.cumsum(weights[order][::-1])[::-1], [0.0]])
        low, high = (above[np.searchsorted(nodes[order], at + move)] for move in (shift, -shift))
        return low, high
    low = np.array([_split(part, t, shift)[0] for t in at])
    high = np.array([_split(part, t, -shift)[1] for t in at])
    return low, high


def _split(measure: Jacobi, t: float, move: float) -> tuple[float, float]:
    """Return the weights above t + move, and those at or above it, in the rule with a node there.

    Near a Ritz value of J the other new node is far away, and the rule would lose digits to its size: t goes
    on in the same direction, which leaves either side a side.
    """
    step = np.copysign(NUDGE, move)
    nodes, weights, distance = _radau(measure, t + move)
    while distance > FARTHEST:
        move += step
        step *= 2.0
        nodes, weights, distance = _radau(measure, t + move)
    here = int(np.argmin(np.abs(nodes - t - move)))
    above = float(weights[here + 1 :].sum())
    return above, above + float(weights[here])


def _radau(measure: Jacobi, t: float) -> tuple[FloatArray, FloatArray, float]:
    """Return nodes, ascending, and weights of the rule with one more node, at t, and the size of its last row.

    That row is α = t + β² e_mᵀ(J − t)⁻¹e_m.
    """
    diagonal, coupling, following = measure.diagonal, measure.coupling, measure.next_coupling
    if following is None:
        # The last row takes the place of the one that is chosen.
        if len(diagonal) == 1:
            return np.array([t]), np.array([measure.mass]), 0.0
        diagonal, coupling, following = diagonal[:-1], coupling[:-1], float(coupling[-1])
    last = t + following**2 / _last_pivot(diagonal - t, coupling)
    if abs(last) > FARTHEST:
        return diagonal, diagonal, abs(last)
    extended = Jacobi(
        np.append(diagonal, last), np.append(coupling, following), measure.mass, exhausted=False
    )
    return *extended.gauss(), abs(last)


def _last_pivot(shifted: FloatArray, coupling: FloatArray) -> float:
    """Return the last pivot of the LDLᵀ factorisation of J − t; e_mᵀ(J − t)⁻¹e_m is one over it."""
    # A pivot of zero means that t is a Ritz value: moved by less than rounding.
    tiny = float(np.finfo(np.float64).eps)
    pivot = 0.0
    for i, value in enumerate(shifted):
        pivot = float(value) - (float(coupling[i - 1]) ** 2 / pivot if i else 0.0)
        if abs(pivot) < tiny:
            pivot = tiny
    return pivot
