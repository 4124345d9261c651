"""What is worth knowing of a stack of layers and is no fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spectral_smooth.monitoring.judging.by_class import explained_by_classes, merged_classes
from spectral_smooth.monitoring.judging.finding import Finding
from spectral_smooth.monitoring.judging.thresholds import Thresholds
from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers

# Effective rank that fell by this factor is told, even if more than one direction is left.
FALL = 4.0
FEW = 2.5


def observe(layers: Sequence[LayerNumbers], findings: Sequence[Finding], limits: Thresholds) -> Iterator[str]:
    """Yield one sentence for each thing worth knowing."""
    if not any(f.kind == "smoothing" for f in findings):
        yield from _nearly_smooth(layers, limits)
        yield from _outliers(layers[-1], limits)
    yield from _classes(layers, findings, limits)
    yield from _rank(layers, findings)
    yield from _zero_rows(layers)
    yield from _empty_columns(layers, findings, limits)
    if not any(f.kind == "dead units" for f in findings):
        yield from _some_dead(layers, limits)


def _nearly_smooth(layers: Sequence[LayerNumbers], limits: Thresholds) -> Iterator[str]:
    alike = [
        i
        for i, layer in enumerate(layers)
        if layer.values["rms"] > 0 and layer.values["profile_distance"] <= limits.smooth
    ]
    last = len(layers) - 1
    if last in alike:
        distance = layers[-1].values["profile_distance"]
        if explained_by_classes(layers[-1], limits):
            yield (
                f"the last layer is small beside what all its rows share (distance {distance:.2g}), but "
                "most of what is left tells classes apart"
            )
        else:
            yield (
                f"the last layer has {layers[-1].columns} columns and is nearly the same at every node "
                f"(distance {distance:.2g}): the offset of a score or regression, or a collapse of the "
                "read-out; look at its spread"
            )
    before = [i for i in alike if i != last]
    if before and last not in alike:
        shown = ", ".join(f"{i} ({layers[i].name})" for i in before[:3]) + (
            ", ..." if len(before) > 3 else ""
        )
        yield (
            f"layer {shown} is nearly smooth, but a later one is not: what tells nodes apart is small there "
            "and still resolved, or comes back by a skip connection"
        )


def _outliers(layer: LayerNumbers, limits: Thresholds) -> Iterator[str]:
    """Yield whether a few rows far away make a layer look spread although most of its rows are equal."""
    pair = layer.values.get("median_pair_distance")
    if pair is None or not layer.values["rms"] or pair > limits.smooth or explained_by_classes(layer, limits):
        return
    if layer.values["dead_rows"] < 0.5:
        yield (
            f"half of all pairs of rows of the last layer are nearly equal (relative distance {pair:.2g} or "
            "less), while its spread is not small: a few rows, or a small class, lie far from the rest"
        )


def _classes(
    layers: Sequence[LayerNumbers], findings: Sequence[Finding], limits: Thresholds
) -> Iterator[str]:
    last, first = layers[-1].values.get("class_share"), layers[0].values.get("class_share")
    if last is None or last < limits.clustering:
        return
    lies = f"{_percent(last)} of the scatter of the last layer lies between classes"
    count, merged = len(layers[-1].classes["class_distance"]), len(merged_classes(layers[-1], limits))
    if any(f.kind == "smoothing" for f in findings):
        yield f"{lies}: what little tells nodes apart there tells classes apart, to a read-out that rescales"
    elif explained_by_classes(layers[-1], limits):
        since = "" if first is None else f", {_percent(first)} of the first"
        yield (
            f"{lies}{since}: distances within classes shrink and those between stay, which is what training is for"
        )
    if merged:
        yield (
            f"{merged} of {count} classes lie where another one does, at the last layer: their means are "
            f"closer than {limits.merged:g} times the spread of their nodes"
        )


def _some_dead(layers: Sequence[LayerNumbers], limits: Thresholds) -> Iterator[str]:
    inner = layers[1:] or layers
    worst = max(inner, key=lambda layer: layer.values["dead_columns"])
    share = worst.values["dead_columns"]
    if (
        share >= 0.5 * limits.dead
        and share * worst.columns > 1.5
        and share != layers[0].values["dead_columns"]
    ):
        yield f"{_percent(share)} of the columns of {worst.name} are zero at every node: more width than it uses"


def _rank(layers: Sequence[LayerNumbers], findings: Sequence[Finding]) -> Iterator[str]:
    if any(f.kind in ("smoothing", "rank collapse", "dead units") for f in findings):
        return
    most, last = max(layer.values["effective_rank"] for layer in layers), layers[-1]
    rank = last.values["effective_rank"]
    if last.columns > FEW and 0 < rank <= FEW and most >= FALL * rank and "class_share" not in last.values:
        yield (
            f"the effective rank falls from {most:.3g} to {rank:.2g}: right for two or three classes, a "
            "collapse for more; give labels to tell"
        )


def _zero_rows(layers: Sequence[LayerNumbers]) -> Iterator[str]:
    share = layers[-1].values["dead_rows"]
    if 0.01 <= share < 1.0:
        yield f"{_percent(share)} of the nodes have a zero row at the last layer: they have no direction, and no cosine"


def _empty_columns(
    layers: Sequence[LayerNumbers], findings: Sequence[Finding], limits: Thresholds
) -> Iterator[str]:
    first, last = layers[0], layers[-1]
    share = last.values["dead_columns"]
    if len(layers) < 2 or share < limits.dead or any(f.kind == "dead units" for f in findings):
        return
    if (first.columns, first.values["dead_columns"]) == (last.columns, share):
        yield (
            f"{_percent(share)} of the columns are zero at every node, in the last layer as in the first: "
            "empty columns of the input that are handed on, or units that were dead before the first layer "
            "given"
        )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
