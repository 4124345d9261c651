"""Measures of pairs of rows: along edges, and between any two nodes; all of them, or a sample with its error."""

from __future__ import annotations

import math

import numpy as np

from spectral_smooth.engines.threads import few_threads
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.measures.pairs import ZERO_DISTANCE
from spectral_smooth.measures.sampling import sample_mean
from spectral_smooth.monitoring.measuring.ground import SERIAL_SWEEP
from spectral_smooth.monitoring.measuring.moments import Moments
from spectral_smooth.monitoring.measuring.samples import Samples

# Pairs that a chunk of the pair sweep compares.
PAIR_CHUNK = 1024


def along_edges(m: Moments, samples: Samples, values: dict[str, float], errors: dict[str, float]) -> None:
    """Add the energies, their quotients, and the cosines of neighbours."""
    edges = samples.edges(m.columns)
    scales, which = m.ground.scales
    squares = _squares(m, edges.heads, edges.tails, scales)[:, which]
    total = edges.total
    # squares of extreme sizes may leave the range of float64: quotients are taken before the size is put back
    shares = {0: ("edge_rayleigh", m.norm2), 2: ("rayleigh_quotient", float(m.core_norms.sum()))}
    for column, name in enumerate(("edge_energy", "normalized_energy", "energy")):
        mean, error = _mean(edges.weights * squares[:, column], total)
        values[name] = m.scale * (m.scale * (total * mean))
        _note_error(errors, name, m.scale * (m.scale * (total * error)))
        if column in shares:
            share, size = shares[column]
            values[share] = total * mean / size if size > 0 else 0.0
            _note_error(errors, share, total * error / size if size > 0 else 0.0)
    mean, error = _mean(squares[:, 0], total)
    apart = 2.0 * m.spread / (m.ground.rows - 1)
    values["edge_ratio"] = mean / apart if apart > 0 else 0.0
    _note_error(errors, "edge_ratio", error / apart if apart > 0 else 0.0)
    half = len(edges.heads)
    lengths = {"edge_cosine": m.norms[edges.rows], "edge_cosine_centred": m.centred_norms(edges.rows)}
    for name, norms in lengths.items():
        cosine = _cosines(norms[edges.ends[:half]], norms[edges.ends[half:]], squares[:, 0])
        # edges at a zero row have no cosine: where none else is missing nothing is sampled
        among = len(cosine) if len(edges.heads) == total else total
        mean, error = _mean(cosine, among) if len(cosine) else (1.0, 0.0)
        values[name] = mean
        _note_error(errors, name, error)


def between_pairs(m: Moments, samples: Samples, values: dict[str, float], errors: dict[str, float]) -> None:
    """Add what compares any two nodes."""
    pairs = samples.pairs()
    n = m.ground.rows
    ones = np.ones((m.ground.whole.num_nodes, 1))
    squares = _squares(m, pairs.heads.ravel(), pairs.tails.ravel(), ones)[:, 0]
    by_node = m.ground.on_nodes(m.norms)
    a, b = np.sqrt(by_node[pairs.heads.ravel()]), np.sqrt(by_node[pairs.tails.ravel()])
    product = a * b
    known = product > 0
    # ‖â − b̂‖² = (‖a − b‖² − (‖a‖ − ‖b‖)²)/(‖a‖‖b‖): nothing cancels where rows are nearly equal
    unit: FloatArray = np.zeros(len(squares))
    np.divide(np.maximum(squares - (a - b) ** 2, 0.0), product, out=unit, where=known)
    size = np.sqrt(a**2 + b**2)
    relative = np.divide(np.sqrt(squares), size, out=np.zeros(len(squares)), where=size > 0)
    values["median_pair_distance"] = float(np.median(relative))
    if pairs.heads.size < n * (n - 1):
        # two standard errors of a quantile of as many rows: pairs of one row are not independent
        ends = np.quantile(
            relative, np.clip(0.5 + np.array([-1.0, 1.0]) / math.sqrt(len(pairs.heads)), 0.0, 1.0)
        )
        _note_error(errors, "median_pair_distance", float(ends[1] - ends[0]) / 4.0)
    both: BoolArray = known.reshape(pairs.heads.shape)
    unit, squares = unit.reshape(both.shape), squares.reshape(both.shape)
    far = unit > 2.0 * ZERO_DISTANCE
    for name, factor, distances, counted in (
        ("row_difference", m.scale * (n - 1) / n, np.sqrt(squares), np.ones_like(both)),
        ("smv", 1.0, 0.5 * np.sqrt(unit), both),
        ("mad_nonzero", 1.0, 0.5 * unit, far),
    ):
        mean, error = _pair_mean(distances, counted, n)
        values[name] = factor * mean
        _note_error(errors, name, factor * error)


def _squares(m: Moments, heads: IntArray, tails: IntArray, scales: FloatArray) -> FloatArray:
    """‖s_i x_i − s_j x_j‖² of pairs of nodes for each column s of the scales."""
    from spectral_smooth.monitoring.measuring import kernels

    chunks = max(1, len(heads) // PAIR_CHUNK)
    bounds = np.linspace(0, len(heads), chunks + 1).astype(np.int64)
    with few_threads(len(heads) * m.columns, SERIAL_SWEEP):
        return np.asarray(kernels.pair_squares(m.x, heads, tails, scales, bounds))


def _cosines(a: FloatArray, b: FloatArray, squares: FloatArray) -> FloatArray:
    """Cosines of the pairs whose vectors have a direction, from squared norms and squared distances."""
    product = np.sqrt(a) * np.sqrt(b)
    some = product > 0
    unlike = (squares[some] - (np.sqrt(a[some]) - np.sqrt(b[some])) ** 2) / (2.0 * product[some])
    return np.asarray(1.0 - np.clip(unlike, 0.0, 2.0))


def _mean(values: FloatArray, total: int) -> tuple[float, float]:
    """Mean of a simple random sample of ``total`` values and its standard error; 0 where all are there."""
    found = sample_mean(values, total)
    return found.value, found.standard_error


def _pair_mean(distances: FloatArray, counted: BoolArray, n: int) -> tuple[float, float]:
    """Mean over rows of the mean of their counted pairs, and its standard error; 0 without a pair.

    Of n rows some are drawn, and of the partners of each some, with replacement: both add to the error.
    """
    count = counted.sum(axis=1)
    some = count > 0
    if not some.any():
        return 0.0, 0.0
    kept, held, rows = np.where(counted, distances, 0.0)[some], count[some], int(some.sum())
    means = kept.sum(axis=1) / held
    mean = float(means.mean())
    if counted.shape == (n, n - 1):
        return mean, 0.0
    inner = (
        np.where(counted[some], (kept - means[:, None]) ** 2, 0.0).sum(axis=1)
        / np.maximum(held - 1, 1)
        / held
    )
    outer = float(means.var(ddof=1)) if rows > 1 else 0.0
    drawn = len(counted) / n
    return mean, math.sqrt(((1.0 - drawn) * outer + drawn * float(inner.mean())) / rows)


def _note_error(errors: dict[str, float], name: str, error: float) -> None:
    if error:
        errors[name] = error
