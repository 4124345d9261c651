"""Layers of .npy files, from their headers; never unpickled."""

from __future__ import annotations

import tokenize
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.monitoring.reading.layer import matrix_shape, working_type
from spectral_smooth.monitoring.reading.stored_layer import RawSource, Source, StoredLayer, stamp_of

_MALFORMED = (
    ValueError, TypeError, KeyError, SyntaxError, EOFError, tokenize.TokenError, RecursionError, OverflowError,
)  # fmt: skip


@dataclass(frozen=True)
class NpyHeader:
    """What stands before the values of an .npy array, and where they begin."""

    shape: tuple[int, ...]
    stored: np.dtype[Any]
    columns_first: bool
    offset: int

    @property
    def end(self) -> int:
        """Bytes of header and values."""
        return self.offset + prod(self.shape) * self.stored.itemsize


def read_npy_header(stream: IO[bytes], size: int) -> NpyHeader:
    """Read the header of an .npy array, and compare it with the size of what holds it.

    Parameters
    ----------
    stream : binary stream at its beginning
    size : int
        Bytes of header and values together.

    Returns
    -------
    NpyHeader

    Raises
    ------
    InputError
        If it is no .npy array, holds Python objects, or promises more or fewer bytes than there are.
    """
    try:
        version = npy.read_magic(stream)
    except ValueError as error:
        raise InputError("this is not an .npy array; save it with numpy.save") from error
    if version not in ((1, 0), (2, 0), (3, 0)):
        raise InputError(
            f"the .npy version is {version[0]}.{version[1]}; expected 1.0, 2.0 or 3.0: save it again"
        )
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    try:
        shape, columns_first, stored = read(stream)
    except _MALFORMED as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"the .npy header is damaged ({reason}); write the file again") from error
    header = NpyHeader(shape, stored, columns_first and len(shape) > 1 and 0 not in shape, stream.tell())
    _check_size(header, size)
    return header


def npy_layers(file: Path, name: str, *, stack: bool) -> list[StoredLayer]:
    """Return the layers of an .npy file: one, or the slices of three dimensions if a stack is allowed.

    Parameters
    ----------
    file : Path
    name : str
        Of a single layer; the layers of a stack are numbered from 0.
    stack : bool
        Take three dimensions as (layers, nodes, columns).

    Returns
    -------
    list of StoredLayer
    """
    stamp = stamp_of(file)
    with file.open("rb") as stream:
        header = read_npy_header(stream, stamp[0])
    stored, dtype = header.stored, header.stored.name
    working = working_from(header, "the array")
    if not stack or len(header.shape) != 3:
        shape = shape_from(header, "the array")
        source: Source = RawSource(file, header.offset, plain_bytes(stored), dtype, header.columns_first)
        return [StoredLayer(name, shape, dtype, working, file, stamp, source)]
    shape = (header.shape[1], header.shape[2])
    step = prod(shape) * stored.itemsize
    layers = []
    for k in range(header.shape[0]):
        if header.columns_first:
            source = _ScatteredSource(file, header, k)
        else:
            source = RawSource(file, header.offset + k * step, plain_bytes(stored), dtype)
        layers.append(StoredLayer(str(k), shape, dtype, working, file, stamp, source))
    return layers


def working_from(header: NpyHeader, what: str) -> np.dtype[Any]:
    """Return the working type of an array, or refuse its type."""
    try:
        return working_type(header.stored)
    except InputError as error:
        raise InputError(f"{what} {error}") from error


def shape_from(header: NpyHeader, what: str) -> tuple[int, int]:
    """Return nodes and columns of an array, or refuse its shape."""
    try:
        return matrix_shape(header.shape)
    except InputError as error:
        raise InputError(f"{what} {error}") from error


def plain_bytes(stored: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type to read bytes as: a stored boolean that is neither 0 nor 1 would be no boolean."""
    return np.dtype(np.uint8) if stored.kind == "b" else stored


@dataclass(frozen=True)
class _ScatteredSource:
    """A slice of a stack in Fortran order, whose values lie all over the file."""

    file: Path
    header: NpyHeader
    index: int

    def fill(self, target: FloatArray) -> None:
        header = self.header
        stored = plain_bytes(header.stored)
        stack = np.memmap(self.file, stored, "r", header.offset, header.shape, "F")
        part = stack[self.index]
        target[...] = part != 0 if header.stored.kind == "b" else part


def _check_size(header: NpyHeader, size: int) -> None:
    if header.stored.hasobject:  # pickled: their bytes are not told by the shape
        return
    if any(side < 0 for side in header.shape):
        raise InputError(f"the .npy header promises shape {header.shape}; write the file again")
    if header.end != size:
        kind = "cut off" if header.end > size else "longer than its header says"
        raise InputError(
            f"the array is {kind}: type {header.stored} and shape {header.shape} need {header.end:,} bytes, "
            f"but there are {size:,}; write the file again"
        )
