"""Layer: what one layer of a network gives each node, and the types it may come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import FloatArray

_WORKING = {"float16": "float32", "bfloat16": "float32", "float32": "float32", "float64": "float64"}


@dataclass(frozen=True, eq=False, repr=False)
class Layer:
    """The output of one layer: one row a node.

    Parameters
    ----------
    name : str
    values : float32 or float64 array, shape (num_nodes, columns)
        C-contiguous; perhaps read-only, and perhaps the memory of whoever passed it. Neither side need be
        positive, and entries may be NaN or infinite: what that means is decided where they are measured.
    dtype : str
        The type the values had where they come from, such as ``bfloat16``: what they could resolve.

    Raises
    ------
    InputError
        If the values are not as said above.

    Examples
    --------
    >>> import numpy as np
    >>> print(Layer("conv1", np.zeros((4, 2), np.float32), "bfloat16"))
    layer 'conv1': 4 nodes, 2 columns, stored as bfloat16
    """

    name: str
    values: FloatArray
    dtype: str

    def __post_init__(self) -> None:
        values = self.values
        if values.ndim != 2 or values.dtype not in (np.float32, np.float64) or not values.flags.c_contiguous:
            raise InputError(
                f"layer {self.name!r} has type {values.dtype} and shape {values.shape}; expected two dimensions of "
                "float32 or float64 in C order, as as_layer makes them"
            )

    def __str__(self) -> str:
        nodes, columns = self.values.shape
        return f"layer {self.name!r}: {nodes:,} nodes, {columns:,} columns, stored as {self.dtype}"

    def __repr__(self) -> str:
        return f"<{self}>"


def working_type(stored: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type that values of a stored type are measured in: float32 up to 32 bits, else float64.

    Integers and booleans become float64. The conversion is exact but for integers beyond 2^53.

    Raises
    ------
    InputError
        If there is none; the sentence begins with a verb, for the caller to put a name before it.

    Examples
    --------
    >>> import numpy as np
    >>> working_type(np.dtype(np.float16)).name, working_type(np.dtype(bool)).name
    ('float32', 'float64')
    """
    if stored.kind in "biu":
        return np.dtype(np.float64)
    if stored.name in _WORKING and stored.names is None:
        return np.dtype(_WORKING[stored.name])
    raise InputError(_refusal(stored))


def matrix_shape(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return the shape (num_nodes, columns) of one or two dimensions; one dimension is one column.

    Raises
    ------
    InputError
        If there are none or more; the sentence begins with a verb, for the caller to put a name before it.

    Examples
    --------
    >>> matrix_shape((7,))
    (7, 1)
    """
    if len(shape) == 1:
        return shape[0], 1
    if len(shape) == 2:
        return shape[0], shape[1]
    if len(shape) == 3:
        raise InputError(
            f"has shape {shape}; expected (nodes, columns): reshape attention heads to (nodes, heads*columns)"
        )
    raise InputError(f"has shape {shape}; expected (nodes, columns): reshape it to one row a node")


def _refusal(stored: np.dtype[Any]) -> str:
    if stored.hasobject:
        return (
            "holds Python objects, which a file keeps pickled and which could run code when loaded; "
            "make it an array of numbers first"
        )
    if stored.names is not None:
        return (
            f"is a structured array with the fields {', '.join(stored.names)}; expected numbers: use one of its "
            f"fields, array[{stored.names[0]!r}]"
        )
    if stored.kind == "V" and stored.itemsize == 2 and stored.name == "void16":
        return (
            "has type V2, which is what numpy.save leaves of bfloat16; save array.astype(numpy.float32) instead, "
            "or a .safetensors file, which keeps the type"
        )
    if stored.kind == "c":
        return f"has type {stored}; expected real numbers: use numpy.abs or .real of it"
    return (
        f"has type {stored}; expected float16, bfloat16, float32, float64, integers or booleans: "
        "use array.astype(numpy.float32), or float64"
    )
