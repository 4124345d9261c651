"""Cuts of rows into vectors and panels: every column is computed, and none beyond."""

import numpy as np
import pytest

from spectral_smooth.engines.blocks import LINE, MOST_VECTORS, cut_as_given, cut_padded, new_block, read_ahead

COLUMNS = (*range(1, 301), 511, 512, 513, 1433, 3703)


def _vectors(cut):
    """First column of every vector that the kernel touches, panel by panel."""
    for p in range(cut.panels):
        first = min(p * cut.width, cut.last_panel)
        offsets = [cut.lanes * v for v in range(cut.vectors - 1)] + [cut.tail]
        yield [first + offset for offset in offsets]


def _touched(cut):
    return np.concatenate([np.arange(at, at + cut.lanes) for panel in _vectors(cut) for at in panel])


@pytest.mark.parametrize("itemsize", [2, 4, 8])
def test_padded_rows_are_covered_once_by_vectors_that_no_line_splits(itemsize):
    for columns in COLUMNS:
        cut = cut_padded(columns, itemsize)
        touched = _touched(cut)
        assert np.array_equal(np.sort(touched), np.arange(cut.stride)), columns
        assert columns <= cut.stride
        line = LINE // itemsize
        # never more than the padding to whole lines, and at most one line a panel more
        assert cut.stride <= 2 * columns if columns < line else cut.stride < columns + line * (cut.panels + 1)
        assert cut.lanes * itemsize == LINE or (cut.vectors == 1 and cut.stride == cut.lanes)
        assert cut.vectors <= MOST_VECTORS


@pytest.mark.parametrize("itemsize", [4, 8])
def test_given_rows_are_covered_and_nothing_beyond_them_is_touched(itemsize):
    for columns in COLUMNS:
        for more in (0, 3):
            cut = cut_as_given(columns, itemsize, columns + more)
            touched = _touched(cut)
            assert touched.min() == 0, columns
            assert touched.max() == columns - 1, columns
            assert len(np.unique(touched)) == columns, columns
            assert cut.lanes & (cut.lanes - 1) == 0
            assert cut.lanes * itemsize <= LINE
            assert cut.vectors <= MOST_VECTORS
            assert cut.stride == columns + more


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rows", [1, 2, 7, 5000])
def test_blocks_begin_with_a_line_and_are_zero(rows, dtype):
    block = new_block(rows, 5, np.dtype(dtype))
    assert block.shape == (rows, 5)
    assert block.dtype == dtype
    assert block.flags.c_contiguous
    assert block.flags.writeable
    assert block.ctypes.data % LINE == 0
    assert not block.any()


def test_reading_ahead_falls_with_the_width():
    found = [read_ahead(width) for width in (4, 64, 256, 512, 4096)]
    assert found == sorted(found, reverse=True)
    assert 1 <= found[-1] <= found[0] <= 128
