"""as_layer(): the output of a layer from an array or tensor of any library, without importing that library."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.columns import to_numpy
from spectral_smooth.monitoring.reading.layer import Layer, matrix_shape, working_type


def as_layer(values: Any, name: str) -> Layer:
    """Return a layer from whatever holds its output.

    float16 and bfloat16 become float32, integers and booleans float64. An array of float32 or float64 in C
    order is not copied.

    Parameters
    ----------
    values : array or tensor, shape (num_nodes, columns) or (num_nodes,)
        NumPy, or anything with ``__array__`` or DLPack, such as tensors of PyTorch, JAX and TensorFlow, in the
        memory of the processor. One dimension is one column.
    name : str

    Returns
    -------
    Layer

    Raises
    ------
    InputError
        If it is on a device, requires a gradient, is sparse or masked, has more than two dimensions, or does
        not hold real numbers; the message tells what to call.

    Examples
    --------
    >>> import numpy as np
    >>> print(as_layer(np.ones((4, 2), np.float16), "conv1"))
    layer 'conv1': 4 nodes, 2 columns, stored as float16
    """
    what = f"layer {name!r}"
    _check_dense(values, what)
    _check_host(values, what)
    # NumPy knows no bfloat16: PyTorch refuses .numpy() there, and its .float() is exact.
    half = str(getattr(values, "dtype", "")) == "torch.bfloat16"
    array = _plain(values.float() if half else values, what)
    try:
        working = working_type(array.dtype)
        shape = matrix_shape(array.shape)
    except InputError as error:
        raise InputError(f"{what} {error}") from error
    # reshape of a strided vector may be a view: contiguity comes last
    ready = np.ascontiguousarray(array.astype(working, copy=False).reshape(shape))
    return Layer(name, ready, "bfloat16" if half else array.dtype.name)


def _check_dense(values: Any, what: str) -> None:
    if issparse(values):
        raise InputError(f"{what} is a sparse matrix; expected a dense array: pass .toarray() of it")
    if str(getattr(values, "layout", "")).startswith("torch.sparse"):
        raise InputError(f"{what} is a sparse tensor; expected a dense one: pass .to_dense() of it")
    if callable(getattr(values, "todense", None)):
        raise InputError(f"{what} is a sparse array; expected a dense one: pass .todense() of it")
    if hasattr(values, "dense_shape"):
        raise InputError(
            f"{what} is a sparse tensor; expected a dense one: pass tensorflow.sparse.to_dense of it"
        )


def _check_host(values: Any, what: str) -> None:
    """Refuse what NumPy cannot see, with the very call that brings it here."""
    grows = getattr(values, "requires_grad", False) is True
    device = str(getattr(values, "device", "cpu"))
    away = callable(getattr(values, "cpu", None)) and "cpu" not in device.lower()
    if away and device == "meta":
        raise InputError(
            f"{what} is a tensor on the meta device, which has no values; run the model on a real one"
        )
    if grows and away:
        raise InputError(
            f"{what} is a tensor on the device {device} that requires a gradient; pass .detach().cpu() of it"
        )
    if grows:
        raise InputError(f"{what} is a tensor that requires a gradient; pass .detach() of it")
    if away:
        raise InputError(f"{what} is a tensor on the device {device}; pass .cpu() of it")
    if hasattr(values, "__cuda_array_interface__") and callable(getattr(values, "get", None)):
        raise InputError(f"{what} is an array on a GPU; pass .get() of it")


def _plain(values: Any, what: str) -> NDArray[Any]:
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise InputError(f"{what} has masked entries; fill them first, with .filled(value)")
    if isinstance(values, np.ndarray) or hasattr(values, "__array__") or hasattr(values, "numpy"):
        return np.asarray(to_numpy(values, what))
    if hasattr(values, "__dlpack__"):
        return _from_dlpack(values, what)
    if isinstance(values, str | PurePath):
        raise InputError(
            f"{what} is the path {str(values)!r}; expected an array: pass the path of a folder or file alone, "
            "not in a list"
        )
    raise InputError(
        f"{what} is a {type(values).__name__}; expected an array or tensor: pass numpy.asarray of it if it "
        "holds numbers"
    )


def _from_dlpack(values: Any, what: str) -> NDArray[Any]:
    try:
        return np.from_dlpack(values)
    except (BufferError, RuntimeError, TypeError, ValueError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"{what} ({type(values).__name__}) cannot be made a NumPy array ({reason}); copy it to the memory of "
            "the processor as float32 first"
        ) from error
