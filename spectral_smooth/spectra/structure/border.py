"""The edges and nodes at which a cut runs: what names a bottleneck."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.graph import Graph

MOST_EDGES = 1000
MOST_NAMES = 10


def border_edges(graph: Graph, inside: IntArray, side: FloatArray, lost: FloatArray) -> IntArray:
    """Return cut edges (inside node, other node) of the inside nodes that lose most weight, shape (k, 2).

    Parameters
    ----------
    graph : Graph
    inside : int array
        Nodes of one side, increasing.
    side : float array, shape (num_nodes,)
        Of different sign on the two sides.
    lost : float array, shape (num_nodes,)
        Weight of the cut edges of each node.
    """
    found, total = [], 0
    for node in _by_loss(inside, lost):
        if total >= MOST_EDGES:
            break
        neighbours = graph.indices[graph.indptr[node] : graph.indptr[node + 1]].astype(np.int64)
        across = neighbours[side[neighbours] != side[node]]
        found.append(np.column_stack([np.full(len(across), node), across]))
        total += len(across)
    return np.vstack(found)[:MOST_EDGES]


def check_names(names: Sequence[str] | None, count: int) -> None:
    """Raise a UsageError unless there is one name for each node of the whole graph."""
    if names is not None and len(names) != count:
        raise UsageError(f"there are {len(names)} names for {count} nodes; expected one a node")


def border_names(
    nodes: IntArray, inside: IntArray, lost: FloatArray, names: Sequence[str] | None
) -> tuple[str, ...]:
    """Return the names of the inside nodes that lose most weight; without names "node 5"."""
    chosen = nodes[_by_loss(inside, lost)[:MOST_NAMES]]
    return tuple(f"node {node}" if names is None else str(names[node]) for node in chosen)


def _by_loss(inside: IntArray, lost: FloatArray) -> IntArray:
    border = inside[lost[inside] > 0]
    return np.asarray(border[np.argsort(-lost[border], kind="stable")])
