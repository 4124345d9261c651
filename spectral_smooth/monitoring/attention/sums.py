"""Whether the weights into every node sum to one, and what is wrong where they do not."""

from __future__ import annotations

import numpy as np

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import FloatArray, IntArray, bin_sums
from spectral_smooth.monitoring.attention.layer import SPACING, AttentionLayer

# Weights that are no softmax are off by far more; weights that were shortened on the way need not be refused.
LEAST_TOLERANCE, MOST_TOLERANCE = 1e-3, 0.5


def tolerance(dtype: str, degrees: IntArray) -> FloatArray:
    """Return how far from one the sum of so many weights of that type may be.

    max(10⁻³, 4ε(1 + √degree)), at most ½, with ε the spacing of the type at one: 0.02 for four float16 weights.

    Examples
    --------
    >>> import numpy as np
    >>> tolerance("bfloat16", np.array([4, 9])).tolist()
    [0.09375, 0.125]
    """
    spacing = SPACING.get(dtype, SPACING["float64"])
    return np.clip(4.0 * spacing * (1.0 + np.sqrt(degrees)), LEAST_TOLERANCE, MOST_TOLERANCE)


def check_sums(layer: AttentionLayer, num_nodes: int) -> float:
    """Return the largest distance of a sum of weights into a node from one.

    Raises
    ------
    InputError
        If one is beyond the tolerance; the message says whether the edges are merely the wrong way round.
    """
    degrees = np.bincount(layer.targets, minlength=num_nodes)
    allowed, largest = tolerance(layer.dtype, degrees), 0.0
    for head in range(layer.heads):
        sums = bin_sums(layer.targets, layer.weights[:, head], num_nodes)
        off = np.where(degrees > 0, np.abs(sums - 1.0), 0.0)
        bad = np.flatnonzero(off > allowed)
        if len(bad):
            worst = int(np.argmax(off))
            raise InputError(
                f"layer {layer.name!r}, head {head}: the weights into {len(bad):,} of "
                f"{np.count_nonzero(degrees):,} nodes do not sum to one (worst {sums[worst]:.4g}, node {worst}); "
                + _remedy(layer, num_nodes)
            )
        largest = max(largest, float(np.max(off, initial=0.0)))
    return largest


def _remedy(layer: AttentionLayer, num_nodes: int) -> str:
    degrees = np.bincount(layer.sources, minlength=num_nodes)
    allowed = tolerance(layer.dtype, degrees)
    sums = (bin_sums(layer.sources, layer.weights[:, h], num_nodes) for h in range(layer.heads))
    if all(np.all((np.abs(s - 1.0) <= allowed) | (degrees == 0)) for s in sums):
        return (
            "those out of each node do: row 0 of edge_index must be the source and row 1 the target, so pass "
            "edge_index[[1, 0]]"
        )
    return "weights must be after softmax over the edges into each node, and without dropout (model.eval())"
