"""Interactive Bokeh drawings of the graph: all share one set of nodes and edges, each is coloured by one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.depth.spread import NOT_WITHIN
from spectral_smooth.graphs.arrays import IntArray
from spectral_smooth.report import numbers
from spectral_smooth.report.axes import LIGHTEST, depth_ticks
from spectral_smooth.report.canvas import add_hover, base_figure, models, place_legend
from spectral_smooth.report.graph_plots import NARROW, group_look, node_size, placed
from spectral_smooth.report.node_colors import NodeColors, node_colors
from spectral_smooth.report.wording import drawable

if TYPE_CHECKING:
    from bokeh.plotting import figure

HOLLOW = ("circle", "x")


def drawing_plots(analysis: Analysis) -> dict[str, figure]:
    """Draw the graph once for each colouring that has something to show; nothing for large graphs.

    Regions are drawn where there are no classes: two divisions of the nodes side by side with two depths and the
    density would be a page of drawings.
    """
    first = analysis.first
    if first is None or first.drawing is None:
        return {}
    sources = _node_source(analysis), _edge_source(first.drawing)
    division = "class" if first.drawing.get("labels") is not None else "region"
    out = {}
    for color in ("smooth", "lost", division, "density"):
        found = node_colors(analysis, color)
        shown = found.values is None or bool(np.any(np.isfinite(found.values)))
        if not found.sentence and shown:
            out[color] = _drawing(found, color, *sources)
    return out


def _drawing(found: NodeColors, color: str, nodes: Any, edges: Any) -> figure:
    plot = base_figure("", "", height=520, match_aspect=True)
    plot.axis.visible = False
    plot.grid.grid_line_color = None
    count = len(nodes.data["x"])
    faint = float(np.clip(600.0 / max(len(edges.data["x0"]), 1), 0.2, 0.6))
    plot.segment("x0", "y0", "x1", "y1", source=edges, color="#9a9a9a", line_alpha=faint, line_width=1)
    size = node_size(count, 4.0, 13.0)
    made = []
    for (label, mask), marker in zip(found.absent, HOLLOW, strict=False):
        view = models().CDSView(filter=models().IndexFilter(np.flatnonzero(mask).tolist()))
        looks: dict[str, Any] = {"fill_color": "white", "line_color": "#777777", "line_width": 0.8}
        made.append(
            plot.scatter(
                "x",
                "y",
                source=nodes,
                view=view,
                size=0.85 * size,
                marker=marker,
                legend_label=label,
                **looks,
            )
        )
    made += (
        _valued(plot, found, color, nodes, size)
        if found.values is not None
        else _grouped(plot, found, nodes, size)
    )
    tips = [("node", "@node"), *((name, f"@{name}") for name in nodes.tags)]
    add_hover(plot, made, tips)
    place_legend(plot)
    return plot


def _valued(plot: figure, found: NodeColors, color: str, nodes: Any, size: float) -> list[Any]:
    from bokeh.palettes import Cividis256

    values = found.values if found.values is not None else np.empty(0)
    ends = placed(np.array(found.ends), stretched=found.stretched)
    palette = list(Cividis256[: int(LIGHTEST * 256)])
    mapper = models().LinearColorMapper(palette=palette, low=float(ends[0]), high=float(ends[1]))
    name = f"value_{color}"
    nodes.data[name] = np.nan_to_num(placed(values, stretched=found.stretched), nan=0.0).astype(np.float32)
    known = np.flatnonzero(np.isfinite(values))
    # What goes first lies on top.
    order = known[np.argsort(-values[known], kind="stable")]
    view = models().CDSView(filter=models().IndexFilter(order.tolist()))
    fill: Any = {"field": name, "transform": mapper}
    shapes = plot.scatter(
        "x", "y", source=nodes, view=view, size=size, fill_color=fill, line_color="#333333", line_width=0.3
    )
    bar = models().ColorBar(color_mapper=mapper, title=found.unit, title_text_font_style="normal", width=14)
    if found.stretched:
        ticks = [t for t in depth_ticks(int(found.ends[1])) if t >= found.ends[0]]
        bar.ticker = models().FixedTicker(ticks=[float(np.log1p(t)) for t in ticks])
        bar.major_label_overrides = {float(np.log1p(t)): f"{t:,}" for t in ticks}
    plot.add_layout(bar, "right")
    return [shapes]


def _grouped(plot: figure, found: NodeColors, nodes: Any, size: float) -> list[Any]:
    made = []
    groups: IntArray = found.groups if found.groups is not None else np.empty(0, dtype=np.int64)
    for group, (name, place) in enumerate(zip(found.names, found.places, strict=True)):
        color, marker = group_look(place)
        at = np.flatnonzero(groups == group).tolist()
        view = models().CDSView(filter=models().IndexFilter(at))
        looks: dict[str, Any] = {"fill_color": color, "line_color": "white", "line_width": 0.3}
        made.append(
            plot.scatter(
                "x",
                "y",
                source=nodes,
                view=view,
                size=NARROW.get(marker, 1.0) * size,
                marker=marker,
                legend_label=name,
                **looks,
            )
        )
    return made


def _node_source(analysis: Analysis) -> Any:
    """Return places and what the pointer is told of each node; the tags are the names of the latter, in order."""
    first = analysis.first
    drawing = first.drawing if first is not None else None
    columns: dict[str, Any] = {}
    told: dict[str, list[str]] = {}
    if drawing is not None and first is not None:
        columns = {axis: np.asarray(drawing[axis], dtype=np.float32) for axis in ("x", "y")}
        columns["node"] = np.arange(len(columns["x"]), dtype=np.int32)
        if drawing.get("labels") is not None:
            told["class"] = [f"{v}" if v >= 0 else "unknown" for v in drawing["labels"]]
        if first.nodes is not None:
            for title, name in (("smooth", "smooth"), ("bound", "bound"), ("lost", "lost")):
                array = getattr(first.nodes, name)
                if array is not None:
                    told[title] = [_depth(int(v), first.nodes.depth, bound=name == "bound") for v in array]
        if first.density.get("values") is not None:
            told["density"] = [numbers.number(v, 3) for v in first.density["values"]]
        if "region" in first.groups.members:
            names = [drawable(one.name) for one in first.groups.of_kind("region")]
            told["region"] = [names[v] if v >= 0 else numbers.MISSING for v in first.groups.members["region"]]
    return models().ColumnDataSource(data={**columns, **told}, tags=list(told))


def _edge_source(drawing: dict[str, Any]) -> Any:
    x, y = (np.asarray(drawing[axis], dtype=np.float32) for axis in ("x", "y"))
    first, second = np.asarray(drawing["edges"], dtype=np.int64).reshape(2, -1)
    return models().ColumnDataSource({"x0": x[first], "y0": y[first], "x1": x[second], "y1": y[second]})


def _depth(value: int, last: int, *, bound: bool) -> str:
    if value >= 0:
        return f"≤ {value:,}" if bound else f"{value:,}"
    if value == NOT_WITHIN:
        return numbers.MISSING if bound else f"> {last:,}"
    return "no edge"
