"""What labels explain: a layer that is gathered by class has few directions and is not collapsed."""

from __future__ import annotations

from spectral_smooth.monitoring.judging.thresholds import Thresholds
from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers


def explained_by_classes(layer: LayerNumbers, limits: Thresholds) -> bool:
    """Return whether a layer is gathered by class: what is alike in it is alike within classes.

    Most of its scatter must lie between classes, and at least half of the classes lie apart from every other.
    """
    share = layer.values.get("class_share")
    if share is None or share < limits.clustering:
        return False
    return len(merged_classes(layer, limits)) <= 0.5 * len(layer.classes["class_separation"])


def merged_classes(layer: LayerNumbers, limits: Thresholds) -> list[int]:
    """Return the positions of the classes whose mean lies at that of another one.

    Their distance is less than ``limits.merged`` times the rms distance of both classes' nodes to their means.
    """
    return [
        position
        for position, separation in enumerate(layer.classes.get("class_separation", ()))
        if separation < limits.merged
    ]
