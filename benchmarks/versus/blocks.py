"""The dense blocks that every contender reads and writes: C order, rows aligned to cache lines, seeded."""

from __future__ import annotations

import numpy as np

LINE = 64


def empty_block(rows: int, columns: int, dtype: str) -> np.ndarray:
    """Return an uninitialised C-ordered block whose first row starts at a cache line."""
    itemsize = np.dtype(dtype).itemsize
    raw = np.empty(rows * columns * itemsize + LINE, dtype=np.uint8)
    start = -raw.ctypes.data % LINE
    return raw[start : start + rows * columns * itemsize].view(dtype).reshape(rows, columns)


def features(rows: int, columns: int, dtype: str) -> np.ndarray:
    """Return the input of every contender: uniform numbers between −1 and 1."""
    block = empty_block(rows, columns, dtype)
    np.random.default_rng(0).random(out=block, dtype=block.dtype)
    block *= 2
    block -= 1
    return block
