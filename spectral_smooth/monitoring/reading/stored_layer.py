"""StoredLayer: a layer in a file, known from its header, and how its bytes become values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.arrays import FloatArray
from spectral_smooth.monitoring.reading.layer import Layer

_PIECE = 2**23  # bytes asked for at once: few enough calls for a file, and a zip member needs as much beside
_CHUNK = 2**16  # numbers converted at once: they stay in the cache

Stamp = tuple[int, int]
"""Size and time of change of a file."""


class Source(Protocol):
    """Where the bytes of one layer are."""

    def fill(self, target: FloatArray) -> None:
        """Overwrite the target, of the layer's shape and working type, in C order."""
        ...


class _Readable(Protocol):
    def readinto(self, buffer: Any, /) -> int | None: ...


@dataclass(frozen=True)
class StoredLayer:
    """One layer of a file, before its values are read.

    Parameters
    ----------
    name : str
    shape : (int, int)
        Nodes and columns.
    dtype : str
        Type it is stored in.
    working : dtype
        float32 or float64.
    file : Path
    stamp : (int, int)
        Size and time of the file when its header was read.
    source : Source
    """

    name: str
    shape: tuple[int, int]
    dtype: str
    working: np.dtype[Any]
    file: Path
    stamp: Stamp
    source: Source

    @property
    def nbytes(self) -> int:
        """Bytes of the values in their working type."""
        return self.shape[0] * self.shape[1] * self.working.itemsize

    def read(self, memory: NDArray[np.uint8] | None = None) -> Layer:
        """Read the values: into new memory, or into the first `nbytes` of what is given.

        Raises
        ------
        InputError
            If the file changed since its header was read, or is damaged.
        """
        with located(self.file):
            if stamp_of(self.file) != self.stamp:
                raise InputError("the file changed since its header was read; start again once it is written")
            if memory is None:
                memory = np.empty(self.nbytes, np.uint8)
            target = memory[: self.nbytes].view(self.working).reshape(self.shape)
            self.source.fill(target)
        return Layer(self.name, target, self.dtype)


@contextmanager
def located(file: Path) -> Iterator[None]:
    """Put the name of the file in front of every error's sentence."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    except OSError as error:
        raise InputError(
            f"{file}: cannot be read ({error.strerror or error}); check the file and its permissions"
        ) from error
    except MemoryError as error:
        raise InputError(f"{file}: does not fit in memory; save fewer columns, or as float32") from error


def stamp_of(file: Path) -> Stamp:
    """Return size and time of change of a file."""
    status = file.stat()
    return status.st_size, status.st_mtime_ns


@dataclass(frozen=True)
class RawSource:
    """Values that lie uncompressed in a file.

    Parameters
    ----------
    file : Path
    offset : int
        Bytes before the values.
    stored : dtype
        Of the bytes; unsigned integers of 16 bits for bfloat16.
    dtype : str
        Name of the type that they stand for.
    columns_first : bool
        Stored in Fortran order.
    """

    file: Path
    offset: int
    stored: np.dtype[Any]
    dtype: str
    columns_first: bool = False

    def fill(self, target: FloatArray) -> None:
        """Overwrite the target."""
        with self.file.open("rb", buffering=0) as stream:
            stream.seek(self.offset)
            pour(stream, self.stored, self.dtype, target, columns_first=self.columns_first)


def pour(
    stream: _Readable, stored: np.dtype[Any], dtype: str, target: FloatArray, *, columns_first: bool
) -> None:
    """Read as many values as the target holds from where a stream stands.

    Parameters
    ----------
    stream : binary stream
    stored : dtype
        Of the bytes.
    dtype : str
        Name of the type that they stand for.
    target : float array
        Overwritten; C order.
    columns_first : bool
        Whether the values come column by column.

    Raises
    ------
    InputError
        If the stream ends early.
    """
    if columns_first:
        turned = np.empty(target.shape[::-1], stored)
        _read_exactly(stream, turned)
        target[...] = turned.T if dtype != "bool" else turned.T != 0
    elif stored == target.dtype:
        _read_exactly(stream, target)
    else:
        flat = target.reshape(-1)
        chunk = np.empty(min(flat.size, _CHUNK), stored)
        for start in range(0, flat.size, _CHUNK):
            part = flat[start : start + _CHUNK]
            _read_exactly(stream, chunk[: part.size])
            _widen(chunk[: part.size], dtype, part)


def _widen(values: NDArray[Any], dtype: str, target: FloatArray) -> None:
    if dtype == "bfloat16":
        # The upper half of a float32 with the lower half zero.
        np.left_shift(values, 16, out=target.view(np.uint32), dtype=np.uint32)
    elif dtype == "bool":
        target[...] = values != 0
    else:
        target[...] = values


def _read_exactly(stream: _Readable, target: NDArray[Any]) -> None:
    memory = target.reshape(-1).view(np.uint8)
    done = 0
    while done < memory.size:
        count = stream.readinto(memory[done : done + _PIECE])
        if not count:
            raise InputError("the values are cut off; write the file again")
        done += count
