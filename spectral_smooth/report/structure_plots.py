"""Interactive Bokeh pictures of the graph and its spectrum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.report import numbers
from spectral_smooth.report.axes import BAND, INK, LIMIT, PREDICTED
from spectral_smooth.report.canvas import add_hover, base_figure, models, place_legend
from spectral_smooth.report.distributions import Bars, component_bars, degree_bars
from spectral_smooth.report.ends import SpectrumEnds, spectrum_ends

if TYPE_CHECKING:
    from bokeh.plotting import figure


def spectrum_plot(analysis: Analysis) -> figure | None:
    """Draw both ends of the spectrum on an axis that spreads what lies close to ±1; None where there is nothing."""
    ends = spectrum_ends(analysis)
    if not len(ends.top) and not len(ends.bottom):
        return None
    plot = base_figure("eigenvalue μ of the operator", "rank, counted from its end")
    if ends.unknown is not None:
        low, high = ends.place(np.array(ends.unknown))
        hatch: dict[str, Any] = {
            "fill_color": "#ffffff",
            "hatch_pattern": "right_diagonal_line",
            "hatch_color": "#d5d5d5",
        }
        hatch |= {"hatch_color": "#d5d5d5", "level": "underlay", "line_color": None}
        plot.add_layout(models().BoxAnnotation(left=float(low), right=float(high), **hatch))
    plot.line(
        [ends.edge] * 2,
        [-1, 99],
        color=INK,
        line_width=4,
        legend_label=f"fixed space: μ = 1 ({ends.fixed} ×)",
    )
    _ends(plot, ends, ends.top, 1.0, "circle", "largest μ")
    _ends(plot, ends, ends.bottom, -1.0, "square", "smallest μ")
    if ends.rate:
        label = f"rate ±({numbers.rate(ends.rate)})"
        for place in ends.place(np.array([ends.rate, -ends.rate])):
            looks: dict[str, Any] = {
                "color": LIMIT,
                "line_dash": "dashed",
                "line_width": 1.4,
                "legend_label": label,
            }
            plot.line([float(place)] * 2, [-1, 99], **looks)
    plot.add_layout(models().Span(location=0, dimension="width", line_color=INK, line_width=1))
    plot.x_range = models().Range1d(-1.03 * ends.edge, 1.03 * ends.edge)
    ranks = max(len(ends.top), len(ends.bottom))
    plot.y_range = models().Range1d(0, ranks + 0.7)
    ticks = ends.ticks()
    plot.xaxis.ticker = models().FixedTicker(ticks=[place for place, _ in ticks])
    plot.xaxis.major_label_overrides = dict(ticks)
    plot.yaxis.ticker = models().FixedTicker(ticks=list(range(1, ranks + 1, max(ranks // 8, 1))))
    place_legend(plot)
    return plot


def degree_plot(analysis: Analysis) -> figure | None:
    """Draw how many nodes have which degree; None where one sentence says it all."""
    bars = degree_bars(analysis.graph)
    return _bars(bars, "degree", "nodes per degree" if bars.binned else "nodes", "degree")


def component_plot(analysis: Analysis) -> figure | None:
    """Draw the sizes of the largest components; None where one sentence says it all."""
    return _bars(component_bars(analysis.graph), "component, largest first", "nodes", "component")


def _ends(plot: figure, ends: SpectrumEnds, values: FloatArray, end: float, marker: str, label: str) -> None:
    columns = {
        "x": ends.place(values),
        "rank": np.arange(1, len(values) + 1),
        "mu": [numbers.number(value, 7) for value in values],
        "distance": [numbers.number(abs(end - value)) for value in values],
    }
    looks: dict[str, Any] = {
        "marker": marker,
        "size": 8,
        "color": PREDICTED,
        "fill_color": "white",
        "line_width": 1.5,
    }
    points = plot.scatter(
        x="x", y="rank", source=models().ColumnDataSource(columns), legend_label=label, **looks
    )
    name = "1 − μ" if end > 0 else "1 + μ"
    add_hover(plot, [points], [("μ", "@mu"), (name, "@distance"), ("rank", "@rank")])


def _bars(bars: Bars, x_label: str, y_label: str, hover: str) -> figure | None:
    if bars.sentence:
        return None
    kinds: dict[str, Any] = {
        "x_axis_type": "log" if bars.log_x else "linear",
        "y_axis_type": "log" if bars.log_y else "linear",
    }
    plot = base_figure(x_label, y_label, **kinds)
    low = min(0.8, 0.5 * float(bars.height.min())) if bars.log_y else 0.0
    columns = {
        "left": bars.left,
        "right": bars.left + bars.size,
        "middle": bars.middle,
        "height": bars.height,
        "name": bars.names(),
        "count": [numbers.count(float(value)) for value in bars.nodes],
    }
    source = models().ColumnDataSource(columns)
    looks: dict[str, Any] = {"line_color": PREDICTED, "line_width": 1.2}
    shapes: Any
    if bars.log_x:
        shapes = plot.scatter(x="middle", y="height", source=source, size=7, fill_color="white", **looks)
    else:
        shapes = plot.quad(
            left="left", right="right", top="height", bottom=low, source=source, fill_color=BAND, **looks
        )
    plot.y_range = models().Range1d(low, float(bars.height.max()) * (2.0 if bars.log_y else 1.06))
    add_hover(plot, [shapes], [(hover, "@name"), ("nodes", "@count")])
    return plot
