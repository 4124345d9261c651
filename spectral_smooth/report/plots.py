"""Interactive Bokeh pictures of the HTML report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.report import numbers
from spectral_smooth.report.axes import BAND, CROWDED, GREY, INK, LIMIT, PREDICTED, SAFE
from spectral_smooth.report.canvas import DepthAxis, add_level, depth_figure, models, place_legend
from spectral_smooth.report.selection import all_series, collapse_reach, extent, last_depth, limit_levels
from spectral_smooth.report.series import Series, ValueAxis, value_axis
from spectral_smooth.report.wording import drawable, group_label

if TYPE_CHECKING:
    from bokeh.plotting import figure

DASHES: tuple[Any, ...] = ("dashed", "dotdash", "dotted", [8, 2, 2, 2, 2, 2])
MAX_GROUPS_DRAWN = 4


def decay_plot(one: Series) -> figure:
    """Draw one measure: the predicted band, its edges, the measured points, the floor of rounding noise."""
    axis, depth = value_axis(extent(one), decay=one.predicted is not None), DepthAxis(max(last_depth(one), 1))
    plot = depth_figure(drawable(one.axis_label), axis, depth)
    _draw(plot, one, axis, depth)
    floor = one.floor()
    if axis.log and axis.low < floor < axis.high:
        add_level(plot, floor, "rounding noise below", GREY, "dotted", raised=True)
    place_legend(plot)
    return plot


def measure_plot(one: Series) -> figure:
    """Draw one measure that is not predicted, small."""
    axis, depth = value_axis(extent(one), decay=False), DepthAxis(max(last_depth(one), 1))
    plot = depth_figure(drawable(one.axis_label), axis, depth, height=230, small=True)
    depths, values = one.points()
    plot.line(depth.place(depths), axis.clip(values), color=GREY, line_width=1.2)
    _draw(plot, one, axis, depth)
    plot.legend.visible = False
    return plot


def collapse_plot(analysis: Analysis) -> figure | None:
    """Draw the collapse of the whole graph and of the largest components, the limits and the safe depth."""
    every = [one for one in all_series([analysis]) if one.name == "collapse"]
    whole = next((one for one in every if one.component is None), None)
    if whole is None:
        return None
    levels = limit_levels(analysis)
    axis = value_axis(extent(whole), [value for _, value in levels])
    depth = DepthAxis(collapse_reach(analysis, whole))
    plot = depth_figure(drawable(whole.axis_label), axis, depth, height=430)
    _shade_safe(plot, analysis, axis, depth)
    groups = [one for one in every if one.component is not None]
    for i, one in enumerate(groups[:MAX_GROUPS_DRAWN] if len(groups) > 1 else []):
        depths, values = one.points()
        label = drawable(group_label(one.component, analysis.graph))
        places = depth.place(depths)
        plot.line(
            places, axis.clip(values), color=GREY, line_dash=DASHES[i], line_width=1.4, legend_label=label
        )
    before, raised = np.inf, False
    for i, (name, value) in enumerate(levels):
        raised = not (raised and axis.share(before) - axis.share(value) < CROWDED)
        before = value
        text = f"{name}: {numbers.number(value)}"
        add_level(plot, value, text, LIMIT, DASHES[i % len(DASHES)], raised=raised)
    _draw(plot, whole, axis, depth)
    place_legend(plot)
    return plot


def _draw(plot: figure, one: Series, axis: ValueAxis, depth: DepthAxis) -> None:
    if one.predicted is not None:
        depths, lower, upper = one.band(depth.last)
        low, high = axis.clip(lower), axis.clip(upper)
        band = models().ColumnDataSource({"x": depth.place(depths), "low": low, "high": high})
        label = f"predicted ({one.predicted.source})"
        plot.varea(
            x="x", y1="low", y2="high", source=band, fill_color=BAND, fill_alpha=0.8, legend_label=label
        )
        for side in ("low", "high"):
            plot.line(x="x", y=side, source=band, color=PREDICTED, line_width=1.3, legend_label=label)
    depths, values = one.points()
    if one.measured is not None:
        _draw_errors(plot, one, axis, depth)
        shown = np.isfinite(values)
        zero = shown & (values <= 0) if axis.log else np.zeros(len(values), dtype=bool)
        looks: dict[str, Any] = {"color": INK, "fill_color": "white", "line_width": 1.3}
        drawn = shown & ~zero
        plot.scatter(depth.place(depths[drawn]), values[drawn], size=6, legend_label="measured", **looks)
        if np.any(zero):
            floor = np.full(int(np.count_nonzero(zero)), axis.foot)
            looks |= {"marker": "inverted_triangle", "fill_color": INK, "legend_label": "measured: zero"}
            plot.scatter(depth.place(depths[zero]), floor, size=9, **looks)
    _hover(plot, one, axis, depth)


def _draw_errors(plot: figure, one: Series, axis: ValueAxis, depth: DepthAxis) -> None:
    depths, low, high = one.errors()
    if len(depths):
        places = depth.place(depths)
        plot.segment(places, axis.clip(low), places, axis.clip(high), color=GREY, line_width=1.6)


def _hover(plot: figure, one: Series, axis: ValueAxis, depth: DepthAxis) -> None:
    """Say depth, lower, upper and measured at every depth; the text is made here, so that all reports agree."""
    depths, lower, upper = one.band(depth.last)
    seen, values = one.points()
    every = np.union1d(depths, seen[seen <= depth.last])
    if not len(every):
        return
    bounds = {int(d): (lo, hi) for d, lo, hi in zip(depths, lower, upper, strict=True)}
    points = {int(d): v for d, v in zip(seen, values, strict=True)}
    place = [points.get(int(d), bounds.get(int(d), (axis.low, axis.low))[1]) for d in every]
    columns = {
        "x": depth.place(every),
        "y": axis.clip(np.asarray(place, dtype=np.float64)),
        "depth": [f"{int(d):,}" for d in every],
        "lower": [numbers.number(bounds[int(d)][0]) if int(d) in bounds else numbers.MISSING for d in every],
        "upper": [numbers.number(bounds[int(d)][1]) if int(d) in bounds else numbers.MISSING for d in every],
        "measured": [_measured(one, int(d)) for d in every],
    }
    if one.predicted is None:
        del columns["lower"], columns["upper"]
    target = plot.line(x="x", y="y", source=models().ColumnDataSource(columns), alpha=0.0)
    shown = [name for name in ("depth", "lower", "upper", "measured") if name in columns]
    plot.add_tools(
        models().HoverTool(
            renderers=[target],
            mode="vline",
            line_policy="nearest",  # one depth at a time, however close they lie
            attachment="horizontal",
            tooltips=[(name, f"@{name}") for name in shown],
        )
    )


def _measured(one: Series, depth: int) -> str:
    if one.measured is None or depth not in one.measured.depths:
        return numbers.MISSING
    lower, upper = one.measured.at(depth)
    return numbers.plus_minus(lower / one.scale, upper / one.scale)


def _shade_safe(plot: figure, analysis: Analysis, axis: ValueAxis, depth: DepthAxis) -> None:
    safe = analysis.safe_depth
    words = numbers.layers_short(safe.at_least, safe.at_most, safe.horizon)
    if safe.at_least is None or safe.at_least >= depth.last:
        return
    start = max(safe.at_least, 0)
    end = depth.last if safe.at_most is None else min(max(safe.at_most, start), depth.last)
    plot.quad(
        left=depth.place([start]),
        right=depth.place([end]),
        bottom=[axis.low],
        top=[axis.high],
        fill_color=SAFE,
        fill_alpha=0.8,
        hatch_pattern="right_diagonal_line",
        hatch_color="#7d9a6f",
        hatch_alpha=0.6,
        line_color="#7d9a6f",
        legend_label=f"safe depth lies here: {words}",
    )
