"""measure_layer(): every measure of one layer, scale-free ones beside raw ones, per class and per component."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.engines.numba_csr import few_threads
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray, bin_sums
from spectral_smooth.measures.pairs import ZERO_DISTANCE
from spectral_smooth.measures.rows import block_length
from spectral_smooth.measures.sampling import sample_mean
from spectral_smooth.monitoring.measuring.gram import Gram
from spectral_smooth.monitoring.measuring.ground import SERIAL_SWEEP, Ground
from spectral_smooth.monitoring.measuring.moments import Moments
from spectral_smooth.monitoring.measuring.samples import Samples
from spectral_smooth.monitoring.reading.layer import Layer

# Up to this many nodes slow modes are always looked at; beyond, only where a layer is smooth enough to need them.
MODES_ALWAYS = 5000
SMOOTH_ENOUGH = 0.5
# Pairs that a chunk of the pair sweep compares.
PAIR_CHUNK = 1024


@dataclass(frozen=True, eq=False)
class LayerNumbers:
    """All that was measured of one layer.

    Attributes
    ----------
    name : str
    rows : int
        Nodes that were measured: those with a neighbour.
    columns : int
    dtype : str
        As it was stored.
    values : dict of str to float
        Of the whole measured graph; names in `LAYER_MEASURES`. What is not defined is missing. An energy whose square
        leaves float64 is infinite or zero; quotients of it are right all the same.
    errors : dict of str to float
        Standard errors of those that are sampled.
    groups : dict of str to tuple of float
        Per row group: the largest components, smaller ones pooled.
    classes : dict of str to tuple of float
        Per class; empty without labels.
    modes : tuple of float or None
        Distance to the fixed space with the first 0, 1, ... slow modes, relative to ‖T X‖; None where the layer is
        zero or too rough to be near any of them, or the graph too small to have some.
    """

    name: str
    rows: int
    columns: int
    dtype: str
    values: dict[str, float]
    errors: dict[str, float]
    groups: dict[str, tuple[float, ...]]
    classes: dict[str, tuple[float, ...]]
    modes: tuple[float, ...] | None

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types; a value that is not finite is null."""
        return {
            "name": self.name,
            "rows": self.rows,
            "columns": self.columns,
            "dtype": self.dtype,
            "values": {key: value if math.isfinite(value) else None for key, value in self.values.items()},
            "errors": {key: value if math.isfinite(value) else None for key, value in self.errors.items()},
            "groups": {key: list(values) for key, values in self.groups.items()},
            "classes": {key: list(values) for key, values in self.classes.items()},
            "modes": None if self.modes is None else list(self.modes),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> LayerNumbers:
        """Read what `to_dict` wrote."""

        def numbers(values: dict[str, float | None]) -> dict[str, float]:
            return {key: math.inf if value is None else float(value) for key, value in values.items()}

        return cls(
            name=data["name"],
            rows=data["rows"],
            columns=data["columns"],
            dtype=data["dtype"],
            values=numbers(data["values"]),
            errors=numbers(data["errors"]),
            groups={key: tuple(values) for key, values in data["groups"].items()},
            classes={key: tuple(values) for key, values in data["classes"].items()},
            modes=None if data["modes"] is None else tuple(data["modes"]),
        )


def measure_layer(ground: Ground, samples: Samples, layer: Layer, index: int) -> LayerNumbers:
    """Measure one layer; time and memory are a few times those of its values.

    Raises
    ------
    InputError
        If it does not have one row a node, has no columns, or holds values that are not finite.
    """
    moments = Moments.of(ground, layer, index)
    values: dict[str, float] = {}
    errors: dict[str, float] = {}
    _sizes(moments, values)
    _distances(moments, values)
    _directions(moments, values)
    _along_edges(moments, samples, values, errors)
    _between_pairs(moments, samples, values, errors)
    _ranks_and_columns(moments, samples, values)
    if ground.classes is not None:
        _scatter(moments, values)
    return LayerNumbers(
        name=layer.name,
        rows=ground.rows,
        columns=moments.columns,
        dtype=layer.dtype,
        values=values,
        errors=errors,
        groups=_per_group(moments),
        classes={} if ground.classes is None else _per_class(moments),
        modes=_to_modes(moments, values),
    )


def _sizes(m: Moments, values: dict[str, float]) -> None:
    values["norm"] = m.scale * math.sqrt(m.core_norms.sum())
    values["rms"] = m.scale * math.sqrt(m.norm2 / (m.ground.rows * m.columns))
    values["largest"] = m.scale * float(m.largest.max())
    values["dead_columns"] = float(np.mean(m.largest == 0))
    values["dead_rows"] = m.zero_rows / m.ground.rows


def _distances(m: Moments, values: dict[str, float]) -> None:
    values["deviation"] = m.scale * math.sqrt(m.deviations.sum())
    values["collapse"] = _share(m.deviations.sum(), m.core_norms.sum())
    values["constant_distance"] = _share(m.to_constants.sum(), m.norm2)
    values["degree_distance"] = _share(m.to_degrees.sum(), m.norm2)
    values["profile_distance"] = _share(m.to_both.sum(), m.norm2)
    for name, parts in (
        ("constant", m.to_constants),
        ("degree", m.to_degrees),
        ("profile", m.to_both),
    ):
        values[f"{name}_distance_median"] = _median_over_nodes(m, parts)
    values["mean_deviation"] = m.scale * math.sqrt(m.spread)


def _median_over_nodes(m: Moments, parts: FloatArray) -> float:
    """Median over nodes of the distance of their component: what the component of most nodes does."""
    whole = m.component_norms
    # a component of zeros has no size, and its nodes are as alike as can be
    distances = np.sqrt(np.divide(parts, whole, out=np.zeros(len(parts)), where=whole > 0))
    order = np.argsort(distances, kind="stable")
    reached = np.cumsum(m.ground.sizes[order])
    return float(min(distances[order][np.searchsorted(reached, 0.5 * m.ground.rows)], 1.0))


def _directions(m: Moments, values: dict[str, float]) -> None:
    count, spread = m.whole_spread
    values["mad"] = spread / (count - 1) if count > 1 else 0.0
    values["mean_cosine"] = 1.0 - values["mad"]


def _along_edges(m: Moments, samples: Samples, values: dict[str, float], errors: dict[str, float]) -> None:
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


def _between_pairs(m: Moments, samples: Samples, values: dict[str, float], errors: dict[str, float]) -> None:
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


def _ranks_and_columns(m: Moments, samples: Samples, values: dict[str, float]) -> None:
    at = samples.rows(m.columns)
    whole = len(at) == m.ground.whole.num_nodes
    gram = Gram.of(m.x if whole else m.x[m.ground.order[at]], m.ground.rows)
    values["stable_rank"] = gram.stable_rank()
    values["effective_rank"] = gram.effective_rank()
    values["rank_one_distance"] = gram.rank_one_distance()
    values["column_correlation"] = gram.column_correlation()
    values["column_difference"] = gram.column_difference()
    values["constant_columns"] = 1.0 - float(np.mean(gram.varying))


def _scatter(m: Moments, values: dict[str, float]) -> None:
    classes = m.ground.classes
    assert classes is not None
    sizes = classes.sizes.astype(np.float64)
    means = m.class_sums / sizes[:, None]
    shifted = means - sizes @ means / sizes.sum()
    between = float(sizes @ np.sum(shifted**2, axis=1))
    within = float(m.within.sum())
    values["between_scatter"] = m.scale * math.sqrt(between)
    values["within_scatter"] = m.scale * math.sqrt(within)
    known = float(m.class_norms[:, 0].sum())
    # of equal rows only the rounding of their sums is left, and where it lies says nothing
    if between + within > (classes.known * np.finfo(np.float64).eps) ** 2 * known:
        values["class_share"] = between / (between + within)
    values["class_distance"] = _share(within, known)
    count, spread = m.class_spreads
    # Σ_ij cos over ordered pairs i ≠ j: of one class, and of two different ones
    inside = float(np.sum(count * (count - 1.0 - spread)))
    inner_pairs = float(np.sum(count * (count - 1.0)))
    every = float(count.sum())
    total = float(np.sum(m.class_units.sum(axis=0) ** 2) - every)
    outer_pairs = every * (every - 1.0) - inner_pairs
    if inner_pairs > 0:
        values["within_cosine"] = inside / inner_pairs
    if outer_pairs > 0:
        values["between_cosine"] = (total - inside) / outer_pairs


def _per_group(m: Moments) -> dict[str, tuple[float, ...]]:
    group, count = m.ground.groups, m.ground.num_groups

    def pooled(values: FloatArray) -> FloatArray:
        return bin_sums(group, values, count)

    core = m.ground.by_component(m.core_norms)
    rows, spread = m.component_spreads
    # pairs of one component only: pooled components are not compared with one another
    pairs, unlike = pooled(rows * np.maximum(rows - 1.0, 0.0)), pooled(rows * spread)
    return {
        "collapse": _shares(pooled(m.deviations), pooled(core)),
        "constant_distance": _shares(pooled(m.to_constants), pooled(m.component_norms)),
        "mean_cosine": tuple(
            1.0 - float(u / p) if p > 0 else 1.0 for u, p in zip(unlike, pairs, strict=True)
        ),
    }


def _per_class(m: Moments) -> dict[str, tuple[float, ...]]:
    classes = m.ground.classes
    assert classes is not None
    sizes = classes.sizes.astype(np.float64)
    count, spread = m.class_spreads
    total, known = m.class_sums.sum(axis=0), sizes.sum()
    rest = np.maximum(known - sizes, 1.0)[:, None]
    apart = np.linalg.norm(m.class_sums / sizes[:, None] - (total - m.class_sums) / rest, axis=1)
    size = math.sqrt(float(m.class_norms[:, 0].sum()) / known)
    contrast = apart / size if size > 0 and classes.count > 1 else np.zeros(classes.count)
    norms = m.class_norms[:, 0]
    return {
        "class_distance": _shares(m.within, norms),
        "class_contrast": tuple(float(v) for v in contrast),
        "class_separation": _separations(m.class_sums / sizes[:, None], m.within / sizes),
        "within_cosine": tuple(
            1.0 - float(s / (c - 1.0)) if c > 1 else 1.0 for c, s in zip(count, spread, strict=True)
        ),
    }


def _separations(means: FloatArray, variances: FloatArray) -> tuple[float, ...]:
    """Distance of each class mean to the nearest other one, over the rms distance of both classes' nodes to them.

    0 where there is one class only, or both means and spreads vanish; capped at 1e6, where classes are points.
    """
    if len(means) < 2:
        return (0.0,) * len(means)
    gram = means @ means.T
    squares = np.maximum(np.diag(gram)[:, None] + np.diag(gram) - 2.0 * gram, 0.0)
    spread = 0.5 * (variances[:, None] + variances)
    np.fill_diagonal(squares, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.sqrt(squares / spread)
    ratio[np.isnan(ratio)] = 0.0
    return tuple(float(v) for v in np.minimum(ratio.min(axis=1), 1e6))


def _to_modes(m: Moments, values: dict[str, float]) -> tuple[float, ...] | None:
    """Distance of T X to the fixed space with the first slow modes: all rows, for modes may live on a few of them."""
    ground = m.ground
    if ground.rows > MODES_ALWAYS and values["rayleigh_quotient"] > SMOOTH_ENOUGH * values["collapse"] ** 2:
        return None
    vectors = ground.modes.vectors
    if not vectors.shape[1] or not m.norm2:
        return None
    parts = np.zeros((vectors.shape[1], m.columns))
    step = block_length(m.columns)
    for low in range(0, ground.rows, step):
        rows = slice(low, low + step)
        # slow modes are at right angles to the fixed space: nothing of it has to be taken off
        parts += (vectors[rows] * ground.similarity[rows, None]).T @ m.x[ground.order[rows]]
    found = np.cumsum(np.sum(parts**2, axis=1))
    # within an eigenspace the modes are any basis of it: what lies in a part of it is not told
    ended = np.maximum.accumulate(np.where(ground.modes.whole, np.arange(1, len(found) + 1), 0))
    found = np.concatenate([[0.0], found])[np.concatenate([[0], ended])]
    size = float(m.core_norms.sum())
    return tuple(_share(max(float(v), 0.0), size) for v in m.deviations.sum() - found)


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


def _share(part: float, whole: float) -> float:
    """Square root of a share; 0 where there is nothing."""
    return math.sqrt(min(float(part) / float(whole), 1.0)) if whole > 0 else 0.0


def _shares(parts: FloatArray, wholes: FloatArray) -> tuple[float, ...]:
    return tuple(_share(p, w) for p, w in zip(parts, wholes, strict=True))
