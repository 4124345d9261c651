"""Is it right? Every answer is held against float64 before its time counts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from scipy.sparse import csr_array

SAMPLED = 2000
SPREAD = 8.0  # standard deviations of a sum with random signs: beyond them once in 10^13
ROUNDINGS = 8  # beyond one per entry: scaling, a change of coordinates and back


@dataclass(frozen=True)
class Expected:
    """What the check needs of a matrix: made once a graph, kept in a file.

    Attributes
    ----------
    rows, sample
        Numbers of the sampled rows, and these rows of the matrix.
    allowed : float array, shape (num_nodes,)
        What rounding may do to a row at u = 1.
    signs, flipped : float array, shape (num_nodes,)
        r and matrixᵀ r.
    """

    rows: np.ndarray
    sample: csr_array
    allowed: np.ndarray
    signs: np.ndarray
    flipped: np.ndarray

    @classmethod
    def of(cls, matrix: csr_array) -> Self:
        """Prepare a matrix in float64 with non-negative entries."""
        rng = np.random.default_rng(1)
        entries = np.diff(matrix.indptr)
        rows = np.unique(np.append(rng.integers(len(entries), size=SAMPLED), np.argmax(entries)))
        signs = rng.integers(2, size=len(entries)) * 2.0 - 1.0
        allowed = (entries + ROUNDINGS) * (matrix @ np.ones(matrix.shape[1]))
        return cls(rows, matrix[rows], allowed, signs, matrix.T @ signs)

    def save(self, file: Path) -> None:
        """Write a file."""
        sample = {"data": self.sample.data, "indices": self.sample.indices, "indptr": self.sample.indptr}
        half = file.with_suffix(".half.npz")
        np.savez(half, rows=self.rows, allowed=self.allowed, signs=self.signs, flipped=self.flipped, **sample)
        half.replace(file)

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read a file."""
        with np.load(file) as found:
            shape = (len(found["rows"]), len(found["signs"]))
            sample = csr_array((found["data"], found["indices"], found["indptr"]), shape=shape)
            return cls(found["rows"], sample, found["allowed"], found["signs"], found["flipped"])


def worst_error(expected: Expected, x: np.ndarray, y: np.ndarray) -> float:
    """Return the largest error of y = matrix · x as a share of what rounding may do; above 1 it is wrong.

    A row of e entries whose features lie between −1 and 1 may be wrong by (e + 8)·u·Σ_j |S_ij| with u half the
    machine epsilon of the dtype. Sampled rows, the one with most entries among them, are held against that
    one by one. All rows are held at once by Freivalds' check: rᵀy = (Sᵀr)ᵀx for random signs r.
    """
    unit = float(np.finfo(y.dtype).eps) / 2
    rows = expected.rows
    difference = np.abs(y[rows] - _product(expected.sample, x)).max(axis=1)
    alone = float((difference / (unit * expected.allowed[rows])).max())
    together = 0.0
    for columns in _panels(x.shape[1]):
        left = expected.signs @ y[:, columns].astype(np.float64)
        together = max(
            together, float(np.abs(left - expected.flipped @ x[:, columns].astype(np.float64)).max())
        )
    ratio = max(alone, together / (SPREAD * unit * float(np.linalg.norm(expected.allowed))))
    return ratio if np.isfinite(ratio) else float("inf")


def _product(rows: csr_array, x: np.ndarray) -> np.ndarray:
    return np.concatenate([rows @ x[:, c].astype(np.float64) for c in _panels(x.shape[1])], axis=1)


def _panels(columns: int, width: int = 16) -> list[slice]:
    return [slice(low, min(low + width, columns)) for low in range(0, columns, width)]
