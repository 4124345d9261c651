"""Matplotlib pictures of an analysis; each takes axes and returns them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.errors import UsageError
from spectral_smooth.measures.trajectory import Trajectory
from spectral_smooth.report import axes as draw
from spectral_smooth.report import numbers
from spectral_smooth.report.selection import (
    NOTHING,
    all_series,
    all_zero,
    collapse_reach,
    extent,
    last_depth,
    limit_levels,
    state_series,
)
from spectral_smooth.report.series import Series, ValueAxis, value_axis
from spectral_smooth.report.structure_figures import plot_components, plot_degrees, plot_spectrum
from spectral_smooth.report.terms import term
from spectral_smooth.report.wording import drawable, group_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "plot_collapse",
    "plot_components",
    "plot_decay",
    "plot_degrees",
    "plot_measure",
    "plot_measures",
    "plot_overview",
    "plot_spectrum",
]

MAX_GROUPS_DRAWN = 4


def plot_decay(
    *sources: Analysis | Trajectory,
    names: str | Sequence[str] = ("energy",),
    component: int | None = None,
    threshold: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how measures fall with depth: predicted as a band, measured as points.

    Parameters
    ----------
    *sources : Analysis, or one or two Trajectory objects
        Curves whose source is ``measured`` are drawn as points, all others as bands.
    names : str or sequence of str
        Measures; those of which only the decay means anything are divided by their value at depth 0.
    component : int, optional
        Row group; None is the whole graph.
    threshold : float, optional
        Level to draw across, in the units of the axis.
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones.

    Raises
    ------
    UsageError
        If no source has a measure of these names.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import numpy as np
    >>> from spectral_smooth.measures.curve import Curve
    >>> from spectral_smooth.measures.trajectory import Trajectory
    >>> run = Trajectory((Curve.points("energy", np.arange(9), 0.5 ** np.arange(9)),), "gcn", "sgc", 8)
    >>> plot_decay(run).get_yscale()
    'log'
    """
    wanted = [names] if isinstance(names, str) else list(names)
    chosen = [one for one in all_series(sources) if one.name in wanted and one.component == component]
    if not chosen:
        raise UsageError(
            f"no curve named {', '.join(wanted)} for {group_label(component, {})} in what was given"
        )
    ax = ax if ax is not None else draw.new_axes()
    axis = value_axis([v for one in chosen for v in extent(one)], [threshold] if threshold else ())
    last = max(last_depth(one) for one in chosen)
    for i, one in enumerate(chosen):
        _draw_series(ax, one, axis, last, i, named=len(chosen) > 1)
    if threshold is not None:
        draw.level(ax, threshold, f"threshold {numbers.number(threshold)}")
    _floor(ax, chosen, axis)
    if all(all_zero(one) for one in chosen):
        draw.say(ax, NOTHING)
    _finish(
        ax,
        axis,
        last,
        drawable(chosen[0].axis_label) if len(chosen) == 1 else "share of the value at depth 0",
    )
    draw.legend(ax)
    return ax


def plot_collapse(analysis: Analysis, *, components: bool = True, ax: Axes | None = None) -> Axes:
    """Draw dev(X_k)/‖X_k‖ against depth, with every limit as a level and the safe depth as a shaded interval.

    Parameters
    ----------
    analysis : Analysis
    components : bool
        Whether to draw the largest components' measured curves too.
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
    >>> plot_collapse(analysis).get_yscale()
    'log'
    """
    ax = ax if ax is not None else draw.new_axes(7.2, 4.4)
    every = [one for one in all_series([analysis]) if one.name == "collapse"]
    whole = [one for one in every if one.component is None]
    if not whole:
        draw.say(ax, "no collapse curve in this analysis")
        return ax
    levels = limit_levels(analysis)
    axis = value_axis(extent(whole[0]), [value for _, value in levels])
    last = collapse_reach(analysis, whole[0])
    _draw_series(ax, whole[0], axis, last, 0, named=False)
    groups = [one for one in every if one.component is not None] if components else []
    for i, one in enumerate(groups[:MAX_GROUPS_DRAWN] if len(groups) > 1 else []):
        depths, values = one.points()
        dash = draw.DASHES[(i + 1) % len(draw.DASHES)]
        label = drawable(group_label(one.component, analysis.graph))
        ax.plot(depths, axis.clip(values), linestyle=dash, color=draw.GREY, linewidth=1.0, label=label)
    _shade_safe(ax, analysis, last)
    if all_zero(whole[0]):
        draw.say(ax, NOTHING)
    draw.draw_levels(ax, levels, axis)
    _finish(ax, axis, last, drawable(whole[0].axis_label))
    draw.legend(ax, columns=3)
    return ax


def plot_measure(
    source: Analysis | Trajectory, name: str, *, component: int | None = None, ax: Axes | None = None
) -> Axes:
    """Draw one measure as it is, not divided by anything; log only where it spans decades.

    Parameters
    ----------
    source : Analysis or Trajectory
    name : str
        Name of the measure.
    component : int, optional
        Row group; None is the whole graph.
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones.

    Raises
    ------
    UsageError
        If the source has no such measure.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import spectral_smooth as ss
    >>> analysis = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64))
    >>> plot_measure(analysis, "effective_rank").get_ylabel()
    'effective rank'
    """
    found = [one for one in all_series([source]) if one.name == name and one.component == component]
    if not found:
        raise UsageError(f"no curve named {name!r} for {group_label(component, {})} in what was given")
    ax = ax if ax is not None else draw.new_axes(4.2, 3.0)
    one = found[0]
    axis = value_axis(extent(one), decay=one.predicted is not None)
    depths, values = one.points()
    if len(depths):
        ax.plot(depths, axis.clip(values), "-", color=draw.GREY, linewidth=0.9)
    _draw_series(ax, one, axis, last_depth(one), 0, named=False)
    _finish(ax, axis, last_depth(one), drawable(one.axis_label))
    return ax


def plot_measures(
    analysis: Analysis | Trajectory,
    names: Sequence[str] | None = None,
    *,
    columns: int = 4,
    axes: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw small pictures of the measures that are measured only, or of those named.

    Parameters
    ----------
    analysis : Analysis or Trajectory
    names : sequence of str, optional
        All whole-graph measures without a prediction by default.
    columns : int
        Pictures in a row of the new figure.
    axes : sequence of matplotlib axes, optional
        One for each name; a new figure by default.

    Returns
    -------
    list of matplotlib axes

    Raises
    ------
    UsageError
        If there are fewer axes than names, or a name is unknown.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import spectral_smooth as ss
    >>> analysis = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64))
    >>> len(plot_measures(analysis, ["mad", "effective_rank"]))
    2
    """
    names = list(names) if names is not None else [one.name for one in state_series(analysis)]
    if axes is None:
        axes = _grid(len(names), columns)
    if len(axes) < len(names):
        raise UsageError(f"there are {len(axes)} axes for {len(names)} measures; expected one each")
    return [plot_measure(analysis, name, ax=ax) for name, ax in zip(names, axes, strict=False)]


def plot_overview(analysis: Analysis) -> Figure:
    """Draw decay, collapse, spectrum and degrees together: the one picture of an analysis.

    Parameters
    ----------
    analysis : Analysis

    Returns
    -------
    matplotlib figure

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import spectral_smooth as ss
    >>> analysis = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64))
    >>> len(plot_overview(analysis).axes)
    4
    """
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(2, 2, figsize=(12, 8), layout="constrained")
    plot_decay(analysis, ax=axes[0, 0])
    plot_collapse(analysis, ax=axes[0, 1])
    plot_spectrum(analysis, ax=axes[1, 0])
    plot_degrees(analysis, ax=axes[1, 1])
    safe = analysis.safe_depth
    # Only letters that the default font has: a missing glyph would be a warning and an empty box.
    name = drawable(analysis.name).encode("latin-1", "replace").decode("latin-1")
    depth = None if analysis.advice is None else analysis.advice.recommended_depth
    advised = "" if depth is None else f"recommended depth {depth}, "
    title = (
        f"{name}: {analysis.verdict}, {advised}"
        f"safe depth {numbers.layers(safe.at_least, safe.at_most, safe.horizon)}"
    )
    figure.suptitle(title, fontsize=13, parse_math=False)
    return figure


def _draw_series(ax: Axes, one: Series, axis: ValueAxis, last: int, index: int, *, named: bool) -> None:
    title = f"{drawable(term(one.name).title)}, " if named else ""
    if one.predicted is not None:
        depths, lower, upper = one.band(last)
        dash = draw.DASHES[index % len(draw.DASHES)]
        draw.draw_band(ax, depths, lower, upper, axis, f"{title}predicted ({one.predicted.source})", dash)
    if one.measured is not None:
        depths, values = one.points()
        draw.draw_errors(ax, *one.errors(), axis)
        marker = draw.MARKERS[index % len(draw.MARKERS)]
        draw.draw_points(ax, depths, values, axis, f"{title}measured", marker)


def _floor(ax: Axes, chosen: Sequence[Series], axis: ValueAxis) -> None:
    floor = max((one.floor() for one in chosen), default=0.0)
    if axis.log and axis.low < floor < axis.high:
        draw.level(ax, floor, "rounding noise below", ":", draw.GREY)


def _shade_safe(ax: Axes, analysis: Analysis, last: int) -> None:
    safe = analysis.safe_depth
    words = numbers.layers_short(safe.at_least, safe.at_most, safe.horizon)
    if safe.at_least is None or safe.at_least >= last:
        ax.plot([], [], " ", label=f"safe depth: {words} (not in this picture)")
        return
    end = last if safe.at_most is None else min(safe.at_most, last)
    start = max(safe.at_least, 0)
    ax.axvspan(
        start, max(end, start), facecolor=draw.SAFE, edgecolor="#7d9a6f", hatch="\\\\", linewidth=0.8, zorder=0,
        label=f"safe depth lies here: {words}",
    )  # fmt: skip


def _finish(ax: Axes, axis: ValueAxis, last: int, label: str) -> None:
    draw.style(ax)
    draw.set_value_axis(ax, axis)
    draw.depth_axis(ax, last)
    ax.set_ylabel(label, parse_math=False)


def _grid(number: int, columns: int) -> list[Axes]:
    from matplotlib import pyplot as plt

    rows = max(-(-number // columns), 1)
    shape = (rows, min(columns, max(number, 1)))
    figure, grid = plt.subplots(
        *shape, figsize=(3.4 * shape[1], 2.7 * rows), layout="constrained", squeeze=False
    )
    flat = list(grid.flat)
    for spare in flat[number:]:
        figure.delaxes(spare)
    return flat[:number]
