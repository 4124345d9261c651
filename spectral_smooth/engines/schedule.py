"""How the rows of a graph are divided among threads: chunks of equal work, and rows too long for one chunk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spectral_smooth.graphs.arrays import IntArray, frozen

FEWEST_CHUNKS, MOST_CHUNKS = 128, 512
CHUNK_WORK = 16_384
# With fewer rows a chunk, the sums per column that every chunk keeps cost more than its rows.
FEWEST_ROWS = 64
# A row counts this many entries beside its own: reading and writing it.
ROW_COST = 2
LONG_ROW = 32_768
PIECE = 16_384


def chunk_count(rows: int, work: int, fewest_rows: int) -> int:
    """Return the number of chunks: enough to balance, few enough that none is all overhead."""
    return max(1, min(rows // fewest_rows, MOST_CHUNKS, max(FEWEST_CHUNKS, work // CHUNK_WORK)))


def balanced_rows(indptr: IntArray, fewest_rows: int = FEWEST_ROWS) -> IntArray:
    """Return rows at which chunks of about equal work begin, and the last row + 1."""
    rows = len(indptr) - 1
    total = int(indptr[-1]) + ROW_COST * rows
    marks = np.linspace(0, total, chunk_count(rows, total, fewest_rows) + 1)
    # Bisection of all marks at once: an array of the work before each row would be as long as the graph's own.
    low, high = np.zeros(len(marks), dtype=np.int64), np.full(len(marks), rows, dtype=np.int64)
    while np.any(low < high):
        middle = (low + high) // 2
        short = indptr[middle] + ROW_COST * middle < marks
        low, high = np.where(short, np.minimum(middle + 1, high), low), np.where(short, high, middle)
    low[0], low[-1] = 0, rows
    return low


@dataclass(frozen=True, eq=False)
class Schedule:
    """Chunks of a graph's rows; the bits of every sum depend on them and not on who works on which.

    Attributes
    ----------
    indptr : int array, shape (num_nodes + 1,)
    """

    indptr: IntArray

    @cached_property
    def bounds(self) -> IntArray:
        """Rows at which chunks begin, and the last row + 1."""
        return frozen(balanced_rows(self.indptr))

    @cached_property
    def long_rows(self) -> IntArray:
        """Rows that hold so many of the entries that one thread would work on them while all others wait."""
        lengths = np.diff(self.indptr)
        limit = max(LONG_ROW, int(self.indptr[-1]) // 128)
        return frozen(np.flatnonzero(lengths > limit))

    @cached_property
    def pieces(self) -> IntArray:
        """First and last + 1 entry of each piece of the long rows, shape (pieces, 2), and the row's place."""
        found = [
            (low, min(low + PIECE, int(self.indptr[row + 1])), place)
            for place, row in enumerate(self.long_rows)
            for low in range(int(self.indptr[row]), int(self.indptr[row + 1]), PIECE)
        ]
        return frozen(np.array(found, dtype=np.int64).reshape(-1, 3))
