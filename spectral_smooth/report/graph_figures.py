"""Matplotlib pictures of who goes first: groups, the spread over nodes, and the graph's drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.report import axes as draw
from spectral_smooth.report.class_choice import MOST_CLASSES
from spectral_smooth.report.group_rows import GroupChart, group_chart
from spectral_smooth.report.node_bars import TITLES, node_bars
from spectral_smooth.report.node_colors import NodeColors, node_colors
from spectral_smooth.report.wording import drawable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NO_GROUPS = "there are no groups of nodes to tell apart"
NO_NODES = "there are no depths of single nodes"
EDGE = "#9a9a9a"
HOLLOW_MARKS = ("o", "X")


def plot_groups(analysis: Analysis, *, ax: Axes | None = None) -> Axes:
    """Draw from which depth on components, degree bands and regions are lost: predicted with sides, and measured.

    Parameters
    ----------
    analysis : Analysis
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones; of many components the largest are shown.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import spectral_smooth as ss
    >>> analysis = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64))
    >>> plot_groups(analysis).get_ylabel()
    'group (nodes)'
    """
    chart = group_chart(analysis)
    rows = len(chart.rows) if chart is not None else 0
    ax = ax if ax is not None else draw.new_axes(7.2, max(1.3 + 0.25 * rows, 2.6))
    draw.style(ax)
    ax.set(xlabel="lost from depth (layers)", ylabel="group (nodes)")
    if chart is None:
        draw.say(ax, NO_GROUPS)
        ax.set(xticks=[], yticks=[])
        return ax
    _draw_groups(ax, chart)
    draw.depth_axis(ax, chart.last, stretched=True)
    ax.set_xlabel("lost from depth (layers)")
    names = [row.label for row in chart.rows]
    ax.set_yticks(range(rows), names, parse_math=False, fontsize=8.5)
    ax.set_ylim(rows - 0.4, -0.6)
    if chart.left_out:
        ax.plot([], [], " ", label=f"{chart.left_out} smaller groups not shown")
    draw.legend(ax, columns=2)
    return ax


def plot_nodes(analysis: Analysis, *, ax: Axes | None = None) -> Axes:
    """Draw which share of the nodes is smooth, and lost, from which depth on.

    Parameters
    ----------
    analysis : Analysis
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones; the last bars are the nodes that are not within the depths looked at.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import spectral_smooth as ss
    >>> analysis = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64))
    >>> plot_nodes(analysis).get_ylabel()
    'share of the nodes'
    """
    ax = ax if ax is not None else draw.new_axes(7.2, 4.0)
    draw.style(ax)
    ax.set(xlabel="from depth (layers)", ylabel="share of the nodes")
    bars = node_bars(analysis.first.nodes if analysis.first is not None else None)
    if bars is None:
        draw.say(ax, NO_NODES)
        ax.set(xticks=[], yticks=[])
        return ax
    places = np.arange(len(bars.names))
    kinds = (("smooth", -0.21, draw.BAND, "//"), ("lost", 0.21, draw.PREDICTED, ""))
    for name, shift, color, hatch in kinds:
        if name in bars.shares:
            ax.bar(
                places + shift,
                bars.shares[name],
                0.4,
                facecolor=color,
                edgecolor=draw.INK,
                linewidth=0.6,
                hatch=hatch,
                label=TITLES[name],
            )
    if "predicted" in bars.shares:
        ax.plot(
            places + 0.21,
            bars.shares["predicted"],
            "D",
            color=draw.INK,
            markerfacecolor="white",
            markersize=4.5,
            label=TITLES["predicted"],
            zorder=4,
        )
    ax.set_xticks(places, bars.names, rotation=45, ha="right", rotation_mode="anchor")
    ax.set_ylim(bottom=0)
    draw.legend(ax, columns=3)
    return ax


def plot_graph(analysis: Analysis, color: str = "lost", *, ax: Axes | None = None) -> Axes:
    """Draw the graph with its nodes coloured by when they go.

    Parameters
    ----------
    analysis : Analysis
    color : {"lost", "smooth", "density", "class", "region"}
        Depth from which a node is lost, its local smoothing depth, the share of joined pairs of its neighbours,
        its class, or the region of the largest component that the slowest modes separate.
    ax : matplotlib axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib axes
        ``ax``, or the new ones; graphs of more than 5,000 nodes have no drawing, and the axes say so.

    Raises
    ------
    UsageError
        If there is no such colouring.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> import spectral_smooth as ss
    >>> analysis = ss.analyze(ss.load("karate"), plan=ss.Plan(depth=8, horizon=64))
    >>> plot_graph(analysis, "smooth").get_title(loc="left")
    'local smoothing depth of a node'
    """
    found = node_colors(analysis, color)
    ax = ax if ax is not None else draw.new_axes(7.2, 5.6)
    ax.set_axis_off()
    ax.set_title(found.title, fontsize=10, loc="left")
    drawing = analysis.first.drawing if analysis.first is not None else None
    if found.sentence or drawing is None:
        draw.say(ax, drawable(found.sentence))
        return ax
    x, y = (np.asarray(drawing[name], dtype=np.float64) for name in ("x", "y"))
    _draw_edges(ax, x, y, np.asarray(drawing["edges"], dtype=np.int64))
    size = float(np.clip(16_000.0 / len(x), 7.0, 90.0))
    for (label, mask), marker in zip(found.absent, HOLLOW_MARKS, strict=False):
        ax.scatter(
            x[mask],
            y[mask],
            s=0.8 * size,
            marker=marker,
            facecolor="white",
            edgecolor="#777777",
            linewidth=0.6,
            label=label,
            zorder=2,
        )
    if found.values is not None:
        _draw_values(ax, x, y, found, size)
    else:
        _draw_groups_of_nodes(ax, x, y, found, size)
    ax.set_aspect("equal", adjustable="datalim")
    draw.legend_below(ax, columns=4)
    return ax


def _draw_edges(ax: Axes, x: FloatArray, y: FloatArray, edges: FloatArray) -> None:
    from matplotlib.collections import LineCollection

    if not edges.size:
        return
    ends = np.stack([np.stack([x[end], y[end]], axis=1) for end in edges], axis=1)
    faint = float(np.clip(600.0 / edges.shape[1], 0.2, 0.7))
    ax.add_collection(
        LineCollection(list(ends), colors=EDGE, linewidths=0.5, alpha=faint, zorder=1, rasterized=True)
    )


def _draw_values(ax: Axes, x: FloatArray, y: FloatArray, found: NodeColors, size: float) -> None:
    import matplotlib as mpl
    from matplotlib.colors import FuncNorm, ListedColormap, Normalize

    if found.values is None or not np.any(np.isfinite(found.values)):
        return
    colors = mpl.colormaps[draw.DEPTH_COLORS](np.linspace(0.0, draw.LIGHTEST, 256))
    low, high = found.ends
    norm = FuncNorm((np.log1p, np.expm1), low, high) if found.stretched else Normalize(low, high)
    known = np.flatnonzero(np.isfinite(found.values))
    # What goes first lies on top.
    order = known[np.argsort(-found.values[known], kind="stable")]
    points = ax.scatter(
        x[order],
        y[order],
        c=found.values[order],
        s=size,
        cmap=ListedColormap(colors),
        norm=norm,
        edgecolor="#333333",
        linewidth=0.25,
        zorder=3,
    )
    bar = ax.figure.colorbar(points, ax=ax, shrink=0.75, pad=0.02)
    bar.set_label(found.unit)
    if found.stretched:
        ticks = [tick for tick in draw.depth_ticks(int(high)) if low <= tick <= high]
        bar.set_ticks(ticks, labels=[f"{tick:,}" for tick in ticks])
        bar.minorticks_off()


def _draw_groups_of_nodes(ax: Axes, x: FloatArray, y: FloatArray, found: NodeColors, size: float) -> None:
    if found.groups is None:
        return
    for group, (name, place) in enumerate(zip(found.names, found.places, strict=True)):
        mask = found.groups == group
        grey = place < 0 or place >= MOST_CLASSES
        color = "#b5b5b5" if grey else draw.CLASS_COLORS[place]
        marker = "o" if grey else draw.NODE_MARKERS[place]
        ax.scatter(
            x[mask],
            y[mask],
            s=size,
            marker=marker,
            color=color,
            edgecolor="white",
            linewidth=0.25,
            label=name,
            zorder=3,
        )


def _draw_groups(ax: Axes, chart: GroupChart) -> None:
    kinds = [row.kind for row in chart.rows]
    for i in range(1, len(kinds)):
        if kinds[i] != kinds[i - 1]:
            ax.axhline(i - 0.5, color=draw.GREY, linewidth=0.8)
    places = np.arange(len(chart.rows))
    for place, row in zip(places, chart.rows, strict=True):
        if row.high > row.low:
            ax.plot(
                [row.low, min(row.high, chart.last)],
                [place, place],
                color=draw.BAND,
                linewidth=6,
                solid_capstyle="butt",
                zorder=2,
                label="sides of the prediction",
            )
    _points(ax, chart, predicted=True)
    if chart.measured_to is not None:
        _points(ax, chart, predicted=False)


def _points(ax: Axes, chart: GroupChart, *, predicted: bool) -> None:
    name, reach = ("predicted", chart.horizon) if predicted else ("measured", chart.measured_to or 0)
    depths = [row.predicted if predicted else row.measured for row in chart.rows]
    looks: dict[str, Any] = (
        {"color": draw.PREDICTED, "markerfacecolor": draw.PREDICTED}
        if predicted
        else {"color": draw.INK, "markerfacecolor": "none"}
    )
    size = 5.0 if predicted else 7.5
    at = [(d, i) for i, d in enumerate(depths) if d is not None]
    if at:
        ax.plot(
            *zip(*at, strict=True),
            "D" if predicted else "o",
            markersize=size,
            linestyle="none",
            zorder=4,
            label=name,
            **looks,
        )
    later = [(min(reach, chart.last), i) for i, d in enumerate(depths) if d is None]
    if later:
        ax.plot(
            *zip(*later, strict=True),
            ">",
            markersize=size + 1,
            linestyle="none",
            zorder=4,
            clip_on=False,
            label=f"{name}: later than {reach:,}",
            **looks,
        )
