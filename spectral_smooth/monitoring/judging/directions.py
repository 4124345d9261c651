"""Whether rows or columns have lost their directions, though the layer is not smooth."""

from __future__ import annotations

import math
from collections.abc import Sequence

from spectral_smooth.monitoring.judging.by_class import explained_by_classes
from spectral_smooth.monitoring.judging.finding import Finding, finding
from spectral_smooth.monitoring.judging.onset import onset_above, onset_of
from spectral_smooth.monitoring.judging.thresholds import Thresholds
from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers


def find_rank_collapse(layers: Sequence[LayerNumbers], limits: Thresholds) -> Finding | None:
    """Return whether layers end as multiples of one row while nodes still differ in size or sign.

    Either the distance to rank one, √(1 − 1/stable rank), is at most ``limits.rank``, or the effective rank at most
    ``limits.effective_rank``. Layers of fewer than ``limits.columns`` columns or ``limits.rows`` nodes have no rank to
    lose.
    """

    def flags(factor: float) -> list[bool]:
        most = 1.0 + (limits.effective_rank - 1.0) * factor
        return [
            layer.columns >= limits.columns
            and layer.rows >= limits.rows
            and layer.values["stable_rank"] > 0
            and (rank_one_share(layer) <= limits.rank * factor or 0 < layer.values["effective_rank"] <= most)
            for layer in layers
        ]

    onset = onset_of(flags)
    if onset is None or explained_by_classes(layers[-1], limits):
        return None
    name = layers[onset.layer].name
    return finding(
        "rank collapse",
        onset,
        len(layers) - 1,
        name,
        "rank_one_share",
        rank_one_share(layers[-1]),
        limits.rank,
        f"from layer {onset.layer} ({name}) on rows are multiples of one vector, but for "
        f"{_percent(rank_one_share(layers[-1]) ** 2)} of the squared size of the last layer (effective rank "
        f"{layers[-1].values['effective_rank']:.2g} of {layers[-1].columns} columns), while nodes still "
        "differ in size or sign: directions are lost, not the graph's differences",
    )


def find_correlated_columns(layers: Sequence[LayerNumbers], limits: Thresholds) -> Finding | None:
    """Return whether columns end as copies of one another.

    Their mean |correlation| is at least ``limits.correlation``, to the last layer.
    """
    wide = [layer.columns >= limits.columns and layer.rows >= limits.rows for layer in layers]
    values = [
        layer.values["column_correlation"] if ok else 0.0 for layer, ok in zip(layers, wide, strict=True)
    ]
    onset = onset_above(values, limits.correlation)
    if onset is None or explained_by_classes(layers[-1], limits):
        return None
    name = layers[onset.layer].name
    return finding(
        "correlated columns",
        onset,
        len(layers) - 1,
        name,
        "column_correlation",
        values[-1],
        limits.correlation,
        f"from layer {onset.layer} ({name}) on columns say the same: their mean absolute correlation is "
        f"{values[-1]:.2f} at the last layer",
    )


def rank_one_share(layer: LayerNumbers) -> float:
    """Return √(1 − 1/stable rank), the distance to the nearest matrix of rank one as a share of ‖X‖_F."""
    stable = layer.values["stable_rank"]
    return math.sqrt(max(1.0 - 1.0 / stable, 0.0)) if stable > 0 else 0.0


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %"
