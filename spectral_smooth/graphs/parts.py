"""Some rows of a graph: their entries, and the graph on them where no edge leaves them."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.graph import Graph, part_of_graph


def entries_of(graph: Graph, nodes: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return owner (position in ``nodes``), column and weight of every entry of some rows, row by row.

    Examples
    --------
    >>> import networkx as nx, numpy as np, spectral_smooth as ss
    >>> path = ss.as_graph(nx.path_graph(4))
    >>> [part.tolist() for part in entries_of(path, np.array([2, 0]))]
    [[0, 0, 1], [1, 3, 1], [1.0, 1.0, 1.0]]
    """
    lengths = graph.indptr[nodes + 1] - graph.indptr[nodes]
    owner = np.repeat(np.arange(len(nodes)), lengths)
    first = np.cumsum(lengths) - lengths
    at = np.arange(len(owner)) - first[owner] + graph.indptr[nodes][owner]
    weights = np.ones(len(at)) if graph.weights is None else graph.weights[at]
    return owner, graph.indices[at].astype(np.int64), weights


def closed_part(graph: Graph, nodes: IntArray) -> Graph:
    """Return the graph on ``nodes``, which no edge leaves, in that order; nothing is checked or transposed again.

    Examples
    --------
    >>> import networkx as nx, numpy as np, spectral_smooth as ss
    >>> both = ss.as_graph(nx.disjoint_union(nx.path_graph(2), nx.path_graph(3)))
    >>> part = closed_part(both, np.array([3, 2, 4]))
    >>> part.indptr.tolist(), part.indices.tolist()
    ([0, 2, 3, 4], [1, 2, 0, 0])
    """
    owner, columns, weights = entries_of(graph, nodes)
    place = np.zeros(graph.num_nodes, dtype=np.int64)
    place[nodes] = np.arange(len(nodes))
    indptr = np.searchsorted(owner, np.arange(len(nodes) + 1))
    rows = csr_array((weights, place[columns], indptr), shape=(len(nodes), len(nodes)))
    rows.sort_indices()
    return part_of_graph(
        rows.indptr.astype(np.int64),
        rows.indices.astype(graph.indices.dtype),
        None if graph.weights is None else np.asarray(rows.data, dtype=np.float64),
        graph.name,
    )
