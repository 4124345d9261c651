"""A graph and its blocks in another node order, and back."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np

from spectral_smooth.engines.threads import run_chunks
from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import FloatArray, IntArray

CHUNKS = 64
PERMUTE_WORK = 16  # multiplications that take as long as moving an entry


def permute_pattern(
    indptr: IntArray,
    indices: IntArray,
    weights: FloatArray | None,
    order: IntArray,
) -> tuple[IntArray, IntArray, FloatArray | None]:
    """Return the CSR arrays of the graph whose node k is node ``order[k]`` of the old one.

    Parameters
    ----------
    indptr, indices, weights : arrays
        CSR matrix; ``weights`` may be None and then stays so.
    order : int array, shape (num_nodes,)
        A permutation of the nodes.

    Returns
    -------
    indptr, indices, weights : arrays
        Columns are increasing within each row, as `spectral_smooth.Graph` wants them, if they were distinct.

    Examples
    --------
    >>> import numpy as np
    >>> indptr, indices = np.array([0, 1, 3, 4]), np.array([1, 0, 2, 1])  # the path 0 - 1 - 2
    >>> [a.tolist() for a in permute_pattern(indptr, indices, None, np.array([1, 0, 2]))[:2]]
    [[0, 2, 3, 4], [1, 2, 0, 0]]
    """
    from spectral_smooth.engines.order import permute_kernels as kernels

    n = len(indptr) - 1
    position = inverse_order(order, indices.dtype)
    if len(order) != n:
        raise InputError(f"the order has {len(order)} nodes, the graph {n}")
    new_indptr = np.empty_like(indptr, shape=n + 1)
    kernels.count_entries(indptr, order, new_indptr)
    new_indices = np.empty(len(indices), dtype=indices.dtype)
    work = new_indptr + np.arange(n + 1)
    bounds = np.searchsorted(work, np.linspace(0, work[-1], CHUNKS + 1))
    bounds[0], bounds[-1] = 0, n
    new_weights = None if weights is None else np.empty_like(weights)
    arrays = (indptr, indices, weights, order, position, new_indptr, new_indices, new_weights)
    _in_chunks(lambda low, high: kernels.move_rows(*arrays, low, high), bounds, PERMUTE_WORK * len(indices))
    return new_indptr, new_indices, new_weights


def inverse_order(order: IntArray, dtype: Any = None) -> IntArray:
    """Return the position of each node; raise where ``order`` is not a permutation.

    Parameters
    ----------
    order : int array, shape (num_nodes,)
        Node at each position.
    dtype : optional
        Integer type of the result; that of ``order`` if None.

    Raises
    ------
    InputError
        If a node is missing or out of range.

    Examples
    --------
    >>> import numpy as np
    >>> inverse_order(np.array([2, 0, 1])).tolist()
    [1, 2, 0]
    """
    from spectral_smooth.engines.order.permute_kernels import invert

    n = len(order)
    if n and (order.min() < 0 or order.max() >= n):
        raise InputError(
            f"an order of {n} nodes holds {order.min()} to {order.max()}; 0 to {n - 1} was expected"
        )
    position = np.full(n, -1, dtype=order.dtype if dtype is None else dtype)
    invert(order, position, 0, n)
    if n and position.min() < 0:
        raise InputError(
            f"node {int(np.argmin(position))} is missing in the order; every node must stand there once"
        )
    return position


def gather_rows(x: FloatArray, order: IntArray, out: FloatArray) -> None:
    """Write out[k] ← x[order[k]]: a block into the new order.

    Parameters
    ----------
    x : float array, shape (num_nodes, columns)
        Block, of any strides.
    order : int array, shape (num_nodes,)
        Node at each position.
    out : float array, shape (num_nodes, at least columns)
        Destination, another array than x and possibly of another float type; further columns stay as they are.

    Examples
    --------
    >>> import numpy as np
    >>> out = np.zeros((3, 2))
    >>> gather_rows(np.array([[1.0], [2.0], [3.0]]), np.array([2, 0, 1]), out)
    >>> out.tolist()
    [[3.0, 0.0], [1.0, 0.0], [2.0, 0.0]]
    """
    from spectral_smooth.engines.order.permute_kernels import take_rows

    _check_blocks(x, order, out)
    bounds = np.linspace(0, len(order), CHUNKS + 1).astype(np.int64)
    _in_chunks(lambda low, high: take_rows(x, order, out, low, high), bounds, out.size)


def scatter_rows(x: FloatArray, order: IntArray, out: FloatArray) -> None:
    """Write out[order[k]] ← x[k]: a block back into the old order.

    Parameters
    ----------
    x : float array, shape (num_nodes, at least the columns of out)
        Block in the new order; further columns are left out.
    order : int array, shape (num_nodes,)
        Node at each position.
    out : float array, shape (num_nodes, columns)
        Destination, another array than x.

    Examples
    --------
    >>> import numpy as np
    >>> out = np.zeros((3, 1))
    >>> scatter_rows(np.array([[3.0], [1.0], [2.0]]), np.array([2, 0, 1]), out)
    >>> out.tolist()
    [[1.0], [2.0], [3.0]]
    """
    from spectral_smooth.engines.order.permute_kernels import put_rows

    _check_blocks(out, order, x)
    bounds = np.linspace(0, len(order), CHUNKS + 1).astype(np.int64)
    _in_chunks(lambda low, high: put_rows(x, order, out, low, high), bounds, out.size)


def _check_blocks(narrow: FloatArray, order: IntArray, wide: FloatArray) -> None:
    n = len(order)
    if (
        narrow.ndim != 2
        or wide.ndim != 2
        or len(narrow) != n
        or len(wide) != n
        or narrow.shape[1] > wide.shape[1]
    ):
        raise InputError(
            f"blocks of shape {narrow.shape} and {wide.shape} do not go with an order of {n} nodes; both need a row "
            "per node and the one in the new order as many columns as the other or more"
        )


def _in_chunks(work: Callable[[int, int], Any], bounds: IntArray, multiplications: int) -> None:
    """Call work(low, high) for every chunk of rows, on the engine's threads; no chunk depends on another."""
    chunks: SimpleQueue[tuple[int, int]] = SimpleQueue()
    for low, high in pairwise(bounds.tolist()):
        chunks.put((low, high))

    def take_chunks() -> None:
        while True:
            try:
                low, high = chunks.get_nowait()
            except Empty:
                return
            work(low, high)

    run_chunks(take_chunks, (), multiplications)
