"""PairSample: distances of sampled rows to all rows, computed once for every measure that needs them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.rows import nonzero_rows, row_blocks, unit_row_blocks, unit_rows
from spectral_smooth.measures.sampling import Estimate, Seed, choose_sample, sample_mean

__all__ = ["ZERO_DISTANCE", "Estimate", "PairSample"]

# Cosine distances up to this are rounding of equal directions: a few hundred units in the last place.
ZERO_DISTANCE = 256 * float(np.finfo(np.float64).eps)


class _UnitSums(NamedTuple):
    """Per sampled row: Σ_j ‖x̂_i − x̂_j‖, Σ_j and the number of non-zero 1 − cos; all non-zero rows."""

    lengths: FloatArray
    distances: FloatArray
    counts: FloatArray
    population: int


@dataclass(frozen=True, eq=False)
class PairSample:
    """Rows of a state against all its rows.

    Parameters
    ----------
    x : float array, shape (n, columns)
        Any float dtype; everything is computed in float64.
    rng : Generator or seed
    rows : int, optional
        Number of sampled rows; see `choose_sample` for the default (all rows up to 512).

    Notes
    -----
    A mean over pairs is the mean over rows i of m_i, the mean over all j. A simple random sample of s of
    the n rows gives it without bias, with the standard error sd(m_i)/√s·√(1 − s/n). The rows are shifted by
    one common vector before inner products are taken: no difference changes, and the distances of
    nearly equal rows do not cancel. Distances carry an absolute error of about √eps of their spread.

    Examples
    --------
    >>> import numpy as np
    >>> PairSample(np.array([[0.0], [3.0]])).mean_distance()
    Estimate(value=1.5, standard_error=0.0, note='')
    """

    x: FloatArray
    rng: Seed = 0
    rows: int | None = None

    @cached_property
    def _seeds(self) -> list[int]:
        # one seed for each sample: what is asked for first must not change what is drawn
        return [int(seed) for seed in np.random.default_rng(self.rng).integers(2**62, size=2)]

    def _choose(self, population: int, seed: int) -> IntArray:
        return choose_sample(population, self.x.shape[1], np.random.default_rng(seed), self.rows)

    def mean_distance(self) -> Estimate:
        """Return (1/n²) Σ_ij ‖x_i − x_j‖ over all rows."""
        n = len(self.x)
        sampled = self._choose(n, self._seeds[0])
        chosen = self.x[sampled].astype(np.float64)
        sums = np.zeros(len(sampled))
        for squares in squared_distances(chosen, sampled, row_blocks(self.x)):
            sums += np.sqrt(squares).sum(axis=1)
        return sample_mean(sums / n, n)

    @cached_property
    def _unit_sums(self) -> _UnitSums:
        nonzero = np.flatnonzero(nonzero_rows(self.x))
        sampled = self._choose(len(nonzero), self._seeds[1])
        chosen = unit_rows(self.x[nonzero[sampled]])
        lengths, distances, counts = (np.zeros(len(sampled)) for _ in range(3))
        for squares in squared_distances(chosen, sampled, unit_row_blocks(self.x)):
            lengths += np.sqrt(squares).sum(axis=1)
            far = squares > 2.0 * ZERO_DISTANCE
            distances += 0.5 * np.where(far, squares, 0.0).sum(axis=1)
            counts += far.sum(axis=1)
        return _UnitSums(lengths, distances, counts, len(nonzero))

    def mean_unit_distance(self) -> Estimate:
        """Return the mean of ½‖x̂_i − x̂_j‖ over pairs i ≠ j of non-zero rows; 0 without such a pair."""
        sums = self._unit_sums
        if sums.population < 2:
            return Estimate(0.0)
        return sample_mean(0.5 * sums.lengths / (sums.population - 1), sums.population)

    def mean_nonzero_cosine_distance(self) -> Estimate:
        """Return the mean over rows of the mean of their non-zero 1 − cos; 0 if all are zero."""
        sums = self._unit_sums
        some = sums.counts > 0
        if not some.any():
            return Estimate(0.0)
        population = sums.population * np.count_nonzero(some) / len(some)
        return sample_mean(sums.distances[some] / sums.counts[some], population)


def squared_distances(
    chosen: FloatArray, sampled: IntArray, blocks: Iterator[FloatArray]
) -> Iterator[FloatArray]:
    """Yield ‖p_i − p_j‖² of the chosen points i against each block of points j, exactly 0 where i = j.

    ``sampled`` holds the numbers of the chosen points in the sequence that the blocks make up.
    """
    if not len(chosen):
        return
    shift = chosen.mean(axis=0)
    chosen = chosen - shift
    chosen_norms = np.einsum("if,if->i", chosen, chosen)[:, None]
    low = 0
    for block in blocks:
        points = block - shift
        squares = chosen @ points.T
        squares *= -2.0
        squares += chosen_norms
        squares += np.einsum("if,if->i", points, points)
        np.maximum(squares, 0.0, out=squares)
        inside = np.flatnonzero((sampled >= low) & (sampled < low + len(points)))
        squares[inside, sampled[inside] - low] = 0.0
        low += len(points)
        yield squares
