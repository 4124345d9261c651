"""The sweep itself: what is cut, or fails to be two-coloured, after each node, in one pass over the edges."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.operators.operator import Operator
from spectral_smooth.spectra.structure.sweep_kernels import per_row, sweep_changes

# Ratios this close relatively are equal; the more balanced cut is then taken, which rounding cannot choose.
EQUAL = 1e-12


@dataclass(frozen=True, eq=False)
class Sweep:
    """Prefixes of an order of the nodes of a connected operator.

    Attributes
    ----------
    order : int array, shape (n,)
    weight : float array, shape (n,)
        Of the edges (and loops) that count against the first k nodes, k = 1 to n.
    volume : float array, shape (n,)
        Σ d̃ over the first k nodes.
    rest : float array, shape (n,)
        Σ d̃ over the others.
    """

    order: IntArray
    weight: FloatArray
    volume: FloatArray
    rest: FloatArray

    @property
    def conductances(self) -> FloatArray:
        """cut/min(volume, rest) of the first k nodes, k = 1 to n − 1."""
        return np.asarray(self.weight[:-1] / np.minimum(self.volume, self.rest)[:-1])

    @property
    def impurities(self) -> FloatArray:
        """(2w(L) + 2w(R) + w(S, rest))/vol(S) of the first k nodes, k = 1 to n."""
        return np.asarray(self.weight / self.volume)


def sweep_cuts(operator: Operator, f: FloatArray) -> Sweep:
    """Sweep in order of rising f, ties in order of the nodes, for the weight between the first k nodes and the rest."""
    return _sweep(operator, np.argsort(f, kind="stable"), np.ones(len(f), dtype=np.int64), -1.0)


def sweep_colourings(operator: Operator, f: FloatArray) -> Sweep:
    """Sweep in order of falling |f|, coloured by its sign, for the weight that the two colours leave wrong.

    With y = sign f on the first k nodes and 0 elsewhere that is Σ_i≤j Ã_ij|y_i + y_j|, a loop counted once.
    """
    side = np.where(f >= 0, 1, -1)
    return _sweep(operator, np.argsort(-np.abs(f), kind="stable"), side, 1.0)


def _sweep(operator: Operator, order: IntArray, side: IntArray, same: float) -> Sweep:
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(len(order))
    changes = per_row(sweep_changes, operator, position, side, same)
    degrees = operator.degrees[order]
    if same > 0:
        changes += (operator.graph.self_loop_weights + operator.loop_weights)[order]
    after = np.concatenate([np.cumsum(degrees[::-1])[::-1][1:], [0.0]])
    # weights that are no whole numbers leave rounding where the exact sum is zero
    return Sweep(order, np.maximum(np.cumsum(changes), 0.0), np.cumsum(degrees), after)


def best_place(ratios: FloatArray, balance: FloatArray) -> int:
    """Return the place of the smallest ratio; among equal ones that of the largest balance, then the first."""
    least = float(np.min(ratios))
    equal = np.flatnonzero(ratios <= least * (1.0 + EQUAL))
    return int(equal[np.argmax(balance[equal])])


def thinned(values: FloatArray, keep: int, most: int) -> IntArray:
    """Return at most about ``most`` places: the least of each of many stretches (in log scale), ``keep`` among them.

    Examples
    --------
    >>> thinned(np.arange(5.0), 2, 10).tolist()
    [0, 1, 2, 3, 4]
    """
    count = len(values)
    if count <= most:
        return np.arange(count)
    edges = np.unique(np.round(np.geomspace(1, count + 1, most)).astype(np.int64)) - 1
    lows = [low + int(np.argmin(values[low:high])) for low, high in pairwise(edges)]
    return np.unique(np.array([0, *lows, keep, count - 1]))
