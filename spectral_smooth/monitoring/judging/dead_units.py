"""Whether many columns are zero at every node."""

from __future__ import annotations

from collections.abc import Sequence

from spectral_smooth.monitoring.judging.finding import Finding, finding
from spectral_smooth.monitoring.judging.onset import onset_of
from spectral_smooth.monitoring.judging.thresholds import Thresholds
from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers


def find_dead_units(layers: Sequence[LayerNumbers], limits: Thresholds) -> Finding | None:
    """Return whether a layer has at least ``limits.dead`` of its columns zero at every node (two columns at least).

    It need not last: a linear layer after a dead one has no zeros, but cannot know what the dead ones would have
    said. Inputs often have empty columns: the first layer given is passed over where a later one is not dead, and so
    are layers of its width with as many, which only hand them on. Of fewer than ``limits.rows`` nodes nothing is said.
    """
    inputs = layers[0]
    if inputs.rows < limits.rows:
        return None

    def handed_on(layer: LayerNumbers) -> bool:
        return (
            layer.columns == inputs.columns
            and layer.values["dead_columns"] == inputs.values["dead_columns"] < 1.0
        )

    def flags(factor: float) -> list[bool]:
        return [
            layer.values["dead_columns"] >= min(limits.dead / factor, 1.0)
            and layer.values["dead_columns"] * layer.columns > 1.5
            and (index == 0 or not handed_on(layer))
            for index, layer in enumerate(layers)
        ]

    def first(factor: float) -> list[bool]:
        dead = flags(factor)
        hit = dead.index(True, 1) if True in dead[1:] else (0 if all(dead) else None)
        if hit == 1 and dead[0] and layers[1].columns == inputs.columns:
            hit = 0
        return [hit is not None and index >= hit for index in range(len(dead))]

    onset = onset_of(first)
    if onset is None:
        return None
    dead = [i for i, flag in enumerate(flags(1.0)) if flag and i >= onset.layer]
    worst = max(dead, key=lambda i: layers[i].values["dead_columns"])
    name, share = layers[onset.layer].name, layers[worst].values["dead_columns"]
    if layers[worst].values["dead_columns"] == 1.0:
        said = f"layer {worst} ({layers[worst].name}) is zero at every node: nothing passes it"
    else:
        said = (
            f"{share:.0%} of the columns of layer {worst} ({layers[worst].name}) are zero at every node"
            + (f", the first such layer is {onset.layer} ({name})" if worst != onset.layer else "")
        )
    return finding(
        "dead units", onset, worst, name, "dead_columns", share, limits.dead, said.replace("%", " %")
    )
