"""Mean distances of sampled rows to each class, the sample drawn class by class."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.measures.classes import Classes
from spectral_smooth.measures.pairs import squared_distances
from spectral_smooth.measures.rows import BLOCK_VALUES, row_blocks
from spectral_smooth.measures.sampling import ALL_MEMBERS, FEWEST_MEMBERS, SAMPLE_WORK


def stratified_rows(classes: Classes, columns: int, rows: int | None, rng: np.random.Generator) -> IntArray:
    """Return positions among the known rows: all, or equally many of each class, at least two."""
    known = classes.codes[classes.codes >= 0]
    if rows is None:
        affordable = SAMPLE_WORK // max(len(known) * columns, 1)
        rows = len(known) if len(known) <= ALL_MEMBERS else min(ALL_MEMBERS, max(FEWEST_MEMBERS, affordable))
    if rows >= len(known):
        return np.arange(len(known))
    each = max(2, -(-rows // classes.count))
    order = np.argsort(known, kind="stable")
    starts = np.concatenate([[0], np.cumsum(classes.sizes)])
    parts = [
        order[low + rng.choice(high - low, size=min(each, high - low), replace=False)]
        for low, high in pairwise(starts)
    ]
    return np.sort(np.concatenate(parts))


def mean_distances(x: FloatArray, classes: Classes, sampled: IntArray) -> FloatArray:
    """Return the mean distance of each sampled row to each class: shape (len(sampled), classes)."""
    known = np.flatnonzero(classes.codes >= 0)
    codes = classes.codes[known]
    sums = np.zeros((classes.count, len(sampled)))
    chosen = x[known[sampled]].astype(np.float64)
    low = 0
    for squares in squared_distances(chosen, sampled, _known_blocks(x, classes.codes, len(sampled))):
        at = codes[low : low + squares.shape[1]]
        low += len(at)
        members = csr_array((np.ones(len(at)), (at, np.arange(len(at)))), shape=(classes.count, len(at)))
        sums += members @ np.sqrt(squares).T
    return np.asarray(sums.T / classes.sizes)


def own_distances(x: FloatArray, classes: Classes, sampled: IntArray) -> FloatArray:
    """Return the mean distance of each sampled row to its class, itself included.

    Class by class: the shift in `squared_distances` is then the class's own, and what a tight class loses to
    rounding is measured by its own spread and not by that of all classes.
    """
    known = np.flatnonzero(classes.codes >= 0)
    order = known[np.argsort(classes.codes[known], kind="stable")]
    starts = np.concatenate([[0], np.cumsum(classes.sizes)])
    rows = known[sampled]
    means = np.zeros(len(sampled))
    for code, (low, high) in enumerate(pairwise(starts)):
        members = order[low:high]
        at = np.flatnonzero(classes.codes[rows] == code)
        step = max(1, BLOCK_VALUES // max(len(at), x.shape[1], 1))
        blocks = (x[members[i : i + step]].astype(np.float64) for i in range(0, len(members), step))
        chosen = x[rows[at]].astype(np.float64)
        for squares in squared_distances(chosen, np.searchsorted(members, rows[at]), blocks):
            means[at] += np.sqrt(squares).sum(axis=1) / len(members)
    return means


def _known_blocks(x: FloatArray, codes: IntArray, width: int) -> Iterator[FloatArray]:
    """Yield the known rows, so few at a time that a table against ``width`` others stays small."""
    step = max(1, BLOCK_VALUES // max(width, 1))
    low = 0
    for block in row_blocks(x):
        kept = block[codes[low : low + len(block)] >= 0]
        low += len(block)
        for start in range(0, len(kept), step):
            yield kept[start : start + step]


def stratum_means(values: FloatArray, own: IntArray, count: int) -> FloatArray:
    """Return the mean of the sampled rows' values per class, shape (classes,)."""
    return np.asarray(np.bincount(own, values, count) / np.bincount(own, minlength=count))


def stratified_error(influence: FloatArray, own: IntArray, classes: Classes) -> float:
    """Return the standard error of Σ_c mean over the sampled rows of c: √Σ_c sd_c²/s_c·(1 − s_c/n_c)."""
    drawn = np.bincount(own, minlength=classes.count)
    left = influence - stratum_means(influence, own, classes.count)[own]
    squares = np.bincount(own, left**2, classes.count) / np.maximum(drawn - 1, 1)
    return math.sqrt(float(np.sum(squares / drawn * (1.0 - drawn / classes.sizes))))
