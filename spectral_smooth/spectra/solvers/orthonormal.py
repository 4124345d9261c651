"""An orthonormal basis of a block's columns, from its Gram matrix."""

from __future__ import annotations

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray


def orthonormal(block: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return Q, the singular values kept and R, with block ≈ Q R.

    The Gram matrix resolves singular values down to 1e-8 of the largest; below 1e-6 they are dropped.
    Callers repeat until all are near one, which is when Q is orthonormal.

    Parameters
    ----------
    block : float array, shape (nodes, columns)
        Columns of length one, or what is left of such.

    Returns
    -------
    float array, shape (nodes, rank); float array, shape (rank,); float array, shape (rank, columns)
    """
    squares, right = np.linalg.eigh(block.T @ block)
    keep = squares > max(1e-12 * float(squares[-1]), 1e-26) if len(squares) else squares > 0
    weights = np.sqrt(squares[keep])
    return block @ (right[:, keep] / weights), weights, weights[:, None] * right[:, keep].T
