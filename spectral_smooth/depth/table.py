"""Table: cross-validation at every depth, its errors, and the depth it recommends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spectral_smooth.depth.crossval import Readout
from spectral_smooth.depth.folds import Folds
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray

SHALLOW = 4
CAUTION = 2.0
ADDED = 2.0
"""Successes and failures added to each class before its binomial error is taken (Agresti and Coull, 1998)."""


@dataclass(frozen=True, eq=False)
class Table:
    """Cross-validation at every depth, one row a depth, one column a training node.

    Attributes
    ----------
    depths : int array, shape (depths,)
    votes : float array, shape (depths, n, classes)
        How often each left-out node was told to be of each class, at the ridge of the best score.
    scores : float array, shape (depths, n)
        Votes for the own class, softened.
    weights : float array, shape (n,)
        Of a balanced mean.
    codes : int array, shape (n,)
    """

    depths: IntArray
    votes: FloatArray
    scores: FloatArray
    weights: FloatArray
    codes: IntArray

    @classmethod
    def of(cls, depths: IntArray, found: Sequence[Readout], folds: Folds) -> Table:
        """Take each depth at its best ridge."""
        best = [int(np.argmax(readout.soft_hits @ folds.weights)) for readout in found]
        votes = np.array([readout.votes[ridge] for readout, ridge in zip(found, best, strict=True)])
        scores = np.array([readout.soft_hits[ridge] for readout, ridge in zip(found, best, strict=True)])
        return cls(depths, votes, scores, folds.weights, folds.codes)

    @property
    def classes(self) -> int:
        """Number of classes."""
        return int(self.votes.shape[2])

    @property
    def sizes(self) -> IntArray:
        """Training nodes of each class."""
        return np.asarray(np.bincount(self.codes, minlength=self.classes))

    def recalls(self) -> FloatArray:
        """Return the share of each class that is told right: shape (depths, classes)."""
        own = [self.votes[:, self.codes == c, c].mean(axis=1) for c in range(self.classes)]
        return np.stack(own, axis=1)

    def false_alarms(self) -> FloatArray:
        """Return the share of the other classes, each alike, that is told to be of a class: (depths, classes)."""
        told = np.stack([self.votes[:, self.codes == c].mean(axis=1) for c in range(self.classes)], axis=1)
        return np.asarray((told.sum(axis=1) - np.einsum("kcc->kc", told)) / (self.classes - 1))

    def accuracy(self) -> FloatArray:
        """Return the balanced accuracy, shape (depths,)."""
        return np.asarray(self.recalls().mean(axis=1))

    def accuracy_error(self) -> FloatArray:
        """Return its standard error: binomial in each class, so that few nodes that agree are not certain."""
        return np.asarray(np.sqrt(np.sum(binomial(self.recalls(), self.sizes), axis=1)) / self.classes)

    def best(self) -> int:
        """Return the row of the recommended depth: a deep one must be better by more than its noise.

        With few labels the noise of the score finds a best depth anywhere on the grid, and most of the grid is
        deep: without this caution a weak signal is answered with a large depth as often as not.
        """
        means = self.scores @ self.weights
        shallow = self.depths <= SHALLOW
        first = int(np.argmax(np.where(shallow, means, -np.inf)))
        error = self.paired_error(self.scores - self.scores[first])
        lead = np.where(shallow, -np.inf, means - means[first] - CAUTION * error)
        deepest = int(np.argmax(lead))
        return deepest if lead[deepest] > 0 else first

    def tied(self, best: int) -> BoolArray:
        """Return which depths lose no more than one standard error of the paired difference."""
        loss = self.scores[best] - self.scores
        return np.asarray(loss @ self.weights <= self.paired_error(loss))

    def paired_error(self, rows: FloatArray) -> FloatArray:
        """Return the standard error of balanced means over nodes, one for each row."""
        variance = np.zeros(len(rows))
        for code, size in enumerate(self.sizes):
            own = rows[:, self.codes == code]
            variance += own.var(axis=1, ddof=1) / size / self.classes**2
        return np.asarray(np.sqrt(variance))


def binomial(shares: FloatArray, sizes: IntArray) -> FloatArray:
    """Return the squared standard error of shares of so many nodes, `ADDED` successes and failures added.

    Examples
    --------
    >>> float(binomial(np.array([1.0]), np.array([20]))[0] ** 0.5)
    0.0564...
    """
    total = sizes + 2.0 * ADDED
    middle = (shares * sizes + ADDED) / total
    return np.asarray(middle * (1.0 - middle) / total)
