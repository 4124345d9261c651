"""Which nodes lie within k hops of which, for 64 sources at a time, one bit each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from spectral_smooth.graphs.arrays import BoolArray, IntArray
from spectral_smooth.graphs.graph import Graph

Words: TypeAlias = NDArray[np.uint64]
WORD = 64


def reach(graph: Graph, sources: IntArray, hops: int) -> Iterator[Words]:
    """Yield for k = 1, ..., hops the sources within k hops of each node: bit b of word i is source b.

    Parameters
    ----------
    graph : Graph
        Weights and self-loops play no part: a hop is an edge.
    sources : int array
        Up to 64 different nodes; each is within 0 hops of itself.
    hops : int

    Yields
    ------
    uint64 array, shape (num_nodes,)
        Not to be written to. One pass over the edges a hop, until nothing new is reached.

    Examples
    --------
    >>> import networkx as nx, spectral_smooth as ss
    >>> path = ss.as_graph(nx.path_graph(4))
    >>> [words.tolist() for words in reach(path, np.array([0, 3]), 2)]
    [[1, 1, 2, 2], [1, 3, 3, 2]]
    """
    reached = np.zeros(graph.num_nodes, dtype=np.uint64)
    reached[sources] = np.uint64(1) << np.arange(len(sources), dtype=np.uint64)
    filled = np.flatnonzero(np.diff(graph.indptr))
    starts = graph.indptr[filled]
    growing = len(filled) > 0
    for _ in range(hops):
        if growing:
            grown = reached.copy()
            grown[filled] |= np.bitwise_or.reduceat(reached[graph.indices], starts)
            growing = not np.array_equal(grown, reached)
            reached = grown
        yield reached


def members(words: Words, count: int) -> BoolArray:
    """Return the first ``count`` bits of each word (or row of words) as bool, shape (len(words), count).

    Examples
    --------
    >>> members(np.array([1, 6], dtype=np.uint64), 3).tolist()
    [[True, False, False], [False, True, True]]
    """
    table = np.ascontiguousarray(words.reshape(len(words), -1), dtype="<u8")
    return np.unpackbits(table.view(np.uint8), axis=1, count=count, bitorder="little").view(np.bool_)


def batches(sources: IntArray) -> Iterator[IntArray]:
    """Yield the sources 64 at a time."""
    for low in range(0, len(sources), WORD):
        yield sources[low : low + WORD]
