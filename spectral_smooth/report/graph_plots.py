"""Interactive Bokeh pictures of who goes first: groups, the spread over nodes, and the graph's drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.report import numbers
from spectral_smooth.report.advice_plots import PALE
from spectral_smooth.report.axes import BAND, CLASS_COLORS, GREY, INK, PREDICTED
from spectral_smooth.report.canvas import (
    DepthAxis,
    add_hover,
    base_figure,
    models,
    place_depths,
    place_legend,
)
from spectral_smooth.report.class_choice import MOST_CLASSES
from spectral_smooth.report.group_rows import GroupChart, group_chart
from spectral_smooth.report.node_bars import TITLES, node_bars

if TYPE_CHECKING:
    from bokeh.plotting import figure

# Solid at any size; Bokeh's diamond is narrow.
NODE_MARKERS = ("circle", "square", "triangle", "diamond", "inverted_triangle", "hex", "square_pin", "star")
NARROW = {"diamond": 1.4, "star": 1.3, "triangle": 1.1, "inverted_triangle": 1.1}


def group_plot(analysis: Analysis) -> figure | None:
    """Draw from which depth on each group is lost; None without groups."""
    chart = group_chart(analysis)
    if chart is None:
        return None
    rows = len(chart.rows)
    plot = base_figure("lost from depth (layers)", "group (nodes)", height=130 + 20 * rows)
    depth = DepthAxis(chart.last, stretched=True)
    place_depths(plot, depth)
    plot.y_range = models().Range1d(rows - 0.4, -0.6)
    plot.yaxis.ticker = models().FixedTicker(ticks=list(range(rows)))
    plot.yaxis.major_label_overrides = {i: row.label for i, row in enumerate(chart.rows)}
    for i in range(1, rows):
        if chart.rows[i].kind != chart.rows[i - 1].kind:
            plot.add_layout(models().Span(location=i - 0.5, dimension="width", line_color=GREY))
    wide = [(i, row) for i, row in enumerate(chart.rows) if row.high > row.low]
    if wide:
        plot.segment(
            depth.place([row.low for _, row in wide]),
            [i for i, _ in wide],
            depth.place([min(row.high, chart.last) for _, row in wide]),
            [i for i, _ in wide],
            color=BAND,
            line_width=8,
            legend_label="sides of the prediction",
        )
    shown = _group_points(plot, chart, depth, predicted=True)
    if chart.measured_to is not None:
        shown += _group_points(plot, chart, depth, predicted=False)
    add_hover(plot, shown, [("group", "@name"), ("predicted", "@predicted"), ("measured", "@measured")])
    place_legend(plot)
    return plot


def node_plot(analysis: Analysis) -> figure | None:
    """Draw which share of the nodes is smooth, and lost, from which depth on; None without nodes."""
    bars = node_bars(analysis.first.nodes if analysis.first is not None else None)
    if bars is None:
        return None
    plot = base_figure("from depth (layers)", "share of the nodes", height=340)
    places = np.arange(len(bars.names), dtype=np.float64)
    shown = []
    for name, shift, color in (("smooth", -0.21, BAND), ("lost", 0.21, PREDICTED)):
        if name not in bars.shares:
            continue
        share = bars.shares[name]
        columns = {
            "x": places + shift,
            "top": share,
            "steps": list(bars.names),
            "share": [numbers.percent(float(v)) for v in share],
            "name": [TITLES[name]] * len(share),
        }
        looks: dict[str, Any] = {"fill_color": color, "line_color": INK, "line_width": 0.6}
        if name == "smooth":
            looks |= {"hatch_pattern": "right_diagonal_line", "hatch_color": INK, "hatch_alpha": 0.5}
        source = models().ColumnDataSource(columns)
        shown.append(
            plot.vbar(x="x", top="top", width=0.4, source=source, legend_label=TITLES[name], **looks)
        )
    if "predicted" in bars.shares:
        plot.scatter(
            places + 0.21,
            bars.shares["predicted"],
            marker="diamond",
            size=9,
            color=INK,
            fill_color="white",
            legend_label=TITLES["predicted"],
        )
    plot.y_range = models().Range1d(0.0, 1.06 * max(float(v.max()) for v in bars.shares.values()))
    plot.x_range = models().Range1d(-0.6, len(bars.names) - 0.4)
    plot.xaxis.ticker = models().FixedTicker(ticks=list(range(len(bars.names))))
    plot.xaxis.major_label_overrides = dict(enumerate(bars.names))
    plot.xaxis.major_label_orientation = 0.8
    plot.grid.grid_line_color = None
    plot.ygrid.grid_line_color = "#e3e3e3"
    add_hover(plot, shown, [("", "@name"), ("from depth", "@steps"), ("share of the nodes", "@share")])
    place_legend(plot)
    return plot


def _group_points(plot: figure, chart: GroupChart, depth: DepthAxis, *, predicted: bool) -> list[Any]:
    name, reach = ("predicted", chart.horizon) if predicted else ("measured", chart.measured_to or 0)
    depths = [row.predicted if predicted else row.measured for row in chart.rows]
    made = []
    for later in (False, True):
        at = [i for i, d in enumerate(depths) if (d is None) == later]
        if not at:
            continue
        edge = min(reach, chart.last)
        columns = {
            "x": depth.place([edge if later else depths[i] for i in at]),
            "y": at,
            "name": [chart.rows[i].label for i in at],
            "predicted": [_told(chart.rows[i].predicted, chart.horizon) for i in at],
            "measured": [_told(chart.rows[i].measured, chart.measured_to) for i in at],
        }
        looks: dict[str, Any] = {"color": PREDICTED} if predicted else {"color": INK, "fill_color": None}
        marker = ("diamond" if predicted else "circle") if not later else "triangle"
        if later:
            looks |= {"angle": -np.pi / 2}
        label = f"{name}: later than {reach:,}" if later else name
        source = models().ColumnDataSource(columns)
        size = 9 if predicted else 11
        made.append(
            plot.scatter(x="x", y="y", source=source, marker=marker, size=size, legend_label=label, **looks)
        )
    return made


def _told(depth: int | None, reach: int | None) -> str:
    if depth is not None:
        return f"{depth:,}"
    return numbers.MISSING if reach is None else f"later than {reach:,}"


def group_look(place: int) -> tuple[str, str]:
    """Return colour and marker of a class or region in the drawing."""
    if place < 0 or place >= MOST_CLASSES:
        return PALE, "circle"
    return CLASS_COLORS[place], NODE_MARKERS[place]


def node_size(count: int, least: float, most: float) -> float:
    """Return how large nodes are drawn, in pixels."""
    return float(np.clip(140.0 / np.sqrt(max(count, 1)), least, most))


def placed(values: FloatArray, *, stretched: bool) -> FloatArray:
    """Return values as coordinates of a colour bar."""
    return np.asarray(np.log1p(values) if stretched else values)
