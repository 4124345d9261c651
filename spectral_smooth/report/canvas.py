"""Empty Bokeh figures, their axes, levels and legends: what every interactive picture shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.report.axes import FEW_DECADES, INK, LINEAR_DEPTHS, depth_ticks
from spectral_smooth.report.series import ValueAxis

if TYPE_CHECKING:
    from bokeh.plotting import figure

TOOLS = "pan,box_zoom,wheel_zoom,reset,save"
# The dashes of `axes.DASHES` as Bokeh names them, in the same order.
DASHES: tuple[Any, ...] = ("solid", "dashed", "dashdot", "dotted", [8, 2, 2, 2, 2, 2], [2, 5])
# The markers of `axes.MARKERS`, likewise.
MARKERS = ("circle", "square", "triangle", "diamond", "inverted_triangle", "plus", "x", "star")


def models() -> Any:
    """Return Bokeh's models; its own annotations do not know its constructors."""
    import bokeh.models

    return bokeh.models


@dataclass(frozen=True)
class DepthAxis:
    """Depths as coordinates: themselves, or log(1 + depth) where they go far beyond a network's or if asked for."""

    last: int
    stretched: bool = False

    @property
    def log(self) -> bool:
        """Whether coordinates are logarithms."""
        return self.last > LINEAR_DEPTHS or self.stretched

    def place(self, depths: Any) -> FloatArray:
        """Return coordinates."""
        values = np.asarray(depths, dtype=np.float64)
        return np.log1p(values) if self.log else values


def depth_figure(
    y_label: str, axis: ValueAxis, depth: DepthAxis, *, height: int = 340, small: bool = False
) -> figure:
    """Return an empty figure against depth; a small one has no tools but the pointer."""
    plot = value_figure("depth (layers)", y_label, axis, height=height, small=small)
    place_depths(plot, depth)
    return plot


def value_figure(
    x_label: str, y_label: str, axis: ValueAxis, *, height: int = 340, small: bool = False
) -> figure:
    """Return an empty figure with a value axis; a small one has no tools but the pointer."""
    kind = "log" if axis.log else "linear"
    plot = base_figure(x_label, y_label, height=height, tools="" if small else TOOLS, y_axis_type=kind)
    plot.y_range = models().Range1d(axis.low, axis.high)
    if axis.log and axis.high < FEW_DECADES * axis.low:
        ticks = _ticks_within(axis.low, axis.high)
        plot.yaxis.ticker = models().FixedTicker(ticks=ticks)
        plot.yaxis.major_label_overrides = {tick: f"{tick:g}" for tick in ticks}
    return plot


def place_depths(plot: figure, depth: DepthAxis) -> None:
    """Give the horizontal axis its range, and the names of depths where coordinates are logarithms."""
    room = 0.02 * float(depth.place(depth.last))
    plot.x_range = models().Range1d(-room, float(depth.place(depth.last)) + room)
    if depth.log:
        ticks = depth_ticks(depth.last)
        plot.xaxis.ticker = models().FixedTicker(ticks=[float(np.log1p(tick)) for tick in ticks])
        plot.xaxis.major_label_overrides = {
            float(np.log1p(tick)): f"{tick:,}" for tick in ticks
        }  # what the reader sees is the depth, not its logarithm


def _ticks_within(low: float, high: float) -> Sequence[float]:
    """Return 1, 2 and 5 times powers of ten between both ends of a logarithmic axis."""
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    candidates = (float(f"{step}e{power}") for power in powers for step in (1, 2, 5))
    return [tick for tick in candidates if low <= tick <= high]


def base_figure(x_label: str, y_label: str, *, height: int = 320, tools: str = TOOLS, **more: Any) -> figure:
    """Return an empty figure that is as wide as the page lets it be."""
    from bokeh.plotting import figure

    plot = figure(
        height=height,
        min_width=240,
        sizing_mode="stretch_width",
        tools=tools,
        toolbar_location="right" if tools else None,
        x_axis_label=x_label,
        y_axis_label=y_label,
        background_fill_color="#ffffff",
        outline_line_color=None,
        **more,
    )
    plot.toolbar.logo = None
    plot.toolbar.active_scroll = None
    plot.toolbar.active_drag = None
    plot.grid.grid_line_color = "#e3e3e3"
    plot.axis.axis_label_text_font_style = "normal"
    plot.axis.axis_label_text_color = INK
    plot.axis.axis_label_text_font_size = "13px"
    plot.axis.major_label_text_font_size = "12px"
    plot.axis.minor_tick_line_color = None
    return plot


def add_level(plot: figure, value: float, text: str, color: str, dash: str, *, raised: bool) -> None:
    """Draw a horizontal level with its name above or below the line, at the left edge."""
    plot.add_layout(
        models().Span(location=value, dimension="width", line_color=color, line_dash=dash, line_width=1.4)
    )
    plot.add_layout(
        models().Label(
            x=6,
            x_units="screen",
            y=value,
            y_offset=2 if raised else -2,
            text=text,
            text_color=color,
            text_font_size="12px",
            text_baseline="bottom" if raised else "top",
            background_fill_color="white",
            background_fill_alpha=0.75,
        )
    )


def add_hover(plot: figure, shapes: Sequence[Any], tooltips: Sequence[tuple[str, str]]) -> None:
    """Let shapes speak to the pointer."""
    plot.add_tools(models().HoverTool(renderers=list(shapes), tooltips=list(tooltips)))


def place_legend(plot: figure) -> None:
    """Put the legend above the picture, where it hides nothing; a click on an entry hides its curves."""
    if not plot.legend or not plot.legend[0].items:
        return
    legend = plot.legend[0]
    plot.add_layout(legend, "above")
    legend.orientation = "horizontal"
    legend.ncols = 4
    legend.click_policy = "hide"
    legend.label_text_font_size = "12px"
    legend.border_line_color = None
    legend.padding = 2  # type: ignore[assignment]  # Bokeh declares the property, not its values
    legend.margin = 2
    legend.spacing = 8
