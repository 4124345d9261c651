"""How far the matrix and the products that are computed may be from the exact ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.operators.operator import Operator

EPS = float(np.finfo(np.float64).eps)
# Two powers of −1/2 (at most 4 units each in vectorised libraries), three products and a sum, with room to spare.
ENTRY = 24.0 * EPS


@dataclass(frozen=True, eq=False)
class Rounding:
    """Relative errors, entry by entry, of S and of products with it.

    Since S ≥ 0 and ‖S‖₂ = 1, errors with |E| ≤ ``entries``·S have ‖E‖₂ ≤ ``entries``; a computed product differs from
    S x by at most ``rows``·(S|x|), row by row (Higham, Accuracy and Stability of Numerical Algorithms, 2002, sections
    3.1 and 3.5). The weights and loops that were given count as exact.

    Attributes
    ----------
    rows : float array, shape (num_nodes,)
    entries : float
    """

    rows: FloatArray
    entries: float

    @classmethod
    def of(cls, operator: Operator) -> Rounding:
        """Bound both from row lengths and from the degrees' own error."""
        entries = ENTRY + degree_error(operator.graph)
        return cls((np.diff(operator.graph.indptr) + 1.0) * EPS + entries, entries)


def degree_error(graph: Graph) -> float:
    """Return a bound of the largest relative error of a weighted degree; 0 without weights, they are whole numbers.

    Measured against sums in extended precision where the platform has it: a hub's sum is far better than the bound.
    """
    if graph.weights is None:
        return 0.0
    lengths = np.diff(graph.indptr)
    longest = float(lengths.max(initial=0))
    fine = float(np.finfo(np.longdouble).eps)
    if fine > 1e-18 or not longest:
        return longest * EPS
    rows = lengths > 0
    sums = np.add.reduceat(graph.weights.astype(np.longdouble), graph.indptr[:-1][rows])
    worst = float(np.max(np.abs(graph.degrees[rows] - sums) / sums))
    return worst + longest * fine + EPS
