"""measure_layer(): every measure of one layer, scale-free ones beside raw ones, per class and per component."""

from __future__ import annotations

import math

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, bin_sums
from spectral_smooth.measures.rows import block_length
from spectral_smooth.monitoring.measuring.class_measures import measure_scatter, per_class
from spectral_smooth.monitoring.measuring.gram import Gram
from spectral_smooth.monitoring.measuring.ground import Ground
from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers
from spectral_smooth.monitoring.measuring.moments import Moments
from spectral_smooth.monitoring.measuring.pair_measures import along_edges, between_pairs
from spectral_smooth.monitoring.measuring.samples import Samples
from spectral_smooth.monitoring.measuring.shares import root_share, root_shares
from spectral_smooth.monitoring.reading.layer import Layer

# Up to this many nodes slow modes are always looked at; beyond, only where a layer is smooth enough to need them.
MODES_ALWAYS = 5000
SMOOTH_ENOUGH = 0.5


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
    along_edges(moments, samples, values, errors)
    between_pairs(moments, samples, values, errors)
    _ranks_and_columns(moments, samples, values)
    if ground.classes is not None:
        measure_scatter(moments, values)
    return LayerNumbers(
        name=layer.name,
        rows=ground.rows,
        columns=moments.columns,
        dtype=layer.dtype,
        values=values,
        errors=errors,
        groups=_per_group(moments),
        classes={} if ground.classes is None else per_class(moments),
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
    values["collapse"] = root_share(m.deviations.sum(), m.core_norms.sum())
    values["constant_distance"] = root_share(m.to_constants.sum(), m.norm2)
    values["degree_distance"] = root_share(m.to_degrees.sum(), m.norm2)
    values["profile_distance"] = root_share(m.to_both.sum(), m.norm2)
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


def _per_group(m: Moments) -> dict[str, tuple[float, ...]]:
    group, count = m.ground.groups, m.ground.num_groups

    def pooled(values: FloatArray) -> FloatArray:
        return bin_sums(group, values, count)

    core = m.ground.by_component(m.core_norms)
    rows, spread = m.component_spreads
    # pairs of one component only: pooled components are not compared with one another
    pairs, unlike = pooled(rows * np.maximum(rows - 1.0, 0.0)), pooled(rows * spread)
    return {
        "collapse": root_shares(pooled(m.deviations), pooled(core)),
        "constant_distance": root_shares(pooled(m.to_constants), pooled(m.component_norms)),
        "mean_cosine": tuple(
            1.0 - float(u / p) if p > 0 else 1.0 for u, p in zip(unlike, pairs, strict=True)
        ),
    }


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
    return tuple(root_share(max(float(v), 0.0), size) for v in m.deviations.sum() - found)
