"""How the columns of a feature block are cut into vectors and panels, and blocks laid out so that this is fast."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

LINE = 64
# Vectors of one line that a row's sum may hold in registers: there are 32, and the row itself needs some.
MOST_VECTORS = 8


@dataclass(frozen=True)
class Cut:
    """Rows of ``columns`` numbers as panels of ``vectors`` vectors of ``lanes`` numbers.

    Attributes
    ----------
    lanes, vectors : int
        A panel is lanes · vectors numbers wide; lanes are a power of two, at most one cache line.
    panels : int
        The last panel begins at ``last_panel`` and may repeat columns of the one before.
    tail : int
        Column of a panel at which its last vector begins; that may repeat columns of the vector before.
    stride : int
        Numbers from one row to the next in a block of our own.
    """

    lanes: int
    vectors: int
    panels: int
    last_panel: int
    tail: int
    stride: int

    @property
    def width(self) -> int:
        """Numbers of a panel."""
        return self.lanes * self.vectors


def cut_padded(columns: int, itemsize: int) -> Cut:
    """Cut rows of a block of our own, padded with zeros so that no vector overlaps another and none is split by a line.

    Examples
    --------
    >>> cut_padded(100, 4)
    Cut(lanes=16, vectors=7, panels=1, last_panel=0, tail=96, stride=112)
    >>> cut_padded(3, 8).stride
    4
    """
    line = LINE // itemsize
    if columns < line:
        # a single bfloat16 has no kernel of its own
        lanes = max(1 << max(columns - 1, 0).bit_length(), 2 if itemsize == 2 else 1)
        return Cut(lanes, 1, 1, 0, 0, lanes)
    vectors, panels = _panels(columns, itemsize)
    width = vectors * line
    return Cut(line, vectors, panels, (panels - 1) * width, width - line, panels * width)


def cut_as_given(columns: int, itemsize: int, stride: int) -> Cut:
    """Cut rows as they lie in memory: where columns are no multiple of a vector, the last two vectors overlap.

    Examples
    --------
    >>> cut_as_given(7, 8, stride=7)
    Cut(lanes=4, vectors=2, panels=1, last_panel=0, tail=3, stride=7)
    """
    line = LINE // itemsize
    if columns < line:
        lanes = 1 << max(columns.bit_length() - 1, 0)
        return Cut(lanes, 1 if lanes == columns else 2, 1, 0, columns - lanes, stride)
    vectors, panels = _panels(columns, itemsize)
    width = vectors * line
    tail = (width if panels > 1 else columns) - line
    return Cut(line, vectors, panels, max(columns - width, 0), tail, stride)


def _panels(columns: int, itemsize: int) -> tuple[int, int]:
    """Return vectors a panel and panels, all of one width.

    As wide as the registers allow, unless so many lines of padding would come of it that narrower ones cost less; a
    row of a panel costs about one line more than it has.
    """
    lines, most = -(-columns * itemsize // LINE), MOST_VECTORS if itemsize > 2 else MOST_VECTORS // 2
    if lines <= most:
        return lines, 1
    counts = [(vectors, -(-lines // vectors)) for vectors in range(most, most // 2, -1)]
    return min(counts, key=lambda found: found[1] * (found[0] + 1))


def cache_bytes() -> int:
    """Return the size of the second-level cache of one core; 1 MiB where the system does not tell.

    Examples
    --------
    >>> cache_bytes() >= 1 << 16
    True
    """
    try:
        found = os.sysconf("SC_LEVEL2_CACHE_SIZE")
    except (AttributeError, ValueError, OSError):
        found = 0
    return found if found > 0 else 1 << 20


def shared_cache_bytes() -> int:
    """Return the size of the third-level cache; 32 MiB where the system does not tell.

    Examples
    --------
    >>> shared_cache_bytes() >= 1 << 20
    True
    """
    try:
        found = os.sysconf("SC_LEVEL3_CACHE_SIZE")
    except (AttributeError, ValueError, OSError):
        found = 0
    return found if found > 0 else 32 << 20


def read_ahead(width_bytes: int) -> int:
    """Return how many entries ahead rows are asked for: as many lines under way as the processor keeps track of."""
    lines = max(1, width_bytes // LINE)
    return int(np.clip(96 // lines, 12, 32))


def new_block(rows: int, stride: int, dtype: np.dtype[Any]) -> Any:
    """Return zeros of shape (rows, stride) whose first number begins a cache line.

    Examples
    --------
    >>> new_block(3, 16, np.dtype(np.float32)).ctypes.data % 64
    0
    """
    size = rows * stride * dtype.itemsize
    # calloc'ed and, where large, on huge pages: neighbours' rows then miss the page tables less often
    raw = np.zeros(size + LINE, dtype=np.uint8)
    start = -raw.ctypes.data % LINE
    return raw[start : start + size].view(dtype).reshape(rows, stride)
