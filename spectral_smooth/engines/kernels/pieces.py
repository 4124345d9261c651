"""Sums over pieces of the longest rows: a node with a million neighbours does not keep the other threads waiting."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from spectral_smooth.engines.compilation import kernel
from spectral_smooth.engines.kernels.counter import take
from spectral_smooth.engines.kernels.plain_row import plain_row
from spectral_smooth.engines.kernels.row import vector_row
from spectral_smooth.engines.kernels.scalar_rows import entry_sum
from spectral_smooth.graphs.arrays import FloatArray, IntArray


@cache
def make_piece_sums(lanes: int, vectors: int, *, plain: bool) -> Any:
    """Return the kernel for rows of ``vectors`` vectors of ``lanes`` numbers; see `make_sweep`."""
    scalar = lanes * vectors == 1
    width = lanes * vectors

    def piece_sums(
        pieces: IntArray,
        indices: IntArray,
        weights: FloatArray | None,
        scale: FloatArray | None,
        x: FloatArray,
        stride: int,
        panels: int,
        last_panel: int,
        tail: int,
        ahead: int,
        counter: IntArray,
        out: FloatArray,
    ) -> None:
        last = len(indices) - 1
        scratch = np.empty(width, x.dtype)
        while True:
            piece = take(counter)
            if piece >= len(pieces):
                return
            low, high = pieces[piece, 0], pieces[piece, 1]
            # The row of x with the piece's number counts zero times: it is not even read.
            for p in range(panels):
                first = min(p * width, last_panel)
                # fmt: off
                if scalar:
                    out[piece] = entry_sum(indices, weights, scale, x, ahead, low, high)
                elif plain:
                    plain_row(
                        lanes, vectors, x, indices, weights, scale, low, high, last, ahead, piece, stride, first,
                        tail, 0.0, 1.0, 0.0, None, 1.0, 0.0, 0.0, None, None, 0, None, None, 0, None, None, scratch,
                        0, False, out, scratch,
                    )
                else:
                    vector_row(
                        lanes, vectors, x, indices, weights, scale, low, high, last, ahead, piece, stride, first,
                        tail, 0.0, 1.0, 0.0, None, 1.0, 0.0, 0.0, None, None, 0, None, None, 0, None, None, scratch,
                        0, False, out, scratch,
                    )
                # fmt: on

    return kernel(piece_sums)
