"""NarrowOrder: an order of the nodes in which every edge is short, or the news that there is none to be had cheaply."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from spectral_smooth.graphs.arrays import IntArray


@dataclass(frozen=True, eq=False)
class NarrowOrder:
    """Order of Cuthill and McKee (1969), from an end of the graph that a first sweep has found.

    Attributes
    ----------
    place : int array, shape (nodes,)
        Where each node stands.
    band : int
        Largest difference between the places of two neighbours.

    Examples
    --------
    >>> import spectral_smooth as ss
    >>> from spectral_smooth.spectra.solvers.narrow import NarrowOrder
    >>> strip = ss.family("grid:4x50").graph
    >>> NarrowOrder.of(strip.indptr, strip.indices, limit=20).band <= 8
    True
    >>> NarrowOrder.of(strip.indptr, strip.indices, limit=2) is None
    True
    """

    place: IntArray
    band: int

    @classmethod
    def of(cls, indptr: IntArray, indices: IntArray, limit: int) -> NarrowOrder | None:
        """Return the order, or None as soon as some edge is longer than ``limit``.

        On graphs without a long direction that shows after a few hundred nodes, whatever their size.
        """
        if limit < 1 or int(np.diff(indptr).max(initial=0)) > 2 * limit + 1:
            return None
        place = np.full(len(indptr) - 1, -1, dtype=np.int64)
        band = int(_compiled()(indptr, indices, limit, place))
        return cls(place, band) if band <= limit else None

    @property
    def order(self) -> IntArray:
        """The node at each place."""
        return np.argsort(self.place)


@cache
def _compiled() -> Any:
    """Return `number_by_levels`, compiled."""
    from spectral_smooth.engines.compilation import kernel

    return kernel(number_by_levels)


def number_by_levels(indptr: IntArray, indices: IntArray, limit: int, place: IntArray) -> int:
    """Write the places of the nodes, −1 before; return the band, or ``limit`` + 1 where it is larger.

    Each component is swept twice: from any node to one of the last, and from there. The first sweep may go
    in two directions at once and lie askew, so its front is given four times as much room.
    """
    nodes = len(place)
    order = np.empty(nodes, np.int64)
    seen = np.zeros(nodes, np.bool_)
    filled, band = 0, 0
    for root in range(nodes):
        if place[root] >= 0:
            continue
        order[filled], seen[root] = root, True
        head, end = filled, filled + 1
        while head < end:
            node = order[head]
            head += 1
            for p in range(indptr[node], indptr[node + 1]):
                other = indices[p]
                if not seen[other]:
                    seen[other] = True
                    order[end] = other
                    end += 1
            if end - head > 4 * limit:
                return limit + 1
        last = order[end - 1]
        order[filled], place[last] = last, filled
        head, end = filled, filled + 1
        while head < end:
            node = order[head]
            for p in range(indptr[node], indptr[node + 1]):
                other = indices[p]
                if place[other] < 0:
                    place[other] = end
                    order[end] = other
                    end += 1
                band = max(band, place[other] - head)
            head += 1
            if band > limit:
                return limit + 1
        filled = end
    return band
