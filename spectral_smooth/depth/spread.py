"""Spread: how one depth a node is spread over the nodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.graphs.arrays import IntArray

NOT_WITHIN = -1


OUTSIDE = -2


@dataclass(frozen=True)
class Spread:
    """How one depth a node is spread over the nodes.

    Attributes
    ----------
    depths, counts : tuple of int
        Distinct depths, ascending, and how many nodes have each.
    not_within : int
        Nodes that do not reach it.
    outside : int
        Nodes without any edge or loop.

    Examples
    --------
    >>> found = Spread.of(np.array([3, 1, 3, NOT_WITHIN]))
    >>> found.depths, found.counts, found.quantile(0.5), found.quantile(1.0)
    ((1, 3), (1, 2), 3, None)
    """

    depths: tuple[int, ...]
    counts: tuple[int, ...]
    not_within: int
    outside: int

    @classmethod
    def of(cls, values: IntArray) -> Spread:
        """Count one value a node."""
        depths, counts = np.unique(values[values >= 0], return_counts=True)
        missing, outside = (int(np.count_nonzero(values == code)) for code in (NOT_WITHIN, OUTSIDE))
        return cls(tuple(depths.tolist()), tuple(counts.tolist()), missing, outside)

    def quantile(self, share: float) -> int | None:
        """Return the smallest depth by which that share of the nodes have reached it, None if they do not."""
        total = sum(self.counts) + self.not_within
        reached = np.cumsum(self.counts)
        at = int(np.searchsorted(reached, share * total - 1e-9))
        return int(self.depths[at]) if at < len(self.depths) else None
