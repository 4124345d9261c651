"""Sparse adjacency matrices and edge indices."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.columns import to_numpy
from spectral_smooth.graphs.foreign.graph import ForeignGraph
from spectral_smooth.graphs.foreign.pyg_data import edge_index


def is_array(obj: Any) -> bool:
    """Whether the object is an array or tensor."""
    return hasattr(obj, "shape") and (hasattr(obj, "__array__") or hasattr(obj, "numpy"))


def from_sparse(matrix: Any) -> ForeignGraph:
    """Describe a SciPy sparse matrix: its values are weights unless all are one."""
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise InputError(f"the sparse matrix has shape {matrix.shape}; expected a square adjacency matrix")
    entries = matrix.tocoo()
    values = entries.data
    # one attribute of this name; the values are the only weights that a matrix has
    names = ("weight", "edge_weight", "data")
    return ForeignGraph(
        source="the sparse matrix",
        sources=entries.row,
        targets=entries.col,
        num_nodes=matrix.shape[0],
        weights=dict.fromkeys(names, lambda: values),
    )


def from_edge_index(values: Any, num_nodes: Any, edge_weight: Any) -> ForeignGraph:
    """Describe an edge index of shape (2, E).

    Raises
    ------
    InputError
        If num_nodes is missing, or the array is something else, such as a dense adjacency matrix.
    """
    array = to_numpy(values, "the array")
    if num_nodes is None:
        if array.ndim == 2 and array.shape[0] == array.shape[1]:
            raise InputError(
                f"an array of shape {array.shape} could be an adjacency matrix or an edge index; pass "
                f"scipy.sparse.csr_array(array) for the first, num_nodes=... as well for the second"
            )
        raise InputError("an edge index needs num_nodes=..., or isolated nodes would be lost")
    ends = edge_index(array)
    weights = {} if edge_weight is None else {"edge_weight": lambda: to_numpy(edge_weight, "edge_weight")}
    return ForeignGraph(
        source="the edge index", sources=ends[0], targets=ends[1], num_nodes=num_nodes, weights=weights
    )


def is_sparse(obj: Any) -> bool:
    """Whether the object is a SciPy sparse matrix or array."""
    return bool(issparse(obj))


def is_edge_index_pair(obj: Any) -> bool:
    """Whether the object is a tuple (edge_index, num_nodes)."""
    return (
        isinstance(obj, tuple)
        and len(obj) == 2
        and is_array(obj[0])
        and isinstance(obj[1], int | np.integer)
        and not isinstance(obj[1], bool)
    )
