"""Matplotlib pictures of the graph and its spectrum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.report import axes as draw
from spectral_smooth.report import numbers
from spectral_smooth.report.distributions import Bars, component_bars, degree_bars
from spectral_smooth.report.ends import spectrum_ends

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_spectrum(analysis: Analysis, *, ax: Axes | None = None) -> Axes:
    """Draw both ends of the spectrum, with the fixed space and the rate marked.

    The horizontal coordinate is artanh μ, which spreads both ends like a logarithm of the distance to
    them; its ticks are μ. The fixed space, and whatever is closer to ±1 than fits, stands on the edge.

    Parameters
    ----------
    analysis : Analysis
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import spectral_smooth as ss
    >>> analysis = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64))
    >>> plot_spectrum(analysis).get_xlabel()
    'eigenvalue μ of the operator'
    """
    ax = ax if ax is not None else draw.new_axes(6.8, 4.0)
    ends = spectrum_ends(analysis)
    ax.axvline(ends.edge, color=draw.INK, linewidth=3, label=f"fixed space: μ = 1 ({ends.fixed} ×)")
    for values, marker, name in ((ends.top, "o", "largest μ"), (ends.bottom, "s", "smallest μ")):
        if len(values):
            ax.plot(
                ends.place(values), np.arange(1, len(values) + 1), marker, color=draw.PREDICTED,
                markerfacecolor="white", markersize=5.5, label=name, zorder=4,
            )  # fmt: skip
    if ends.rate:
        for i, place in enumerate(ends.place(np.array([ends.rate, -ends.rate]))):
            label = f"rate ±({numbers.rate(ends.rate)})" if not i else None
            ax.axvline(place, color=draw.LIMIT, linestyle="--", linewidth=1.2, label=label)
    hidden = ends.unknown
    if hidden is not None:
        low, high = ends.place(np.array(hidden))
        ax.axvspan(
            low, high, facecolor="none", edgecolor="#d5d5d5", hatch="//", linewidth=0, label="not computed"
        )
    draw.style(ax)
    ticks = ends.ticks()
    ax.set_xticks([place for place, _ in ticks], [label for _, label in ticks])
    ax.set(
        xlim=(-1.02 * ends.edge, 1.02 * ends.edge),
        xlabel="eigenvalue μ of the operator",
        ylabel="rank, counted from its end",
    )
    ax.set_ylim(0, max(len(ends.top), len(ends.bottom), 1) + 0.7)
    draw.whole_ticks(ax.yaxis)
    if not len(ends.top) and not len(ends.bottom):
        draw.say(ax, "there is nothing but the fixed space")
    draw.legend(ax, columns=3)
    return ax


def plot_degrees(analysis: Analysis, *, ax: Axes | None = None) -> Axes:
    """Draw how many nodes have which degree; log–log where the tail is heavy.

    Parameters
    ----------
    analysis : Analysis
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import spectral_smooth as ss
    >>> analysis = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64))
    >>> plot_degrees(analysis).get_xlabel()
    'degree'
    """
    ax = ax if ax is not None else draw.new_axes(6.0, 3.8)
    bars = degree_bars(analysis.graph)
    return _draw_bars(ax, bars, "degree", "nodes per degree" if bars.binned else "nodes")


def plot_components(analysis: Analysis, *, ax: Axes | None = None) -> Axes:
    """Draw the sizes of the largest components, largest first.

    Parameters
    ----------
    analysis : Analysis
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import spectral_smooth as ss
    >>> analysis = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64))
    >>> plot_components(analysis).get_ylabel()
    'nodes'
    """
    ax = ax if ax is not None else draw.new_axes(6.0, 3.8)
    bars = component_bars(analysis.graph)
    return _draw_bars(ax, bars, "component, largest first", "nodes")


def _draw_bars(ax: Axes, bars: Bars, x_label: str, y_label: str) -> Axes:
    draw.style(ax)
    ax.set(xlabel=x_label, ylabel=y_label)
    if bars.sentence:
        draw.say(ax, bars.sentence)
        ax.set(xticks=[], yticks=[])
        return ax
    if bars.log_x:
        ax.set_xscale("log")
        ax.plot(bars.middle, bars.height, "o", color=draw.PREDICTED, markerfacecolor="white", markersize=4.5)
    else:
        looks: dict[str, Any] = {"color": draw.BAND, "edgecolor": draw.PREDICTED, "linewidth": 0.8}
        ax.bar(bars.left, bars.height, bars.size, align="edge", **looks)
        draw.whole_ticks(ax.xaxis)
        ax.set_xlim(bars.left[0] - 0.3, bars.left[-1] + bars.size[-1] + 0.3)
    if bars.log_y:
        ax.set_yscale("log")
        ax.set_ylim(bottom=min(0.8, 0.5 * float(bars.height.min())))
    else:
        ax.set_ylim(bottom=0)
    if bars.note:
        ax.set_title(bars.note, fontsize=9, color=draw.GREY, loc="right")
    return ax
