"""Who goes first: classes, components, degree bands, regions and nodes, from one propagation that all of them watch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spectral_smooth.depth.class_depth import ClassDepths
from spectral_smooth.depth.classes import class_depths
from spectral_smooth.depth.divisions import group_divisions
from spectral_smooth.depth.grid import measured_depths
from spectral_smooth.depth.groups import DRAWN, GroupDepths, group_depths
from spectral_smooth.depth.local import NodeDepths, node_depths
from spectral_smooth.depth.node_meter import NodeMeter
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.graphs.layout import pivot_layout
from spectral_smooth.measures.local_density import LocalDensity, local_density
from spectral_smooth.operators.operator import Operator
from spectral_smooth.operators.readout import Concat
from spectral_smooth.operators.rule import Rule
from spectral_smooth.simulate.class_contrast import ClassMeter, ClassSplit
from spectral_smooth.simulate.deflated_run import DeflatedRun, Layer
from spectral_smooth.simulate.group_collapse import GroupMeter
from spectral_smooth.spectra.quadrature import SpectralMeasure
from spectral_smooth.theory.group_collapse import slowest_pairs

EDGES_DRAWN = 12_000


@dataclass(frozen=True, eq=False)
class FirstToGo:
    """Who loses its signal at which depth.

    Attributes
    ----------
    classes : ClassDepths or None
        None without labels.
    groups : GroupDepths
    nodes : NodeDepths or None
        None where the read-out has no single state.
    density : dict
        Local density of the nodes: mean, largest, and how many have fewer than two neighbours.
    drawing : dict or None
        Where to draw each node of a graph with at most `DRAWN` nodes: x, y, labels (or None) and the edges drawn.
    """

    classes: ClassDepths | None
    groups: GroupDepths
    nodes: NodeDepths | None
    density: dict[str, Any]
    drawing: dict[str, Any] | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {
            "classes": None if self.classes is None else self.classes.to_dict(),
            "groups": self.groups.to_dict(),
            "nodes": None if self.nodes is None else self.nodes.to_dict(),
            "density": self.density,
            "drawing": self.drawing,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> FirstToGo:
        """Read what `to_dict` wrote."""
        classes, nodes = data["classes"], data["nodes"]
        return cls(
            None if classes is None else ClassDepths.from_dict(classes),
            GroupDepths.from_dict(data["groups"]),
            None if nodes is None else NodeDepths.from_dict(nodes),
            data["density"],
            data["drawing"],
        )


def first_to_go(
    operator: Operator,
    signal: FloatArray,
    labels: IntArray | None,
    *,
    rule: Rule,
    depth: int,
    horizon: int,
    collapse: float,
    spectral: SpectralMeasure,
    tick: Callable[[float], None],
) -> FirstToGo:
    """Predict and measure who goes first.

    Parameters
    ----------
    operator : Operator
    signal : float array, shape (num_nodes, columns)
        Features as they are propagated.
    labels : int array or None
    rule : Rule
    depth, horizon : int
        Largest depth that is measured, and that is predicted.
    collapse : float
        Threshold.
    spectral : SpectralMeasure
        Of the signal.
    tick : callable
        Told the share that is done.
    """
    # Classes have float32's rounding as a threshold of their own, which must lie below this one.
    collapse = max(collapse, 2.0**-23)
    pairs = slowest_pairs(operator)
    grid = measured_depths(None, depth)
    run = DeflatedRun(operator, signal, int(grid[-1]), rule)
    split = None if labels is None else ClassSplit.of(operator, labels)
    by_class = ClassMeter(run, split, grid) if split is not None and split.comparable else None
    by_group = GroupMeter(run, [d.groups for d in group_divisions(operator, pairs)], grid)
    by_node = None if isinstance(rule.readout, Concat) else NodeMeter(run, collapse, collapse)

    def watch(layer: Layer) -> None:
        squares = run.row_squares(layer)
        by_group(layer, squares)
        if by_class is not None:
            by_class(layer)
        if by_node is not None:
            by_node(layer, squares)
        tick(0.6 * layer.depth / max(run.depth, 1))

    run.follow(watch)
    known: dict[str, Any] = {"rule": rule, "spectral": spectral}
    classes = None
    if labels is not None:
        found = class_depths(
            operator,
            signal,
            labels,
            horizon=horizon,
            collapse=collapse,
            measured=None if by_class is None else by_class.result(),
            **known,
        )
        classes = _thin_classes(found, horizon)
    tick(0.8)
    groups = group_depths(
        operator, signal, horizon=horizon, collapse=collapse, pairs=pairs, measured=by_group.result(), **known
    )
    nodes = None if by_node is None else node_depths(operator, signal, pairs=pairs, measured=by_node, **known)
    density = _density(local_density(operator.graph))
    return FirstToGo(classes, groups, nodes, density, _drawing(operator.graph, labels))


def _thin_classes(found: ClassDepths, horizon: int) -> ClassDepths:
    """Keep each predicted curve at every depth to 64 and at log-spaced ones beyond: there may be many classes."""
    beyond = np.geomspace(64, max(horizon, 65), 49).round().astype(np.int64)
    keep = np.unique(np.concatenate([np.arange(min(horizon, 64) + 1), beyond[beyond <= horizon]]))

    classes = (
        c if c.predicted is None else replace(c, predicted=c.predicted.thinned(keep)) for c in found.classes
    )
    return replace(found, classes=tuple(classes))


def _density(found: LocalDensity) -> dict[str, Any]:
    values = found.values[np.isfinite(found.values)]
    return {
        "mean": float(values.mean()) if len(values) else None,
        "largest": float(values.max()) if len(values) else None,
        "without": int(len(found.values) - len(values)),
        "values": [float(v) if np.isfinite(v) else None for v in found.values]
        if len(found.values) <= DRAWN
        else None,
    }


def _drawing(graph: Graph, labels: IntArray | None) -> dict[str, Any] | None:
    """Return places and edges; of very many edges every so many-th, for a page has no room for more."""
    if graph.num_nodes > DRAWN:
        return None
    place = pivot_layout(graph).round(3)
    upper = graph.rows < graph.indices
    ends = np.stack([graph.rows[upper], graph.indices[upper]])
    step = max(1, -(-ends.shape[1] // EDGES_DRAWN))
    return {
        "x": place[:, 0].tolist(),
        "y": place[:, 1].tolist(),
        "labels": None if labels is None else [int(v) for v in labels],
        "edges": ends[:, ::step].tolist(),
        "edges_in_all": int(ends.shape[1]),
    }
