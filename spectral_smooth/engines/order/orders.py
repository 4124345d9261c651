"""Node orders that bring the neighbours of near rows near each other."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import IntArray

OrderName = Literal["none", "degree", "bfs", "communities"]
ORDERS: tuple[OrderName, ...] = get_args(OrderName)

SWEEPS = 6
SETTLED = 0.02  # label propagation ends when fewer of the nodes than this change
LARGEST_COMMUNITY = 4096  # nodes: about what a core's cache holds of 64 float32 columns
LONGEST_ROW = 2000  # longer rows keep their label


def find_order(name: OrderName, indptr: IntArray, indices: IntArray) -> IntArray:
    """Return the node at each position.

    Parameters
    ----------
    name : {"none", "degree", "bfs", "communities"}
        ``degree``: by falling number of entries, so that the rows that are read most lie together.
        ``bfs``: breadth first, from the node with most entries of each component, as in the first half of
        Cuthill and McKee (1969). ``communities``: label propagation (Raghavan, Albert and Kumara, 2007) with
        a largest size (Meyerhenke, Sanders and Schulz, 2014), then the labels as breadth-first search meets
        them. ``none``: as they are.
    indptr, indices : int array
        Symmetric CSR pattern.

    Returns
    -------
    int array, shape (num_nodes,)
        ``order[position] = node``, of the type of ``indices``. In the last two each component is in one piece,
        the largest first.

    Raises
    ------
    InputError
        If there is no such order.

    Notes
    -----
    Deterministic: ties go to the smaller node id.

    Examples
    --------
    >>> import numpy as np
    >>> indptr, indices = np.array([0, 1, 3, 4]), np.array([1, 0, 2, 1], dtype=np.int32)  # the path 0 - 1 - 2
    >>> [find_order(name, indptr, indices).tolist() for name in ("none", "degree", "bfs")]
    [[0, 1, 2], [1, 0, 2], [1, 0, 2]]
    """
    if name not in ORDERS:
        raise InputError(f"there is no node order {name!r}; the orders are {', '.join(ORDERS)}")
    if name == "none":
        return np.arange(len(indptr) - 1, dtype=indices.dtype)
    if name == "degree":
        return _by_degree(indptr, indices)
    walk = _breadth_first(indptr, indices)
    return walk if name == "bfs" else _by_community(indptr, indices, walk)


def _by_degree(indptr: IntArray, indices: IntArray) -> IntArray:
    from spectral_smooth.engines.order import order_kernels

    order = np.empty(len(indptr) - 1, dtype=indices.dtype)
    order_kernels.rank_by_degree(indptr, order)
    return order


def _breadth_first(indptr: IntArray, indices: IntArray) -> IntArray:
    from spectral_smooth.engines.order import order_kernels

    n = len(indptr) - 1
    # by falling degree, so that the first node seen of a component is the one with most entries
    seeds = _by_degree(indptr, indices)
    walk = np.empty(n, dtype=indices.dtype)
    heads = np.empty(n + 1, dtype=np.int64)
    count = order_kernels.breadth_first(indptr, indices, seeds, walk, heads)
    sizes = np.diff(heads[: count + 1])
    if np.all(sizes[1:] <= sizes[:-1]):
        return walk
    order = seeds  # its memory
    order_kernels.join_blocks(walk, heads, np.argsort(-sizes, kind="stable"), order)
    return order


def _by_community(indptr: IntArray, indices: IntArray, walk: IntArray) -> IntArray:
    from spectral_smooth.engines.order import order_kernels

    n = len(walk)
    labels = np.arange(n, dtype=indices.dtype)
    sizes, votes = np.ones(n, dtype=np.int32), np.zeros(n, dtype=np.int32)
    active = np.ones(n, dtype=np.uint8)
    for _ in range(SWEEPS):
        changed = order_kernels.spread_labels(
            indptr, indices, labels, sizes, active, votes, LARGEST_COMMUNITY, LONGEST_ROW
        )
        if changed < SETTLED * n:
            break
    order = np.empty(n, dtype=indices.dtype)
    order_kernels.gather_labels(walk, labels, order)
    return order
