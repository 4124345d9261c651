"""What is worth knowing of a stack of layers and is no fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spectral_smooth.monitoring.judging.findings import Finding, explained_by_classes
from spectral_smooth.monitoring.judging.thresholds import Thresholds
from spectral_smooth.monitoring.measuring.layer_measures import LayerNumbers

# Effective rank that fell by this factor is told, even if more than one direction is left.
FALL = 4.0
FEW = 2.5


def gathering(layers: Sequence[LayerNumbers], limits: Thresholds) -> bool:
    """Return whether most of the last layer's scatter lies between classes, in enough directions."""
    return explained_by_classes(layers[-1], limits)


def observe(layers: Sequence[LayerNumbers], findings: Sequence[Finding], limits: Thresholds) -> Iterator[str]:
    """Yield one sentence for each thing worth knowing."""
    yield from _passing(layers, findings, limits)
    yield from _classes(layers, findings, limits)
    yield from _rank(layers, findings)
    yield from _zero_rows(layers)
    yield from _empty_columns(layers, findings, limits)


def _passing(
    layers: Sequence[LayerNumbers], findings: Sequence[Finding], limits: Thresholds
) -> Iterator[str]:
    if any(f.kind == "smoothing" for f in findings):
        return
    alike = [i for i, layer in enumerate(layers) if layer.values["profile_distance"] <= limits.smooth]
    if alike:
        shown = ", ".join(f"{i} ({layers[i].name})" for i in alike[:3]) + (", ..." if len(alike) > 3 else "")
        yield (
            f"layer {shown} is nearly smooth, but a later one is not: what tells nodes apart is small there "
            "and still resolved, or comes back by a skip connection"
        )


def _classes(
    layers: Sequence[LayerNumbers], findings: Sequence[Finding], limits: Thresholds
) -> Iterator[str]:
    shares = [layer.values.get("class_share") for layer in layers]
    if not shares or shares[-1] is None or shares[0] is None:
        return
    lies = f"{_percent(shares[-1])} of the scatter of the last layer lies between classes"
    if shares[-1] < limits.clustering:
        return
    if any(f.kind == "smoothing" for f in findings):
        yield f"{lies}: what little tells nodes apart there tells classes apart, to a read-out that rescales"
    elif explained_by_classes(layers[-1], limits):
        yield (
            f"{lies}, {_percent(shares[0])} of the first: distances within classes shrink and those between "
            "stay, which is what training is for"
        )
    else:
        count = len(layers[-1].classes["class_distance"])
        yield (
            f"{lies}, but in too few directions for {count} classes (effective rank "
            f"{layers[-1].values['effective_rank']:.2g}): not all of them can be apart"
        )


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
