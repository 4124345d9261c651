"""Rows of the products P_l = A_l ... A_1, at some depths: what single nodes see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.sparse import csr_array

from spectral_smooth.graphs.arrays import FloatArray, IntArray

# A row of P_l for one depth costs l products: of very many layers only so many depths are looked at.
MOST_DEPTHS = 16
FIRST_DEPTHS = 8


def row_depths(layers: int) -> IntArray:
    """Return all depths of up to 16 layers; of more, 1 to 8 and 8 spaced geometrically up to the last.

    Examples
    --------
    >>> row_depths(64).tolist()
    [1, 2, 3, 4, 5, 6, 7, 8, 10, 13, 17, 23, 29, 38, 49, 64]
    """
    if layers <= MOST_DEPTHS:
        return np.arange(1, layers + 1)
    beyond = np.geomspace(FIRST_DEPTHS, layers, MOST_DEPTHS - FIRST_DEPTHS + 1)
    return np.unique(np.concatenate([np.arange(1, FIRST_DEPTHS + 1), np.round(beyond).astype(np.int64)]))


def row_products(
    matrices: Sequence[csr_array], nodes: IntArray, depths: IntArray
) -> Iterator[tuple[int, FloatArray]]:
    """Yield (depth, columns) with the rows of P_depth of some nodes as the columns of an array.

    Parameters
    ----------
    matrices : sequence of CSR array
        A_1, A_2, ...
    nodes : int array, shape (s,)
    depths : int array

    Yields
    ------
    tuple
        The depth, and a float64 array of shape (num_nodes, s).

    Notes
    -----
    ``e_iᵀ A_l ... A_1`` runs backwards and starts anew at each depth: Σ depths products with s columns. For all
    nodes at once it runs forwards, one product a layer.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> swap = csr_array(np.array([[0.0, 1.0], [1.0, 0.0]]))
    >>> [(l, x[:, 0].tolist()) for l, x in row_products([swap, swap], np.array([0]), np.array([1, 2]))]
    [(1, [0.0, 1.0]), (2, [1.0, 0.0])]
    """
    n = matrices[0].shape[0]
    if len(nodes) == n:
        product = np.eye(n)
        for depth, matrix in enumerate(matrices, start=1):
            product = np.asarray(matrix @ product)
            if depth in depths:
                yield depth, product.T
        return
    start = np.zeros((n, len(nodes)))
    start[nodes, np.arange(len(nodes))] = 1.0
    for depth in depths.tolist():
        columns = start
        for matrix in reversed(matrices[:depth]):
            columns = np.asarray(matrix.T @ columns)
        yield depth, columns
