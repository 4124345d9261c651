"""pivot_layout(): where to draw each node, from distances to a few pivots; every component has its own place."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.graph import Graph

PIVOTS = 60
ROUNDS = 12
GAP = 0.6


def pivot_layout(graph: Graph) -> FloatArray:
    """Place the nodes in the plane so that distances on the page resemble numbers of hops.

    Each component by pivot multidimensional scaling (Brandes and Pich, Graph Drawing 2006): hops to `PIVOTS` nodes
    far from one another, squared and centred twice, their two largest singular vectors; then a few rounds in which
    every node moves to where its distances to the pivots fit better. Components are packed in rows, largest first,
    with areas in proportion to their nodes. Nothing is random.

    Parameters
    ----------
    graph : Graph
        A few thousand nodes; time and memory are linear in them.

    Returns
    -------
    float array, shape (num_nodes, 2)

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> place = pivot_layout(ss.as_graph(nx.path_graph(5)))
    >>> order = place[:, 0].argsort().tolist()
    >>> order in ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0])
    True
    """
    parts = graph.components
    adjacency = graph.adjacency()
    order = np.argsort(parts.labels, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(parts.sizes)])
    place = np.zeros((graph.num_nodes, 2))
    boxes = []
    for c in range(parts.count):
        members = order[bounds[c] : bounds[c + 1]]
        own = _component(adjacency[members][:, members]) if len(members) > 1 else np.zeros((1, 2))
        boxes.append((members, _fitted(own, np.sqrt(len(members)))))
    for (members, own), corner in zip(boxes, _corners(parts.sizes), strict=True):
        place[members] = own + corner
    return place


def _component(adjacency: csr_array) -> FloatArray:
    hops, pivots = _hops(adjacency)
    squares = hops**2
    centred = squares - squares.mean(axis=0) - squares.mean(axis=1, keepdims=True) + squares.mean()
    left, values, _ = np.linalg.svd(-0.5 * centred, full_matrices=False)
    place: FloatArray = np.zeros((len(hops), 2))
    count = min(2, left.shape[1])
    place[:, :count] = left[:, :count] * values[:count] / np.sqrt(len(pivots))
    place *= _scale(place, hops, pivots)
    # Leaves of one node have the same distances to everything: a tiny turn for each tells them apart.
    angle = 2.399963 * np.arange(len(place))
    place += 0.25 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    for _ in range(ROUNDS):
        place = _stress_step(place, hops, pivots, adjacency)
    return place


def _hops(adjacency: csr_array) -> tuple[FloatArray, IntArray]:
    """Return hops to the pivots, each pivot as far as possible from those before it."""
    n = adjacency.shape[0]
    pivots, columns = [0], []
    nearest = np.full(n, np.inf)
    for _ in range(min(PIVOTS, n)):
        found = dijkstra(adjacency, directed=False, unweighted=True, indices=np.array(pivots[-1:]))[0]
        columns.append(found)
        nearest = np.minimum(nearest, found)
        pivots.append(int(np.argmax(nearest)))
    return np.stack(columns, axis=1), np.array(pivots[:-1])


def _scale(place: FloatArray, hops: FloatArray, pivots: IntArray) -> float:
    drawn = np.linalg.norm(place[:, None] - place[pivots], axis=2)
    return float((drawn * hops).sum() / max((drawn**2).sum(), 1e-300))


def _stress_step(place: FloatArray, hops: FloatArray, pivots: IntArray, adjacency: csr_array) -> FloatArray:
    """Move every node to the mean of where pivots and neighbours want it, weighted by 1/hops²."""
    difference = place[:, None] - place[pivots]
    drawn = np.maximum(np.linalg.norm(difference, axis=2), 1e-9)
    weight = np.where(hops > 0, 1.0 / np.maximum(hops, 1.0) ** 2, 0.0)
    wanted = place[pivots] + difference * (hops / drawn)[:, :, None]
    total = np.einsum("ip,ipd->id", weight, wanted)
    sums = weight.sum(axis=1)
    rows, columns = adjacency.nonzero()
    step = place[rows] - place[columns]
    long = np.maximum(np.linalg.norm(step, axis=1, keepdims=True), 1e-9)
    share = 1.0 / np.maximum(np.bincount(rows, minlength=len(place)), 1)[rows]
    pull = (place[columns] + step / long) * share[:, None]
    for axis in (0, 1):
        total[:, axis] += np.bincount(rows, weights=pull[:, axis], minlength=len(place))
    return np.asarray(total / (sums + 1.0)[:, None])


def _fitted(place: FloatArray, side: float) -> FloatArray:
    """Turn the longer side to the x axis and fit the drawing into a square, its corner at zero."""
    low, high = place.min(axis=0), place.max(axis=0)
    span = float((high - low).max())
    if span <= 0:
        return np.full(place.shape, side / 2)
    return np.asarray((place - (low + high) / 2) / span * side + side / 2)


def _corners(sizes: IntArray) -> FloatArray:
    """Pack squares of side √size in rows, as wide together as they are high."""
    sides = np.sqrt(sizes) + GAP
    width = max(float(sides[0]), 1.15 * float(np.sqrt(np.sum(sides**2))))
    corners, x, y, height = [], 0.0, 0.0, 0.0
    for side in sides:
        if x + side > width * (1 + 1e-9):
            x, y, height = 0.0, y - height, 0.0
        height = max(height, float(side))
        corners.append((x, y - float(side)))
        x += float(side)
    return np.array(corners)
