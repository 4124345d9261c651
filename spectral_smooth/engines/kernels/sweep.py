"""One propagation step over all rows: chunks of rows, panels of columns, and what is summed up on the way.

A sweep is made for a width (vectors of so many lanes), for the width decides the registers; everything else that may
be absent (weights, scales, shifts, an anchor, measures, sums) is None, and numba compiles a variant without it when it
is first used so.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from spectral_smooth.engines.compilation import kernel
from spectral_smooth.engines.kernels.counter import take
from spectral_smooth.engines.kernels.plain_row import plain_row
from spectral_smooth.engines.kernels.row import vector_row
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray

TILE = 16


@cache
def make_sweep(lanes: int, vectors: int, *, plain: bool) -> Any:
    """Return the sweep for rows of ``vectors`` vectors of ``lanes`` numbers; with ``plain`` without intrinsics."""
    width = lanes * vectors

    def sweep(
        indptr: IntArray,
        indices: IntArray,
        weights: FloatArray | None,
        scale: FloatArray | None,
        loops: FloatArray,
        degrees: FloatArray,
        x: FloatArray,
        stride: int,
        panels: int,
        last_panel: int,
        tail: int,
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
        past_cache: bool,
        out: FloatArray,
        bounds: IntArray,
        counter: IntArray,
        parts: FloatArray,
    ) -> None:
        chunks, last = len(bounds) - 1, len(indices) - 1
        scratch = np.empty(width, x.dtype)
        # Of wide rows a few rows are done panel by panel: the sums of one panel then stay in the nearest cache.
        tile = TILE if panels > 1 else 1 << 40
        while True:
            chunk = take(counter)
            if chunk >= chunks:
                return
            all_norm = all_energy = 0.0
            end = bounds[chunk + 1]
            for begin in range(bounds[chunk], end, tile):
                for p in range(panels):
                    first = min(p * width, last_panel)
                    long: Any = np.searchsorted(long_rows, begin) if seeds is not None else 0
                    for i in range(begin, min(begin + tile, end)):
                        degree = degrees[i]
                        own = loops[i] if len(loops) > 1 else loops[0]
                        if scale is None:
                            r = 1.0 / degree if degree > 0 else 0.0
                        else:
                            r = np.float64(scale[i])
                            own *= r
                        k: Any = 0 if classes is None else np.int64(classes[i])
                        mix, keep, pull = 1.0, 0.0, 0.0
                        if coefficients is not None:
                            mix, keep, pull = coefficients[k, 0], coefficients[k, 1], coefficients[k, 2]
                        low, high = indptr[i], indptr[i + 1]
                        seed = 0
                        if seeds is not None:
                            seed = len(long_rows)
                            if long < len(long_rows) and long_rows[long] == i:
                                seed, low = long, high
                                long += 1
                        sums_at = (chunk * (fused + 1) + min(k, fused)) * stride
                        # fmt: off
                        if plain:
                            norm, energy = plain_row(
                                lanes, vectors, x, indices, weights, scale, low, high, last, ahead, i, stride, first,
                                tail, own, r, degree, coefficients, mix, keep, pull, shift_own, shift_image,
                                k * stride, anchor, seeds, seed * stride, measured, sums, sums_at, past_cache, out,
                                scratch,
                            )
                        else:
                            norm, energy = vector_row(
                                lanes, vectors, x, indices, weights, scale, low, high, last, ahead, i, stride, first,
                                tail, own, r, degree, coefficients, mix, keep, pull, shift_own, shift_image,
                                k * stride, anchor, seeds, seed * stride, measured, sums, sums_at, past_cache, out,
                                scratch,
                            )
                        # fmt: on
                        if measured is not None:
                            if classes is None:
                                all_norm += norm
                                all_energy += energy
                            else:
                                group = class_groups[k]
                                parts[chunk, group, 0] += norm
                                parts[chunk, group, 1] += energy
            if measured is not None and classes is None:
                parts[chunk, 0, 0] = all_norm
                parts[chunk, 0, 1] = all_energy

    return kernel(sweep)
