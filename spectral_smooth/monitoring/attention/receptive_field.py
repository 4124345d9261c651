"""ReceptiveField: from how many nodes, and from how far away, a node gets what it sees after l layers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.measures.neighbourhoods import batches, members, reach

Quartiles: TypeAlias = tuple[float, float, float]
_TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True)
class ReceptiveField:
    """Lower quartile, median and upper quartile over target nodes, by depth.

    With p_j = P_ij/Σ_j P_ij, what node i gets of node j:

    Attributes
    ----------
    depths : tuple of int
    participation : tuple of (float, float, float)
        1/Σ p_j²: as many nodes of equal weight would score the same.
    perplexity : tuple of (float, float, float)
        exp(−Σ p_j log p_j): counts small weights more than participation does.
    reachable : tuple of (float, float, float)
        Nodes with p_j > 0.
    hops : tuple of (float, float, float)
        Σ p_j dist(i, j), in hops of the graph.
    targets, population : int
        Target nodes looked at, and nodes that receive anything. Quartiles are empty without a target.

    Examples
    --------
    >>> found = ReceptiveField((1,), ((1.0, 2.0, 2.0),), ((1.0, 2.0, 2.0),), ((2.0,) * 3,), ((0.5,) * 3,), 2, 9)
    >>> ReceptiveField.from_dict({"depths": [1], "participation": [[1.0, 2.0, 2.0]], "perplexity": [[1, 2, 2]],
    ...     "reachable": [[2, 2, 2]], "hops": [[0.5, 0.5, 0.5]], "targets": 2, "population": 9}) == found
    True
    """

    depths: tuple[int, ...]
    participation: tuple[Quartiles, ...]
    perplexity: tuple[Quartiles, ...]
    reachable: tuple[Quartiles, ...]
    hops: tuple[Quartiles, ...]
    targets: int
    population: int

    @classmethod
    def of(
        cls, products: Iterable[tuple[int, FloatArray]], distance: FloatArray, targets: int, population: int
    ) -> ReceptiveField:
        """Summarise rows of products, given as columns with the hops of each node to each target."""
        depths, found = [], []
        for depth, columns in products:
            depths.append(depth)
            found.append(_summary(columns, distance))
        four = [tuple(rows) for rows in zip(*found, strict=True)] if targets else [()] * 4
        return cls(tuple(depths), four[0], four[1], four[2], four[3], targets, population)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ReceptiveField:
        """Read it from plain JSON types."""
        four = ("participation", "perplexity", "reachable", "hops")
        rows = {key: tuple(tuple(three) for three in data[key]) for key in four}
        return cls(**{**data, **rows, "depths": tuple(data["depths"])})


def hop_table(graph: Graph, nodes: IntArray, most: int) -> FloatArray:
    """Return hops between each node and some others, shape (num_nodes, len(nodes)); ``most`` where more.

    Examples
    --------
    >>> import networkx as nx, numpy as np, spectral_smooth as ss
    >>> hop_table(ss.as_graph(nx.path_graph(4)), np.array([0]), 2)[:, 0].tolist()
    [0.0, 1.0, 2.0, 2.0]
    """
    tables = [np.empty((graph.num_nodes, 0), dtype=np.float32)]
    for group in batches(nodes):
        table = np.ones((graph.num_nodes, len(group)), dtype=np.float32)
        table[group, np.arange(len(group))] = 0.0
        for words in reach(graph, group, most - 1):
            table += ~members(words, len(group))
        tables.append(table)
    return np.hstack(tables)


def _summary(columns: FloatArray, distance: FloatArray) -> tuple[Quartiles, ...]:
    """Return the quartiles of participation, perplexity, reachable and hops; columns of zeros are left out."""
    sums = columns.sum(axis=0)
    kept = np.flatnonzero(sums > 0)
    table = np.zeros((4, len(kept)))
    for at, column in enumerate(kept.tolist()):
        seen = np.flatnonzero(columns[:, column])
        share = columns[seen, column] / sums[column]
        table[0, at] = 1.0 / np.sum(share**2)
        table[1, at] = np.exp(-np.sum(share * np.log(np.maximum(share, _TINY))))
        table[2, at] = len(seen)
        table[3, at] = share @ distance[seen, column]
    if not len(kept):
        return ((0.0, 0.0, 0.0),) * 4
    return tuple(_quartiles(row) for row in table)


def _quartiles(values: FloatArray) -> Quartiles:
    low, middle, high = np.percentile(values, [25, 50, 75]).tolist()
    return low, middle, high
