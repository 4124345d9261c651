"""AttentionLayer: the attention weights of one layer, in NumPy's types and looked at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import FloatArray, IntArray
from spectral_smooth.graphs.columns import to_numpy

# Distance of 1 to the next number of that type: what the weights were rounded to when the model made them.
SPACING = {"bfloat16": 2.0**-7, "float16": 2.0**-10, "float32": 2.0**-23, "float64": 2.0**-52}


@dataclass(frozen=True, eq=False)
class AttentionLayer:
    """Weights a_e ≥ 0 of one layer, one row an edge and one column a head.

    Attributes
    ----------
    name : str
    sources, targets : int64 array, shape (E,)
        Who is attended to, and who attends.
    weights : float array, shape (E, heads)
        float32 or float64, finite, not negative.
    dtype : str
        Type that they came in: ``bfloat16``, ``float16``, ``float32`` or ``float64``.
    """

    name: str
    sources: IntArray
    targets: IntArray
    weights: FloatArray
    dtype: str

    @property
    def heads(self) -> int:
        """Number of heads."""
        return int(self.weights.shape[1])


def as_attention_layer(edge_index: Any, weights: Any, num_nodes: int, name: str = "0") -> AttentionLayer:
    """Return one layer from an edge_index and its weights, arrays or tensors of any library.

    Parameters
    ----------
    edge_index : int array, shape (2, E)
        Row 0 the source of each edge, row 1 its target.
    weights : array, shape (E,), (E, heads) or (E, heads, 1)
        bfloat16 and float16 become float32.
    num_nodes : int
    name : str
        What messages call the layer.

    Returns
    -------
    AttentionLayer

    Raises
    ------
    InputError
        If a shape or type does not fit, a node does not exist, or a weight is NaN, infinite or negative.

    Examples
    --------
    >>> import numpy as np
    >>> as_attention_layer(np.array([[0, 1, 0], [0, 0, 1]]), np.array([0.5, 0.5, 1.0]), 2).weights.shape
    (3, 1)
    """
    ends = _ends(edge_index, num_nodes, name)
    values, dtype = _weights(weights, ends.shape[1], name)
    _check_values(values, name)
    return AttentionLayer(name, ends[0], ends[1], values, dtype)


def _ends(edge_index: Any, num_nodes: int, name: str) -> IntArray:
    ends = to_numpy(edge_index, f"edge_index of layer {name!r}")
    if ends.ndim != 2 or ends.shape[0] != 2:
        hint = "; pass its transpose" if ends.ndim == 2 and ends.shape[1] == 2 else ""
        raise InputError(
            f"layer {name!r}: edge_index has shape {ends.shape}; expected (2, number of edges){hint}"
        )
    if ends.dtype.kind not in "iu":
        raise InputError(
            f"layer {name!r}: edge_index has type {ends.dtype}; expected integers, the numbers of the nodes"
        )
    outside = ends[(ends < 0) | (ends >= num_nodes)]
    if len(outside):
        raise InputError(
            f"layer {name!r}: edge_index names node {int(outside[0])}, but the graph has nodes 0 to "
            f"{num_nodes - 1}; pass the graph that the model was run on"
        )
    return ends.astype(np.int64, copy=False)


def _weights(weights: Any, edges: int, name: str) -> tuple[FloatArray, str]:
    dtype = str(getattr(weights, "dtype", "")).rpartition(".")[2]
    if dtype == "bfloat16" and not isinstance(weights, np.ndarray) and hasattr(weights, "float"):
        weights = weights.float()  # torch hands out no bfloat16 array
    values = to_numpy(weights, f"the attention of layer {name!r}")
    dtype = dtype if dtype == "bfloat16" else str(values.dtype)
    values = _real(values, dtype, name)
    shape = values.shape
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[:, :, 0]  # DGL's edge_softmax keeps a last dimension of one
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim != 2 or values.shape[0] != edges or values.shape[1] < 1:
        raise InputError(
            f"layer {name!r}: attention has shape {shape}, but edge_index has {edges:,} edges; "
            f"expected ({edges},) or ({edges}, heads)"
        )
    return values, dtype


def _real(values: NDArray[Any], dtype: str, name: str) -> FloatArray:
    if values.dtype.kind == "V" and dtype != "bfloat16":
        raise InputError(
            f"layer {name!r}: attention has type {values.dtype}, which is what NumPy keeps of bfloat16 in a file; "
            f"write it as float32"
        )
    if values.dtype.kind not in "fiub" and dtype != "bfloat16":
        raise InputError(f"layer {name!r}: attention has type {values.dtype}; expected real numbers")
    if dtype in ("float32", "float64"):
        return values
    return values.astype(np.float32 if dtype in ("bfloat16", "float16") else np.float64)


def _check_values(values: FloatArray, name: str) -> None:
    finite = np.isfinite(values)
    bad = int(finite.size - np.count_nonzero(finite))
    if bad:
        raise InputError(
            f"layer {name!r}: {bad:,} attention weights are NaN or infinite; expected weights after softmax"
        )
    negative = int(np.count_nonzero(values < 0))
    if negative:
        raise InputError(
            f"layer {name!r}: {negative:,} attention weights are negative; expected weights after softmax, not the "
            f"scores before it"
        )
