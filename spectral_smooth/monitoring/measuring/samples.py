"""Which rows, edges and pairs of a large layer are looked at, the same for every layer of a width."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.monitoring.measuring.ground import Ground

# Values that are looked at in full, and those of a sample: a sample costs about what reading 25 MB does.
ALL_ROW_VALUES, SOME_ROW_VALUES = 2**22, 2**17
ALL_EDGE_VALUES, SOME_EDGE_VALUES = 2**23, 2**19
FEWEST_ROWS = 2048
FEWEST_EDGES = 4096
# Rows and partners whose distances are taken; all pairs of a graph with no more nodes.
PAIR_ROWS, PARTNERS = 128, 32
ALL_PAIRS = 64
# Columns beyond which only so many rows are taken that their Gram matrix stays small.
WIDE = 2048


class Pairs(NamedTuple):
    """Nodes and their partners, shape (rows, partners), numbered as in the whole graph."""

    heads: IntArray
    tails: IntArray


class Edges(NamedTuple):
    """Ends and weights of edges; all of them, or a sample of ``total``.

    ``rows`` are the rows of the sweep that have an edge, ``ends`` says where among them heads and then tails are.
    """

    heads: IntArray
    tails: IntArray
    weights: FloatArray
    total: int
    rows: IntArray
    ends: IntArray


@dataclass
class Samples:
    """Samples of one graph, drawn at first use and kept.

    Parameters
    ----------
    ground : Ground
    seed : int
    """

    ground: Ground
    seed: int = 0
    _rows: dict[int, IntArray] = field(default_factory=dict)
    _edges: dict[int, Edges] = field(default_factory=dict)
    _pairs: Pairs | None = None

    def rows(self, columns: int) -> IntArray:
        """Rows of the sweep whose Gram matrix is taken, ascending."""
        n = self.ground.rows
        size = n if n * columns <= ALL_ROW_VALUES else min(n, max(FEWEST_ROWS, SOME_ROW_VALUES // columns))
        if columns > WIDE:
            size = min(size, WIDE)
        if size not in self._rows:
            rng = np.random.default_rng([self.seed, 1])
            self._rows[size] = np.arange(n) if size == n else np.sort(rng.choice(n, size, replace=False))
        return self._rows[size]

    def edges(self, columns: int) -> Edges:
        """Edges whose ends are compared."""
        heads, tails, weights = self.ground.edges
        total = len(heads)
        size = total
        if total * columns > ALL_EDGE_VALUES:
            size = min(total, max(FEWEST_EDGES, SOME_EDGE_VALUES // columns))
        if size not in self._edges:
            at = np.arange(total)
            if size < total:
                at = np.sort(np.random.default_rng([self.seed, 2]).choice(total, size, replace=False))
            rows, ends = np.unique(
                self.ground.row_of[np.concatenate([heads[at], tails[at]])], return_inverse=True
            )
            self._edges[size] = Edges(heads[at], tails[at], weights[at], total, rows, ends)
        return self._edges[size]

    def pairs(self) -> Pairs:
        """Pairs of different measured nodes: all of a small graph, else some partners of some nodes."""
        if self._pairs is None:
            self._pairs = self._draw_pairs()
        return self._pairs

    def _draw_pairs(self) -> Pairs:
        n, order = self.ground.rows, self.ground.order
        if n <= ALL_PAIRS:
            heads = np.repeat(np.arange(n)[:, None], n - 1, axis=1)
            tails = (heads + 1 + np.arange(n - 1)) % n
            return Pairs(order[heads], order[tails])
        rng = np.random.default_rng([self.seed, 3])
        chosen = np.sort(rng.choice(n, min(n, PAIR_ROWS), replace=False))
        heads = np.repeat(chosen[:, None], PARTNERS, axis=1)
        # a partner is anyone but the node itself
        tails = (heads + rng.integers(1, n, size=heads.shape)) % n
        return Pairs(order[heads], order[tails])
