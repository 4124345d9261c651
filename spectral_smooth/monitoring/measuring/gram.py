"""Ranks and columns of one layer, from the Gram matrix of its rows or of a sample of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spectral_smooth.graphs.arrays import BoolArray, FloatArray

# Columns beyond which correlations are taken between that many sampled ones.
MOST_COLUMNS = 2048


@dataclass(frozen=True, eq=False)
class Gram:
    """A block of rows and its Gram matrix, in float64, its largest value scaled to one.

    Singular values below √eps·σ₁ drown in the rounding of the squares; nothing here depends on them.

    Attributes
    ----------
    rows : float array, shape (n, columns)
    total : int
        Rows of the layer; fewer are here where they are a sample.
    """

    rows: FloatArray
    total: int

    @classmethod
    def of(cls, rows: FloatArray, total: int) -> Gram:
        """Scale a block of rows; it is copied."""
        data = rows.astype(np.float64)
        size = float(np.abs(data).max(initial=0.0))
        if size:
            data /= size
        return cls(data, total)

    @property
    def note(self) -> str:
        """What was left out, in words."""
        return "" if len(self.rows) == self.total else f"{len(self.rows):,} of {self.total:,} rows sampled"

    @cached_property
    def tall(self) -> bool:
        """Whether there are at least as many rows as columns."""
        return bool(len(self.rows) >= self.rows.shape[1])

    @cached_property
    def matrix(self) -> FloatArray:
        """XᵀX, or XXᵀ where there are fewer rows than columns."""
        if not self.tall:
            return np.asarray(self.rows @ self.rows.T)
        return np.asarray(self._centred + len(self.rows) * np.outer(self._means, self._means))

    @cached_property
    def singular(self) -> FloatArray:
        """Singular values, descending."""
        return np.asarray(np.sqrt(np.maximum(np.linalg.eigvalsh(self.matrix)[::-1], 0.0)))

    def stable_rank(self) -> float:
        """‖X‖_F²/‖X‖₂²; 0 for X = 0."""
        top = self.singular[0]
        return float(np.sum((self.singular / top) ** 2)) if top > 0 else 0.0

    def effective_rank(self) -> float:
        """exp(−Σ p log p), p = σ/Σσ; 0 for X = 0."""
        total = self.singular.sum()
        if not total:
            return 0.0
        p = self.singular[self.singular > 0] / total
        return float(np.exp(-np.sum(p * np.log(p))))

    def rank_one_distance(self) -> float:
        """‖X/‖X‖_* − s·u vᵀ/‖u vᵀ‖_*‖_*, v the row and u the column of largest absolute sum; 0 for X = 0."""
        nuclear = float(self.singular.sum())
        if not nuclear:
            return 0.0
        i = int(np.argmax(np.abs(self.rows).sum(axis=1)))
        j = int(np.argmax(np.abs(self.rows).sum(axis=0)))
        row, column = self.rows[i], self.rows[:, j]
        length = float(np.linalg.norm(row) * np.linalg.norm(column))
        sign = -1.0 if self.rows[i, j] < 0 else 1.0
        a, b = 1.0 / nuclear, sign / length
        if self.tall:
            g = self.matrix
            mixed = np.outer(g[j], row)
            left = a * a * g - a * b * (mixed + mixed.T) + b * b * g[j, j] * np.outer(row, row)
        else:
            mixed = np.outer(self.rows @ row, column)
            left = (
                a * a * self.matrix
                - a * b * (mixed + mixed.T)
                + b * b * float(row @ row) * np.outer(column, column)
            )
        return float(np.sum(np.sqrt(np.maximum(np.linalg.eigvalsh(left), 0.0))))

    @cached_property
    def _columns(self) -> FloatArray:
        """The columns that are compared with one another."""
        count = self.rows.shape[1]
        if count <= MOST_COLUMNS:
            return self.rows
        return self.rows[:, np.sort(np.random.default_rng(0).choice(count, MOST_COLUMNS, replace=False))]

    @cached_property
    def _sums(self) -> tuple[FloatArray, FloatArray]:
        """Means of the compared columns, and the Gram matrix of what is left of them.

        The first row is taken off before: a column of equal values has no rounding left that could pass for spread.
        """
        first = self._columns[0]
        left = self._columns - first
        shift = left.mean(axis=0)
        left -= shift
        return first + shift, np.asarray(left.T @ left)

    @property
    def _means(self) -> FloatArray:
        return self._sums[0]

    @property
    def _centred(self) -> FloatArray:
        return self._sums[1]

    @cached_property
    def varying(self) -> BoolArray:
        """Which of the compared columns vary by more than the rounding of their mean."""
        rounding = 16.0 * np.finfo(np.float64).eps * np.abs(self._means)
        return np.asarray(np.diag(self._centred) > len(self.rows) * rounding**2)

    def column_correlation(self) -> float:
        """Mean of |Pearson correlation| over pairs of columns that vary; 0 with fewer than two."""
        at = np.flatnonzero(self.varying)
        if len(at) < 2:
            return 0.0
        part = self._centred[np.ix_(at, at)]
        norms = np.sqrt(np.diag(part))
        correlation = np.minimum(np.abs(part / norms[:, None] / norms), 1.0)
        return float((correlation.sum() - np.trace(correlation)) / (len(at) * (len(at) - 1)))

    def column_difference(self) -> float:
        """(1/F²) Σ_ab ‖x_a/‖x_a‖₁ − x_b/‖x_b‖₁‖ over all ordered pairs of columns."""
        lengths = np.abs(self._columns).sum(axis=0)
        inverse = np.divide(1.0, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
        scaled = self._centred * inverse * inverse[:, None]
        means = self._means * inverse
        squares = np.diag(scaled)[:, None] + np.diag(scaled) - 2.0 * scaled
        # centred columns and means are at right angles: their distances add up in squares
        squares += len(self.rows) * (means[:, None] - means) ** 2
        np.fill_diagonal(squares, 0.0)
        return float(np.sqrt(np.maximum(squares, 0.0)).mean())
