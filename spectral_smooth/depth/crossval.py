"""Cross-validation of ridge read-outs in closed form, from the kernel of the training nodes alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from spectral_smooth.depth.folds import Folds
from spectral_smooth.graphs.arrays import FloatArray, IntArray

RIDGES = np.geomspace(1e-7, 10.0, 17)
BANDWIDTH = 0.5
ROUNDING = 64.0 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class Readout:
    """What cross-validation says about ridge read-outs on one kernel; the first axis is the ridge.

    Attributes
    ----------
    votes : float array, shape (ridges, n, classes)
        Share of the repetitions in which a node that was left out was told to be of each class; a tie is shared.
    soft_hits : float array, shape (ridges, n)
        Votes for the own class, each 0 or 1 replaced by Φ(margin / (bandwidth · median margin)): nodes near the
        border count partly, which takes noise out of a comparison between depths. The median and not the root of the
        mean square: a collapsed kernel has a few huge margins, beside which all others would count a half.
    squares : float array, shape (ridges,)
        Balanced mean of the squared error.
    evidence : float array, shape (ridges,)
        Log evidence of a Gaussian process with this kernel and noise, its amplitude maximised out.
    """

    votes: FloatArray
    soft_hits: FloatArray
    squares: FloatArray
    evidence: FloatArray

    def hits(self, codes: IntArray) -> FloatArray:
        """Return the votes for the own class, shape (ridges, n)."""
        return np.asarray(self.votes[:, np.arange(len(codes)), codes])


def read_out(kernel: FloatArray, folds: Folds, ridges: FloatArray = RIDGES) -> Readout:
    """Cross-validate ridge read-outs on a kernel.

    With G = (K + λI)⁻¹ and targets Y, one column a class, a read-out that is trained without the nodes B errs on
    them by ``Y_B − f_B = (G_BB)⁻¹ (G Y)_B``: no read-out is trained twice. λ = ridge · tr(K)/n, so that the scale
    of the features, which falls with depth, does not matter. There is no intercept. What is ahead by no more than
    the rounding of K amplified by 1/ridge is a tie.

    Parameters
    ----------
    kernel : float array, shape (n, n)
        Inner products of the training nodes' features.
    folds : Folds
    ridges : float array
        Relative ridges; down to 1e-7, for information survives far longer than absolute size suggests.

    Returns
    -------
    Readout

    Notes
    -----
    Leave-out errors of kernel ridge regression in closed form: Rasmussen and Williams, Gaussian Processes for
    Machine Learning (2006), chapters 2.2 and 5.4.2, there for single nodes.

    Examples
    --------
    >>> x = np.repeat(np.eye(2), 8, axis=0)
    >>> codes = np.repeat([0, 1], 8)
    >>> found = read_out(x @ x.T, Folds.draw(codes, np.random.default_rng(0)))
    >>> float(found.hits(codes).min())
    1.0
    """
    n, targets = len(kernel), folds.targets
    values, vectors = np.linalg.eigh(kernel)
    values = np.maximum(values, 0.0)
    scale = float(values.mean()) or 1.0
    inside = vectors.T @ targets
    votes = np.zeros((len(ridges), *targets.shape))
    soft, squares, evidence = np.zeros((len(ridges), n)), np.zeros(len(ridges)), np.zeros(len(ridges))
    for at, ridge in enumerate(ridges):
        noisy = values + scale * ridge
        fit = float(np.sum(inside**2 / noisy[:, None]))
        evidence[at] = -0.5 * targets.shape[1] * (n * np.log(fit) + np.log(noisy).sum())
        told = _left_out((vectors / noisy) @ vectors.T, vectors @ (inside / noisy[:, None]), folds)
        tie = ROUNDING * n / ridge
        votes[at] = _votes(told, tie).mean(axis=0)
        soft[at] = _softened(told, folds.codes, tie).mean(axis=0)
        squares[at] = float(((told - targets) ** 2).sum(axis=2).mean(axis=0) @ folds.weights)
    return Readout(votes, soft, squares, evidence)


def _left_out(inverse: FloatArray, dual: FloatArray, folds: Folds) -> FloatArray:
    """Return what each node is told to be by the read-outs trained without its part: (repetitions, n, classes)."""
    told = np.empty((len(folds.partitions), *dual.shape))
    for repetition, nodes in folds.batches:
        blocks = inverse[nodes[:, :, None], nodes[:, None, :]]
        told[repetition[:, None], nodes] = folds.targets[nodes] - np.linalg.solve(blocks, dual[nodes])
    return told


def _votes(told: FloatArray, tie: float) -> FloatArray:
    first = told >= told.max(axis=2, keepdims=True) - tie
    return np.asarray(first / first.sum(axis=2, keepdims=True))


def _softened(told: FloatArray, codes: IntArray, tie: float) -> FloatArray:
    """Return Φ of the margin of each node's own class over the best other one, in units of the median margin."""
    nodes = np.arange(len(codes))
    others = told.copy()
    others[:, nodes, codes] = -np.inf
    margins = told[:, nodes, codes] - others.max(axis=2)
    sizes = np.abs(margins)
    # Where most nodes are tied, what is left is told or not.
    typical = np.maximum(np.median(sizes, axis=1, keepdims=True), tie)
    return np.asarray(np.where(sizes > tie, ndtr(margins / (BANDWIDTH * typical)), 1.0 / told.shape[2]))
