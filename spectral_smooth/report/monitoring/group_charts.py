"""Pictures of classes and components: a line each, the smaller ones in grey."""

from __future__ import annotations

from collections.abc import Sequence

from spectral_smooth.errors import UsageError
from spectral_smooth.monitoring.result import Monitoring
from spectral_smooth.report.axes import CLASS_COLORS, INK
from spectral_smooth.report.monitoring.chart import ChartLine, LayerChart, LineLook, log_axis, share_axis
from spectral_smooth.report.monitoring.marks import onsets
from spectral_smooth.report.monitoring.zeros import gap_note, zero_layers
from spectral_smooth.report.wording import nodes

MOST_DRAWN = 8
# Fainter than any line with a name: there may be hundreds.
OTHERS = LineLook("#bdbdbd", 0, None, 0.8)
NO_LABELS = "no node has a known label"
COMPONENT_MEASURES = {
    "collapse": ("Collapse by component", "collapse (log)"),
    "constant_distance": ("Distance to constants by component", "distance to constants (log)"),
    "mean_cosine": ("Mean cosine by component", "mean cosine"),
}


def class_order(result: Monitoring) -> list[int]:
    """Return positions of the classes, the largest first."""
    return sorted(range(len(result.classes)), key=lambda at: (-result.class_counts[at], at))


def class_charts(result: Monitoring) -> tuple[LayerChart, LayerChart]:
    """Return distance within each class and contrast of each class: healthy clustering lowers the first only."""
    within, contrast = _class_lines(result, "class_distance"), _class_lines(result, "class_contrast")
    says = "" if result.classes else NO_LABELS
    gaps = gap_note(result.layers) if result.classes else ()
    return (
        LayerChart(
            "Distance to the class mean", "distance / size of the class (log)", log_axis(within),
            within, result.names, onsets=onsets(result), nothing=says, notes=gaps,
        ),
        LayerChart(
            "Contrast of each class", "class mean from the rest / size", log_axis(contrast), contrast, result.names,
            onsets=onsets(result), nothing=says, notes=gaps,
        ),
    )  # fmt: skip


def component_chart(result: Monitoring, name: str = "collapse") -> LayerChart:
    """Return one measure of the largest components, and of all smaller ones together.

    Raises
    ------
    UsageError
        If the measure is not kept by component.
    """
    if name not in COMPONENT_MEASURES:
        raise UsageError(f"{name!r} is not kept by component; there are: {', '.join(COMPONENT_MEASURES)}")
    title, label = COMPONENT_MEASURES[name]
    sizes = result.graph["components"]
    order = _drawn_components(result)
    rest = [at for at in range(len(sizes)) if at not in order]
    lines = [
        ChartLine.of(f"{len(rest)} other components", result.component_curve(name, at), OTHERS) for at in rest
    ]
    lines += [
        ChartLine.of(component_label(result, at), result.component_curve(name, at), _look(place))
        for place, at in enumerate(order)
    ]
    lines = [line.broken(zero_layers(result.layers)) for line in lines]
    axis = share_axis(lines) if name == "mean_cosine" else log_axis(lines)
    return LayerChart(
        title, label, axis, tuple(lines), result.names, onsets=onsets(result, ("smoothing",)),
        notes=gap_note(result.layers),
    )  # fmt: skip


def component_label(result: Monitoring, at: int) -> str:
    """Return what a row group is, with its nodes."""
    sizes = result.graph["components"]
    if at == len(sizes) - 1 and result.graph["pooled"]:
        return f"all smaller components ({nodes(sizes[at])})"
    return f"component {at} ({nodes(sizes[at])})"


def _drawn_components(result: Monitoring) -> list[int]:
    """Return which row groups are drawn one by one: the largest, and the pool, which is last."""
    count = len(result.graph["components"])
    if count <= MOST_DRAWN or not result.graph["pooled"]:
        return list(range(min(count, MOST_DRAWN)))
    return [*range(MOST_DRAWN - 1), count - 1]


def _class_lines(result: Monitoring, name: str) -> tuple[ChartLine, ...]:
    order = class_order(result)
    rest = order[MOST_DRAWN:]
    lines = [ChartLine.of(f"{len(rest)} other classes", result.class_curve(name, at), OTHERS) for at in rest]
    lines += [
        ChartLine.of(_class_label(result, at), result.class_curve(name, at), _look(place))
        for place, at in enumerate(order[:MOST_DRAWN])
    ]
    return tuple(line.broken(zero_layers(result.layers)) for line in lines)


def _class_label(result: Monitoring, at: int) -> str:
    return f"class {result.classes[at]} ({nodes(result.class_counts[at])})"


def _look(place: int) -> LineLook:
    colors: Sequence[str] = CLASS_COLORS
    color = colors[place % len(colors)] if place else INK
    return LineLook(color, place % 6, place % 8, 2.0 if place == 0 else 1.5)
