"""How many steps lie between two nodes: many mean a small gap, before any product with S."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from spectral_smooth.graphs.arrays import IntArray
from spectral_smooth.spectra.solvers.signed import SignedCore

# A front of more than 16·√nodes is not that of a mesh: one look at it is all that such a graph costs.
WIDEST = 16


def gap_by_distance(core: SignedCore, start: int = 0) -> float | None:
    """Return an upper bound of the gap from a node's distance to the farthest, or None where that is not looked for.

    Two nodes x and y at distance D have ``(p(S))_xy = 0`` for all polynomials p of degree below D, and a Chebyshev
    polynomial that is small on the free spectrum contradicts that unless
    ``acosh((2 + λ)/(2 − λ)) ≤ acosh(V/min d̃)/(D − 1)``, V = Σd̃ (Chung, Faber and Manteuffel, 1994); λ is then at most
    ``2·tanh²(acosh(V/min d̃)/(2(D − 1)))``. Only meshes and long graphs have distances that make this small: where the
    search's front grows wide it ends.

    Parameters
    ----------
    core : SignedCore
        S of one component, or of a graph whose other components play no part; the bound is for its top end.
    start : int
        Node of the component that the distances are from.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> from spectral_smooth.spectra.solvers.levels import gap_by_distance
    >>> from spectral_smooth.spectra.solvers.signed import SignedCore
    >>> bound = gap_by_distance(SignedCore(ss.gcn(ss.family("grid:60x60").graph)))
    >>> 0.00056 < bound < 0.0083  # the gap is 0.00056
    True
    """
    graph, degrees = core.operator.graph, core.operator.degrees
    distance = int(_compiled()(graph.indptr, graph.indices, start, int(WIDEST * core.nodes**0.5)))
    if distance < 2:
        return None
    spread = np.arccosh(float(degrees.sum() / degrees[degrees > 0].min()))
    return float(2.0 * np.tanh(spread / (2.0 * (distance - 1))) ** 2)


@cache
def _compiled() -> Any:
    """Return `farthest`, compiled."""
    from spectral_smooth.engines.compilation import kernel

    return kernel(farthest)


def farthest(indptr: IntArray, indices: IntArray, start: int, widest: int) -> int:
    """Return the distance from ``start`` to the last node reached, 0 where more than ``widest`` are equally far."""
    nodes = len(indptr) - 1
    seen = np.zeros(nodes, np.bool_)
    queue = np.empty(nodes, np.int64)
    queue[0], seen[start] = start, True
    head, end, distance = 0, 1, 0
    while True:
        last = end
        while head < last:
            node = queue[head]
            head += 1
            for p in range(indptr[node], indptr[node + 1]):
                other = indices[p]
                if not seen[other]:
                    seen[other] = True
                    queue[end] = other
                    end += 1
            if end - last > widest:
                return 0
        if end == last:
            return distance
        distance += 1
