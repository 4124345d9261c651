"""Energies edge by edge: a sum of squares, so never negative, and nothing cancels in it."""

from __future__ import annotations

import numpy as np

from spectral_smooth.engines.compilation import REASSOCIATE, kernel
from spectral_smooth.engines.kernels.counter import take
from spectral_smooth.graphs.arrays import FloatArray, IntArray


def _group_edge_energy(
    indptr: IntArray,
    indices: IntArray,
    weights: FloatArray | None,
    scale: FloatArray | None,
    x: FloatArray,
    groups: IntArray,
    bounds: IntArray,
    counter: IntArray,
    parts: FloatArray,
) -> None:
    """Add ½ Σ_j w_ij ‖s_i x_i − s_j x_j‖² to ``parts`` of shape (chunks, groups); without ``scale`` s = 1."""
    columns = x.shape[1]
    while True:
        chunk = take(counter)
        if chunk >= len(bounds) - 1:
            return
        for i in range(bounds[chunk], bounds[chunk + 1]):
            row = 0.0
            s = 1.0 if scale is None else scale[i]
            for e in range(indptr[i], indptr[i + 1]):
                j = np.int64(indices[e])
                r = 1.0 if scale is None else scale[j]
                total = 0.0
                for f in range(columns):
                    difference = s * np.float64(x[i, f]) - r * np.float64(x[j, f])
                    total += difference * difference
                row += total if weights is None else weights[e] * total
            parts[chunk, groups[i]] += 0.5 * row


group_edge_energy = kernel(_group_edge_energy, fastmath=REASSOCIATE)
