"""NodeMeter: watches a run and keeps one or two whole numbers a node."""

from __future__ import annotations

import numpy as np

from spectral_smooth.depth.spread import NOT_WITHIN, OUTSIDE
from spectral_smooth.graphs.arrays import FloatArray, IntArray, bin_sums
from spectral_smooth.simulate.deflated_run import DeflatedRun, Layer, RowSquares


class NodeMeter:
    """Watches a `DeflatedRun` and keeps one or two whole numbers a node.

    Parameters
    ----------
    run : DeflatedRun
    epsilon : float
    collapse : float or None
        None: only the smoothing depth is looked for, and `done` says when all nodes have reached it.
    """

    def __init__(self, run: DeflatedRun, epsilon: float, collapse: float | None) -> None:
        operator = run.operator
        n = operator.graph.num_nodes
        self.run, self.epsilon, self.collapse = run, epsilon, collapse
        self.alive = operator.degrees > 0
        start = np.where(self.alive, NOT_WITHIN, OUTSIDE)
        self.smooth = start.copy()
        self.lost = None if collapse is None else np.where(self.alive, 0, OUTSIDE)
        self.scale = 0.0
        self.masses: FloatArray = np.zeros(operator.fixed_space.dimension)
        self._weights = operator.inverse_similarity**2
        self._size = float(np.sum(operator.similarity**2))
        self._n = n

    @property
    def done(self) -> bool:
        """Whether nothing that comes can change the result."""
        return self.collapse is None and not np.any(self.smooth == NOT_WITHIN)

    def __call__(self, layer: Layer, squares: RowSquares | None = None) -> None:
        """Take one layer; ``squares`` are its row norms where somebody else has them already."""
        squares = squares or self.run.row_squares(layer)
        if layer.depth == 0:
            self._start(squares)
        near = squares.rest * self._weights <= (self.epsilon * self.scale) ** 2
        self.smooth[near & (self.smooth == NOT_WITHIN)] = layer.depth
        if self.collapse is not None and self.lost is not None:
            above = squares.deviation >= self.collapse**2 * squares.whole
            self.lost[above & (squares.whole > 0) & self.alive] = layer.depth + 1

    def _start(self, squares: RowSquares) -> None:
        labels = self.run.operator.fixed_space.labels
        self.scale = float(np.sqrt(squares.whole.sum() / self._size)) if self._size > 0 else 0.0
        self.masses = bin_sums(labels[self.alive], squares.rest[self.alive], len(self.masses))

    def result(self) -> tuple[IntArray, IntArray | None]:
        """Return ``smooth`` and ``lost``; a node above the threshold at the last depth is not lost."""
        if self.lost is None:
            return self.smooth, None
        return self.smooth, np.where(self.lost > self.run.depth, NOT_WITHIN, self.lost)
