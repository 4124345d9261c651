"""Measures of how alike the columns (feature dimensions) of a state are."""

from __future__ import annotations

import numpy as np

from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.measures.rows import mean_row, row_blocks
from spectral_smooth.measures.sampling import Estimate, Seed, choose_sample, sample_mean


def column_difference(x: FloatArray, *, rng: Seed = 0, columns: int | None = None) -> Estimate:
    """Return col-diff, (1/F²) Σ_ab ‖x_a/‖x_a‖₁ − x_b/‖x_b‖₁‖ over all ordered pairs of the F columns.

    Parameters
    ----------
    x : float array, shape (n, F)
    rng : Generator or seed
    columns : int, optional
        Number of sampled columns, each compared with all; all of them up to 512.

    Notes
    -----
    Kernel: columns that are positive multiples of one vector. Zero columns stay zero. Source: PairNorm,
    arXiv 1909.12223.

    Examples
    --------
    >>> import numpy as np
    >>> column_difference(np.array([[1.0, 2.0, 0.0], [1.0, 2.0, 0.0]])).value.__round__(6)
    0.31427
    """
    size = x.shape[1]
    if size == 0:
        return Estimate(0.0)
    lengths = sum((np.abs(block).sum(axis=0) for block in row_blocks(x)), np.zeros(size))
    scale = np.divide(1.0, lengths, out=np.zeros(size), where=lengths > 0)
    sampled = choose_sample(size, len(x), np.random.default_rng(rng), columns)
    products, squares = np.zeros((len(sampled), size)), np.zeros(size)
    for block in row_blocks(x):
        scaled = block * scale
        # a shift that is common to all columns changes no difference and avoids cancellation
        scaled -= scaled[:, sampled].mean(axis=1, keepdims=True)
        products += scaled[:, sampled].T @ scaled
        squares += np.einsum("if,if->f", scaled, scaled)
    distances = squares[sampled][:, None] + squares - 2.0 * products
    distances[np.arange(len(sampled)), sampled] = 0.0
    return sample_mean(np.sqrt(np.maximum(distances, 0.0)).mean(axis=1), size, "columns")


def column_correlation(x: FloatArray, *, rng: Seed = 0, columns: int | None = None) -> Estimate:
    """Return the mean of |Pearson correlation| over pairs a ≠ b of columns that are not constant.

    Notes
    -----
    Kernel: columns that are affine functions of one vector (value 1). A constant column has no
    correlation and is left out; with fewer than two columns left the value is 0. Source: Jin et al.,
    arXiv 2206.07743. Parameters as in `column_difference`.

    Examples
    --------
    >>> import numpy as np
    >>> round(column_correlation(np.array([[0.0, 1.0, 7.0], [1.0, -1.0, 7.0], [2.0, -3.0, 7.0]])).value, 12)
    1.0
    """
    center = mean_row(x)
    varying = np.flatnonzero(_varies(x, center))
    if len(varying) < 2:
        return Estimate(0.0)
    sampled = choose_sample(len(varying), len(x), np.random.default_rng(rng), columns)
    correlations = np.minimum(np.abs(_correlations(x, center, varying, sampled)), 1.0)
    correlations[np.arange(len(sampled)), sampled] = 0.0
    return sample_mean(correlations.sum(axis=1) / (len(varying) - 1), len(varying), "columns")


def _varies(x: FloatArray, center: FloatArray) -> BoolArray:
    """Whether each column's spread is more than the rounding of its mean."""
    spread = sum((np.sum((block - center) ** 2, axis=0) for block in row_blocks(x)), np.zeros(x.shape[1]))
    rounding = 16.0 * np.finfo(np.float64).eps * np.abs(center)
    return np.asarray(spread > len(x) * rounding**2)


def _correlations(x: FloatArray, center: FloatArray, varying: IntArray, sampled: IntArray) -> FloatArray:
    products, squares = np.zeros((len(sampled), len(varying))), np.zeros(len(varying))
    for block in row_blocks(x):
        centred = (block - center)[:, varying]
        products += centred[:, sampled].T @ centred
        squares += np.einsum("if,if->f", centred, centred)
    norms = np.sqrt(squares)
    return np.asarray(products / norms[sampled][:, None] / norms)
