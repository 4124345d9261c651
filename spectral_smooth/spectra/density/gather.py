"""How much is looked at together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spectral_smooth.graphs.arrays import IntArray

# Entries that are looked at together: what keeps the memory small.
CHUNK = 1 << 22


def pieces(lengths: IntArray) -> Iterator[slice]:
    """Yield slices of at most `CHUNK` entries each, or of one member.

    Examples
    --------
    >>> list(pieces(np.array([3, 4])))
    [slice(0, 2, None)]
    """
    ends = np.cumsum(lengths)
    low = 0
    while low < len(ends):
        before = int(ends[low - 1]) if low else 0
        high = max(int(np.searchsorted(ends, before + CHUNK, side="right")), low + 1)
        yield slice(low, high)
        low = high
