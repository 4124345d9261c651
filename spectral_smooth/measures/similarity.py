"""Measures of how alike the rows or columns of a state are.

None of them is a function of the operator's spectrum (two signals with one spectral measure differ in
them), so they are measured and never predicted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.measures.pairs import PairSample
from spectral_smooth.measures.rows import mean_row, row_blocks, unit_row_blocks
from spectral_smooth.measures.sampling import Estimate


def mean_deviation(x: FloatArray) -> float:
    """Return ‖X − 1x̄‖_F, the distance to the nearest state with equal rows.

    Notes
    -----
    Kernel: constants over the whole graph. Linear time. Source: Wu et al., arXiv 2305.16102.

    Examples
    --------
    >>> import numpy as np
    >>> mean_deviation(np.array([[1.0], [1.0], [3.0], [3.0]]))
    2.0
    """
    center = mean_row(x)
    # the residual's own mean is removed too: it is the rounding of the first pass
    total, residue = 0.0, np.zeros(x.shape[1])
    for block in row_blocks(x):
        shifted = block - center
        total += float(np.vdot(shifted, shifted))
        residue += shifted.sum(axis=0)
    return float(np.sqrt(max(total - float(residue @ residue) / len(x), 0.0)))


@dataclass(frozen=True)
class Directions:
    """The non-zero rows' directions x̂: their number m and spread Σ_i ‖x̂_i − c‖², c their mean.

    Both all-pairs means follow without a pair: Σ_ij cos = ‖Σ_i x̂_i‖² = m² − m·spread. The spread is a
    sum of squares, so that the distance 1 − cos does not cancel when all rows are nearly parallel.
    """

    count: int
    spread: float

    @property
    def mean_cosine(self) -> float:
        """Mean cosine over pairs i ≠ j; 1 without a pair."""
        return 1.0 - self.mean_distance

    @property
    def mean_distance(self) -> float:
        """Mean of 1 − cos over pairs i ≠ j; 0 without a pair."""
        return self.spread / (self.count - 1) if self.count > 1 else 0.0


def directions(x: FloatArray) -> Directions:
    """Return number and spread of the directions of the non-zero rows, in linear time."""
    count, total = 0, np.zeros(x.shape[1])
    for block in unit_row_blocks(x):
        count += len(block)
        total += block.sum(axis=0)
    if count < 2:
        return Directions(count, 0.0)
    center = total / count
    spread = 0.0
    for block in unit_row_blocks(x):
        block -= center
        spread += float(np.vdot(block, block))
    return Directions(count, spread)


def mean_cosine(x: FloatArray) -> float:
    """Return the mean of cos(x_i, x_j) over all pairs i ≠ j of non-zero rows.

    Notes
    -----
    (‖Σ_i x̂_i‖² − m)/(m(m − 1)) for m non-zero rows x̂_i = x_i/‖x_i‖. Zero rows have no direction and are
    left out; with fewer than two rows left the value is 1. Value 1: all rows are positive multiples of
    one vector ("parallel rows"). Linear time, no pairs.

    Examples
    --------
    >>> import numpy as np
    >>> mean_cosine(np.array([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]]))
    0.0
    """
    return directions(x).mean_cosine


def mad(x: FloatArray) -> float:
    """Return the corrected mean average distance: the mean of 1 − cos over all pairs i ≠ j of non-zero rows.

    Notes
    -----
    Kernel: parallel rows. 0 with fewer than two non-zero rows. Linear time. Corrects `mad_nonzero`
    (Chen et al., arXiv 1909.03211), which leaves out equal rows.

    Examples
    --------
    >>> import numpy as np
    >>> nine_and_one = np.array([[1.0, 0.0]] * 9 + [[0.0, 1.0]])
    >>> round(mad(nine_and_one), 12)
    0.2
    """
    return directions(x).mean_distance


def mad_nonzero(x: FloatArray, pairs: PairSample | None = None) -> Estimate:
    """Return MAD as its authors compute it: zero distances are dropped before every mean.

    Notes
    -----
    Mean over each row's non-zero 1 − cos(x_i, x_j), then over the rows that have any; 0 if none has.
    Source: Chen et al., arXiv 1909.03211, all pairs as targets. Distances up to `pairs.ZERO_DISTANCE`
    (256 eps) count as zero, zero rows are left out. Kernel: parallel rows, but not continuous there:
    one outlier among equal rows scores 1. Use `mad` unless you compare with published figures.

    Examples
    --------
    >>> import numpy as np
    >>> nine_and_one = np.array([[1.0, 0.0]] * 9 + [[0.0, 1.0]])
    >>> round(mad_nonzero(nine_and_one).value, 12)
    1.0
    """
    return (pairs or PairSample(x)).mean_nonzero_cosine_distance()


def smv(x: FloatArray, pairs: PairSample | None = None) -> Estimate:
    """Return the smoothness metric value: the mean of ½‖x̂_i − x̂_j‖ over pairs i ≠ j of non-zero rows.

    Notes
    -----
    Kernel: parallel rows. Source: DAGNN, arXiv 2007.09296. 0 with fewer than two non-zero rows.

    Examples
    --------
    >>> import numpy as np
    >>> smv(np.array([[1.0, 0.0], [-2.0, 0.0]])).value
    1.0
    """
    return (pairs or PairSample(x)).mean_unit_distance()


def row_difference(x: FloatArray, pairs: PairSample | None = None) -> Estimate:
    """Return row-diff, (1/n²) Σ_ij ‖x_i − x_j‖ over all ordered pairs, i = j included.

    Notes
    -----
    Kernel: constants over the whole graph. Source: PairNorm, arXiv 1909.12223.

    Examples
    --------
    >>> import numpy as np
    >>> row_difference(np.array([[0.0], [4.0]])).value
    2.0
    """
    return (pairs or PairSample(x)).mean_distance()
