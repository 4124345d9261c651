"""What every matplotlib picture shares: colours, the depth axis, value axes, notes inside the axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.report.numbers import number
from spectral_smooth.report.series import ValueAxis

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

# Told apart in grey as well: dark line, light band, mid grey lines; never by hue alone.
INK = "#1a1a1a"
PREDICTED = "#0072b2"
BAND = "#a8cfe6"
LIMIT = "#b3410b"
SAFE = "#d9e8d2"
GREY = "#6b6b6b"
DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)), (0, (1, 4)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
# Solid at any size, for nodes of a drawing.
NODE_MARKERS = ("o", "s", "^", "D", "v", "p", "<", ">")
CLASS_COLORS = ("#1a1a1a", "#0072b2", "#b3410b", "#009e73", "#a3477f", "#c98a00", "#3c8fc4", "#7a5c2e")
# Perceptually uniform and rising in lightness; its lightest end would be lost on white.
DEPTH_COLORS = "cividis"
LIGHTEST = 0.94

LINEAR_DEPTHS = 130
CROWDED = 0.075
# Below this ratio of the ends whole powers of ten would label one or two levels only.
FEW_DECADES = 300.0


def new_axes(width: float = 6.4, height: float = 4.2) -> Axes:
    """Return the axes of a new figure that keeps its labels inside."""
    from matplotlib import pyplot as plt

    _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    return ax


def style(ax: Axes) -> None:
    """Draw a light grid behind, and only the two spines that carry numbers."""
    ax.grid(True, color="#e3e3e3", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)


def depth_axis(ax: Axes, last: int, *, stretched: bool = False) -> None:
    """Scale the depth axis: linear for the depths of a network, log(1 + depth) far beyond them or if asked for."""
    last = max(last, 1)
    if last > LINEAR_DEPTHS or stretched:
        ax.set_xscale("function", functions=(_forward, np.expm1))
        ax.set_xticks(depth_ticks(last), minor=False)
        ax.set_xticklabels([f"{tick:,}" for tick in depth_ticks(last)])
        ax.set_xlim(-0.12, last * 1.1)
    else:
        ax.set_xlim(-0.02 * last, 1.02 * last)
        if last <= 8:
            ax.set_xticks(range(last + 1))
    ax.set_xlabel("depth (layers)")


def depth_ticks(last: int) -> list[int]:
    """Return 0, 1 and powers of two (of four where there are many) up to a depth.

    Examples
    --------
    >>> depth_ticks(20)
    [0, 1, 2, 4, 8, 16]
    """
    step = 2 if last <= 128 else 4
    ticks = [0, 1]
    while ticks[-1] * step <= last:
        ticks.append(ticks[-1] * step)
    return ticks


def set_value_axis(ax: Axes, axis: ValueAxis) -> None:
    """Apply a value axis."""
    if axis.log:
        ax.set_yscale("log")
    ax.set_ylim(axis.low, axis.high)


def few_decades(ax: Axes) -> None:
    """Name 1, 2 and 5 times powers of ten on a log axis where powers alone would be one or two."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = ax.get_ylim()
    ax.yaxis.set_minor_formatter(NullFormatter())
    if ax.get_yscale() == "log" and high < FEW_DECADES * low:
        ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def draw_points(
    ax: Axes,
    depths: IntArray,
    values: FloatArray,
    axis: ValueAxis,
    label: str,
    marker: str = "o",
    color: str = INK,
) -> None:
    """Draw measured values as hollow markers; what is zero on a log axis sits on its lower edge, filled."""
    known = np.isfinite(values)
    zero = known & (values <= 0) if axis.log else np.zeros(len(values), dtype=bool)
    drawn = known & ~zero
    ax.plot(
        depths[drawn], values[drawn], marker, color=color, markerfacecolor="white", markersize=4.2,
        markeredgewidth=1.0, label=label, zorder=4,
    )  # fmt: skip
    if np.any(zero):
        low = np.full(int(np.count_nonzero(zero)), axis.foot)
        ax.plot(
            depths[zero], low, "v", color=color, markersize=5, clip_on=False, label=f"{label}: zero", zorder=5
        )  # fmt: skip


def draw_errors(
    ax: Axes, depths: IntArray, lower: FloatArray, upper: FloatArray, axis: ValueAxis, label: str = "± 2 s.e."
) -> None:
    """Draw the errors of sampled measurements as vertical bars, cut off where the axis ends."""
    if len(depths):
        ax.vlines(
            depths, axis.clip(lower), axis.clip(upper), color=GREY, linewidth=1.2, zorder=3, label=label
        )


def draw_band(
    ax: Axes,
    depths: IntArray,
    lower: FloatArray,
    upper: FloatArray,
    axis: ValueAxis,
    label: str,
    dash: Any = "-",
) -> None:
    """Draw a prediction: the band between both sides and its edges, which stay visible where it is thin."""
    low, high = axis.clip(lower), axis.clip(upper)
    ax.fill_between(
        depths, low, high, facecolor=BAND, edgecolor=PREDICTED, linewidth=1.2, linestyle=dash, zorder=2, label=label
    )  # fmt: skip


def draw_levels(ax: Axes, levels: Sequence[tuple[str, float]], axis: ValueAxis) -> None:
    """Draw named horizontal levels, highest first; names that would touch go below their line."""
    before, raised = np.inf, False
    for i, (name, value) in enumerate(levels):
        raised = not (raised and axis.share(before) - axis.share(value) < CROWDED)
        before = value
        level(ax, value, f"{name}: {number(value)}", DASHES[(i + 1) % len(DASHES)], raised=raised)


def level(
    ax: Axes, value: float, text: str, dash: Any = "--", color: str = LIMIT, *, raised: bool = True
) -> None:
    """Draw a horizontal level with its name above or below the line, at the left edge."""
    ax.axhline(value, color=color, linestyle=dash, linewidth=1.1, zorder=3)
    ax.annotate(
        text, (0.012, value), xycoords=("axes fraction", "data"), xytext=(0, 2 if raised else -2.5),
        textcoords="offset points", fontsize=8, color=color, va="bottom" if raised else "top", ha="left", zorder=6,
        parse_math=False, bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.4},
    )  # fmt: skip


def whole_ticks(axis: Axis) -> None:
    """Put ticks at whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(integer=True))


def say(ax: Axes, text: str) -> None:
    """Write one sentence in the middle of axes that have nothing to draw."""
    ax.text(
        0.5,
        0.5,
        text,
        transform=ax.transAxes,
        ha="center",
        va="center",
        color=GREY,
        wrap=True,
        parse_math=False,
    )


def legend(ax: Axes, columns: int = 0) -> None:
    """Draw a legend if anything is named: inside, or above the axes in ``columns``; never read as TeX."""
    handles, labels = ax.get_legend_handles_labels()
    if not handles:
        return
    place: dict[str, Any] = {"loc": "best"}
    if columns:
        place = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": columns}
    box = ax.legend(_first_of(handles, labels), list(dict.fromkeys(labels)), fontsize=8, **place)
    box.get_frame().set(alpha=0.9, edgecolor="#cccccc")
    for text in box.get_texts():
        text.set_parse_math(False)


def legend_below(ax: Axes, columns: int) -> None:
    """Draw a legend under axes that carry no numbers."""
    handles, labels = ax.get_legend_handles_labels()
    if handles:
        box = ax.legend(
            _first_of(handles, labels), list(dict.fromkeys(labels)), fontsize=8, loc="upper center",
            bbox_to_anchor=(0.5, 0.0), ncols=columns, markerscale=1.4,
        )  # fmt: skip
        box.get_frame().set(alpha=0.9, edgecolor="#cccccc")
        for text in box.get_texts():
            text.set_parse_math(False)


def _first_of(handles: Sequence[Artist], labels: Sequence[str]) -> list[Artist]:
    return [handles[labels.index(label)] for label in dict.fromkeys(labels)]


def _forward(values: FloatArray) -> FloatArray:
    # The axis asks for values left of zero when it places its margins.
    return np.asarray(np.log1p(np.maximum(values, -0.999)))
