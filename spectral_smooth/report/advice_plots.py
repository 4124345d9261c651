"""Interactive Bokeh pictures of the recommended depth and of the classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.report import numbers
from spectral_smooth.report.axes import BAND, CROWDED, GREY, INK, LIMIT, SAFE
from spectral_smooth.report.canvas import (
    DASHES,
    MARKERS,
    DepthAxis,
    add_hover,
    add_level,
    depth_figure,
    models,
    place_legend,
)
from spectral_smooth.report.class_choice import Contrast, Look, contrasts, looks, split_classes
from spectral_smooth.report.contrast_axis import ContrastAxis, contrast_axis
from spectral_smooth.report.selection import share_texts, shares, sides
from spectral_smooth.report.series import ValueAxis

if TYPE_CHECKING:
    from bokeh.plotting import figure

PALE = "#b5b5b5"


def advice_plot(analysis: Analysis) -> figure | None:
    """Draw accuracy on left-out training nodes, the recommended depth and its window; None without advice."""
    advice = analysis.advice
    if advice is None or advice.curve is None or advice.recommended_depth is None:
        return None
    depths, middle, lower, upper = shares(advice.curve)
    chance = advice.chance or 0.0
    low = max(min(float(lower.min()), chance) - 0.06, 0.0)
    axis = ValueAxis(False, low, min(float(upper.max()) + 0.06, 1.04))
    depth = DepthAxis(max(int(depths[-1]), 1), stretched=True)
    plot = depth_figure("balanced accuracy", axis, depth, height=380)
    if advice.window is not None:
        _window(plot, advice.window, axis, depth)
    x = depth.place(depths)
    plot.varea(x=x, y1=lower, y2=upper, fill_color=BAND, fill_alpha=0.8, legend_label="± 2 standard errors")
    label = f"recommended depth: {advice.recommended_depth:,}" + (" (weak signal)" if advice.weak else "")
    upright(plot, depth, advice.recommended_depth, axis, LIMIT, "solid", label)
    if advice.signal_gone_at is not None:
        gone = f"class signal gone from {advice.signal_gone_at:,}"
        upright(plot, depth, advice.signal_gone_at, axis, INK, "dotted", gone)
    _chance(plot, depth, chance)
    columns = {
        "x": x,
        "y": middle,
        "depth": [f"{int(d):,}" for d in depths],
        "told": share_texts(middle, lower, upper),
    }
    source = models().ColumnDataSource(columns)
    name = "on left-out training nodes"
    plot.line(x="x", y="y", source=source, color=INK, line_width=1.5, legend_label=name)
    marks = plot.scatter(
        x="x", y="y", source=source, size=7, color=INK, fill_color="white", legend_label=name
    )
    add_hover(plot, [marks], [("depth", "@depth"), ("accuracy", "@told")])
    place_legend(plot)
    return plot


def recall_plot(analysis: Analysis) -> figure | None:
    """Draw which share of each class is told right; None without advice."""
    advice = analysis.advice
    if advice is None or not advice.classes:
        return None
    depth = DepthAxis(max(int(advice.classes[0].recall.depths[-1]), 1), stretched=True)
    plot = depth_figure("recall", ValueAxis(False, -0.03, 1.04), depth, height=380)
    found, chosen = {one.label: one for one in advice.classes}, looks(analysis)
    own, rest = split_classes(found, chosen)
    _chance(plot, depth, advice.chance or 0.0)
    shown: list[Any] = []
    for label in [*rest, *own]:
        depths, middle, lower, upper = shares(found[label].recall)
        look = chosen.get(label)
        name = (
            f"class {label} ({found[label].training_nodes:,} nodes)" if look else f"{len(rest)} other classes"
        )
        columns = {
            "x": depth.place(depths),
            "y": middle,
            "depth": [f"{int(d):,}" for d in depths],
            "told": share_texts(middle, lower, upper),
            "name": [f"{label}"] * len(depths),
        }
        shown.append(_drawn(plot, columns, look, name))
        cut = np.isnan(middle)
        if look is not None and np.any(cut):
            x = depth.place(depths[cut])
            plot.segment(x, lower[cut], x, upper[cut], color=look.color, line_width=1, legend_label=name)
    add_hover(plot, shown, [("class", "@name"), ("depth", "@depth"), ("recall", "@told")])
    place_legend(plot)
    return plot


def class_plot(analysis: Analysis) -> figure | None:
    """Draw the contrast of each class, predicted and measured; None where there are no two classes."""
    shown, frame = contrasts(analysis), contrast_axis(analysis)
    if not shown or frame is None:
        return None
    depth = DepthAxis(frame.last, stretched=True)
    plot = depth_figure("contrast of the class", frame.value, depth, height=430)
    lines = [line for one in shown for line in _contrast(plot, one, frame, depth)]
    before, raised = np.inf, False
    for i, (name, value) in enumerate(frame.levels):
        raised = not (raised and frame.value.share(before) - frame.value.share(value) < CROWDED)
        before = value
        add_level(plot, value, f"{name}: {numbers.number(value)}", LIMIT, DASHES[i + 1], raised=raised)
    add_hover(
        plot, lines, [("class", "@name"), ("depth", "@depth"), ("contrast", "@told"), ("kind", "@kind")]
    )
    place_legend(plot)
    return plot


def upright(
    plot: figure, depth: DepthAxis, at: int, axis: ValueAxis, color: str, dash: Any, label: str
) -> None:
    """Draw a vertical line that the legend names."""
    place = float(depth.place(at))
    plot.line(
        [place, place], [axis.low, axis.high], color=color, line_dash=dash, line_width=2, legend_label=label
    )


def _contrast(plot: figure, one: Contrast, frame: ContrastAxis, depth: DepthAxis) -> list[Any]:
    made, color = [], one.look.color if one.look else PALE
    for curve, measured in ((one.found.predicted, False), (one.found.measured, True)):
        if curve is None or (measured and one.look is None):
            continue
        depths, lower, upper = sides(curve, frame.last)
        middle = curve.value[: len(depths)]
        seen = middle >= frame.value.low
        if not measured and np.any(upper > lower):
            low, high = frame.value.clip(lower), frame.value.clip(upper)
            plot.varea(x=depth.place(depths), y1=low, y2=high, fill_color=color, fill_alpha=0.13)
        kind = "measured" if measured else f"predicted ({curve.source})"
        columns = _columns(depth, depths[seen], middle[seen], lower[seen], upper[seen])
        columns |= {"name": [one.label] * int(seen.sum()), "kind": [kind] * int(seen.sum())}
        if measured and one.look is not None:
            made.append(_marks(plot, columns, one.look, one.label))
        else:
            made.append(_line(plot, columns, one.look, one.label))
    return made


def _columns(
    depth: DepthAxis, depths: IntArray, middle: FloatArray, lower: FloatArray, upper: FloatArray
) -> dict[str, Any]:
    told = [numbers.between(a, b) for a, b in zip(lower, upper, strict=True)]
    return {
        "x": depth.place(depths),
        "y": middle,
        "depth": [f"{int(d):,}" for d in depths],
        "told": told,
    }


def _drawn(plot: figure, columns: Mapping[str, Any], look: Look | None, label: str) -> Any:
    _line(plot, columns, look, label)
    return _marks(plot, columns, look, label)


def _line(plot: figure, columns: Mapping[str, Any], look: Look | None, label: str) -> Any:
    dash = DASHES[look.place % len(DASHES)] if look else "solid"
    return plot.line(
        x="x",
        y="y",
        source=models().ColumnDataSource(dict(columns)),
        color=look.color if look else PALE,
        line_dash=dash,
        line_width=1.7 if look else 1.0,
        legend_label=label,
    )


def _marks(plot: figure, columns: Mapping[str, Any], look: Look | None, label: str) -> Any:
    return plot.scatter(
        x="x",
        y="y",
        source=models().ColumnDataSource(dict(columns)),
        marker=MARKERS[look.place % len(MARKERS)] if look else "circle",
        size=6 if look else 3,
        color=look.color if look else PALE,
        fill_color="white",
        legend_label=label,
    )


def _window(plot: figure, window: tuple[int, int], axis: ValueAxis, depth: DepthAxis) -> None:
    first, last = window
    # A window of one depth is drawn as wide as can be seen.
    left, right = (float(depth.place(d)) + shift for d, shift in ((first, -0.06), (last, 0.06)))
    plot.quad(
        left=[left],
        right=[right],
        bottom=[axis.low],
        top=[axis.high],
        fill_color=SAFE,
        fill_alpha=0.8,
        hatch_pattern="right_diagonal_line",
        hatch_color="#7d9a6f",
        hatch_alpha=0.6,
        line_color="#7d9a6f",
        legend_label=f"nothing measurable is lost: {numbers.span(first, last)}",
    )


def _chance(plot: figure, depth: DepthAxis, chance: float) -> None:
    ends = [-1.0, float(depth.place(depth.last)) + 1.0]
    label = f"guessing: {numbers.percent(chance)}"
    plot.line(ends, [chance, chance], color=GREY, line_dash="dashdot", line_width=1.4, legend_label=label)
