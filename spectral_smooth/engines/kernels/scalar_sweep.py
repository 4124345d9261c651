"""One propagation step over all rows of a block of one column; see `sweep` for blocks of more."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from spectral_smooth.engines.compilation import kernel
from spectral_smooth.engines.kernels.counter import take
from spectral_smooth.engines.kernels.scalar_rows import finish_rows, neighbour_sums
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray


@cache
def make_scalar_sweep() -> Any:
    """Return the sweep; its arguments are those of the wide one."""

    def scalar_sweep(
        indptr: IntArray,
        indices: IntArray,
        weights: FloatArray | None,
        scale: FloatArray | None,
        loops: FloatArray,
        degrees: FloatArray,
        x: FloatArray,
        stride: int,  # noqa: ARG001 - one
        panels: int,  # noqa: ARG001 - one column has one panel
        last_panel: int,  # noqa: ARG001
        tail: int,  # noqa: ARG001
        ahead: int,
        classes: IntArray | None,
        class_groups: IntArray,
        coefficients: FloatArray | None,
        shift_own: FloatArray | None,
        shift_image: FloatArray | None,
        anchor: FloatArray | None,
        seeds: FloatArray | None,
        long_rows: IntArray,
        measured: BoolArray | None,
        sums: FloatArray | None,
        fused: int,
        past_cache: bool,  # noqa: ARG001
        out: FloatArray,
        bounds: IntArray,
        counter: IntArray,
        parts: FloatArray,
        number: FloatArray,  # noqa: ARG001
    ) -> None:
        chunks, longest = len(bounds) - 1, 0
        for chunk in range(chunks):
            longest = max(longest, bounds[chunk + 1] - bounds[chunk])
        neighbours = np.empty(longest, x.dtype)
        while True:
            chunk = take(counter)
            if chunk >= chunks:
                return
            first, end = bounds[chunk], bounds[chunk + 1]
            neighbour_sums(
                indptr, indices, weights, scale, x, ahead, first, end, long_rows, seeds, neighbours
            )
            finish_rows(
                neighbours, scale, loops, degrees, x, first, end, classes, class_groups, coefficients,
                shift_own, shift_image, anchor, measured, sums, fused, chunk * fused, out,
                parts[chunk] if measured is not None else parts[0],
            )  # fmt: skip

    return kernel(scalar_sweep)
