"""Bracket: a cumulative distribution between two sides, from quadrature rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.spectra.density.spikes import SAME
from spectral_smooth.spectra.jacobi import Jacobi, Nodes
from spectral_smooth.spectra.modal import Discrete

# Rules of m + 1 nodes that are laid into each other, and the most points that are kept.
RULES, MOST_POINTS = 12, 1600
# A rule whose new row is larger has lost digits to it.
FARTHEST = 1e4
TINY = float(np.finfo(np.float64).eps)

Part = Jacobi | Discrete


@dataclass(frozen=True, eq=False)
class Bracket:
    """The share of a measure at μ ≥ t, enclosed at some points.

    Attributes
    ----------
    points : float array, shape (p,)
        Increasing, from −1 to 1, or the eigenvalues themselves where all is known.
    low, middle, high : float array, shape (p,)
        Lower side, estimate and upper side of the share at μ ≥ t; they fall.
    exact : bool
        The measure lies on the points alone: all three are the same.
    distance : float
        Largest Wasserstein distance ∫|F − F_estimate| dt that the sides allow, in units of μ.
    """

    points: FloatArray
    low: FloatArray
    middle: FloatArray
    high: FloatArray
    exact: bool
    distance: float

    def above(self, at: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return lower side, estimate and upper side of the share at μ ≥ t for each t (within `SAME`)."""
        at = np.asarray(at, dtype=np.float64)
        if not len(self.points):
            zero = np.zeros(at.shape)
            return zero, zero, zero
        # The share falls with t: what holds at the next point holds from below, at the one before from above.
        low = np.append(self.low, 0.0)[np.searchsorted(self.points, at - SAME if self.exact else at + SAME)]
        if self.exact:
            return low, low, low
        before = np.searchsorted(self.points, at - SAME, side="right")
        high = np.concatenate([[1.0], self.high])[before]
        # Off the known spaces everything lies within (−1, 1).
        low, high = np.where(at <= -1.0, 1.0, low), np.where(at >= 1.0, 0.0, high)
        middle = np.interp(at, self.points, self.middle, left=1.0, right=0.0)
        return low, np.clip(middle, low, np.maximum(low, high)), np.maximum(low, high)

    def steps(self) -> Nodes:
        """Return points with the shares that the estimate has on them."""
        return self.points, -np.diff(self.middle, append=0.0)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        lists = {key: getattr(self, key).tolist() for key in ("points", "low", "middle", "high")}
        return {**lists, "exact": self.exact, "distance": self.distance}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Bracket:
        """Read what `to_dict` wrote."""
        arrays = {key: np.array(data[key], dtype=np.float64) for key in ("points", "low", "middle", "high")}
        return cls(**arrays, exact=data["exact"], distance=data["distance"])


def exact_bracket(values: FloatArray, masses: FloatArray) -> Bracket:
    """Return the distribution of distinct values, ascending, with their masses.

    Examples
    --------
    >>> exact_bracket(np.array([0.0, 0.5]), np.array([1.0, 3.0])).above(np.array([0.25, 0.5, 0.75]))[0].tolist()
    [0.75, 0.75, 0.0]
    """
    above = np.cumsum(masses[::-1])[::-1]
    share = above / above[0] if len(above) else above
    return Bracket(values, share, share, share, True, 0.0)


def quadrature_bracket(parts: Sequence[Part]) -> Bracket:
    """Enclose the cumulative distribution of the sum of some measures, each from its recurrence.

    For a rule of m + 1 nodes θ_j and weights w_j that integrates polynomials of degree 2m exactly
    (Chebyshev-Markov-Stieltjes inequalities)::

        Σ_{θ_i > θ_j} w_i  ≤  ν((θ_j, 1])  ≤  ν([θ_j, 1])  ≤  Σ_{θ_i ≥ θ_j} w_i

    at every node. The rules with m + 1 nodes are a family of one parameter; `RULES` of them laid into each
    other give sides at RULES·(m + 1) points for as many eigenproblems as there are rules.

    Parameters
    ----------
    parts : sequence of Jacobi or Discrete
        One per row group.

    Returns
    -------
    Bracket

    Notes
    -----
    Source: Akhiezer, The Classical Moment Problem (1965), section 2.5.

    Examples
    --------
    >>> arcsine = Jacobi(np.zeros(8), np.full(7, 0.5), 1.0, False, 0.5)
    >>> found = quadrature_bracket([arcsine])
    >>> bool(found.distance < np.pi / 16)
    True
    """
    total = sum(part.mass for part in parts)
    if all(isinstance(part, Discrete) or part.exhausted for part in parts):
        rules = [part.gauss() for part in parts]
        order = np.argsort(np.concatenate([nodes for nodes, _ in rules]), kind="stable")
        nodes, weights = (np.concatenate([rule[side] for rule in rules])[order] for side in (0, 1))
        return exact_bracket(nodes, weights)
    tables = [_table(part) for part in parts]
    shares = np.array([part.mass for part in parts]) / total
    points = np.unique(np.concatenate([table[0] for table in tables]))
    if len(points) > MOST_POINTS:
        points = points[np.linspace(0, len(points) - 1, MOST_POINTS).round().astype(np.int64)]
    low, middle, high = (
        sum(share * side for share, side in zip(shares, sides, strict=True))
        for sides in zip(*(_read(table, points) for table in tables), strict=True)
    )
    return bounded(points, np.asarray(low), np.asarray(middle), np.asarray(high))


def bounded(points: FloatArray, low: FloatArray, middle: FloatArray, high: FloatArray) -> Bracket:
    """Return the bracket of sides at some points, made to fall, with ends at ±1 and the distance they allow."""
    inside = (points > -1.0) & (points < 1.0)
    points = np.concatenate([[-1.0], points[inside], [1.0]])
    low, middle, high = (
        np.concatenate([[1.0], np.clip(side[inside], 0.0, 1.0), [0.0]]) for side in (low, middle, high)
    )
    low = np.maximum.accumulate(low[::-1])[::-1]
    high = np.minimum.accumulate(high)
    middle = np.clip(np.minimum.accumulate(middle), low, np.maximum(low, high))
    # Between two points the truth lies between the lower side of the next and the upper side of the one before;
    # the distance of a line from the farther of both is convex: the trapezoidal rule is an upper bound.
    ends = [np.maximum(high[:-1] - m, m - low[1:]) for m in (middle[:-1], middle[1:])]
    distance = float(np.diff(points) @ (0.5 * (ends[0] + ends[1])))
    return Bracket(points, low, middle, high, False, distance)


def _table(part: Part) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return points, increasing, with the lower and upper side of the share at μ ≥ each."""
    nodes, weights = part.gauss()
    if isinstance(part, Discrete) or part.exhausted:
        nodes, weights = _sorted(nodes, weights)
        above = np.cumsum(weights[::-1])[::-1]
        below = np.append(above[1:], 0.0)
        points = np.stack([nodes - SAME, nodes + SAME], axis=1).ravel()
        sides = np.stack([above, below], axis=1).ravel() / part.mass
        return _falling(points, sides, sides)
    rules = [(nodes, weights)] + [
        rule for share in np.arange(1, RULES) / RULES if (rule := _radau(part, share)) is not None
    ]
    found = [_node_sides(*rule, part.mass) for rule in rules]
    return _falling(*(np.concatenate([one[k] for one in found]) for k in range(3)))


def _node_sides(
    nodes: FloatArray, weights: FloatArray, mass: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    nodes, weights = _sorted(nodes, weights)
    above = np.cumsum(weights[::-1])[::-1] / mass
    return nodes, above - weights / mass, above


def _falling(
    points: FloatArray, low: FloatArray, high: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    order = np.argsort(points, kind="stable")
    low, high = low[order], high[order]
    return points[order], np.maximum.accumulate(low[::-1])[::-1], np.minimum.accumulate(high)


def _read(
    table: tuple[FloatArray, FloatArray, FloatArray], at: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    points, low, high = table
    below = np.append(low, 0.0)[np.searchsorted(points, at)]
    above = np.concatenate([[1.0], high])[np.searchsorted(points, at, side="right")]
    middle = np.interp(at, points, 0.5 * (low + high), left=1.0, right=0.0)
    return below, np.clip(middle, below, np.maximum(below, above)), above


def _radau(part: Jacobi, share: float) -> Nodes | None:
    """Return the rule with m + 1 nodes, one of them at a share of the way through the gap between heavy nodes.

    Going through one gap moves every node through its own; between two that carry much all of them go evenly. Its
    last row is α = t + β² e_mᵀ(J − t)⁻¹e_m (Golub 1973). None where there is no such gap, or t is too near to an
    eigenvalue of J.
    """
    nodes, weights = _sorted(*part.gauss())
    if part.next_coupling is None or len(nodes) < 2:
        return None
    gap = int(np.argmax(np.minimum(weights[1:], weights[:-1]) * np.diff(nodes)))
    t = float(nodes[gap] + share * (nodes[gap + 1] - nodes[gap]))
    last = t + part.next_coupling**2 * _corner(part, t)
    if not abs(last) <= FARTHEST:
        return None
    diagonal, coupling = np.append(part.diagonal, last), np.append(part.coupling, part.next_coupling)
    return Jacobi(diagonal, coupling, part.mass, exhausted=False).gauss()


def _corner(part: Jacobi, t: float) -> float:
    """Return e_mᵀ(J − t)⁻¹e_m: one over the last pivot of J − t."""
    pivot = 0.0
    for i, diagonal in enumerate(part.diagonal):
        pivot = float(diagonal) - t - (float(part.coupling[i - 1]) ** 2 / pivot if i else 0.0)
        # Zero: t is an eigenvalue of a leading block; moved by less than rounding.
        pivot = pivot if abs(pivot) >= TINY else TINY
    return 1.0 / pivot


def _sorted(nodes: FloatArray, weights: FloatArray) -> Nodes:
    order = np.argsort(nodes, kind="stable")
    return nodes[order], weights[order]
