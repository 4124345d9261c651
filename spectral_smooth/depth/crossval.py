"""Cross-validation of ridge read-outs in closed form, from the kernel of the training nodes alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from spectral_smooth.depth.folds import Folds
from spectral_smooth.graphs.arrays import FloatArray, IntArray

RIDGES = np.geomspace(1e-7, 10.0, 17)
BANDWIDTH = 0.5
# Targets are 0 and 1: what is ahead by less is ahead by rounding.
TIE = 1e-12


@dataclass(frozen=True, eq=False)
class Readout:
    """What cross-validation says about ridge read-outs on one kernel; a row for each ridge.

    Attributes
    ----------
    hits : float array, shape (ridges, n)
        Share of the repetitions in which a node that was left out was told right.
    soft_hits : float array, shape (ridges, n)
        The same with every 0 or 1 replaced by Φ(margin / (bandwidth · root-mean-square margin)): nodes near the
        border count partly, which halves the noise of a comparison between depths.
    squares : float array, shape (ridges,)
        Balanced mean of the squared error.
    evidence : float array, shape (ridges,)
        Log evidence of a Gaussian process with this kernel and noise, its amplitude maximised out.
    """

    hits: FloatArray
    soft_hits: FloatArray
    squares: FloatArray
    evidence: FloatArray


def read_out(kernel: FloatArray, folds: Folds, ridges: FloatArray = RIDGES) -> Readout:
    """Cross-validate ridge read-outs on a kernel.

    With G = (K + λI)⁻¹ and targets Y, one column a class, a read-out that is trained without the nodes B errs on
    them by ``Y_B − f_B = (G_BB)⁻¹ (G Y)_B``: no read-out is trained twice. λ = ridge · tr(K)/n, so that the scale
    of the features, which falls with depth, does not matter. There is no intercept.

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
    >>> found = read_out(x @ x.T, Folds.draw(np.repeat([0, 1], 8), np.random.default_rng(0)))
    >>> float(found.hits.min())
    1.0
    """
    n, targets = len(kernel), folds.targets
    values, vectors = np.linalg.eigh(kernel)
    values = np.maximum(values, 0.0)
    scale = float(values.mean()) or 1.0
    noisy = values + scale * ridges[:, None]
    inside = vectors.T @ targets
    evidence = (
        -0.5
        * targets.shape[1]
        * (n * np.log(np.einsum("ec,re->r", inside**2, 1.0 / noisy)) + np.log(noisy).sum(axis=1))
    )
    inverse = np.einsum("ie,re,je->rij", vectors, 1.0 / noisy, vectors, optimize=True)
    dual = inverse @ targets
    hits, soft, squares = np.zeros((len(ridges), n)), np.zeros((len(ridges), n)), np.zeros(len(ridges))
    for parts in folds.partitions:
        told = _left_out(inverse, dual, targets, parts)
        margins = _margins(told, folds.codes)
        hits += margins > 0
        typical = np.sqrt(np.mean(margins**2, axis=1, keepdims=True))
        soft += ndtr(np.divide(margins, BANDWIDTH * typical, out=np.zeros_like(margins), where=typical > 0))
        squares += ((told - targets) ** 2).sum(axis=2) @ folds.weights
    repeats = len(folds.partitions)
    return Readout(hits / repeats, soft / repeats, squares / repeats, evidence)


def _left_out(
    inverse: FloatArray, dual: FloatArray, targets: FloatArray, parts: tuple[IntArray, ...]
) -> FloatArray:
    """Return what each node is told to be by the read-outs trained without its part: (ridges, n, classes)."""
    told = np.empty_like(dual)
    for part in parts:
        block = inverse[:, part[:, None], part]
        told[:, part] = targets[part] - np.linalg.solve(block, dual[:, part])
    return told


def _margins(told: FloatArray, codes: IntArray) -> FloatArray:
    """Return by how much the own class is ahead of the best other one: shape (ridges, n)."""
    nodes = np.arange(len(codes))
    own = told[:, nodes, codes]
    others = told.copy()
    others[:, nodes, codes] = -np.inf
    ahead = own - others.max(axis=2)
    return np.asarray(np.where(np.abs(ahead) > TIE, ahead, 0.0))
