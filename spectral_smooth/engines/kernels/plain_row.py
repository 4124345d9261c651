"""One row of a propagation step in plain numba: what `vector_row` is held against, and what stands in for it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from spectral_smooth.engines.compilation import REASSOCIATE
from spectral_smooth.graphs.arrays import FloatArray, IntArray


@njit(error_model="numpy", fastmath=REASSOCIATE)
def plain_row(
    lanes: int,
    vectors: int,  # noqa: ARG001 - of the vector form
    x: FloatArray,
    indices: IntArray,
    weights: FloatArray | None,
    scale: FloatArray | None,
    low: int,
    high: int,
    last: int,  # noqa: ARG001 - of the vector form, which reads ahead
    ahead: int,  # noqa: ARG001
    i: int,
    stride: int,
    first: int,
    tail: int,
    own: float,
    r: float,
    degree: float,
    ruled: Any,
    mix: float,
    keep: float,
    pull: float,
    shift_own: FloatArray | None,
    shift_image: Any,
    shift_at: int,
    anchor: FloatArray | None,
    seeds: FloatArray | None,
    seed_at: int,
    measured: Any,
    sums: Any,
    near: FloatArray,
    near_at: int,
    past_cache: bool,  # noqa: ARG001 - a hint for large blocks
    out: FloatArray,
    scratch: FloatArray,
) -> tuple[float, float]:
    """Compute columns ``first`` to ``first + tail + lanes − 1`` of row i; see the top of `row`."""
    number = x.dtype.type
    width, here = tail + lanes, i * stride + first
    # Times 0 is not nothing where the row holds NaN, and then it must not be read.
    for f in range(width):
        scratch[f] = number(own) * x[here + f] if own != 0.0 else number(0.0)
    if seeds is not None:
        for f in range(width):
            scratch[f] += seeds[seed_at + first + f]
    for e in range(low, high):
        j = np.int64(indices[e])
        factor = number(1.0)
        if weights is not None:
            factor *= number(weights[e])
        if scale is not None:
            factor *= number(scale[j])
        there = j * stride + first
        for f in range(width):
            scratch[f] += factor * x[there + f]
    norm = energy = number(0.0)
    for f in range(width):
        # not r rounded to float32: off by the same share in every step, it would show after hundreds
        y, u = number(r * np.float64(scratch[f])), x[here + f]
        if shift_own is not None:
            y -= shift_image[shift_at + first + f]
            u -= shift_own[shift_at + first + f]
        if measured is not None:
            norm += u * u
            energy += u * (u - y)
        if ruled is not None:
            y = number(mix) * y
            if keep != 0.0:
                y += number(keep) * u
        if anchor is not None:
            y += number(pull) * anchor[here + f]
        if sums is not None:
            near[near_at + f] += number(degree) * y
        out[here + f] = y
    return degree * np.float64(norm), degree * np.float64(energy)
