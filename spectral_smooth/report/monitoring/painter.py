"""Layer charts drawn with matplotlib."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_smooth.report import axes as draw
from spectral_smooth.report.monitoring.chart import ChartLine, LayerChart, foot_of, power_ticks
from spectral_smooth.report.monitoring.ticks import layer_ticks
from spectral_smooth.report.series import ValueAxis
from spectral_smooth.report.wording import drawable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# About as many markers on a line as can be told apart, and their phases so that lines do not hide each other's.
MOST_MARKERS = 12
CHARACTERS_AN_INCH = 13.0
SLANT = 30
NOTE_WIDTH = 58
EXTREME = 1e200
ZERO = "zero, or below rounding"
RANGE = "half to twice the threshold"


def paint(ax: Axes, chart: LayerChart, *, legend: int = 3, title: bool = False) -> Axes:
    """Draw a chart on axes, its legend above in so many columns (0: none), and return the axes."""
    draw.style(ax)
    ax.set_xlabel("\n".join([chart.x_label, *_noted(chart)]), parse_math=False)
    ax.set_ylabel(chart.y_label, parse_math=False)
    if title:
        ax.set_title(chart.title, loc="left", fontsize=11, parse_math=False)
    draw.set_value_axis(ax, chart.axis)
    if chart.axis.log:
        _decades(ax, chart.axis)
    _layer_axis(ax, chart)
    if chart.empty:
        draw.say(ax, chart.nothing or "nothing was measured")
        ax.set_yticks([])
        return ax
    for place, line in enumerate(chart.lines):
        _line(ax, line, chart.axis, place)
    for index, level in enumerate(chart.levels):
        draw.level(ax, level.value, latin(level.text), draw.DASHES[1 + index % 2], raised=index % 2 == 0)
    for onset in chart.onsets:
        ax.axvline(
            onset.layer, color=draw.LIMIT, linewidth=1.6, linestyle=":", zorder=2, label=latin(onset.text)
        )
        if onset.latest > onset.earliest:
            ax.axvspan(
                onset.earliest, onset.latest, facecolor="#eeeeee", edgecolor="none", zorder=0, label=RANGE
            )
    if legend:
        draw.legend(ax, columns=legend)
    return ax


def latin(text: str) -> str:
    """Return a text with only letters that the default font has: a missing one would be a warning and an empty box.

    Examples
    --------
    >>> latin("conv→1 (√degree)")
    'conv?1 (√degree)'
    """
    return "".join(c if c in "√−·…–≥≤" else c.encode("latin-1", "replace").decode("latin-1") for c in text)


def _decades(ax: Axes, axis: ValueAxis) -> None:
    if axis.low > 1.0 / EXTREME and axis.high < EXTREME and axis.high / axis.low < EXTREME:
        draw.few_decades(ax)
        return
    from matplotlib.ticker import NullLocator

    # matplotlib looks for ticks a decade or more beyond the ends, which float64 does not hold
    powers = power_ticks(axis)
    ax.set_yticks([float(f"1e{power}") for power in powers], [f"1e{power}" for power in powers])
    ax.yaxis.set_minor_locator(NullLocator())


def legend_rows(charts: Sequence[LayerChart], columns: int) -> int:
    """Return the rows of the longest legend of charts."""
    return max(-(-len(chart.entries) // columns) for chart in charts)


def _noted(chart: LayerChart) -> list[str]:
    return [line for note in chart.notes for line in textwrap.wrap(latin(drawable(note)), NOTE_WIDTH)]


def _layer_axis(ax: Axes, chart: LayerChart) -> None:
    width = ax.get_window_extent().width / ax.figure.dpi
    ticks = layer_ticks(chart.names, first=chart.first, room=int(width * CHARACTERS_AN_INCH))
    ax.set_xlim(*chart.ends)
    look: dict[str, Any] = (
        {"rotation": SLANT, "ha": "right", "rotation_mode": "anchor"} if ticks.slanted else {}
    )
    size = 8 if ticks.named else 9
    ax.set_xticks(
        ticks.places, [latin(text) for text in ticks.texts], fontsize=size, parse_math=False, **look
    )
    ax.minorticks_off() if not chart.axis.log else None


def _line(ax: Axes, line: ChartLine, axis: ValueAxis, place: int) -> None:
    look = line.look
    dash = draw.DASHES[look.dash]
    if line.sides == "area":
        low, high = axis.clip(line.lower), axis.clip(line.upper)
        edge = draw.PREDICTED if look.color == draw.BAND else look.color
        ax.fill_between(
            line.layers, low, high, facecolor=look.color, edgecolor=edge, linestyle=dash, linewidth=look.width,
            alpha=0.8, zorder=1, label=line.label,
        )  # fmt: skip
        if len(line.layers) == 1:
            ax.vlines(line.layers, low, high, color=look.color, linewidth=6, zorder=1)
            ax.plot(line.layers, high, "_", color=edge, markersize=12)
        return
    zero, drawn = line.zero(axis), line.drawn(axis)
    step = -(-len(drawn) // MOST_MARKERS)
    marker = "" if look.marker is None else draw.MARKERS[look.marker]
    if not marker and len(drawn) == 1:
        marker = "_"
    ax.plot(
        line.layers, drawn, linestyle=dash, color=look.color, linewidth=look.width, marker=marker, markersize=4.6,
        markerfacecolor="white", markevery=(min(place, len(drawn) - 1) % max(step, 1), step) if step > 1 else None,
        label=line.label, zorder=4 if look.marker is not None else 3,
    )  # fmt: skip
    if np.any(zero):
        foot = np.full(int(np.count_nonzero(zero)), foot_of(axis))
        ax.plot(
            line.layers[zero], foot, "v", color=look.color, markersize=5, label=ZERO, clip_on=False, zorder=5
        )
    wide = line.wide
    if np.any(wide):
        draw.draw_errors(ax, line.layers[wide], line.lower[wide], line.upper[wide], axis, line.between)
