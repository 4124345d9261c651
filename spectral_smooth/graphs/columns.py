"""What is known about nodes, from any array: features, labels and masks in the types of a Dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, issparse

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.arrays import BoolArray, FloatArray, IntArray
from spectral_smooth.graphs.dataset import Note
from spectral_smooth.graphs.policies import Policies

MASK_NAMES = ("train", "val", "test")


def to_numpy(values: Any, what: str = "the array") -> NDArray[Any]:
    """Turn an array or tensor of any library into a NumPy array, without importing that library.

    Raises
    ------
    InputError
        If it lies on a device, requires a gradient, or cannot be converted; the message tells what to
        call.
    """
    if isinstance(values, np.ndarray):
        return values
    if getattr(values, "requires_grad", False) is True:
        raise InputError(f"{what} is a tensor that requires a gradient; pass .detach().numpy() of it")
    device = str(getattr(values, "device", "cpu"))
    if hasattr(values, "numpy") and "cpu" not in device.lower():
        raise InputError(f"{what} is a tensor on the device {device}; pass .cpu() of it")
    try:
        array = np.asarray(values.numpy() if hasattr(values, "numpy") else values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(
            f"{what} ({type(values).__name__}) cannot be made a NumPy array ({_first_line(error)}); "
            f"convert it with numpy.asarray first"
        ) from error
    return array


def as_features(values: Any) -> FloatArray | csr_array:
    """Return features as a float array or CSR array of two dimensions; a vector becomes one column."""
    if issparse(values):
        matrix: csr_array = csr_array(cast("csr_array", values))
        matrix.sum_duplicates()
        _check_real(matrix.dtype)
        return matrix if matrix.dtype in (np.float32, np.float64) else csr_array(matrix.astype(np.float64))
    array = to_numpy(values, "the feature matrix")
    _check_real(array.dtype)
    if array.ndim == 1:
        array = array[:, None]
    wide_enough = array.dtype in (np.float32, np.float64)
    return array if wide_enough else array.astype(np.float64)


def as_labels(values: Any) -> tuple[IntArray, tuple[Note, ...]]:
    """Return labels as integers, and notes; names are numbered, NaN becomes −1 (unknown).

    Labels that are floating-point numbers without a NaN are refused: they may be a quantity and not a class.
    """
    array = to_numpy(values, "the label array")
    notes: list[Note] = []
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2:
        raise InputError(
            f"labels have shape {array.shape}; expected one class a node, "
            f"for example labels.argmax(axis=1) where they are one-hot"
        )
    if array.ndim != 1:
        raise InputError(f"labels have shape {array.shape}; expected one dimension")
    if array.dtype.kind in "OUS":
        names, array = np.unique(array.astype(str), return_inverse=True)
        shown = ", ".join(f"{k} = {name}" for k, name in enumerate(names[:4]))
        more = ", ..." if len(names) > 4 else ""
        notes.append(Note("labels", f"classes are numbered in the order of their names: {shown}{more}"))
    if array.dtype.kind == "f":
        array = _whole_labels(array, notes)
    if array.dtype.kind not in "iub":
        raise InputError(f"labels have type {array.dtype}; expected integers, with -1 for unknown")
    if array.dtype.kind == "u" and array.size and int(array.max()) > np.iinfo(np.int64).max:
        raise InputError(f"a label is {int(array.max())}; classes are numbers below 2**63")
    return array.astype(np.int64), tuple(notes)


def own_labels(values: Any, num_nodes: int, policies: Policies) -> tuple[IntArray | None, tuple[Note, ...]]:
    """Return the labels that a source brings itself, or None with a note where the policy ignores what is no class.

    Raises
    ------
    InputError
        If they cannot be classes and the policy is ``error``, or the array cannot be had at all (on a device).
    """
    if values is None:
        return None, ()
    array = to_numpy(values, "the label array")
    if policies.labels == "error":
        return as_labels(array)
    try:
        labels, notes = as_labels(array)
        _check_classes(labels, num_nodes)
    except InputError as error:
        return None, (Note("labels", f"labels are ignored: {error}", "notice"),)
    return labels, notes


def choose_masks(
    masks: Mapping[str, Any], num_nodes: int, split: int
) -> tuple[dict[str, BoolArray], tuple[Note, ...]]:
    """Return one mask a name from masks of shape [N] or [N, splits], and the note of the choice.

    Raises
    ------
    InputError
        If a mask does not have one row a node, or holds anything but true and false.
    UsageError
        If there is no such split.
    """
    chosen: dict[str, BoolArray] = {}
    splits = 1
    for name, values in masks.items():
        mask = _as_booleans(to_numpy(values, f"the {name} mask"), name)
        if mask.ndim not in (1, 2) or mask.shape[0] != num_nodes:
            raise InputError(
                f"the {name} mask has shape {mask.shape}, but the graph has {num_nodes} nodes; "
                f"expected ({num_nodes},) or ({num_nodes}, splits)"
            )
        columns = mask[:, None] if mask.ndim == 1 else mask
        if split >= columns.shape[1]:
            raise UsageError(
                f"split {split} was asked for, but the {name} mask has {columns.shape[1]} (numbered from 0)"
            )
        splits = max(splits, columns.shape[1])
        chosen[name] = np.ascontiguousarray(columns[:, split])
    if splits == 1:
        return chosen, ()
    return chosen, (Note("masks", f"split {split} of {splits} is used for training, validation and test"),)


def _check_classes(labels: IntArray, num_nodes: int) -> None:
    """Refuse what a Dataset would: it would take the whole graph with it."""
    if len(labels) != num_nodes:
        raise InputError(f"there are {len(labels)} for {num_nodes} nodes; expected one a node")
    if labels.min(initial=0) < -1:
        raise InputError(f"a label is {int(labels.min())}; classes are 0, 1, ..., and -1 means unknown")


def _as_booleans(mask: NDArray[Any], name: str) -> BoolArray:
    if mask.dtype == np.bool_:
        return mask
    if mask.dtype.kind not in "iu" or np.any((mask != 0) & (mask != 1)):
        raise InputError(f"the {name} mask has type {mask.dtype}; expected booleans, one a node")
    return mask.astype(np.bool_)


def _whole_labels(array: NDArray[Any], notes: list[Note]) -> IntArray:
    unknown = np.isnan(array)
    if np.any(np.isinf(array)) or np.any(np.floor(array[~unknown]) != array[~unknown]):
        raise InputError("a label is not a whole number; expected classes 0, 1, ..., and -1 for unknown")
    if not unknown.any():
        raise InputError(
            f"labels have type {array.dtype}; expected integers, with -1 for unknown: pass labels.astype(int) if they "
            "are classes and no quantity"
        )
    notes.append(Note("labels", f"{int(unknown.sum()):,} labels are NaN and count as unknown", "notice"))
    return np.where(unknown, -1, array).astype(np.int64)


def _check_real(dtype: np.dtype[Any]) -> None:
    if dtype.kind not in "iufb":
        raise InputError(f"features have type {dtype}; expected real numbers")


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
