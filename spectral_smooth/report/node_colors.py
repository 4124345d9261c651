"""What colours the nodes of the graph's drawing: depths, density, classes or regions; shared by all pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from spectral_smooth.analysis.result import Analysis
from spectral_smooth.depth.groups import DRAWN
from spectral_smooth.depth.spread import NOT_WITHIN, OUTSIDE
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.report.class_choice import looks, split_classes
from spectral_smooth.report.wording import drawable

COLORS = ("lost", "smooth", "density", "class", "region")
DEPTHS = "depth (layers)"
# Where half of the nodes have a depth below this share of the largest, colours follow the logarithm of 1 + depth.
SHALLOW = 0.25


@dataclass(frozen=True, eq=False)
class NodeColors:
    """One value or one group for each node, and marks for those that have none.

    Attributes
    ----------
    title : str
        What the colours mean.
    unit : str
        Written at the colour bar.
    values : float array, shape (num_nodes,), or None
        NaN where there is none.
    groups : int array, shape (num_nodes,), or None
        Number of the name; −1 is none of them.
    names : tuple of str
    absent : tuple of (str, bool array)
        Nodes without a value, and what that means.
    stretched : bool
        Whether colours follow log(1 + value).
    sentence : str
        Said instead of a picture where there is nothing to colour.
    """

    title: str
    unit: str = ""
    values: FloatArray | None = None
    groups: IntArray | None = None
    names: tuple[str, ...] = ()
    absent: tuple[tuple[str, BoolArray], ...] = ()
    stretched: bool = False
    sentence: str = ""
    places: tuple[int, ...] = field(default=())
    """Number of the colour and mark of each name; −1 is grey."""

    @property
    def ends(self) -> tuple[float, float]:
        """Smallest and largest value, apart from one another."""
        if self.values is None or not np.any(np.isfinite(self.values)):
            return 0.0, 1.0
        low, high = float(np.nanmin(self.values)), float(np.nanmax(self.values))
        return low, high if high > low else low + 1.0


def node_colors(analysis: Analysis, color: str) -> NodeColors:
    """Read from an analysis what colours its nodes.

    Raises
    ------
    UsageError
        If there is no such colouring.
    """
    if color not in COLORS:
        raise UsageError(f"nodes cannot be coloured by {color!r}; there are: {', '.join(COLORS)}")
    first = analysis.first
    if first is None:
        return NodeColors("", sentence="this analysis does not say which nodes go first")
    if first.drawing is None:
        return NodeColors("", sentence=f"graphs of more than {DRAWN:,} nodes are not drawn")
    if color in ("lost", "smooth"):
        return _depths(analysis, color)
    if color == "density":
        return _density(first.density.get("values"))
    if color == "class":
        return _classes(analysis, first.drawing.get("labels"))
    return _regions(analysis)


def _depths(analysis: Analysis, name: str) -> NodeColors:
    nodes = analysis.first.nodes if analysis.first is not None else None
    array = None if nodes is None else getattr(nodes, name)
    title = {
        "lost": "depth from which a node is lost",
        "smooth": "local smoothing depth of a node",
    }[name]
    if nodes is None or array is None:
        return NodeColors(
            title, sentence="this read-out has no single state: nodes have no depth of their own"
        )
    values = np.where(array >= 0, array, np.nan).astype(np.float64)
    absent = (
        (f"not within {nodes.depth:,} layers", array == NOT_WITHIN),
        ("no edge and no loop", array == OUTSIDE),
    )
    middle, high = (np.nanmedian(values), np.nanmax(values)) if np.any(array >= 0) else (0.0, 0.0)
    return NodeColors(
        title,
        DEPTHS,
        values,
        absent=_present(absent),
        stretched=bool(middle < SHALLOW * high),
    )


def _density(values: Sequence[float | None] | None) -> NodeColors:
    title = "local density of a node"
    if values is None:
        return NodeColors(title, sentence="this analysis has no density of single nodes")
    array = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    absent = (("fewer than two neighbours", np.isnan(array)),)
    return NodeColors(title, "share of joined pairs of neighbours", array, absent=_present(absent))


def _classes(analysis: Analysis, labels: Sequence[int] | None) -> NodeColors:
    if labels is None:
        return NodeColors("class", sentence="no node has a known label")
    array = np.asarray(labels, dtype=np.int64)
    chosen = looks(analysis)
    own, rest = split_classes(np.unique(array[array >= 0]).tolist(), chosen)
    groups = np.full(len(array), -1, dtype=np.int64)
    for place, label in enumerate(own):
        groups[array == label] = place
    names = [f"class {label}" for label in own]
    places = [chosen[label].place for label in own]
    if rest:
        groups[np.isin(array, rest)] = len(own)
        names.append(f"{len(rest)} other classes")
        places.append(-1)
    if not names:
        return NodeColors("class", sentence="no node has a known label")
    absent = (("label unknown", array < 0),)
    return NodeColors(
        "class", groups=groups, names=tuple(names), absent=_present(absent), places=tuple(places)
    )


def _regions(analysis: Analysis) -> NodeColors:
    title = "region that the slowest modes separate"
    found = analysis.first.groups if analysis.first is not None else None
    if found is None or "region" not in found.members:
        return NodeColors(title, sentence="the slowest modes separate no regions")
    members = np.asarray(found.members["region"], dtype=np.int64)
    names = tuple(drawable(one.name) for one in found.of_kind("region"))
    absent = (("outside of the largest component", members < 0),)
    return NodeColors(
        title, groups=members, names=names, absent=_present(absent), places=tuple(range(len(names)))
    )


def _present(absent: Sequence[tuple[str, BoolArray]]) -> tuple[tuple[str, BoolArray], ...]:
    return tuple((label, mask) for label, mask in absent if np.any(mask))
