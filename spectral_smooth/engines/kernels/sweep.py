"""One propagation step over all rows: chunks of rows, panels of columns, and what is summed up on the way.

A sweep is made for a width (vectors of so many lanes), for the width decides the registers; everything else that may
be absent (weights, scales, shifts, an anchor, measures, sums) is None, and numba compiles a variant without it when it
is first used so.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import njit

from spectral_smooth.engines.compilation import kernel
from spectral_smooth.engines.kernels.counter import take
from spectral_smooth.engines.kernels.plain_row import plain_row
from spectral_smooth.engines.kernels.row import vector_row
from spectral_smooth.engines.kernels.vector_ir import LINE
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray

# So many rows are done panel by panel: their sums stay in the nearest cache, and in the blocks' own type, before they
# are added to those in float64.
TILE = 16


@njit(error_model="numpy")
def aligned_zeros(count: int, number: FloatArray) -> FloatArray:
    """Return zeros of the type of ``number`` that begin a cache line: sums that cross lines are slow to come back."""
    spare = LINE // number.itemsize
    raw = np.zeros(count + spare, number.dtype)
    skip = (-raw.ctypes.data % LINE) // number.itemsize
    return raw[skip : skip + count]


@njit(error_model="numpy")
def carry(near: FloatArray, sums: FloatArray) -> None:
    """Add the sums of a few rows to those of all, and begin anew."""
    for f in range(len(near)):
        sums[f] += np.float64(near[f])
        near[f] = 0.0


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
        number: FloatArray,
    ) -> None:
        chunks, last = len(bounds) - 1, len(indices) - 1
        scratch = np.empty(width, x.dtype)
        near = aligned_zeros((fused + 1) * width, number)
        while True:
            chunk = take(counter)
            if chunk >= chunks:
                return
            all_norm = all_energy = 0.0
            end = bounds[chunk + 1]
            for begin in range(bounds[chunk], end, TILE):
                for p in range(panels):
                    first = min(p * width, last_panel)
                    summed = np.int64(0)
                    long: Any = np.searchsorted(long_rows, begin) if seeds is not None else 0
                    for i in range(begin, min(begin + TILE, end)):
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
                        # Classes that are not summed up here have a place that is never read.
                        near_at = min(k, fused) * width
                        summed |= 1 << min(k, fused)
                        # fmt: off
                        if plain:
                            norm, energy = plain_row(
                                lanes, vectors, x, indices, weights, scale, low, high, last, ahead, i, stride, first,
                                tail, own, r, degree, coefficients, mix, keep, pull, shift_own, shift_image,
                                k * stride, anchor, seeds, seed * stride, measured, sums, near, near_at, past_cache,
                                out, scratch,
                            )
                        else:
                            norm, energy = vector_row(
                                lanes, vectors, x, indices, weights, scale, low, high, last, ahead, i, stride, first,
                                tail, own, r, degree, coefficients, mix, keep, pull, shift_own, shift_image,
                                k * stride, anchor, seeds, seed * stride, measured, sums, near, near_at, past_cache,
                                out, scratch,
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
                    if sums is not None:
                        for c in range(fused):
                            if summed >> c & 1:
                                at = (chunk * fused + c) * stride + first
                                carry(near[c * width : (c + 1) * width], sums[at : at + width])
            if measured is not None and classes is None:
                parts[chunk, 0, 0] = all_norm
                parts[chunk, 0, 1] = all_energy

    return kernel(sweep)
