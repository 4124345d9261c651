"""Whether layers end at a smooth state."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from spectral_smooth.monitoring.judging.by_class import explained_by_classes
from spectral_smooth.monitoring.judging.destination import (
    Destination,
    destinations,
    destinations_of_most,
    nearest,
)
from spectral_smooth.monitoring.judging.finding import Finding, finding
from spectral_smooth.monitoring.judging.onset import LayerOnset, longest_run, onset_below, onset_from
from spectral_smooth.monitoring.judging.thresholds import Thresholds
from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers


def find_smoothing(layers: Sequence[LayerNumbers], limits: Thresholds) -> Finding | None:
    """Return whether layers end at a smooth state, in which nodes can no longer be told apart, or barely.

    The distance of each layer to the nearest of constants, √degree, their span and the slow modes is compared
    with ``limits.smooth``; the onset is that of the stretch that reaches the last layer, whichever of them is near.
    Later layers that leave again do not acquit a stretch of a quarter of the layers (two at least): a linear layer
    can take the common part away, but only magnifies what little is left beside it.

    Labels decide: no smoothing is found where the layer is gathered by class and near slow modes, or gathered by class
    and not nearer than a tenth of ``limits.smooth`` to constants or √degree (a common offset). A last layer of fewer
    than ``limits.columns`` columns is not judged by itself: scores and regressions have an offset. Layers of zeros
    are not smooth. Where the whole graph is not smooth, the components that hold half of the nodes are judged.
    """
    return _search(layers, limits, destinations) or _search(layers, limits, destinations_of_most)


def _search(
    layers: Sequence[LayerNumbers],
    limits: Thresholds,
    where_to: Callable[[LayerNumbers], list[Destination]],
) -> Finding | None:
    # a layer of zeros is at no distance from anything: that is dead units, not smoothing
    every = [where_to(layer) if layer.values["rms"] > 0 else [] for layer in layers]
    distances = [min((one.distance for one in found), default=math.inf) for found in every]
    if _narrow_end(layers, distances, limits):
        distances[-1] = math.inf
    onset, at = _stretch(layers, distances, limits)
    if onset is None:
        return None
    reached = nearest(every[at], limits.smooth)
    if _acquitted(layers[at], reached, limits):
        return None
    name = layers[onset.layer].name
    where = "the last layer" if at == len(layers) - 1 else f"layer {at} ({layers[at].name})"
    sentence = (
        f"the layers become alike: from layer {onset.layer} ({name}) on less than "
        f"{100 * limits.smooth**2:.2g} % of their squared size is left outside a smooth state; at {where} "
        f"that is {reached.words} (distance {reached.distance:.2g})"
    )
    if distances[-1] > limits.smooth:
        sentence += "; later layers take the common part away again and magnify what little was left"
    return finding(
        "smoothing",
        onset,
        at,
        name,
        reached.measure,
        reached.distance,
        limits.smooth,
        sentence,
        destination=reached.name,
    )


def _narrow_end(layers: Sequence[LayerNumbers], distances: Sequence[float], limits: Thresholds) -> bool:
    """Whether only a narrow last layer is smooth, after wider ones that are not."""
    return (
        len(layers) > 1
        and layers[-1].columns < limits.columns <= layers[-2].columns
        and distances[-2] > limits.smooth
    )


def _acquitted(layer: LayerNumbers, reached: Destination, limits: Thresholds) -> bool:
    """Whether labels show that what a smooth layer has left is what it is for."""
    if not explained_by_classes(layer, limits):
        return False
    return reached.slow_modes > 0 or reached.distance > 0.1 * limits.smooth


def _stretch(
    layers: Sequence[LayerNumbers], distances: Sequence[float], limits: Thresholds
) -> tuple[LayerOnset | None, int]:
    """Return the onset of the smooth stretch that counts, and the layer it is judged at."""
    last = len(layers) - 1
    onset = onset_below(distances, limits.smooth)
    if onset is not None or explained_by_classes(layers[-1], limits):
        return onset, last
    least = max(2, -(-len(layers) // 4))

    def run(factor: float) -> tuple[int, int] | None:
        found = longest_run([distance <= limits.smooth * factor for distance in distances])
        return found if found is not None and found[1] - found[0] + 1 >= least else None

    nominal = run(1.0)
    if nominal is None:
        return None, last
    first, end = nominal
    onset = onset_from(lambda factor: None if (found := run(factor)) is None else found[0])
    return onset, min(range(first, end + 1), key=lambda index: distances[index])
