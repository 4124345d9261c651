"""Interactive Bokeh pictures of what the labels say: their spectrum, and mixing against denoising."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.report import numbers
from spectral_smooth.report.advice_plots import upright
from spectral_smooth.report.axes import BAND, GREY, LIMIT, PREDICTED
from spectral_smooth.report.canvas import (
    DepthAxis,
    add_hover,
    base_figure,
    depth_figure,
    models,
    place_legend,
)
from spectral_smooth.report.mixing import Line, best_depths, mixing_lines
from spectral_smooth.report.selection import sides
from spectral_smooth.report.series import value_axis

if TYPE_CHECKING:
    from bokeh.plotting import figure

# Dashes of matplotlib as Bokeh names them.
DASHES: dict[str, Any] = {"-": "solid", "--": "dashed", "-.": "dashdot", ":": "dotted"}
MARKERS = {"o": "circle", "s": "square"}
LOOKS = (
    ("labels", "classes", PREDICTED, "solid", BAND, 0.85),
    ("class_means", "class means of the features", LIMIT, "dashdot", "#ffffff", 0.0),
    ("features", "features", GREY, "dashed", "#dddddd", 0.85),
)


def label_spectrum_plot(analysis: Analysis) -> figure | None:
    """Draw the cumulative spectrum of the classes, the features beside it; None without a class signal."""
    found = analysis.labels.spectrum if analysis.labels is not None else None
    if found is None or not found.labels.lower:
        return None
    plot = base_figure("eigenvalue t of the operator", "share of the signal with μ ≥ t", height=360)
    plot.x_range = models().Range1d(-1.03, 1.03)
    plot.y_range = models().Range1d(-0.02, 1.04)
    grid, shown = np.asarray(found.grid), []
    for field, label, color, dash, fill, alpha in LOOKS:
        part = getattr(found, field)
        if part is None or not part.lower:
            continue
        lower, upper = np.asarray(part.lower), np.asarray(part.upper)
        name = f"{label} ({part.source})"
        columns = {
            "x": grid,
            "low": lower,
            "high": upper,
            "y": 0.5 * (lower + upper),
            "t": [f"{t:.2f}" for t in grid],
            "share": [numbers.between(a, b, 3) for a, b in zip(lower, upper, strict=True)],
            "name": [label] * len(grid),
        }
        source = models().ColumnDataSource(columns)
        plot.varea(
            x="x", y1="low", y2="high", source=source, fill_color=fill, fill_alpha=alpha, legend_label=name
        )
        for side in ("low", "high"):
            looks: dict[str, Any] = {"color": color, "line_dash": dash, "line_width": 1.4}
            plot.line(x="x", y=side, source=source, legend_label=name, **looks)
        shown.append(plot.line(x="x", y="y", source=source, alpha=0.0))
        if part.median is not None:
            plot.line(list(part.median), [0.5, 0.5], color=color, line_width=5)
            half = "half of it above"
            plot.scatter(
                [float(np.mean(part.median))],
                [0.5],
                marker="diamond",
                size=11,
                color=color,
                fill_color="white",
                legend_label=half,
            )
    plot.add_layout(models().Span(location=0.5, dimension="width", line_color=GREY, line_dash="dotted"))
    add_hover(plot, shown, [("signal", "@name"), ("t", "@t"), ("share at μ ≥ t", "@share")])
    place_legend(plot)
    return plot


def signal_noise_plots(analysis: Analysis) -> tuple[figure, figure] | None:
    """Draw signal and noise, and their ratios with the best depths; None where there are none."""
    lines = mixing_lines(analysis)
    if lines is None:
        return None
    top = _lines(lines[0], "units of the features")
    bottom = _lines(lines[1], "ratio")
    depth = DepthAxis(max(int(lines[1][0].curve.depths[-1]), 1), stretched=True)
    axis = value_axis([v for line in lines[1] for v in (line.curve.value, line.curve.upper)])
    for mark in best_depths(analysis):
        upright(bottom, depth, mark.depth, axis, mark.color, DASHES[mark.dash], mark.label)
    for plot in (top, bottom):
        place_legend(plot)
        plot.legend[0].ncols = 2
    return top, bottom


def _lines(lines: Sequence[Line], label: str) -> figure:
    axis = value_axis([v for line in lines for v in (line.curve.value, line.curve.upper)])
    depth = DepthAxis(max(int(lines[0].curve.depths[-1]), 1), stretched=True)
    plot = depth_figure(label, axis, depth, height=380)
    shown: list[Any] = []
    for line in lines:
        depths, lower, upper = sides(line.curve)
        value = line.curve.value
        known = np.isfinite(value) & (value > 0)
        count = int(known.sum())
        told = [numbers.between(a, b) for a, b in zip(lower[known], upper[known], strict=True)]
        source = models().ColumnDataSource(
            {
                "x": depth.place(depths[known]),
                "y": axis.clip(value[known]),
                "depth": [f"{int(d):,}" for d in depths[known]],
                "told": told,
                "name": [line.label] * count,
            }
        )
        looks: dict[str, Any] = {"source": source, "color": line.color, "legend_label": line.label}
        if line.marker:
            shown.append(
                plot.scatter(x="x", y="y", marker=MARKERS[line.marker], size=7, fill_color="white", **looks)
            )
            continue
        if np.any(upper > lower):
            low, high = axis.clip(lower), axis.clip(upper)
            plot.varea(x=depth.place(depths), y1=low, y2=high, fill_color=line.color, fill_alpha=0.15)
        shown.append(plot.line(x="x", y="y", line_dash=DASHES[line.dash], line_width=1.7, **looks))
    add_hover(plot, shown, [("curve", "@name"), ("depth", "@depth"), ("value", "@told")])
    return plot
