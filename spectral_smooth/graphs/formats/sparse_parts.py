"""CSR, CSC and COO matrices from the arrays that a file stores, checked before SciPy's C code sees them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from spectral_smooth.errors import InputError


def matrix_shape(values: NDArray[Any], what: str) -> tuple[int, int]:
    """Return the two sides of a stored shape."""
    sides = np.asarray(values).ravel()
    if sides.shape != (2,) or sides.dtype.kind not in "iu" or sides.min() < 0:
        raise InputError(f"the shape of {what} is {sides.tolist()}; expected two whole numbers")
    return int(sides[0]), int(sides[1])


def compressed_rows(
    indptr: NDArray[Any], indices: NDArray[Any], shape: tuple[int, int], what: str
) -> NDArray[Any]:
    """Row of each entry of a compressed matrix, after checking that the pointers are a valid layout."""
    _check_integers(indptr, f"the row pointers of {what}")
    _check_integers(indices, f"the column indices of {what}")
    rows, columns = shape
    valid = len(indptr) == rows + 1 and indptr[0] == 0 and indptr[-1] == len(indices)
    if not valid or np.any(indptr[1:] < indptr[:-1]):
        raise InputError(
            f"the row pointers of {what} do not fit: {len(indptr)} pointers for {rows} rows and {len(indices)} entries"
        )
    if len(indices) and (indices.min() < 0 or indices.max() >= columns):
        raise InputError(f"a column index of {what} is outside 0 to {columns - 1}")
    return np.repeat(np.arange(rows), np.diff(indptr))


def csr_from_parts(
    data: NDArray[Any], indices: NDArray[Any], indptr: NDArray[Any], shape: tuple[int, int], what: str
) -> csr_array:
    """Return the CSR array of stored parts."""
    compressed_rows(indptr, indices, shape, what)
    if data.shape != indices.shape:
        raise InputError(
            f"{what} has {data.shape} values for {len(indices)} column indices; expected as many of each"
        )
    return csr_array((data, indices, indptr), shape=shape)


def _check_integers(values: NDArray[Any], what: str) -> None:
    if values.ndim != 1 or values.dtype.kind not in "iu":
        raise InputError(f"{what} are {values.dtype} of shape {values.shape}; expected one row of integers")
