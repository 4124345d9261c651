"""Layer charts drawn with Bokeh, for the HTML report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.report import numbers
from spectral_smooth.report.axes import BAND, GREY, LIMIT, PREDICTED
from spectral_smooth.report.canvas import (
    DASHES,
    MARKERS,
    add_hover,
    add_level,
    models,
    place_legend,
    value_figure,
)
from spectral_smooth.report.monitoring.chart import ChartLine, LayerChart, Onset, foot_of, power_ticks
from spectral_smooth.report.monitoring.painter import MOST_MARKERS, RANGE, SLANT, ZERO
from spectral_smooth.report.monitoring.ticks import layer_ticks, short_name
from spectral_smooth.report.series import ValueAxis

if TYPE_CHECKING:
    from bokeh.plotting import figure

# Characters that fit along the axis of a picture in half a page, and of a small one in a third.
ROOM, SMALL_ROOM = 62, 36
# Bokeh divides the ends of a log axis: beyond this ratio it has no place for any value.
FAR = 1e280
# Lines beyond this many have no words of their own: the pointer would tell hundreds.
MOST_TOLD = 16


def chart_plot(chart: LayerChart, *, height: int = 250, small: bool = False) -> figure | None:
    """Draw a chart, so many pixels high without legend and labels; None where there is nothing to draw."""
    if chart.empty:
        return None
    # the title of a small picture says what its values are
    label = "" if small else chart.y_label
    plot = value_figure(chart.x_label, label, _drawn_axis(chart.axis), height=height, small=small)
    # a legend takes as many rows as the width leaves it, on top of this
    plot.frame_height = height
    if _far(chart.axis):
        _far_ticks(plot, chart.axis)
    _layer_axis(plot, chart, SMALL_ROOM if small else ROOM, named=not small)
    for onset in chart.onsets:
        _onset(plot, onset, chart.axis)
    told: list[Any] = []
    crowd = [line for line in chart.lines if line.look.marker is None] if len(chart.lines) > MOST_TOLD else []
    _crowd(plot, crowd, chart.axis)
    for place, line in enumerate(line for line in chart.lines if line not in crowd):
        told += _line(plot, line, chart, place)
    for index, level in enumerate(chart.levels):
        value = float(_at(chart.axis, np.array([level.value]))[0])
        add_level(plot, value, level.text, LIMIT, DASHES[1 + index % 2], raised=index % 2 == 0)
    add_hover(plot, told, [("", "@name"), (chart.x_label, "@layer"), ("value", "@told")])
    place_legend(plot)
    if small:
        plot.legend.visible = False
    return plot


def _far(axis: ValueAxis) -> bool:
    return axis.log and math.log10(axis.high) - math.log10(axis.low) > math.log10(FAR)


def _drawn_axis(axis: ValueAxis) -> ValueAxis:
    """Return the axis as Bokeh draws it: that of exponents where values are too far apart."""
    if not _far(axis):
        return axis
    low, high = math.log10(axis.low), math.log10(axis.high)
    # values at the ends of what float64 holds leave a log axis no room for their marks
    room = 0.12 * (high - low)
    return ValueAxis(False, low - room, high + room)


def _at(axis: ValueAxis, values: FloatArray) -> FloatArray:
    """Return the coordinates of values."""
    return np.log10(values) if _far(axis) else values


def _foot(axis: ValueAxis) -> float:
    """Return the coordinate of a mark that means zero: below every value."""
    if not _far(axis):
        return foot_of(axis)
    drawn = _drawn_axis(axis)
    return drawn.low + 0.025 * (drawn.high - drawn.low)


def _far_ticks(plot: figure, axis: ValueAxis) -> None:
    ticks = power_ticks(axis)
    plot.yaxis.ticker = models().FixedTicker(ticks=ticks)
    plot.yaxis.major_label_overrides = {tick: f"1e{tick}" for tick in ticks}


def _layer_axis(plot: figure, chart: LayerChart, room: int, *, named: bool) -> None:
    plot.x_range = models().Range1d(*chart.ends)
    ticks = layer_ticks(chart.names, first=chart.first, room=room, named=named)
    plot.xaxis.ticker = models().FixedTicker(ticks=list(ticks.places))
    plot.xaxis.major_label_overrides = dict(zip(ticks.places, ticks.texts, strict=True))
    if ticks.slanted:
        plot.xaxis.major_label_orientation = math.radians(SLANT)
    if ticks.named:
        plot.xaxis.major_label_text_font_size = "11px"


def _onset(plot: figure, onset: Onset, axis: ValueAxis) -> None:
    low, high = _at(axis, np.array([axis.low, axis.high])).tolist()
    if onset.latest > onset.earliest:
        plot.quad(
            left=[onset.earliest], right=[onset.latest], bottom=[low], top=[high], fill_color="#eeeeee",
            line_color=None, level="underlay", legend_label=RANGE,
        )  # fmt: skip
    ends = [onset.layer, onset.layer]
    plot.line(ends, [low, high], color=LIMIT, line_dash="dotted", line_width=2, legend_label=onset.text)


def _crowd(plot: figure, lines: Sequence[ChartLine], axis: ValueAxis) -> None:
    """Draw hundreds of lines as one glyph that is silent."""
    if not lines:
        return
    look, label = lines[0].look, lines[0].label
    zeros = [line.zero(axis) for line in lines]
    values = [_at(axis, line.drawn(axis)) for line in lines]
    places = [line.places.tolist() for line in lines]
    plot.multi_line(
        places, [v.tolist() for v in values], color=look.color, line_width=look.width, legend_label=label
    )
    empty = np.unique(np.concatenate([line.places[zero] for zero, line in zip(zeros, lines, strict=True)]))
    if len(empty):
        _zeros(plot, empty, axis, look.color)


def _zeros(plot: figure, places: FloatArray, axis: ValueAxis, color: str) -> None:
    foot = np.full(len(places), _foot(axis))
    plot.scatter(places, foot, marker="inverted_triangle", size=9, color=color, legend_label=ZERO)


def _line(plot: figure, line: ChartLine, chart: LayerChart, place: int) -> list[Any]:
    """Draw one line; return what speaks to the pointer."""
    look, axis = line.look, chart.axis
    zero = line.zero(axis)
    drawn = _at(axis, line.drawn(axis))
    color = PREDICTED if look.color == BAND else look.color
    shared: dict[str, Any] = {"color": color, "legend_label": line.label}
    dash: Any = {"line_dash": DASHES[look.dash], "line_width": look.width}
    if line.sides == "area":
        low, high = _at(axis, axis.clip(line.lower)), _at(axis, axis.clip(line.upper))
        plot.varea(
            line.places,
            low,
            high,
            fill_color=look.color,
            fill_alpha=0.6,
            legend_label=line.label,
            level="underlay",
        )
        for side in (low, high):
            plot.line(line.places, side, **dash, **shared)
    else:
        plot.line(line.places, drawn, **dash, **shared)
        _bars(plot, line, axis)
    if np.any(zero) and line.sides == "bars":
        _zeros(plot, line.places[zero], axis, color)
    columns = {
        "x": line.places,
        "y": np.where(zero, _foot(axis), drawn),
        "name": [line.label] * len(line.layers),
        "layer": [_named(chart, int(layer)) for layer in line.layers],
        "told": [_told(line, at) for at in range(len(line.layers))],
    }
    source = models().ColumnDataSource(columns)
    step = max(-(-len(line.layers) // MOST_MARKERS), 1)
    marked = line.sides == "bars" and (look.marker is not None or len(line.layers) == 1)
    marker = "dash" if look.marker is None else MARKERS[look.marker]
    hollow: dict[str, Any] = {"marker": marker, "size": 7, "fill_color": "white", "line_width": 1.3, **shared}
    if marked and step == 1 and not np.any(zero):
        return [plot.scatter(x="x", y="y", source=source, **hollow)]
    if marked:
        # at other layers than the line before, so that no line hides another's
        at = slice(place % step, None, step)
        shown = np.isfinite(drawn[at])
        plot.scatter(line.places[at][shown], drawn[at][shown], **hollow)
    return [plot.scatter(x="x", y="y", source=source, size=11, alpha=0.0)]


def _bars(plot: figure, line: ChartLine, axis: ValueAxis) -> None:
    wide = line.wide
    if np.any(wide):
        low, high = _at(axis, axis.clip(line.lower[wide])), _at(axis, axis.clip(line.upper[wide]))
        at = line.places[wide]
        plot.segment(at, low, at, high, color=GREY, line_width=1.6, legend_label=line.between)


def _named(chart: LayerChart, layer: int) -> str:
    name = short_name(chart.names[layer - chart.first], 40)
    return f"{layer}" if name == str(layer) else f"{layer}: {name}"


def _told(line: ChartLine, at: int) -> str:
    lower, upper = float(line.lower[at]), float(line.upper[at])
    if lower == upper or math.isnan(lower):
        return numbers.number(lower)
    if line.between != "± 2 s.e." or line.sides == "area":
        return f"{numbers.number(float(line.middle[at]))} [{numbers.number(lower)}, {numbers.number(upper)}]"
    return numbers.plus_minus(lower, upper)
